"""The signatures of a credential, each checked once, whichever question rests on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.anchor.domain import places_of
from credroot.core.budget import Work
from credroot.core.errors import InputError
from credroot.verifier.identity.binding import key_book
from credroot.verifier.subject import CredentialSubject, issuer_id

if TYPE_CHECKING:
    from credroot.core.anchor.domain import AnchorPlace
    from credroot.core.json.types import JsonObject
    from credroot.credential.keys.jws import RsaKey
    from credroot.credential.keys.multikey import Multikey
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.identity.keys import KeyBook

_TIMES_OF_THE_CREDENTIAL = ("jwt.expired", "jwt.not_yet_valid")
"""Said of a JWT whose signature holds; the check of the validity says it again, in its own words."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What became of one."""

    holds: bool | None
    """`None` where it could not be checked."""
    code: str
    message: str
    method: str
    """The verification method that it claims; empty where it claims none."""
    key: Multikey | RsaKey | None = None
    is_rdfc: bool = False
    """Whether it covers statements, and not the JSON itself."""
    places: frozenset[AnchorPlace] = frozenset()
    """Where it says that the credential is anchored."""


def signatures(evidence: Evidence) -> tuple[Signature, ...]:
    """Say what became of each signature of a credential; empty for what carries none.

    Raises:
        BudgetExceeded: there was no room to check them.
        InputError: they can't be read.
    """
    return evidence.once("signatures", lambda: _signatures(evidence))


def _signatures(evidence: Evidence) -> tuple[Signature, ...]:
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject):
        return ()
    if subject.token is not None:
        return (_of_token(evidence, subject.token, key_book(evidence)),)
    return _of_proofs(evidence, subject.unanchored) if "proof" in subject.unanchored else ()


def _of_proofs(evidence: Evidence, document: JsonObject) -> tuple[Signature, ...]:
    # Imported here: a receipt, and a credential that the anchor alone covers, need none of the signature libraries.
    from credroot.credential.proof.data_integrity import ProofOutcome, proofs_of, verify_proofs
    from credroot.credential.proof.settled_form import is_rdfc_suite

    holds = {ProofOutcome.VERIFIED: True, ProofOutcome.FAILED: False}
    results = verify_proofs(
        document,
        key_book(evidence).multikey,
        now=evidence.now,
        canonicalize=evidence.canonicalize,
        budget=evidence.budget,
    )
    proofs = proofs_of(document)
    return tuple(
        Signature(
            holds.get(result.outcome),
            result.code,
            result.message,
            result.verification_method or "",
            result.key,
            is_rdfc_suite(result.suite),
            places_of(proofs[result.index]),
        )
        for result in results
    )


def _of_token(evidence: Evidence, token: str, keys: KeyBook) -> Signature:
    """Check a JWT. A key id may be written relative to the issuer; a key in the header vouches for a did:key only."""
    from credroot.credential.proof.jwt import verify_vc_jwt

    named: list[str] = []
    issuer = issuer_id(evidence.subject.document) if isinstance(evidence.subject, CredentialSubject) else ""

    def resolve(key_id: str) -> Multikey | RsaKey | None:
        method = issuer + key_id if key_id.startswith("#") else key_id
        if "#" not in method and method.startswith("did:key:"):
            method = f"{method}#{method.removeprefix('did:key:')}"
        named.append(method)
        found = keys.find(method)
        return None if found is None else found.key

    evidence.budget.spend(Work.PROOFS)
    evidence.budget.spend(Work.PARSED, len(token) // 1_024)
    try:
        found = verify_vc_jwt(token, resolve, now=evidence.now)
    except InputError as error:
        method = named[0] if named else ""
        if error.code == "jwt.key_unknown":
            return Signature(None, error.code, str(error), method)
        holds = error.code in _TIMES_OF_THE_CREDENTIAL
        return Signature(holds, error.code, str(error), method)
    text = getattr(found.key, "text", "")
    method = named[0] if named else f"did:key:{text}#{text}"
    return Signature(True, "jwt.verified", "the signature holds", method, found.key)
