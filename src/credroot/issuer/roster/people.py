"""From rows to people: each row checked in full, and given only where nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from credroot.issuer.roster.cells import (
    Flaw,
    clean_address,
    clean_did,
    clean_evidence,
    clean_free_text,
    clean_name,
)
from credroot.issuer.roster.columns import Field, Header
from credroot.issuer.roster.dates import BadDate, DayOrder, parse_day
from credroot.issuer.roster.problems import Problem, Severity, excerpt
from credroot.issuer.roster.table import MAX_CELL, Record

_MAX_DAYS_KEPT = 65_536  # texts of days whose reading is kept: a roster has few days and many rows

Report: TypeAlias = Callable[[Problem], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One person who gets one badge: a row without errors, its texts as they will be issued."""

    row: int
    """As a spreadsheet counts; the header is row 1."""
    name: str
    email: str
    """Normalised as `credential.recipient` says; empty where the row has only a DID."""
    did: str
    """The recipient's DID; empty where the row has none."""
    issued_on: date
    expires_on: date | None
    """The last day of validity."""
    result: str
    evidence: tuple[str, ...]
    """http(s) URLs, none twice."""
    narrative: str


class PeopleReader:
    """Checks the rows of one roster; a second reading gives the same people and problems."""

    def __init__(self, header: Header, orders: dict[Field, DayOrder], repeated: frozenset[int]) -> None:
        """Take what the whole file tells: its `header`, the order of days in its dates, and the hashes of repeated people."""
        self._header = header
        self._orders = orders
        self._repeated = repeated
        self._days: dict[tuple[DayOrder, str], date | BadDate] = {}

    def read(self, records: Iterable[Record], report: Report) -> Iterator[Entry]:
        """Give the people of `records`, and every problem of every row to `report`."""
        width = self._header.width
        seen: dict[str, int] = {}
        for row, cells, fault in records:
            if fault:
                report(Problem(row, "", Severity.ERROR, "row.not_csv", fault))
                continue
            if not any(map(str.strip, cells)):
                continue
            flaws: list[tuple[Field | None, Flaw, str]] = []
            if len(cells) != width:
                flaws += _width_flaws(cells, width)
                cells = cells + [""] * (width - len(cells))
            if max(map(len, cells)) > MAX_CELL:
                self._report_long_cells(row, cells, report)
                continue
            entry = self._entry(row, cells, flaws)
            flaws += self._repetitions(entry, seen)
            if not flaws:
                yield entry
                continue
            for field, flaw, value in flaws:
                column = self._header.name_of(field) if field else ""
                report(Problem(row, column, flaw.severity, flaw.code, flaw.message, excerpt(value)))
            if all(flaw.severity is Severity.WARNING for _, flaw, _ in flaws):
                yield entry

    def _entry(self, row: int, cells: list[str], flaws: list[tuple[Field | None, Flaw, str]]) -> Entry:
        """Check every cell of a row; where `flaws` gets an error the entry is not to be used."""
        place = self._places
        name = self._name(cells, flaws)
        email = did = result = narrative = ""
        evidence: tuple[str, ...] = ()
        if (index := place[Field.EMAIL]) >= 0:
            email, found = clean_address(cells[index])
            flaws += [(Field.EMAIL, flaw, cells[index]) for flaw in found]
        if (index := place[Field.DID]) >= 0:
            did, found = clean_did(cells[index])
            flaws += [(Field.DID, flaw, cells[index]) for flaw in found]
        if not email and not did and not any(field in (Field.EMAIL, Field.DID) for field, _, _ in flaws):
            flaws.append((Field.EMAIL if place[Field.EMAIL] >= 0 else Field.DID, _missing(), ""))
        if (index := place[Field.RESULT]) >= 0:
            result, found = clean_free_text(cells[index], lines=False)
            flaws += [(Field.RESULT, flaw, cells[index]) for flaw in found]
        if (index := place[Field.EVIDENCE]) >= 0:
            evidence, found = clean_evidence(cells[index])
            flaws += [(Field.EVIDENCE, flaw, cells[index]) for flaw in found]
        if (index := place[Field.NARRATIVE]) >= 0:
            narrative, found = clean_free_text(cells[index], lines=True)
            flaws += [(Field.NARRATIVE, flaw, cells[index]) for flaw in found]
        issued_on, expires_on = self._days_of(cells, flaws)
        return Entry(row, name, email, did, issued_on or date.min, expires_on, result, evidence, narrative)

    @property
    def _places(self) -> dict[Field, int]:
        raise AttributeError
