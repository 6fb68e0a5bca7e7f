"""The roster as a whole: read once to learn what only the whole file tells, and a second time to check every row.

Memory stays flat: people are not kept, but read again for whoever asks (`Roster.entries`).
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import BinaryIO

from credroot.core.errors import InputError
from credroot.roster.columns import Column, Field, Header, header_problems, match_columns
from credroot.roster.dates import DayOrder, DayOrderEvidence
from credroot.roster.encoding import TextForm, find_text_form
from credroot.roster.people import Entry, PeopleReader, has_long_cell, is_blank, person_keys
from credroot.roster.problems import Problem, ProblemLog, Severity, excerpt
from credroot.roster.table import MAX_ROWS, Record, TableForm, find_table_form, records

_DATES = (Field.ISSUED_ON, Field.EXPIRES_ON)
_MAX_TEXTS_SEEN = 65_536  # texts of days that are not looked at twice


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster that was read and checked from its first byte to its last."""

    encoding: str
    """For people: ``UTF-8``, ``UTF-8 with BOM``, ``UTF-16 LE``, ``Windows-1252``, ...; empty where none fits."""
    delimiter: str
    """What parts the cells; empty where the file is no table."""
    columns: tuple[Column, ...]
    """The columns that are used, with the field that each was matched to."""
    ignored: tuple[str, ...]
    """The headers of the others."""
    rows: int
    """Rows with anything in them, the header left out."""
    people: int
    """Rows that can be issued."""
    errors: int
    """Errors found, whether or not `problems` has them all."""
    warnings: int
    problems: tuple[Problem, ...]
    """By row; at most `problems.MAX_PROBLEMS`, the first ones."""
    sample: str
    """A name with letters beyond ASCII, where the encoding is a guess that a person can judge by it."""
    _source: BinaryIO
    _plan: _Plan | None

    @property
    def is_clean(self) -> bool:
        """Whether all its rows can be issued; warnings don't count."""
        return self.errors == 0

    def entries(self) -> Iterator[Entry]:
        """Read the source again and give the people of the rows without errors, in their order, one at a time.

        The source must be open and unchanged; two iterations at once must not share it.
        """
        if self._plan is not None:
            yield from self._plan.read(self._source, ProblemLog())


def read_roster(source: bytes | BinaryIO) -> Roster:
    """Read and check a roster; whatever its bytes are, the answer is a `Roster`, and every problem names a row.

    `source` must be seekable, and stay open for `Roster.entries`. It is read three times.
    """
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes | bytearray | memoryview) else source
    log = ProblemLog()
    try:
        text_form = find_text_form(stream)
    except InputError as error:
        log.add(Problem(1, "", Severity.ERROR, error.code, str(error)))
        return _unusable(stream, log, encoding="", delimiter="")
    table_form = find_table_form(stream, text_form)
    if not table_form.header_row:
        log.add(Problem(1, "", Severity.ERROR, "roster.empty", "the file has no row"))
        return _unusable(stream, log, encoding=text_form.label, delimiter="")
    header = match_columns(table_form.header_row, table_form.header)
    for problem in header_problems(header):
        log.add(problem)
    if not header.is_usable:
        if any("\ufffd" in name or not name.isprintable() for name in (*header.ignored, *table_form.header)):
            message = "the header can't be read in any encoding known here; save the file as CSV (UTF-8)"
            log.add(Problem(table_form.header_row, "", Severity.ERROR, "roster.encoding", message))
        return _unusable(stream, log, encoding=text_form.label, delimiter=table_form.delimiter, header=header)
    return _checked(stream, log, text_form, table_form, header)


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that the first reading told, so that any later one gives the same."""

    text_form: TextForm
    table_form: TableForm
    header: Header
    orders: dict[Field, DayOrder]
    repeated: frozenset[int]
    rows: int
    sample: str

    def read(self, source: BinaryIO, log: ProblemLog) -> Iterator[Entry]:
        reader = PeopleReader(self.header, self.orders, self.repeated)
        return reader.read(_capped(records(source, self.text_form, self.table_form)), log.add)


def _checked(stream: BinaryIO, log: ProblemLog, text_form: TextForm, table_form: TableForm, header: Header) -> Roster:
    plan = _survey(stream, text_form, table_form, header)
    last = table_form.header_row + plan.rows
    if not plan.rows:
        log.add(Problem(table_form.header_row, "", Severity.ERROR, "roster.empty", "no row stands below the header"))
    if text_form.cut:
        message = "the file ends inside a character: it was cut off"
        log.add(Problem(last, "", Severity.ERROR, "encoding.half_character", message))
    if plan.rows > MAX_ROWS:
        message = f"a roster has at most {MAX_ROWS:,} rows; split it"
        log.add(Problem(last, "", Severity.ERROR, "roster.too_many_rows", message))
    people = 0
    for _ in plan.read(stream, log):
        people += 1
    return Roster(
        encoding=text_form.label,
        delimiter=table_form.delimiter,
        columns=header.columns,
        ignored=header.ignored,
        rows=plan.rows,
        people=people,
        errors=log.errors,
        warnings=log.warnings,
        problems=log.kept,
        sample=plan.sample if text_form.is_guess else "",
        _source=stream,
        _plan=plan,
    )


def _survey(stream: BinaryIO, text_form: TextForm, table_form: TableForm, header: Header) -> _Plan:
    """Read all rows for what no single row tells: the order of days, who is there twice, a name to judge by."""
    keys = person_keys(header)
    hashes = array("q")
    evidence = {field: DayOrderEvidence() for field in _DATES}
    columns = [(header.index(field), evidence[field], set[str]()) for field in _DATES if header.index(field) >= 0]
    name_index = max(header.index(field) for field in (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME))
    wants_sample, sample, rows = text_form.is_guess, "", 0
    for _, cells, fault in _capped(records(stream, text_form, table_form)):
        if fault:
            rows += 1
            continue
        if is_blank(cells):
            continue
        rows += 1
        if len(cells) < header.width:
            cells = cells + [""] * (header.width - len(cells))
        if has_long_cell(cells):
            continue
        hashes.extend(map(hash, keys(cells)))
        for index, told, seen in columns:
            value = cells[index]
            if value not in seen:
                told.look_at((value,))
                if len(seen) < _MAX_TEXTS_SEEN:
                    seen.add(value)
        if wants_sample and not cells[name_index].isascii():
            sample, wants_sample = excerpt(cells[name_index].strip()), False
    orders = {field: told.order for field, told in evidence.items()}
    return _Plan(text_form, table_form, header, orders, _repeated(hashes), rows, sample)


def _repeated(hashes: array[int]) -> frozenset[int]:
    """Give the values that occur more than once; sorting needs less memory than a set."""
    ordered = sorted(hashes)
    return frozenset(left for left, right in pairwise(ordered) if left == right)


def _capped(rows: Iterable[Record]) -> Iterator[Record]:
    """Give one row more than a roster may have, so that the excess is seen but not read."""
    return islice(rows, MAX_ROWS + 1)


def _unusable(
    stream: BinaryIO, log: ProblemLog, *, encoding: str, delimiter: str, header: Header | None = None
) -> Roster:
    return Roster(
        encoding=encoding,
        delimiter=delimiter,
        columns=header.columns if header else (),
        ignored=header.ignored if header else (),
        rows=0,
        people=0,
        errors=log.errors,
        warnings=log.warnings,
        problems=log.kept,
        sample="",
        _source=stream,
        _plan=None,
    )
