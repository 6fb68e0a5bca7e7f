"""Why a credential was withdrawn: a number on the chain for programs, words here for people. Numbers never change."""

from __future__ import annotations

from enum import IntEnum

from credroot.core.errors import InputError


class Reason(IntEnum):
    """Reasons as ``contracts/ICredentialRegistry.sol`` numbers them; 1,000 and above are an issuer's own."""

    UNSPECIFIED = 0
    ISSUED_IN_ERROR = 1
    SUPERSEDED = 2
    """A newer credential takes its place."""
    REQUIREMENTS_NOT_MET = 3
    MISCONDUCT = 4
    ASKED_FOR_BY_HOLDER = 5
    KEY_COMPROMISED = 6
    UNDER_REVIEW = 7
    REVIEW_CLOSED = 8
    """What a reinstatement says after a review."""


MAX_REASON = 65_535
OWN_REASONS_FROM = 1_000


def parse_reason(text: str) -> int:
    """Read a reason's name (``issued-in-error``) or an issuer's own number from 1,000 on; `InputError` otherwise."""
    names = {reason.name.lower().replace("_", "-"): reason for reason in Reason}
    if text in names:
        return int(names[text])
    if text.isascii() and text.isdigit() and OWN_REASONS_FROM <= int(text) <= MAX_REASON:
        return int(text)
    known = ", ".join(names)
    raise InputError(
        f"no reason {text!r}; known: {known}, or a number of your own from 1000 to 65535", code="reason.unknown"
    )


def describe_reason(number: int) -> str:
    """Give the words of a reason's number."""
    try:
        return Reason(number).name.lower().replace("_", " ")
    except ValueError:
        return f"reason {number} of the issuer"
