"""From text to rows of cells: the separator, the records and their numbers in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, TypeAlias

from credroot.roster.columns import recognised
from credroot.roster.encoding import TextForm, open_text

MAX_ROWS = 1_000_000
"""People in a roster; a spreadsheet ends at 1,048,576 rows."""
MAX_CELL = 32_767
"""Characters of a cell: what Excel allows, and far more than any column here needs."""

_DELIMITERS = (",", ";", "\t")
_HEAD = 1 << 16  # characters in which the header must end
_FILLING = " \t,;\ufeff"  # what an empty row has, whatever its separator
_SEPARATOR_LINE = re.compile("sep=([,;\t])\r?\n", re.IGNORECASE)


class RowFault(NamedTuple):
    """Why a row is no CSV; other rows are read all the same."""

    code: str
    message: str


Record: TypeAlias = "tuple[int, list[str], RowFault | None]"
"""Row number, cells, and what is wrong with the row as CSV (then it has no cells)."""


@dataclass(frozen=True, slots=True)
class TableForm:
    """How the text of one roster is to be cut into cells."""

    delimiter: str
    skip: int
    """Characters before the first row: Excel's line ``sep=;``, which a spreadsheet doesn't count as a row."""
    header_row: int
    """The first row that is not empty; 0 where there is none."""
    header: tuple[str, ...]
    """The cells of that row."""


def find_table_form(source: BinaryIO, form: TextForm) -> TableForm:
    """Find the separator by the header: the one by which most columns are recognised, then the one that makes most."""
    with open_text(source, form) as text:
        head = text.read(_HEAD)
    said = _SEPARATOR_LINE.match(head)
    skip = said.end() if said else 0
    candidates = said[1] if said else _DELIMITERS
    best = max(
        (_first_row(head[skip:], delimiter) for delimiter in candidates),
        key=lambda found: (recognised(found[2]), len(found[2])),
    )
    return TableForm(best[0], skip, best[1], tuple(best[2]))


def records(source: BinaryIO, text_form: TextForm, table_form: TableForm) -> Iterator[Record]:
    """Give the rows below the header, read as they are asked for; empty rows are left out but counted."""
    with open_text(source, text_form) as text:
        text.read(table_form.skip)
        rows = _parse(text, table_form.delimiter)
        for row, _, _ in rows:
            if row >= table_form.header_row:
                break
        yield from rows


def _first_row(head: str, delimiter: str) -> tuple[str, int, list[str]]:
    for row, cells, _ in _parse(io.StringIO(head, newline=""), delimiter):
        if any(cell.strip(_FILLING) for cell in cells):
            return delimiter, row, cells
    return delimiter, 0, []


def _parse(text: Iterator[str], delimiter: str) -> Iterator[Record]:
    """Read `text` to its end; after a row that is no CSV, go on with the next line."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    row = 0
    while True:
        try:
            for cells in reader:
                row += 1
                if cells:
                    yield row, cells, None
            return
        except csv.Error as error:
            row += 1
            yield row, [], _in_words(error)


def _in_words(error: csv.Error) -> RowFault:
    """Say what the parser met, in words for people; a code hangs on the only texts that the parser has."""
    text = str(error)
    if "field larger" in text:
        message = f"has a cell of more than {MAX_CELL} characters, or a quotation mark that is never closed"
        return RowFault("cell.too_long", message)
    if "end of data" in text:
        return RowFault("row.open_quote", "has a quotation mark that is never closed")
    if "expected after" in text:
        return RowFault("row.quote", "has a quotation mark inside a cell in quotation marks: double it")
    return RowFault("row.not_csv", f"is no CSV: {text}")
