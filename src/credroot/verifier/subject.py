"""What is to be verified, taken apart without asking anybody: a credential, or a receipt with a file's digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.anchor_proof import AnchorClaim, decode_proof_value, leaf_of, read_options, split_proofs
from credroot.core.errors import InputError
from credroot.core.merkle import root_from_proof
from credroot.core.receipt import RECEIPT_FORMAT, Receipt
from credroot.core.strict_json import loads

if TYPE_CHECKING:
    from credroot.core.json_types import JsonObject
    from credroot.core.values import Digest, Leaf
    from credroot.verifier.trust import Trust

MAX_ANCHOR_PROOFS = 8
"""A credential may be anchored on several chains; more than these are refused unread."""
CREDENTIAL_TYPE = "VerifiableCredential"


@dataclass(frozen=True, slots=True)
class CredentialSubject:
    """A credential, with the anchor proof that this verifier can follow."""

    document: JsonObject
    """As parsed, every proof included."""
    unanchored: JsonObject
    """Without its anchor proofs: what the anchor covers."""
    options: JsonObject
    """The chosen anchor proof, its value included."""
    claim: AnchorClaim
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class ReceiptSubject:
    """A detached receipt, beside the digest of the file that it is said to be of."""

    receipt: Receipt
    file_digest: Digest | None
    claim: AnchorClaim
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Malformed:
    """Neither: with the reason, and with the document as far as it could be read."""

    code: str
    message: str
    document: JsonObject | None = None


Subject = CredentialSubject | ReceiptSubject | Malformed


def read_subject(data: bytes, trust: Trust, *, file_digest: Digest | None = None) -> Subject:
    """Parse `data`. Never raises for what is in it: the reason is the answer."""
    try:
        document = loads(data)
    except InputError as error:
        return Malformed(error.code, str(error))
    if not isinstance(document, dict):
        return Malformed("format.not_an_object", "the JSON is not an object")
    return subject_of(document, trust, file_digest=file_digest)


def subject_of(document: JsonObject, trust: Trust, *, file_digest: Digest | None = None) -> Subject:
    """Tell what a parsed document is, and choose its anchor proof: the first in a registry that is pinned."""
    try:
        if document.get("format") == RECEIPT_FORMAT:
            receipt = Receipt.from_json(document)
            return ReceiptSubject(receipt, file_digest, receipt.claim, receipt.leaf)
        return _credential(document, trust)
    except InputError as error:
        return Malformed(error.code, str(error), document)


def _credential(document: JsonObject, trust: Trust) -> CredentialSubject:
    types = document.get("type")
    if CREDENTIAL_TYPE not in (types if isinstance(types, list) else [types]):
        raise InputError("it is not a verifiable credential: its type does not say so", code="format.not_a_credential")
    unanchored, proofs = split_proofs(document)
    if not proofs:
        raise InputError("it carries no anchor proof", code="format.no_anchor_proof")
    if len(proofs) > MAX_ANCHOR_PROOFS:
        raise InputError(
            f"it carries {len(proofs)} anchor proofs, more than {MAX_ANCHOR_PROOFS}", code="format.many_proofs"
        )
    claims = [_claim(proof) for proof in proofs]
    leaves = [leaf_of(proof, unanchored) for proof in proofs]
    pinned = [
        number for number, claim in enumerate(claims) if trust.registry(claim.chain_id, claim.registry) is not None
    ]
    chosen = pinned[0] if pinned else 0
    for number, (claim, leaf) in enumerate(zip(claims, leaves, strict=True)):
        if number != chosen and root_from_proof(leaf, claim.proof) != claim.root:
            raise InputError("one of its anchor proofs is of something else", code="format.stray_proof")
    return CredentialSubject(document, unanchored, proofs[chosen], claims[chosen], leaves[chosen])


def _claim(proof: JsonObject) -> AnchorClaim:
    read_options(proof)
    value = proof.get("proofValue")
    if not isinstance(value, str):
        raise InputError("its anchor proof has no proofValue", code="proof.malformed")
    return decode_proof_value(value)
