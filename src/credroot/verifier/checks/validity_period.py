"""Does it hold now: has it begun, has it ended?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.core.text.clock import format_time, parse_time
from credroot.verifier.subject import CredentialSubject

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.core.json.types import JsonObject
    from credroot.verifier.evidence import Evidence

VALIDITY = "validity"
DEFAULT_SKEW = timedelta(minutes=1)


def check_validity(evidence: Evidence) -> Check:
    """Pass a credential between its own beginning and end; a receipt has neither."""
    if not isinstance(evidence.subject, CredentialSubject):
        return Check(VALIDITY, Outcome.PASSED, "validity.unbounded", "A receipt has no end.")
    document = evidence.subject.document
    try:
        begins, ends = period_of(document)
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


def period_of(document: JsonObject) -> tuple[datetime | None, datetime | None]:
    """Return when a credential begins and ends, `None` where it does not say.

    Raises:
        InputError: a code of `parse_time`; a member that is no time.
    """
    begins = max(_moments(document, "validFrom", "issuanceDate"), default=None)
    ends = min(_moments(document, "validUntil", "expirationDate"), default=None)
    return begins, ends


def _moments(document: JsonObject, *names: str) -> list[datetime]:
    """Read what the members of either version of the data model say; where both are there, the stricter one counts."""
    values = [document[name] for name in names if document.get(name) is not None]
    if not all(isinstance(value, str) for value in values):
        raise InputError("not a text", code="time.syntax")
    return [parse_time(str(value)) for value in values]
