"""What a status list says about one credential: the value, what follows from it, and all that is wrong with either.

Nothing raises: a list that can't be read is an answer too, `Conclusion.UNKNOWN`, and its problems say why.

Source: W3C Bitstring Status List v1.0, section 3.2 (Validate Algorithm) and 3.5 (Processing Errors).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.text.clock import parse_time
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import ENTRY_TYPE, LIST_TYPE, SUBJECT_TYPE, StatusPurpose

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.credential.status.bitstring import DecodedBits

_INDEX = re.compile(r"0|[1-9][0-9]{0,99}")
_VC_TYPES = "https://www.w3.org/TR/vc-data-model#"
_STATUS_TYPES = "https://www.w3.org/ns/credentials/status-list#"


class ProblemType(StrEnum):
    """The problem types that the specification names, as the URLs of RFC 9457 problem details."""

    VERIFICATION = _STATUS_TYPES + "STATUS_VERIFICATION_ERROR"
    LENGTH = _STATUS_TYPES + "STATUS_LIST_LENGTH_ERROR"
    RANGE = _VC_TYPES + "RANGE_ERROR"
    MALFORMED = _VC_TYPES + "MALFORMED_VALUE_ERROR"


@dataclass(frozen=True, slots=True)
class StatusProblem:
    """One thing that is wrong with an entry or with its list."""

    code: str
    """Stable for ever: ``status_list.<word>``."""
    type: ProblemType
    message: str
    grave: bool = True
    """Whether a zero can't be relied on because of it."""


class Conclusion(StrEnum):
    """What follows from the answer."""

    CLEAR = "clear"
    """The list conforms and the entry is zero."""
    SET = "set"
    """The entry is not zero. Also said by a list that is short or out of date: a withdrawal is not overlooked."""
    UNKNOWN = "unknown"
    """The list does not tell."""


@dataclass(frozen=True, slots=True)
class StatusListAnswer:
    """What one list says about one entry."""

    purpose: str
    """The entry's own ``statusPurpose``; empty where it has none."""
    value: int | None
    """The entry's bits as a number; None where the list can't be read for this entry."""
    message: str | None
    """The text that the entry gives for this value."""
    problems: tuple[StatusProblem, ...]

    @property
    def conclusion(self) -> Conclusion:
        """Say what follows."""
        if self.value is None:
            return Conclusion.UNKNOWN
        if self.value:
            return Conclusion.SET
        return Conclusion.UNKNOWN if any(problem.grave for problem in self.problems) else Conclusion.CLEAR

    @property
    def withdrawn(self) -> bool:
        """Whether the list withdraws the credential: the entry is set, and its purpose is to withdraw."""
        return self.conclusion is Conclusion.SET and self.purpose in (
            StatusPurpose.REVOCATION,
            StatusPurpose.SUSPENSION,
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    purpose: str
    index: int
    bits: int
    address: str


class _RefusalError(Exception):
    def __init__(self, problem: StatusProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def status_at(
    document: JsonObject,
    entry: JsonObject,
    *,
    now: datetime,
    retrieved: datetime | None = None,
    max_age: timedelta | None = None,
    decode: Callable[[str], DecodedBits] = bitstring.decode,
) -> StatusListAnswer:
    """Look up `entry`, one ``credentialStatus`` object, in the list credential `document`, whose proof was verified.

    `retrieved` is when the list was fetched, for its ``ttl``; `max_age` is how old its ``validFrom`` may be for this
    verifier. Both are left out of account when None. `decode` is for whoever keeps bits that were decoded before.

    Problem codes: ``status_list.`` followed by ``entry`` (not an entry, or malformed), ``entry_size``, ``type`` (not a
    list), ``other_list``, ``purpose``, ``encoding``, ``too_large``, ``range``: no value; ``too_short``,
    ``not_yet_valid``, ``expired``, ``stale``, ``too_old``, ``time`` (unreadable): a zero is not relied on;
    ``multibase``, ``index_type``, ``messages``: only told.
    """
    purpose = entry.get("statusPurpose")
    shown = purpose if isinstance(purpose, str) else ""
    problems: list[StatusProblem] = []
    try:
        parsed = _entry(entry, problems)
        subject = _subject(document, parsed)
        problems.extend(_time_problems(document, subject, now=now, retrieved=retrieved, max_age=max_age))
        value = _value(subject, parsed, problems, decode)
    except _RefusalError as refused:
        return StatusListAnswer(shown, None, None, (*problems, refused.problem))
    return StatusListAnswer(shown, value, _message(entry, parsed, value, problems), tuple(problems))


def _entry(entry: JsonObject, problems: list[StatusProblem]) -> _Entry:
    if ENTRY_TYPE not in _strings(entry.get("type")):
        raise _refused("entry", ProblemType.MALFORMED, f"the entry's type is not {ENTRY_TYPE}")
    purpose, index, address = (entry.get(name) for name in ("statusPurpose", "statusListIndex", "statusListCredential"))
    index = _whole(index)
    if isinstance(index, int) and not isinstance(index, bool):
        problems.append(_problem("index_type", ProblemType.MALFORMED, "statusListIndex is a number, not text", False))
        index = str(index)
    if not (isinstance(purpose, str) and purpose and isinstance(address, str) and address):
        raise _refused("entry", ProblemType.MALFORMED, "the entry has no statusPurpose or statusListCredential")
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise _refused("entry", ProblemType.MALFORMED, "statusListIndex is not a number in base 10")
    bits = _whole(entry.get("statusSize", 1))
    if isinstance(bits, bool) or not isinstance(bits, int) or not 1 <= bits <= bitstring.MAX_ENTRY_BITS:
        raise _refused("entry_size", ProblemType.MALFORMED, f"statusSize is not 1 to {bitstring.MAX_ENTRY_BITS}")
    return _Entry(purpose, int(index), bits, address)


def _whole(value: JsonValue) -> JsonValue:
    """Return a whole number as an integer: RFC 8785 writes 5 and 5.0 alike, so whoever holds a file may choose."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _subject(document: JsonObject, entry: _Entry) -> JsonObject:
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    if LIST_TYPE not in _strings(document.get("type")) or not isinstance(subject, dict):
        raise _refused("type", ProblemType.VERIFICATION, f"the document is not a {LIST_TYPE}")
    if SUBJECT_TYPE not in _strings(subject.get("type")):
        raise _refused("type", ProblemType.VERIFICATION, f"the list's subject is not a {SUBJECT_TYPE}")
    if document.get("id", entry.address) != entry.address:
        raise _refused("other_list", ProblemType.VERIFICATION, "the list is not the one that the entry names")
    if entry.purpose not in _strings(subject.get("statusPurpose")):
        raise _refused("purpose", ProblemType.VERIFICATION, "the list does not have the entry's statusPurpose")
    return subject


def _value(
    subject: JsonObject, entry: _Entry, problems: list[StatusProblem], decode: Callable[[str], DecodedBits]
) -> int:
    text = subject.get("encodedList")
    if not isinstance(text, str):
        raise _refused("encoding", ProblemType.MALFORMED, "encodedList is not text")
    try:
        decoded = decode(text)
    except InputError as error:
        raise _RefusalError(StatusProblem(error.code, ProblemType.MALFORMED, str(error))) from error
    if not decoded.multibase:
        problems.append(
            _problem("multibase", ProblemType.MALFORMED, "encodedList lacks the multibase prefix or is padded", False)
        )
    entries = bitstring.entry_count(decoded.bits, entry_bits=entry.bits)
    if entries < bitstring.MINIMUM_ENTRIES:
        message = f"the list has {entries} entries, at least {bitstring.MINIMUM_ENTRIES} are asked for"
        problems.append(_problem("too_short", ProblemType.LENGTH, message))
    try:
        return bitstring.value_at(decoded.bits, entry.index, entry_bits=entry.bits)
    except InputError as error:
        raise _RefusalError(StatusProblem(error.code, ProblemType.RANGE, str(error))) from error


def _time_problems(
    document: JsonObject,
    subject: JsonObject,
    *,
    now: datetime,
    retrieved: datetime | None,
    max_age: timedelta | None,
) -> Iterator[StatusProblem]:
    verification = ProblemType.VERIFICATION
    try:
        valid_from, valid_until = (_time(document, name) for name in ("validFrom", "validUntil"))
    except InputError as error:
        yield _problem("time", ProblemType.MALFORMED, f"the list's validity can't be read: {error}")
        return
    if valid_from is not None and now < valid_from:
        yield _problem("not_yet_valid", verification, "the list is not valid yet")
    if valid_until is not None and now > valid_until:
        yield _problem("expired", verification, "the list is no longer valid")
    if max_age is not None and (valid_from is None or now - valid_from > max_age):
        yield _problem("too_old", verification, "the list is older than this verifier accepts, or has no date")
    ttl = subject.get("ttl")
    if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, int) or not 0 <= ttl <= 1 << 53):
        yield _problem("time", ProblemType.MALFORMED, "the list's ttl is not a number of milliseconds")
    elif isinstance(ttl, int) and retrieved is not None and (now - retrieved) // timedelta(milliseconds=1) > ttl:
        yield _problem("stale", verification, "the copy of the list is kept for longer than its ttl")


def _time(document: JsonObject, name: str) -> datetime | None:
    text = document.get(name)
    if text is None:
        return None
    if not isinstance(text, str):
        raise InputError(f"{name} is not text", code="time.syntax")
    return parse_time(text)


def _message(entry: JsonObject, parsed: _Entry, value: int, problems: list[StatusProblem]) -> str | None:
    stated = entry.get("statusMessage")
    if stated is None and parsed.bits == 1:
        return None
    items = stated if isinstance(stated, list) else []
    texts: dict[int, str] = {}
    for item in items[: 1 << parsed.bits]:
        if isinstance(item, dict) and isinstance(item.get("message"), str):
            texts[_status_number(item.get("status"))] = str(item["message"])
    if len(items) != 1 << parsed.bits or set(texts) != set(range(1 << parsed.bits)):
        told = "statusMessage does not name each value once"
        problems.append(_problem("messages", ProblemType.MALFORMED, told, False))
    return texts.get(value)


def _status_number(value: JsonValue) -> int:
    if isinstance(value, str) and re.fullmatch(r"(0x)?[0-9A-Fa-f]{1,2}", value):
        return int(value, 16)
    return -1


def _strings(value: JsonValue) -> tuple[str, ...]:
    """Read a member that is one string or an array of them."""
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str))


def _problem(word: str, kind: ProblemType, message: str, grave: bool = True) -> StatusProblem:
    return StatusProblem(f"status_list.{word}", kind, message, grave)


def _refused(word: str, kind: ProblemType, message: str) -> _RefusalError:
    return _RefusalError(_problem(word, kind, message))
