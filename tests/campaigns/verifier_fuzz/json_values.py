"""Other values for a place: a text changed a little, any type at all, or what another document has."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.campaigns.verifier_fuzz.json_places import copied
from tests.campaigns.verifier_fuzz.json_words import CONTROLS, OTHERS, SPACES, TIMES, TYPES
from tests.campaigns.verifier_fuzz.signing import Document


def other_text(text: str, rng: random.Random) -> str:
    """Give the text with a character more, less or other, in another spelling, or another text."""
    spot = rng.randint(0, len(text))
    odd = rng.choice(SPACES if rng.random() < 0.7 else CONTROLS)
    choices: tuple[Callable[[], str], ...] = (
        lambda: text + odd,
        lambda: odd + text,
        lambda: text[:spot] + odd + text[spot:],
        lambda: text[:spot] + text[spot + 1 :],
        lambda: text[:spot] + chr(rng.randrange(33, 127)) + text[spot + 1 :],
        lambda: text.upper(),
        lambda: text.swapcase(),
        lambda: text.replace("e", "\u0435"),
        lambda: text.replace("e", "e\u0301", 1),
        lambda: rng.choice(OTHERS),
        lambda: rng.choice(TIMES),
        lambda: rng.choice(TYPES),
        lambda: text + "/",
        lambda: text + "#x",
        lambda: text.replace("https:", "http:"),
        lambda: text * 2,
    )
    return rng.choice(choices)()


def odd_value(rng: random.Random, value: Any = None) -> Any:
    """Give a value of any type."""
    deep: Any = "x"
    for _ in range(rng.randrange(2, 36)):
        deep = [deep] if rng.random() < 0.5 else {"a": deep}
    return rng.choice(
        (
            None, True, False, 0, -1, 1.5, 2**53 - 1, 1e308, "", "x", [], {}, [[]], [{}], [None], {"id": None},
            {"": ""}, {"id": "urn:x"}, {"@id": "urn:x"}, {"@value": "x"}, [value], [[value]], {"id": value},
            {"@value": value},
            {"@set": [value]}, {"@list": [value]}, {"@graph": value}, [value, value], str(value)[:99], deep, [0] * 50,
        )
    )  # fmt: skip


def taken(name: str, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take the value that a member has in another document, or make one up."""
    found = [other[name] for other in rng.sample(others, min(4, len(others))) if name in other]
    if found:
        return copied(rng.choice(found))
    return rng.choice(
        (*TIMES[:3], "Doctor of Medicine", {"id": "urn:uuid:x", "type": ["Achievement"], "name": "Doctor"})
    )
