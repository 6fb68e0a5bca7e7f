"""Changes to a JSON document: values, types, members, elements, places, and parts of other documents."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from tests.campaigns.verifier_fuzz.signing import Document

SPACES = "\t\n\x0b\x0c\r \x1c\x85\xa0\u1680\u2000\u2003\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff\u180e"
"""White space of every class, and what looks like it."""
CONTROLS = "\u202e\u202d\u2066\u2069\u200e\u200f\u061c\u0000\u0007\u007f\u00ad\u200d\ufe0f\U000e0041"
OTHERS = (
    "",
    "x",
    "0",
    "#",
    "_:b0",
    "urn:x",
    "a b",
    "http://",
    "did:key:z",
    "../x",
    "\ud83d\ude00",
    "A" * 300,
    "%00",
    "a:b:c",
)
TYPES = (
    "VerifiableCredential",
    "OpenBadgeCredential",
    "AchievementCredential",
    "EndorsementCredential",
    "EndorsementSubject",
    "AchievementSubject",
    "EnvelopedVerifiableCredential",
    "VerifiablePresentation",
    "BitstringStatusListCredential",
    "BitstringStatusListEntry",
    "DataIntegrityProof",
    "JwtProof2020",
    "Ed25519Signature2020",
    "Profile",
    "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
)
MEMBERS = (
    "id",
    "type",
    "@id",
    "@type",
    "@value",
    "@language",
    "@graph",
    "@included",
    "@reverse",
    "@nest",
    "@list",
    "@set",
    "@index",
    "@context",
    "@direction",
    "@json",
    "@none",
    "issuer",
    "credentialSubject",
    "credentialStatus",
    "credentialSchema",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "awardedDate",
    "name",
    "description",
    "achievement",
    "identifier",
    "endorsement",
    "endorsementJwt",
    "evidence",
    "image",
    "proof",
    "domain",
    "challenge",
    "expires",
    "previousProof",
    "holder",
    "verifiableCredential",
    "refreshService",
    "termsOfUse",
    "relatedResource",
    "format",
    "witness",
    "mediaType",
    "undefinedTerm",
    "__proto__",
    "",
    "https://www.w3.org/2018/credentials#validUntil",
    "https://schema.org/name",
    "cred:credentialSubject",
)
CONTEXTS = (
    "https://www.w3.org/2018/credentials/v1",
    "https://www.w3.org/ns/credentials/v2",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/suites/ed25519-2020/v1",
    "https://w3id.org/security/multikey/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://www.w3.org/ns/did/v1",
    "https://example.org/unknown",
)
SUITES = (
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019",
    "ecdsa-jcs-2019",
    "merkle-registry-2026",
    "ecdsa-sd-2023",
    "bbs-2023",
    "none",
)
TIMES = (
    "2030-01-01T00:00:00Z",
    "2020-01-01T00:00:00Z",
    "2026-05-01T00:00:00Z",
    "2026-05-01T00:00:00+00:00",
    "2026-05-01",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-05-01T00:00:60Z",
)
DEEPEST = 40

Place = tuple[Any, Any]
"""A container, and the key or number of one of its children."""
Change = Callable[[Document, random.Random, Sequence[Document]], Any]


def mutant(document: Document, rng: random.Random, others: Sequence[Document]) -> tuple[str, Any]:
    """Give the names of one to three changes, and the changed copy; `others` are to take parts from."""
    changed: Any = copied(document)
    names = []
    for _ in range(rng.choices((1, 2, 3), (8, 2, 1))[0]):
        if not isinstance(changed, dict) or not changed:
            break
        change = rng.choices(CHANGES, WEIGHTS)[0]
        names.append(change.__name__.strip("_"))
        changed = change(changed, rng, others)
    return "+".join(names), changed


def copied(value: Any) -> Any:
    """Give a deep copy; what only Python can hold is copied by its way."""
    try:
        return orjson.loads(orjson.dumps(value))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError):
        return json.loads(json.dumps(value))


def places(value: Any, depth: int = 0) -> list[Place]:
    """List every place below `value`."""
    if depth > DEEPEST:
        return []
    keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found: list[Place] = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places(value[key], depth + 1)
    return found


def _any(document: Document, rng: random.Random, kind: type | tuple[type, ...] = object) -> Place | None:
    found = [(holder, key) for holder, key in places(document) if isinstance(holder[key], kind)]
    return rng.choice(found) if found else None


def _text(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Change a text a little."""
    place = _any(document, rng, str)
    if place is not None:
        holder, key = place
        holder[key] = other_text(holder[key], rng)
    return document


def other_text(text: str, rng: random.Random) -> str:
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


def _number(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Change a number, or write one."""
    place = _any(document, rng, (int, float)) or _any(document, rng)
    if place is not None:
        holder, key = place
        value = holder[key] if isinstance(holder[key], int | float) else 0
        odd = (
            value + 1,
            -value,
            float(value),
            value + 0.5,
            str(value),
            2**53 - 1,
            -(2**53) + 1,
            1e300,
            1e-7,
            -0.0,
            bool(value),
        )
        holder[key] = rng.choice(odd)
    return document


def _type(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Replace any place by a value of any type."""
    place = _any(document, rng)
    if place is not None:
        holder, key = place
        holder[key] = odd_value(rng, holder[key])
    return document


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


def _dropped(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Leave out a member or an element."""
    place = _any(document, rng)
    if place is not None:
        del place[0][place[1]]
    return document


def _dropped_above(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Leave out a member of the credential itself."""
    del document[rng.choice(list(document))]
    return document


def _dropped_proof(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Leave out one proof of several, or all."""
    proofs = document.get("proof")
    if isinstance(proofs, list) and len(proofs) > 1 and rng.random() < 0.9:
        del proofs[rng.randrange(len(proofs))]
        if len(proofs) == 1 and rng.random() < 0.3:
            document["proof"] = proofs[0]
    else:
        document.pop("proof", None)
    return document


def _added(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Add a member anywhere."""
    holders = [document] + [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]
    name = rng.choice(MEMBERS)
    rng.choice(holders)[name] = taken(name, rng, others) if rng.random() < 0.5 else odd_value(rng, rng.choice(OTHERS))
    return document


def _added_above(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Add a member that decides something to the credential itself."""
    name = rng.choice(MEMBERS)
    document[name] = taken(name, rng, others)
    return document


def taken(name: str, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take the value that a member has in another document, or make one up."""
    found = [other[name] for other in rng.sample(others, min(4, len(others))) if name in other]
    if found:
        return copied(rng.choice(found))
    return rng.choice(
        (*TIMES[:3], "Doctor of Medicine", {"id": "urn:uuid:x", "type": ["Achievement"], "name": "Doctor"})
    )


def _renamed(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Give a member another name."""
    holders = [document] + [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]
    holder = rng.choice([one for one in holders if one])
    name = rng.choice(list(holder))
    aliases = {"id": "@id", "type": "@type", "@id": "id", "@type": "type"}
    names = (aliases.get(name, "@" + name), name.upper(), name + rng.choice(SPACES), rng.choice(MEMBERS), name[:-1])
    holder[rng.choice(names)] = holder.pop(name)
    return document


def _moved(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Move a member into another object."""
    place = _any(document, rng)
    holders = [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]
    if place is not None and isinstance(place[0], dict) and holders:
        target = rng.choice(holders)
        value = place[0][place[1]]
        if not _is_within(value, target):
            del place[0][place[1]]
            target[place[1]] = value
    return document


def _copied_elsewhere(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put a copy of one part into another place."""
    first, second = _any(document, rng), _any(document, rng)
    if first is not None and second is not None:
        second[0][second[1]] = copied(first[0][first[1]])
    return document


def _is_within(value: Any, target: Any) -> bool:
    return value is target or any(holder[key] is target for holder, key in places(value))


def _doubled(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Double an element, or put a value beside itself."""
    place = _any(document, rng)
    if place is not None:
        holder, key = place
        if isinstance(holder, list):
            holder.insert(rng.randint(0, len(holder)), copied(holder[key]))
        else:
            holder[key] = [holder[key], copied(holder[key])]
    return document


def _reordered(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put the elements of an array, or the members of an object, in another order."""
    place = _any(document, rng, (list, dict))
    if place is not None:
        value = place[0][place[1]]
        if isinstance(value, list):
            rng.shuffle(value)
        else:
            items = list(value.items())
            rng.shuffle(items)
            place[0][place[1]] = dict(items)
    return document


def _wrapped(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put a value into an array, or take the only one out."""
    place = _any(document, rng)
    if place is not None:
        holder, key = place
        value = holder[key]
        holder[key] = value[0] if isinstance(value, list) and len(value) == 1 else [value]
    return document


def _fake_first(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put something else before a value: a reader of JSON may take the first, or the only, of several.

    Its ids, and everything in it, end in one kind of white space, which some readers of IRIs pass over.
    """
    names = [name for name in document if name not in ("@context", "proof")]
    other = rng.choice(others)
    name = rng.choice([name for name in names if name in other] or names)
    fake = copied(other.get(name, taken(name, rng, others)))
    odd = rng.choice(SPACES)
    if rng.random() < 0.8:
        for holder, key in places(fake):
            if key in ("id", "@id", "type") and isinstance(holder[key], str):
                holder[key] += odd
    if isinstance(fake, dict) and rng.random() < 0.5:
        fake = {"id": f"urn:x{odd}", **fake}
    old = document.get(name)
    listed = old if isinstance(old, list) else [old]
    document[name] = [fake, *listed] if rng.random() < 0.7 else [*listed, fake]
    return document


def _spliced(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take a member from another document."""
    other = rng.choice(others)
    shared = [name for name in other if name in document] or list(other)
    if not shared:
        return document
    name = rng.choice(shared)
    document[name] = copied(other[name])
    return document


def _spliced_within(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take a part of another document into the same place below."""
    other = rng.choice(others)
    mine, theirs = dict_of_paths(document), dict_of_paths(other)
    shared = sorted(mine.keys() & theirs.keys())
    if shared:
        path = rng.choice(shared)
        holder, key = mine[path]
        holder[key] = copied(theirs[path][0][theirs[path][1]])
    return document


def dict_of_paths(document: Document) -> dict[str, Place]:
    """Give every place by its path."""
    found: dict[str, Place] = {}

    def walk(value: Any, path: str) -> None:
        keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in keys:
            found[f"{path}/{key}"] = (value, key)
            walk(value[key], f"{path}/{key}")

    walk(document, "")
    return found


def _typed(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Say that something is of another type."""
    found = [
        (holder, key) for holder, key in places(document) if key in ("type", "@type", "cryptosuite", "proofPurpose")
    ]
    if not found:
        return document
    holder, key = rng.choice(found)
    words = SUITES if key == "cryptosuite" else TYPES
    value = holder[key] if isinstance(holder[key], list) else [holder[key]]
    odd = rng.choice(words)
    holder[key] = rng.choice(
        ([*value, odd], [odd, *value], odd, [odd], [odd if one != value[0] else one for one in value])
    )
    return document


def _under_other_contexts(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Change the contexts, in the document or in one of its parts."""
    value = document.get("@context")
    listed = value if isinstance(value, list) else [value]
    odd: Any = rng.choice(CONTEXTS)
    if rng.random() < 0.2:
        term = rng.choice(("name", "achievement", "validUntil", "credentialStatus", "id", "x"))
        odd = {term: rng.choice((None, "@nest", "@type", "@id", "https://schema.org/name", "https://example.org/x"))}
    kind = rng.randrange(5)
    if kind == 0:
        document["@context"] = [*listed, odd]
    elif kind == 1:
        document["@context"] = [odd, *listed]
    elif kind == 2:
        document["@context"] = rng.sample(listed, len(listed))
    elif kind == 3:
        document["@context"] = listed[1:] or odd
    else:
        inner = [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]
        if inner:
            rng.choice(inner)["@context"] = odd
    return document


def _other_proof(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take over proofs, in whole or by members."""
    theirs = [other["proof"] for other in rng.sample(others, min(8, len(others))) if other.get("proof")]
    if not theirs or "proof" not in document:
        return document
    value = copied(rng.choice(theirs))
    other = rng.choice(value) if isinstance(value, list) else value
    mine = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    if not mine or not isinstance(other, dict):
        return document
    kind = rng.randrange(5)
    spot = rng.randrange(len(mine))
    if kind == 0:
        document["proof"] = value
    elif kind == 1:
        document["proof"] = [*mine, other]
    elif kind == 2:
        document["proof"] = [other, *mine]
    elif kind == 3:
        document["proof"] = [*mine[:spot], other, *mine[spot + 1 :]]
    elif isinstance(mine[spot], dict) and other:
        name = rng.choice(list(other))
        mine[spot][name] = other[name]
    return document


def _proofs_reordered(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put the proofs in another order, or one of them twice."""
    proofs = document.get("proof")
    if isinstance(proofs, list) and proofs:
        document["proof"] = [*reversed(proofs)] if rng.random() < 0.5 else [*proofs, copied(rng.choice(proofs))]
    return document


def _standing(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Hide how it stands: its end, its status, or both under another spelling."""
    name = rng.choice(("validUntil", "validFrom", "credentialStatus", "expirationDate", "issuanceDate"))
    value = document.pop(name, None)
    if value is not None and rng.random() < 0.7:
        holders = [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]
        spelled = rng.choice((name, "https://www.w3.org/2018/credentials#" + name, "cred:" + name, name + " "))
        rng.choice([document, *holders])[spelled] = value
    else:
        document[name] = rng.choice((*TIMES, None, [], {}))
    return document


WEIGHTED: dict[Change, int] = {
    _text: 10,
    _number: 3,
    _type: 12,
    _dropped: 6,
    _dropped_above: 3,
    _dropped_proof: 4,
    _added: 8,
    _added_above: 5,
    _renamed: 5,
    _moved: 5,
    _copied_elsewhere: 4,
    _doubled: 5,
    _reordered: 4,
    _wrapped: 5,
    _fake_first: 6,
    _spliced: 6,
    _spliced_within: 5,
    _typed: 6,
    _under_other_contexts: 4,
    _other_proof: 6,
    _proofs_reordered: 2,
    _standing: 5,
}
CHANGES, WEIGHTS = tuple(WEIGHTED), tuple(WEIGHTED.values())
