"""Days as people write them, read without guessing: what has two readings is an error.

``31/01/2026`` and ``01/31/2026`` look alike for twelve days of a month. One column is written by one habit, so a day
above 12 anywhere in it tells the habit for all of it; where no value tells, or two contradict, none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

EARLIEST_YEAR = 1900
LATEST_YEAR = 2200
"""Years outside are typing errors: ``0226`` or ``20226``."""

_TIME = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}|[AaPp][Mm]))?)?"
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})" + _TIME)
_TWO_DIGITS = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}" + _TIME)
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
_MAX_LENGTH = 48  # characters; the longest form above has some 45
_MONTHS = 12


class DayOrder(Enum):
    """What a column tells about dates such as ``03/04/2026``."""

    UNTOLD = "untold"
    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    CONTRADICTORY = "contradictory"


@dataclass(frozen=True, slots=True)
class BadDate:
    """Why a text is no day."""

    code: str
    message: str


class DayOrderEvidence:
    """Collects what the values of one column tell about the order of day and month."""

    __slots__ = ("_day_first", "_month_first")

    def __init__(self) -> None:
        self._day_first = self._month_first = False

    def look_at(self, values: Iterable[str]) -> None:
        """Take `values` into account."""
        for value in values:
            match = _YEAR_LAST.fullmatch(value.strip()) if len(value) <= _MAX_LENGTH else None
            if match is None or match[2] == ".":
                continue
            first, second = int(match[1]), int(match[3])
            self._day_first |= first > _MONTHS >= second
            self._month_first |= second > _MONTHS >= first

    @property
    def order(self) -> DayOrder:
        """What was told so far."""
        if self._day_first and self._month_first:
            return DayOrder.CONTRADICTORY
        if self._day_first:
            return DayOrder.DAY_FIRST
        return DayOrder.MONTH_FIRST if self._month_first else DayOrder.UNTOLD


def parse_day(text: str, order: DayOrder) -> date | BadDate:
    """Read one day; a time of day behind it is left out, whatever its offset: the day counts as it is written.

    ``2026-01-31`` also with ``/`` or ``.``; ``31.01.2026`` is always day first; ``/`` and ``-`` with the year last as
    `order` says, or where only one reading exists.
    """
    if len(text) > _MAX_LENGTH:
        return BadDate("date.syntax", "is not a date; write it as 2026-01-31")
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(text, int(match[1]), int(match[3]), int(match[4]))
    if match := _YEAR_LAST.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] == "." or first > _MONTHS or order is DayOrder.DAY_FIRST:
            return _day(text, year, second, first)
        if second > _MONTHS or first == second or order is DayOrder.MONTH_FIRST:
            return _day(text, year, first, second)
        return _ambiguous(text, order, year, first, second)
    if _TWO_DIGITS.fullmatch(text):
        return BadDate("date.two_digit_year", "has a year of two digits; write it as 2026-01-31")
    if _SERIAL.fullmatch(text):
        return BadDate("date.serial", "is a spreadsheet's number of a day; format the column as a date and save again")
    return BadDate("date.syntax", "is not a date; write it as 2026-01-31")


def _day(text: str, year: int, month: int, day: int) -> date | BadDate:
    try:
        found = date(year, month, day)
    except ValueError:
        return BadDate("date.impossible", "is not a date: no calendar has that day")
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return BadDate("date.year", f"lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return found


def _ambiguous(text: str, order: DayOrder, year: int, first: int, second: int) -> BadDate:
    readings = f"{year:04}-{second:02}-{first:02} or {year:04}-{first:02}-{second:02}"
    if order is DayOrder.CONTRADICTORY:
        why = "other dates of this column put the day first, and others the month"
        return BadDate("date.mixed_order", f"may be {readings}: {why}; write all as year-month-day")
    return BadDate(
        "date.ambiguous", f"may be {readings}, and no date of this column tells; write all as year-month-day"
    )
