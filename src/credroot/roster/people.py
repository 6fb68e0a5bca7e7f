"""From rows to people: each row checked in full, and given only where nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, TypeAlias

from credroot.roster.cells import (
    Flaw,
    clean_address,
    clean_did,
    clean_evidence,
    clean_name,
    clean_narrative,
    clean_result,
)
from credroot.roster.columns import Field, Header
from credroot.roster.dates import BadDate, DayOrder, parse_day
from credroot.roster.problems import Problem, Severity, excerpt
from credroot.roster.table import MAX_CELL, Record

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


class DayColumn:
    """A column of days, each text of which is read once."""

    def __init__(self, index: int, order: DayOrder) -> None:
        """`index` is the cell's place in a row, -1 where there is no such column."""
        self._index = index
        self._order = order
        self._known: dict[str, date | Flaw | None] = {"": None}

    def text(self, cells: list[str]) -> str:
        """Give the text of a row's cell, without spaces around."""
        return cells[self._index].strip() if self._index >= 0 else ""

    def read(self, cells: list[str]) -> date | Flaw | None:
        """Give a row's day, none for an empty cell."""
        text = self.text(cells)
        if text in self._known:
            return self._known[text]
        day = parse_day(text, self._order)
        known = Flaw(Severity.ERROR, day.code, day.message) if isinstance(day, BadDate) else day
        if len(self._known) < _MAX_DAYS_KEPT:
            self._known[text] = known
        return known


class PeopleReader:
    """Checks the rows of one roster; a second reading gives the same people and problems."""

    def __init__(self, header: Header, orders: dict[Field, DayOrder], repeated: frozenset[int]) -> None:
        """Take what the whole file tells: `header`, `orders` of days and months, `repeated` hashes of person keys."""
        self._header = header
        self._repeated = repeated
        self._texts = tuple(_text_columns(header))
        self._issued = DayColumn(header.index(Field.ISSUED_ON), orders[Field.ISSUED_ON])
        self._expires = DayColumn(header.index(Field.EXPIRES_ON), orders[Field.EXPIRES_ON])

    def read(self, records: Iterable[Record], report: Report) -> Iterator[Entry]:
        """Give the people of `records`, and every problem of every row to `report`."""
        width = self._header.width
        seen: dict[str, int] = {}
        for row, cells, fault in records:
            if fault:
                report(Problem(row, "", Severity.ERROR, fault.code, fault.message))
                continue
            found: _Findings = []
            if len(cells) != width:
                found += _width_findings(cells, width)
                cells = cells + [""] * (width - len(cells))
            if is_blank(cells):
                continue
            if has_long_cell(cells):
                found += self._long_cells(cells)
            else:
                entry = self._entry(row, cells, found)
                if self._repeated:
                    self._find_repetition(entry, seen, found)
            if not found:
                yield entry
                continue
            for field, flaw, value in found:
                column = self._header.name_of(field) if field else ""
                report(Problem(row, column, flaw.severity, flaw.code, flaw.message, excerpt(value)))
            if all(flaw.severity is Severity.WARNING for _, flaw, _ in found):
                yield entry

    def _entry(self, row: int, cells: list[str], found: _Findings) -> Entry:
        """Check every cell of a row; where `found` gets an error the entry is not to be used."""
        values: list[Any] = ["", "", "", "", (), ""]
        for slot, field, text_of, clean in self._texts:
            raw = text_of(cells)
            values[slot], flaws = clean(raw)
            if flaws:
                found += [(field, flaw, raw) for flaw in flaws]
        name, email, did, result, evidence, narrative = values
        if not name:
            found.append((self._name_field, _MISSING, ""))
        if not email and not did:
            found.append((Field.EMAIL if self._header.index(Field.EMAIL) >= 0 else Field.DID, _MISSING, ""))
        issued_on, expires_on = self._issued.read(cells), self._expires.read(cells)
        if isinstance(issued_on, Flaw):
            found.append((Field.ISSUED_ON, issued_on, self._issued.text(cells)))
            issued_on = None
        elif issued_on is None:
            found.append((Field.ISSUED_ON, _MISSING, ""))
        if isinstance(expires_on, Flaw):
            found.append((Field.EXPIRES_ON, expires_on, self._expires.text(cells)))
            expires_on = None
        if issued_on and expires_on and expires_on < issued_on:
            found.append((Field.EXPIRES_ON, _EXPIRY_FIRST, str(expires_on)))
        return Entry(row, name, email, did, issued_on or date.min, expires_on, result, evidence, narrative)

    @property
    def _name_field(self) -> Field:
        columns = (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME)
        return next(field for field in columns if self._header.index(field) >= 0)

    def _find_repetition(self, entry: Entry, seen: dict[str, int], found: _Findings) -> None:
        """Compare with earlier rows; only keys whose hash occurs twice in the file are kept."""
        for field, key in ((Field.EMAIL, entry.email), (Field.DID, entry.did)):
            if key and hash(key) in self._repeated:
                first = seen.setdefault(key, entry.row)
                if first != entry.row:
                    flaw = Flaw(Severity.ERROR, "person.repeated", f"same person and badge as row {first}")
                    found.append((field, flaw, key))

    def _long_cells(self, cells: list[str]) -> _Findings:
        fields = {column.index: column.field for column in self._header.columns}
        return [
            (fields.get(index), Flaw(Severity.ERROR, "cell.too_long", f"has more than {MAX_CELL} characters"), cell)
            for index, cell in enumerate(cells)
            if len(cell) > MAX_CELL
        ]


_Findings: TypeAlias = "list[tuple[Field | None, Flaw, str]]"
_MISSING = Flaw(Severity.ERROR, "value.missing", "is empty")
_EXPIRY_FIRST = Flaw(Severity.ERROR, "date.expiry_before_issue", "lies before the day of issue")

_Clean: TypeAlias = "Callable[[str], tuple[Any, tuple[Flaw, ...]]]"


def is_blank(cells: list[str]) -> bool:
    """Answer whether a row has nothing but spaces."""
    return not "".join(cells).strip()


def has_long_cell(cells: list[str]) -> bool:
    """Answer whether a cell has more than `MAX_CELL` characters; no other check looks at such a row."""
    return max(map(len, cells)) > MAX_CELL


def person_keys(header: Header) -> Callable[[list[str]], list[str]]:
    """Give the function that finds what identifies the person of a row: address and DID, as `Entry` has them."""
    people = (Field.EMAIL, Field.DID)
    columns = [(text_of, clean) for _, field, text_of, clean in _text_columns(header) if field in people]

    def keys(cells: list[str]) -> list[str]:
        return [key for text_of, clean in columns if (key := clean(text_of(cells))[0])]

    return keys


def _text_columns(header: Header) -> Iterator[tuple[int, Field, Callable[[list[str]], str], _Clean]]:
    """Give the columns of text: place among an entry's texts, field, how to find the cell and how to clean it."""
    if (index := header.index(Field.NAME)) >= 0:
        yield 0, Field.NAME, itemgetter(index), clean_name
    else:
        parts = [index for field in (Field.GIVEN_NAME, Field.FAMILY_NAME) if (index := header.index(field)) >= 0]
        yield 0, Field.NAME, lambda cells: " ".join(cells[index] for index in parts), clean_name
    cleaners: tuple[tuple[Field, _Clean], ...] = (
        (Field.EMAIL, clean_address),
        (Field.DID, clean_did),
        (Field.RESULT, clean_result),
        (Field.EVIDENCE, clean_evidence),
        (Field.NARRATIVE, clean_narrative),
    )
    for slot, (field, clean) in enumerate(cleaners, start=1):
        if (index := header.index(field)) >= 0:
            yield slot, field, itemgetter(index), clean


def _width_findings(cells: list[str], width: int) -> _Findings:
    """A short row lacks its last cells, as some programs write it; a filled cell beyond the header has no meaning."""
    extra = [cell for cell in cells[width:] if cell.strip()]
    if not extra:
        return []
    message = f"has {len(cells)} cells, the header {width}: is a separator in a text without quotation marks?"
    return [(None, Flaw(Severity.ERROR, "row.too_wide", message), extra[0])]
