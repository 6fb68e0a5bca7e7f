"""Times as text: RFC 3339, with an offset, and nothing that only looks like it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from credroot.core.errors import InputError

MAX_BLOCK_TIME = 253_402_300_799
"""The last second of the year 9999: no block is later, and no calendar of ours goes further."""
_MAX_LENGTH = 64  # characters; no clock of ours needs more than nine decimals
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:(?P<second>[0-9]{2})(?:\.[0-9]+)?"
    r"(?P<offset>Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?"
)


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time and return it in UTC, cut (not rounded) to microseconds.

    Capital ``T`` and ``Z`` only, as XML Schema's ``dateTimeStamp`` has them, which VC 2.0 asks for.

    Raises:
        InputError: ``time.syntax``; ``time.naive``, no offset; ``time.leap_second``, second 60, for which neither
            Python nor a block's timestamp has a value; ``time.impossible``, no such day or hour, or outside years
            1 to 9999 in UTC.

    Source: RFC 3339 section 5.6.
    """
    match = _TIME.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        raise InputError(f"not an RFC 3339 time: {text[:_MAX_LENGTH]!r}", code="time.syntax")
    if match["offset"] is None:
        raise InputError(f"a time needs an offset such as Z or +01:00: {text!r}", code="time.naive")
    if match["second"] == "60":
        raise InputError(f"leap seconds have no moment of their own here: {text!r}", code="time.leap_second")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError(f"no such moment: {text!r}", code="time.impossible") from error


def format_time(moment: datetime) -> str:
    """Write an aware time as UTC in whole seconds, ``2026-01-01T00:00:00Z``; parts of a second are cut.

    Raises:
        InputError: ``time.naive``, no offset; ``time.impossible``, outside years 1 to 9999 in UTC.
    """
    if moment.utcoffset() is None:
        raise InputError("a time needs an offset", code="time.naive")
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise InputError(f"no such moment in UTC: {moment!r}", code="time.impossible") from error
    return in_utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
