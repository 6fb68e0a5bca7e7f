"""Credentials with an anchor proof, whether they are still what was hashed into the root."""

from __future__ import annotations

import copy
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from tests.core.vectors_of_proof_values import encoded, text_of

ANCHOR = "merkle-registry-2026"
OTHER = sha256(b"the other leaf").digest()
SIGNATURE = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "proofPurpose": "assertionMethod",
    "verificationMethod": "did:web:example.org#key-1",
    "created": "2026-01-01T00:00:00Z",
    "proofValue": "z" + "3" * 88,
}
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": ANCHOR,
    "proofPurpose": "assertionMethod",
    "verificationMethod": "did:web:example.org#account",
    "created": "2026-01-01T00:00:05Z",
    "nonce": "u" + urlsafe_b64encode(bytes(range(32))).decode().rstrip("="),
}
CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": "urn:uuid:8c1b6c3a-5a55-4b5e-9b5e-2f1f5e0c9a10",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:example.org", "type": ["Profile"], "name": "Example College"},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {"id": "https://example.org/a/1", "type": ["Achievement"], "name": "Économie – 経済 😀"},
        "result": [{"type": ["Result"], "value": "4", "weight": 0.5}],
    },
}


def canonical(value: Any) -> bytes:
    """Give the canonical bytes of these documents: their keys are plain and their numbers simple."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def credential_leaf(unanchored: dict[str, Any]) -> bytes:
    """Hash as DESIGN defines it."""
    return sha256(b"\0" + sha256(canonical(OPTIONS)).digest() + sha256(canonical(unanchored)).digest()).digest()


def anchored(unanchored: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Give the credential with its anchor proof, first of two leaves, and the root."""
    root = sha256(credential_leaf(unanchored) + OTHER).digest()
    proof = OPTIONS | {"proofValue": text_of(encoded(m4=root, m5=0, m6=2, m7=OTHER))}
    return unanchored | {"proof": [*unanchored.get("proof", []), proof]}, "0x" + root.hex()


def credential_vectors() -> dict[str, dict[str, Any]]:
    """Give all vectors by name."""
    signed, root = anchored(CREDENTIAL | {"proof": [SIGNATURE]})
    bare, bare_root = anchored(CREDENTIAL)
    named: dict[str, dict[str, Any]] = {
        "valid-signed": vector("signed, then anchored", signed, root),
        "valid-bare": vector("anchored only", bare, bare_root),
        "valid-proof-object": vector("the one proof without an array", bare | {"proof": bare["proof"][0]}, bare_root),
        "valid-members-reordered": vector("JSON members have no order", dict(reversed(signed.items())), root),
        "valid-anchored-twice": vector(
            "a second anchor proof, for another registry, is no part of the leaf",
            signed | {"proof": [*signed["proof"], OPTIONS | {"created": "2026-02-01T00:00:00Z", "proofValue": "u"}]},
            root,
        ),
    }

    def changed(
        name: str, description: str, change: Callable[[dict[str, Any]], object], code: str = "root.differs"
    ) -> None:
        document = copy.deepcopy(signed)
        change(document)
        named[name] = {"description": description, "valid": False, "document": document, "root": root, "code": code}

    changed(
        "name-changed", "one letter", lambda d: d["credentialSubject"]["achievement"].update(name="Économie – 経済 😁")
    )
    changed("name-normalised", "the same letter, composed otherwise",
            lambda d: d["credentialSubject"]["achievement"].update(name="E\u0301conomie – 経済 😀"))  # fmt: skip
    changed("context-changed", "an entry more", lambda d: d["@context"].append("https://example.org/c"))
    changed("context-reordered", "the order of an array", lambda d: d["@context"].reverse())
    changed("type-removed", "a type less", lambda d: d["type"].pop())
    changed("member-added", "an unsigned member", lambda d: d.update(note="x"))
    changed("member-removed", "a member less", lambda d: d.pop("validFrom"))
    changed("member-null", "a member that says nothing", lambda d: d.update(validUntil=None))
    changed("number-as-text", "a number in quotes", lambda d: d["credentialSubject"]["result"][0].update(weight="0.5"))
    changed("text-as-number", "a text without quotes", lambda d: d["credentialSubject"]["result"][0].update(value=4))
    changed("signature-changed", "the other proof's value", lambda d: d["proof"][0].update(proofValue="z" + "4" * 88))
    changed("signature-removed", "the other proof is gone", lambda d: d["proof"].pop(0))
    changed("signature-doubled", "the other proof twice", lambda d: d["proof"].insert(0, SIGNATURE))
    changed("nonce-changed", "another salt", lambda d: d["proof"][1].update(nonce="u" + "A" * 43))
    changed("created-changed", "another time", lambda d: d["proof"][1].update(created="2026-01-01T00:00:06Z"))
    changed(
        "created-respelled",
        "the same time, otherwise",
        lambda d: d["proof"][1].update(created="2026-01-01T00:00:05.0Z"),
    )
    changed(
        "method-changed", "another key", lambda d: d["proof"][1].update(verificationMethod="did:web:example.org#key-1")
    )
    options = "proof.options"
    changed("option-added", "an option that we could not honour", lambda d: d["proof"][1].update(domain="a"), options)
    changed("option-missing", "no nonce", lambda d: d["proof"][1].pop("nonce"), options)
    changed(
        "purpose-changed", "another purpose", lambda d: d["proof"][1].update(proofPurpose="authentication"), options
    )
    changed("type-changed", "another proof type", lambda d: d["proof"][1].update(type="Ed25519Signature2020"), options)
    changed("nonce-of-31-bytes", "a short salt", lambda d: d["proof"][1].update(nonce="u" + "A" * 42), options)
    changed("nonce-in-base58", "a salt in another base", lambda d: d["proof"][1].update(nonce="z" + "1" * 32), options)
    changed("nonce-no-text", "a salt that is a number", lambda d: d["proof"][1].update(nonce=1), options)
    changed("method-empty", "no key", lambda d: d["proof"][1].update(verificationMethod=""), options)
    changed(
        "created-naive", "a time without offset", lambda d: d["proof"][1].update(created="2026-01-01T00:00:05"), options
    )
    changed("proof-text", "a proof that is a text", lambda d: d.update(proof="u"), "proof.malformed")
    changed("proof-nested", "an array of arrays", lambda d: d.update(proof=[d["proof"]]), "proof.malformed")
    changed("proofs-33", "more proofs than are read", lambda d: d.update(proof=[*([SIGNATURE] * 32), d["proof"][1]]),
            "proof.too_many")  # fmt: skip
    changed("proof-missing", "no anchor proof", lambda d: d["proof"].pop(), "no.anchor")
    changed("suite-changed", "another suite, so another kind of proof",
            lambda d: d["proof"][1].update(cryptosuite="merkle-registry-2027"), "no.anchor")  # fmt: skip
    changed("proofs-none", "no proof at all", lambda d: d.pop("proof"), "no.anchor")
    return named


def vector(description: str, document: dict[str, Any], root: str) -> dict[str, Any]:
    """Give a vector that holds."""
    return {"description": description, "valid": True, "document": document, "root": root}
