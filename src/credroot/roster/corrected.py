"""The corrected copy of a roster: the rows that can be issued, in one plain form.

UTF-8 with a byte order mark, because Excel takes a CSV file without one for the encoding of the country it was sold in;
commas, CR LF (RFC 4180) and ISO days. Our names stand in the header, and columns that are not used are left out.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from credroot.core.text.spreadsheet import begins_formula
from credroot.roster.columns import Field
from credroot.roster.people import Entry
from credroot.roster.roster import Roster

_ALWAYS = (Field.NAME, Field.EMAIL, Field.ISSUED_ON)
_IF_PRESENT = (Field.DID, Field.EXPIRES_ON, Field.RESULT, Field.EVIDENCE, Field.NARRATIVE)


def write_corrected(roster: Roster, target: BinaryIO) -> int:
    """Write the people of `roster` to `target` and return how many; read again, only what a person must judge is left.

    Duplicates keep their first row. Whatever a spreadsheet would take for a formula gets an apostrophe before it, which
    a roster loses when it is read.
    """
    present = {column.field for column in roster.columns}
    fields = _ALWAYS + tuple(field for field in _IF_PRESENT if field in present)
    target.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(target, encoding="utf-8", newline="")
    try:
        return _write(text, fields, roster.entries())
    finally:
        text.detach()


def write_entries(entries: Sequence[Entry], target: BinaryIO) -> None:
    """Write people to `target` in the same form, with the columns that anybody has something in."""
    fields = _ALWAYS + tuple(field for field in _IF_PRESENT if any(_cell(entry, field) for entry in entries))
    target.write(codecs.BOM_UTF8)
    text = io.TextIOWrapper(target, encoding="utf-8", newline="")
    try:
        _write(text, fields, entries)
    finally:
        text.detach()


def guarded(cell: str) -> str:
    """Give `cell`, line ends and all, so that no spreadsheet takes it for a formula: with an apostrophe before it."""
    return "'" + cell if begins_formula(cell) else cell


def _write(text: io.TextIOWrapper, fields: tuple[Field, ...], entries: Iterable[Entry]) -> int:
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([field.value for field in fields])
    count = 0
    for entry in entries:
        writer.writerow([guarded(_cell(entry, field)) for field in fields])
        count += 1
    return count


def _cell(entry: Entry, field: Field) -> str:
    value = getattr(entry, field.value)
    if value is None:
        return ""
    return "\n".join(value) if isinstance(value, tuple) else str(value)
