"""Does it hold now: was it withdrawn, has it begun, has it ended?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from credroot.chain.facts import ChainFacts
from credroot.core.clock import format_time, parse_time
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.core.status import Status
from credroot.verifier.subject import CredentialSubject

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.verifier.evidence import Evidence

STATUS = "status"
VALIDITY = "validity"
DEFAULT_SKEW = timedelta(minutes=1)

_STATUS = {
    Status.ACTIVE: (Outcome.PASSED, "status.active", "It was not withdrawn."),
    Status.SUSPENDED: (Outcome.FAILED, "status.suspended", "The issuer has suspended it for the time being."),
    Status.REVOKED: (Outcome.FAILED, "status.revoked", "The issuer has revoked it."),
    Status.DISTRUSTED: (Outcome.FAILED, "status.distrusted", "The issuer distrusts the key that anchored it."),
}


def check_status(evidence: Evidence) -> Check:
    """Pass a credential that the registry calls active."""
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        message = "Whether it was withdrawn could not be found out."
        return Check(STATUS, Outcome.UNKNOWN, "status.unknown", message)
    unknown = (Outcome.UNKNOWN, "status.unknown", "The registry has no status for it.")
    outcome, code, message = _STATUS.get(facts.status, unknown)
    return Check(STATUS, outcome, code, message)


def check_validity(evidence: Evidence) -> Check:
    """Pass a credential between its own beginning and end; a receipt has neither."""
    if not isinstance(evidence.subject, CredentialSubject):
        return Check(VALIDITY, Outcome.PASSED, "validity.unbounded", "A receipt has no end.")
    document = evidence.subject.document
    try:
        begins = _moment(document.get("validFrom", document.get("issuanceDate")))
        ends = _moment(document.get("validUntil", document.get("expirationDate")))
    except InputError as error:
        return Check(VALIDITY, Outcome.FAILED, "validity.malformed", f"Its dates can't be read: {error}.")
    skew = evidence.policy.clock_skew or DEFAULT_SKEW
    if begins is not None and begins > evidence.now + skew:
        return Check(VALIDITY, Outcome.FAILED, "validity.not_yet", f"It is not valid before {format_time(begins)}.")
    if ends is not None and ends <= evidence.now:
        return Check(VALIDITY, Outcome.FAILED, "validity.expired", f"It expired at {format_time(ends)}.")
    if ends is None:
        return Check(VALIDITY, Outcome.PASSED, "validity.unbounded", "It has no end.")
    return Check(VALIDITY, Outcome.PASSED, "validity.ok", f"It is valid until {format_time(ends)}.")


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError("not a text", code="time.syntax")
    return parse_time(value)
