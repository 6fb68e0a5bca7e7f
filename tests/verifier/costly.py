"""Documents that are made to cost much: rebuilt from what they do, signed by nobody."""

from __future__ import annotations

import copy
from typing import Any

from tests.verifier.stage import METHOD, badge

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://w3id.org/security/data-integrity/v2",
)


def many_forms(number: int = 0, *, things: int = 180, proofs: int = 16) -> dict[str, Any]:
    """Give a document of `things` without an id, with proofs that each name other contexts; none of them holds."""
    document = copy.deepcopy(badge())
    document["id"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    document["@context"] = list(CONTEXTS[:2]) * 4
    document["credentialSubject"]["achievement"]["alignment"] = [
        {"type": ["Alignment"], "targetName": f"{number} {place}", "targetUrl": f"https://a.example/{number}/{place}"}
        for place in range(things)
    ]
    document["proof"] = [wrong_proof(place, contexts=document["@context"][: 1 + place % 8]) for place in range(proofs)]
    return document


def wrong_proof(place: int, *, contexts: list[str] | None = None) -> dict[str, Any]:
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": f"2026-05-01T00:00:{place:02d}Z",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": "z" + "2" * 87,
    }
    return proof if contexts is None else {**proof, "@context": contexts}


def other_shape(number: int) -> dict[str, Any]:
    """Give a badge of a shape that no other number has, with one wrong proof."""
    document = copy.deepcopy(badge())
    document["credentialSubject"]["achievement"]["alignment"] = [
        {
            "type": ["Alignment"],
            "targetName": f"Part {place}",
            "targetUrl": f"https://a.example/{place}",
            **({"targetCode": "1"} if number >> place & 1 else {}),
        }
        for place in range(12)
    ]
    document["proof"] = [wrong_proof(0)]
    return document


UNDEFINED_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"


def twins(number: int = 0, *, depth: int = 3, width: int = 4) -> dict[str, Any]:
    """Give a badge with a tree of things that nothing tells apart, with one wrong proof."""
    document = badge()
    document["id"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    document["@context"] = [*document["@context"], UNDEFINED_TERMS]
    document["part"] = _tree(depth, width)
    return {**document, "proof": [wrong_proof(0)]}


def _tree(depth: int, width: int) -> dict[str, Any]:
    return {"part": [_tree(depth - 1, width) for _ in range(width)]} if depth else {}
