"""Is it a file that can be verified at all?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.report import Check, Outcome
from credroot.verifier.presentation import shown
from credroot.verifier.subject import INTERNAL, TOO_COSTLY, Carrier, CredentialSubject, Malformed, ReceiptSubject

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject
    from credroot.verifier.evidence import Evidence

FORMAT = "format"
SCHEMA = "schema"
RECIPIENT = "recipient"
CARRIER = "carrier"
MAX_PROBLEMS = 10
"""Places that a report names."""
_CARRIERS = {
    Carrier.PNG: ("carrier.png", "picture"),
    Carrier.SVG: ("carrier.svg", "picture"),
    Carrier.PDF: ("carrier.pdf", "PDF"),
    Carrier.QR: ("carrier.qr", "picture of a code"),
}
_BADGES = {"OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"}


def check_format(evidence: Evidence) -> Check:
    """Pass what could be read as a credential or a receipt with a file."""
    subject = evidence.subject
    if isinstance(subject, Malformed) and subject.code == INTERNAL:
        message = f"It could not be checked, by {subject.message}."
        return Check(FORMAT, Outcome.UNKNOWN, subject.code, message)
    if isinstance(subject, Malformed) and subject.code == TOO_COSTLY:
        message = f"It was not looked at: {subject.message}."
        return Check(FORMAT, Outcome.UNKNOWN, subject.code, message, details={"reason": subject.reason})
    if isinstance(subject, Malformed):
        return Check(FORMAT, Outcome.FAILED, subject.code, f"It could not be read as a credential: {subject.message}.")
    if isinstance(subject, ReceiptSubject):
        if subject.file_digest is None:
            message = "A receipt says nothing without the file that it is of, or its digest."
            return Check(FORMAT, Outcome.UNKNOWN, "format.file_missing", message)
        if subject.file_digest != subject.receipt.facts.digest:
            return Check(FORMAT, Outcome.FAILED, "format.other_file", "The file is not the one that the receipt is of.")
        return Check(FORMAT, Outcome.PASSED, "format.receipt", "It is a receipt, and the file is the one it is of.")
    if subject.claim is None:
        return Check(FORMAT, Outcome.PASSED, "format.credential", "It is a verifiable credential, without an anchor.")
    return Check(FORMAT, Outcome.PASSED, "format.credential", "It is a verifiable credential with an anchor proof.")


def check_schema(evidence: Evidence) -> Check | None:
    """Warn of a badge that does not have the form of Open Badges 3.0. No verdict depends on it.

    Not asked of what was anchored: issuers look at the form before they anchor, and what is anchored is what it is.
    """
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject) or subject.claim is not None:
        return None
    types = subject.document.get("type")
    if not _BADGES & {word for word in (types if isinstance(types, list) else [types]) if isinstance(word, str)}:
        message = "It does not say that it is an Open Badge."
        return Check(SCHEMA, Outcome.SKIPPED, "schema.no_badge", message, required=False)
    # Imported here: compiling a schema takes longer than a whole verdict on what was anchored.
    from credroot.credential.badge.schema import schema_problems

    problems = schema_problems(subject.as_parsed, lenient=True)
    if problems:
        message = "It does not have the form of an Open Badge 3.0 everywhere."
        places: JsonObject = {"problems": [str(problem) for problem in problems[:MAX_PROBLEMS]]}
        return Check(SCHEMA, Outcome.WARNING, "schema.problems", message, required=False, details=places)
    return Check(SCHEMA, Outcome.PASSED, "schema.ok", "It has the form of an Open Badge 3.0.", required=False)


def check_carrier(evidence: Evidence) -> Check | None:
    """Say of a picture or a PDF that it is not part of what was checked; not asked of a file that is the credential."""
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject) or subject.carrier is None:
        return None
    code, called = _CARRIERS[subject.carrier]
    message = f"What was checked is the credential inside; the {called} itself may show anything."
    details: JsonObject = {"carrier": subject.carrier.value}
    return Check(CARRIER, Outcome.WARNING, code, message, required=False, details=details)


def check_recipient(evidence: Evidence) -> Check | None:
    """Pass a credential that is about the person whom the policy names; not asked where it names nobody."""
    who, subject = evidence.policy.recipient, evidence.subject
    if who is None:
        return None
    from credroot.credential.badge.recipient import is_recipient

    if isinstance(subject, CredentialSubject) and is_recipient(subject.document, who):
        return Check(RECIPIENT, Outcome.PASSED, "recipient.ok", f"It is about {shown(who)}.")
    message = f"Nothing in it says that it is about {shown(who)}."
    return Check(RECIPIENT, Outcome.FAILED, "recipient.other", message)
