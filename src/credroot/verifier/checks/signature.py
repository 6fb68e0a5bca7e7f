"""Was it signed by the key that the issuer's DID names, while that key was still the issuer's?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.budget import BudgetExceeded
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.core.text.clock import format_time
from credroot.verifier.identity.binding import key_book
from credroot.verifier.identity.keys import did_of
from credroot.verifier.identity.signatures import signatures
from credroot.verifier.subject import CredentialSubject, issuer_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.core.json.types import JsonObject
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.identity.keys import KeyBook
    from credroot.verifier.identity.signatures import Signature

SIGNATURE = "signature"


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
    try:
        results = signatures(evidence)
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
    return _by_the_issuer(evidence, subject, results)


def _by_the_issuer(evidence: Evidence, subject: CredentialSubject, results: Sequence[Signature]) -> Check:
    issuer = issuer_id(subject.document)
    own = [result for result in results if issuer and did_of(result.method) == issuer]
    held = [result for result in own if result.holds]
    if held and subject.is_settled and any(result.is_rdfc for result in results):
        # Then it was read as its statements say, so one that covers the JSON itself vouches for something else.
        held = [result for result in held if result.is_rdfc]
        if not held:
            message = "It carries signatures over its text and over its statements, and the issuer's is not of both."
            reason: JsonObject = {"reason": "proof.mixed_suites"}
            return Check(SIGNATURE, Outcome.UNKNOWN, "signature.unchecked", message, details=reason)
    if held:
        answers = [_in_time(evidence, key_book(evidence), result) for result in held]
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


def _in_time(evidence: Evidence, keys: KeyBook, result: Signature) -> Check:
    """Judge a signature that holds by when its key was removed: what was anchored before was signed before.

    A key that will be removed one day is not removed yet, and what it signed is there now.
    """
    found = keys.find(result.method)
    source = "did" if found is None else found.source
    details: JsonObject = {"key": result.method, "keySource": source}
    if found is None or found.removed_at is None or evidence.now < found.removed_at:
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
