"""Documents of every wrong kind are answered with problems, and never with an exception or `verified`."""

from __future__ import annotations

import copy
import random
from typing import Any

from credroot.credential.keys.did import key_resolver
from credroot.credential.status.status_list import status_entry
from credroot.credential.w3c.presentation import AUTHENTICATION, verify_presentation
from credroot.credential.w3c.problems import has_errors
from credroot.credential.w3c.verification import Demand, Means, verify_credential
from tests.app.api.vc_api.plain_credentials import (
    LIST_URL,
    NOW,
    plain,
    presentation,
    presented,
    signed,
    status_list,
)

ROUNDS = 1_500
VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    "https://a.example/",
    [],
    {},
    [[]],
    [None],
    {"id": 7},
    {"type": []},
]
ENTRY = status_entry(LIST_URL, 3)
EVERYTHING = plain(
    name={"@value": "x", "@language": "en"},
    validUntil="2999-01-01T00:00:00Z",
    credentialStatus=[ENTRY],
    credentialSchema=[{"id": "https://a.example/s", "type": "JsonSchema"}],
    relatedResource=[{"id": "https://a.example/r", "digestSRI": "sha384-x"}],
    termsOfUse=[{"type": "T"}],
    evidence=[{"type": ["E"]}],
)


def means() -> Means:
    lists = {LIST_URL: (status_list(), NOW)}
    return Means(lambda _: key_resolver(lambda _: None), lists.get, NOW)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        found += places(child, (*path, key))
    return found


def mutated(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    *way, last = rng.choice(places(changed))
    holder: Any = changed
    for key in way:
        holder = holder[key]
    if rng.random() < 0.2:
        del holder[last]
    else:
        holder[last] = copy.deepcopy(rng.choice([value for value in VALUES if value != holder[last]]))
    return changed


def test_no_changed_credential_is_verified_and_none_raises(rng: random.Random) -> None:
    credential = {**signed(EVERYTHING)}
    assert not has_errors(verify_credential(credential, means(), Demand()))
    for _ in range(ROUNDS):
        changed = mutated(credential, rng)
        assert has_errors(verify_credential(changed, means(), Demand())), changed


def test_no_changed_presentation_is_verified_and_none_raises(rng: random.Random) -> None:
    document = presented(presentation(signed(EVERYTHING)), challenge="c", domain="d")
    demand = Demand(AUTHENTICATION, "c", "d")
    assert not has_errors(verify_presentation(document, means(), demand).all)
    for _ in range(ROUNDS // 3):
        changed = mutated(document, rng)
        assert has_errors(verify_presentation(changed, means(), demand).all), changed
