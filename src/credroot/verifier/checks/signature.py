"""Was it signed by the key that the issuer's DID names, while that key was still the issuer's?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.chain.facts import ChainFacts
from credroot.core.budget import BudgetExceeded, Work
from credroot.core.clock import format_time
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.verifier.identity import issuer_id, key_book
from credroot.verifier.keys import did_of
from credroot.verifier.subject import CredentialSubject

if TYPE_CHECKING:
    from credroot.core.json_types import JsonObject
    from credroot.credential.jws import RsaKey
    from credroot.credential.multikey import Multikey
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.keys import KeyBook

SIGNATURE = "signature"
_TIMES_OF_THE_CREDENTIAL = ("jwt.expired", "jwt.not_yet_valid")
"""Said of a JWT whose signature holds; the check of the validity says it again, in its own words."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """What became of one signature."""

    holds: bool | None
    """`None` where it could not be checked."""
    code: str
    message: str
    method: str
    """The verification method that it claims; empty where it claims none."""
    key: Multikey | RsaKey | None = None
    is_rdfc: bool = False
    """Whether it covers statements, and not the JSON itself."""


def check_signature(evidence: Evidence) -> Check:
    """Pass a credential that its issuer's own key signed. One without any signature is covered by the anchor alone.

    A signature that does not hold fails the check, whoever made it. One that can't be checked here leaves it unknown.
    """
    return evidence.once(SIGNATURE, lambda: _signature(evidence))


def _signature(evidence: Evidence) -> Check:
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject) or not subject.is_signed:
        message = "It carries no signature; the anchor alone covers it."
        return Check(SIGNATURE, Outcome.SKIPPED, "signature.none", message, required=False)
    keys = key_book(evidence)
    try:
        results = _results(evidence, subject, keys)
    except InputError as error:
        message = f"Its signatures can't be read: {error}."
        return Check(SIGNATURE, Outcome.FAILED, "signature.malformed", message, details={"reason": error.code})
    except BudgetExceeded as error:
        message = f"Whether its signature holds was not found out: {error}."
        return Check(SIGNATURE, Outcome.UNKNOWN, "signature.too_costly", message, details={"reason": error.code})
    failed = [result for result in results if result.holds is False]
    if failed:
        message = f"A signature of it does not hold: {failed[0].message}."
        return Check(SIGNATURE, Outcome.FAILED, "signature.failed", message, details={"reason": failed[0].code})
    return _by_the_issuer(evidence, subject, keys, results)


def _results(evidence: Evidence, subject: CredentialSubject, keys: KeyBook) -> list[_Signed]:
    results = [] if subject.token is None else [_of_token(evidence, subject.token, keys)]
    if "proof" not in subject.unanchored or subject.token is not None:
        return results
    # Imported here: a receipt, and a credential that the anchor alone covers, need none of the signature libraries.
    from credroot.credential.data_integrity import ProofOutcome, verify_proofs
    from credroot.credential.settled_form import is_rdfc_suite

    holds = {ProofOutcome.VERIFIED: True, ProofOutcome.FAILED: False}
    proofs = verify_proofs(
        subject.unanchored,
        keys.multikey,
        now=evidence.now,
        canonicalize=evidence.canonicalize,
        budget=evidence.budget,
    )
    return [
        _Signed(
            holds.get(proof.outcome),
            proof.code,
            proof.message,
            proof.verification_method or "",
            proof.key,
            is_rdfc_suite(proof.suite),
        )
        for proof in proofs
    ]


def _of_token(evidence: Evidence, token: str, keys: KeyBook) -> _Signed:
    """Check a JWT. A key id may be written relative to the issuer; a key in the header vouches for a did:key only."""
    from credroot.credential.vc_jwt import verify_vc_jwt

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
            return _Signed(None, error.code, str(error), method)
        holds = error.code in _TIMES_OF_THE_CREDENTIAL
        return _Signed(holds, error.code, str(error), method)
    text = getattr(found.key, "text", "")
    method = named[0] if named else f"did:key:{text}#{text}"
    return _Signed(True, "jwt.verified", "the signature holds", method, found.key)


def _by_the_issuer(evidence: Evidence, subject: CredentialSubject, keys: KeyBook, results: list[_Signed]) -> Check:
    issuer = issuer_id(subject.document)
    own = [result for result in results if issuer and did_of(result.method) == issuer]
    held = [result for result in own if result.holds]
    if held and subject.claim is None and any(result.is_rdfc for result in results):
        # Then it was read as its statements say, so one that covers the JSON itself vouches for something else.
        held = [result for result in held if result.is_rdfc]
        if not held:
            message = "It carries signatures over its text and over its statements, and the issuer's is not of both."
            reason: JsonObject = {"reason": "proof.mixed_suites"}
            return Check(SIGNATURE, Outcome.UNKNOWN, "signature.unchecked", message, details=reason)
    if held:
        answers = [_in_time(evidence, keys, result) for result in held]
        return min(answers, key=lambda check: check.outcome is not Outcome.PASSED)
    if own or not any(result.holds for result in results):
        code = own[0].code if own else (results[0].code if results else "proof.missing")
        message = "The key of the issuer that it names could not be found out, so its signature was not checked."
        if code.startswith("rdfc."):
            message = f"Its signature could not be checked: {own[0].message if own else results[0].message}."
        details: JsonObject = {"reason": code}
        problem = evidence.documents.problems.get(issuer)
        if problem is not None:
            details["document"] = problem
        return Check(SIGNATURE, Outcome.UNKNOWN, "signature.unchecked", message, details=details)
    return Check(
        SIGNATURE, Outcome.FAILED, "signature.other_signer", "It was signed, but not by the issuer that it names."
    )


def _in_time(evidence: Evidence, keys: KeyBook, result: _Signed) -> Check:
    """Judge a signature that holds by when its key was removed: what was anchored before was signed before."""
    found = keys.find(result.method)
    source = "did" if found is None else found.source
    details: JsonObject = {"key": result.method, "keySource": source}
    if found is None or found.removed_at is None:
        message = "It was signed with the key of the issuer that it names."
        return Check(SIGNATURE, Outcome.PASSED, "signature.ok", message, details=details)
    removed = format_time(found.removed_at) if found.removed_at.year > 1 else "an unknown moment"
    details["removed"] = removed
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        message = f"It was signed with a key that the issuer removed at {removed}; nothing shows that it was before."
        return Check(SIGNATURE, Outcome.UNKNOWN, "signature.key_removed", message, details=details)
    anchored = datetime.fromtimestamp(facts.batch.anchored_at, UTC)
    if anchored < found.removed_at:
        message = (
            f"It was signed with a key that the issuer removed at {removed}; the anchor of {format_time(anchored)} "
            "shows that the signature was there before."
        )
        return Check(SIGNATURE, Outcome.PASSED, "signature.before_removal", message, details=details)
    message = f"It was signed with a key that the issuer had removed at {removed}, before it was anchored."
    return Check(SIGNATURE, Outcome.FAILED, "signature.key_removed", message, details=details)
