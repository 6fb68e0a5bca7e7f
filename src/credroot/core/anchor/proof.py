"""The ``merkle-registry-2026`` proof: what is hashed into a credential's leaf, and how a proof is put into its file.

The nonce among the proof's options salts the leaf, so that nobody can guess a neighbour's credential from a path. The
proof value is described in `proof_value`, whose names this module offers as its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from credroot.core.anchor.proof_value import AnchorClaim, decode_proof_value, encode_proof_value, encode_proof_values
from credroot.core.errors import InputError, ProofError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.clock import format_time, parse_time
from credroot.core.text.multibase import decode_base64url, encode_base64url
from credroot.core.values import Digest, Leaf

__all__ = [
    "CRYPTOSUITE",
    "MAX_PROOFS",
    "NONCE_BYTES",
    "AnchorClaim",
    "AnchorOptions",
    "anchor_options",
    "attach",
    "decode_proof_value",
    "encode_proof_value",
    "encode_proof_values",
    "leaf_of",
    "read_options",
    "split_proofs",
]

CRYPTOSUITE: Final = "merkle-registry-2026"
NONCE_BYTES: Final = 32
"""Length of the salt; as long as a digest, so that guessing it is as hard as inverting one."""
MAX_PROOFS: Final = 32
"""Proofs in a document at most; two are usual, and each costs a verifier work."""

_PROOF_TYPE: Final = "DataIntegrityProof"
_PURPOSE: Final = "assertionMethod"
_OPTION_NAMES: Final = frozenset({"type", "cryptosuite", "proofPurpose", "verificationMethod", "created", "nonce"})
_CREDENTIAL_TAG: Final = b"\0"  # no other leaf of ours starts with it; inner nodes hash 64 bytes, leaves 65


@dataclass(frozen=True, slots=True)
class AnchorOptions:
    """What an anchor proof says beside its proof value."""

    verification_method: str
    """Identifier of the key or account that the issuer anchors with, as a URL."""
    created: datetime
    """By the issuer's clock; the block says when it was anchored."""
    nonce: bytes
    """The salt of the leaf, `NONCE_BYTES` long."""


def anchor_options(*, verification_method: str, created: datetime, nonce: bytes) -> JsonObject:
    """Give the options of a new anchor proof; `InputError` for a nonce of another length or a naive time."""
    if len(nonce) != NONCE_BYTES:
        raise InputError(f"a nonce has {NONCE_BYTES} bytes, got {len(nonce)}")
    return {
        "type": _PROOF_TYPE,
        "cryptosuite": CRYPTOSUITE,
        "proofPurpose": _PURPOSE,
        "verificationMethod": verification_method,
        "created": format_time(created),
        "nonce": encode_base64url(nonce),
    }


def read_options(proof: JsonObject) -> AnchorOptions:
    """Read the options of an anchor proof, with or without its proof value.

    Raises:
        ProofError: ``proof.options``; a member is missing, unknown (we could not honour it) or has a wrong value.
    """
    names = proof.keys() - {"proofValue"}
    if names != _OPTION_NAMES:
        raise _bad_options(f"needs exactly {sorted(_OPTION_NAMES)}, differs in {sorted(names ^ _OPTION_NAMES)[:5]}")
    if (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) != (_PROOF_TYPE, CRYPTOSUITE, _PURPOSE):
        raise _bad_options(f"needs type {_PROOF_TYPE}, cryptosuite {CRYPTOSUITE} and proofPurpose {_PURPOSE}")
    method, created, nonce_text = proof["verificationMethod"], proof["created"], proof["nonce"]
    if not (isinstance(method, str) and isinstance(created, str) and isinstance(nonce_text, str)):
        raise _bad_options("verificationMethod, created and nonce are strings")
    try:
        moment = parse_time(created)
        nonce = decode_base64url(nonce_text)
    except InputError as error:
        raise _bad_options(str(error)) from error
    if not method or len(nonce) != NONCE_BYTES:
        raise _bad_options(f"needs a verificationMethod and a nonce of {NONCE_BYTES} bytes")
    return AnchorOptions(verification_method=method, created=moment, nonce=nonce)


def split_proofs(document: JsonObject) -> tuple[JsonObject, tuple[JsonObject, ...]]:
    """Give the document without its anchor proofs, and these, in their order. `document` is left as it is.

    The other proofs stay, as an array even of one; without any, the member ``proof`` is gone: attaching an anchor
    proof never changes this form.

    Raises:
        ProofError: ``proof.malformed``, ``proof`` is neither an object nor an array of objects;
            ``proof.too_many``, more than `MAX_PROOFS`.
    """
    if "proof" not in document:
        return document, ()
    anchors: list[JsonObject] = []
    others: list[JsonValue] = []
    for proof in _proofs_of(document["proof"]):
        if _is_anchor(proof):
            anchors.append(proof)
        else:
            others.append(proof)
    unanchored = document.copy()
    if others:
        unanchored["proof"] = others
    else:
        del unanchored["proof"]
    return unanchored, tuple(anchors)


def leaf_of(options: JsonObject, document: JsonObject) -> Leaf:
    """Hash a credential into its leaf: every member of the file, but for the anchor proofs' values.

    ``SHA-256(0x00 || SHA-256(JCS(options without proofValue)) || SHA-256(JCS(document without anchor proofs)))``.
    Both arguments may have what is left out here, so a proof and its file can be passed as they are.

    Raises:
        ProofError: as `split_proofs`.
        InputError: as `canonical_bytes`.
    """
    (leaf,) = leaves_of([options], document)
    return leaf


def leaves_of(
    every: Sequence[JsonObject], document: JsonObject, *, paid: Callable[[int], None] = lambda _microseconds: None
) -> list[Leaf]:
    """Give the leaf of `document` under each of several options, as `leaf_of` does; the document is hashed once.

    `paid` is told what writing them takes, as by `canonical_bytes`.
    """
    unanchored, _ = split_proofs(document)
    document_digest = sha256(canonical_bytes(unanchored, paid=paid)).digest()
    leaves = []
    for options in every:
        signed_options = {name: value for name, value in options.items() if name != "proofValue"}
        options_digest = sha256(canonical_bytes(signed_options, paid=paid)).digest()
        leaves.append(Leaf(Digest.sha256(_CREDENTIAL_TAG + options_digest + document_digest)))
    return leaves


def attach(document: JsonObject, options: JsonObject, proof_value: str) -> JsonObject:
    """Give a copy of `document` with the anchor proof behind its other proofs; `ProofError` as `split_proofs`."""
    proofs: list[JsonValue] = []
    proofs.extend(_proofs_of(document.get("proof", [])))
    proofs.append({**options, "proofValue": proof_value})
    return {**document, "proof": proofs}


def _is_anchor(proof: JsonObject) -> bool:
    """Return whether a proof says that it is ours, however it writes that: no spelling makes one disappear."""
    suite = proof.get("cryptosuite")
    return suite == CRYPTOSUITE or (isinstance(suite, list) and CRYPTOSUITE in suite)


def _proofs_of(member: JsonValue) -> list[JsonObject]:
    proofs = member if isinstance(member, list) else [member]
    if len(proofs) > MAX_PROOFS:
        raise ProofError(f"{len(proofs)} proofs, {MAX_PROOFS} are allowed", code="proof.too_many")
    checked = [proof for proof in proofs if isinstance(proof, dict)]
    if len(checked) != len(proofs):
        raise ProofError("the member proof is an object or an array of objects")
    return checked


def _bad_options(reason: str) -> ProofError:
    return ProofError(f"{CRYPTOSUITE}: {reason}", code="proof.options")
