"""Was it signed by the key that the issuer's DID names?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.verifier.checks.issuer import issuer_id
from credroot.verifier.keys import did_of, resolve_did_key
from credroot.verifier.subject import CredentialSubject

if TYPE_CHECKING:
    from credroot.credential.data_integrity import ProofResult
    from credroot.verifier.evidence import Evidence

SIGNATURE = "signature"


def check_signature(evidence: Evidence) -> Check:
    """Pass a credential that its issuer's own key signed. One without any signature is covered by the anchor alone.

    A signature that does not hold fails the check, whoever made it. One that can't be checked here leaves it unknown.
    """
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject) or "proof" not in subject.unanchored:
        message = "It carries no signature; the anchor alone covers it."
        return Check(SIGNATURE, Outcome.SKIPPED, "signature.none", message, required=False)
    # Imported here: a receipt, and a credential that the anchor alone covers, need none of the signature libraries.
    from credroot.credential.data_integrity import ProofOutcome, verify_proofs
    from credroot.credential.rdfc_cache import default_shape_cache

    try:
        results = verify_proofs(
            subject.unanchored,
            resolve_did_key,
            now=evidence.now,
            canonicalize=default_shape_cache().canonical_form,
        )
    except InputError as error:
        return Check(SIGNATURE, Outcome.FAILED, "signature.malformed", f"Its signatures can't be read: {error}.")
    failed = [result for result in results if result.outcome is ProofOutcome.FAILED]
    if failed:
        message = f"A signature of it does not hold: {failed[0].message}"
        return Check(SIGNATURE, Outcome.FAILED, "signature.failed", message, details={"reason": failed[0].code})
    return _by_the_issuer(subject, [result for result in results if result.outcome is ProofOutcome.VERIFIED], results)


def _by_the_issuer(subject: CredentialSubject, verified: list[ProofResult], results: tuple[ProofResult, ...]) -> Check:
    issuer = issuer_id(subject.document)
    own = [result for result in results if did_of(result.verification_method or "") == issuer]
    if any(result in verified for result in own):
        return Check(
            SIGNATURE, Outcome.PASSED, "signature.ok", "It was signed with the key of the issuer that it names."
        )
    if own or not results:
        message = "The key of the issuer that it names could not be found out, so its signature was not checked."
        return Check(SIGNATURE, Outcome.UNKNOWN, "signature.unchecked", message)
    return Check(
        SIGNATURE, Outcome.FAILED, "signature.other_signer", "It was signed, but not by the issuer that it names."
    )
