"""Changes that know what a credential is: to its members, types, contexts, proofs, and how it stands."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tests.campaigns.verifier_fuzz.json_places import copied, objects_within, places
from tests.campaigns.verifier_fuzz.json_values import taken
from tests.campaigns.verifier_fuzz.json_words import CONTEXTS, MEMBERS, SPACES, SUITES, TIMES, TYPES
from tests.campaigns.verifier_fuzz.signing import Document


def dropped_above(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Leave out a member of the credential itself."""
    del document[rng.choice(list(document))]
    return document


def dropped_proof(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Leave out one proof of several, or all."""
    proofs = document.get("proof")
    if isinstance(proofs, list) and len(proofs) > 1 and rng.random() < 0.9:
        del proofs[rng.randrange(len(proofs))]
        if len(proofs) == 1 and rng.random() < 0.3:
            document["proof"] = proofs[0]
    else:
        document.pop("proof", None)
    return document


def added_above(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Add a member that decides something to the credential itself."""
    name = rng.choice(MEMBERS)
    document[name] = taken(name, rng, others)
    return document


def fake_first(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
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


def spliced(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take a member from another document."""
    other = rng.choice(others)
    shared = [name for name in other if name in document] or list(other)
    if not shared:
        return document
    name = rng.choice(shared)
    document[name] = copied(other[name])
    return document


def said_to_be(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
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


def under_other_contexts(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
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
        inner = objects_within(document)
        if inner:
            rng.choice(inner)["@context"] = odd
    return document


def other_proof(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
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


def proofs_reordered(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put the proofs in another order, or one of them twice."""
    proofs = document.get("proof")
    if isinstance(proofs, list) and proofs:
        document["proof"] = [*reversed(proofs)] if rng.random() < 0.5 else [*proofs, copied(rng.choice(proofs))]
    return document


def hidden_standing(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Hide how it stands: its end, its status, or both under another spelling."""
    name = rng.choice(("validUntil", "validFrom", "credentialStatus", "expirationDate", "issuanceDate"))
    value = document.pop(name, None)
    if value is not None and rng.random() < 0.7:
        holders = objects_within(document)
        spelled = rng.choice((name, "https://www.w3.org/2018/credentials#" + name, "cred:" + name, name + " "))
        rng.choice([document, *holders])[spelled] = value
    else:
        document[name] = rng.choice((*TIMES, None, [], {}))
    return document
