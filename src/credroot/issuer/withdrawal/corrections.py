"""What a new credential says otherwise than the old one: a corrected roster, or single cells."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.issuer.batch.request import usable_roster
from credroot.roster.corrected import write_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from credroot.issuer.withdrawal.selection import Cell
    from credroot.roster.people import Entry

MAX_NAMED = 20
"""Rows that an error names one by one."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One person's row as it was, and as it is to be."""

    old: Entry
    new: Entry

    @property
    def changes(self) -> dict[str, tuple[str, str]]:
        """Give what differs, by field: the old text and the new one."""
        return {
            field.name: (_text(getattr(self.old, field.name)), _text(getattr(self.new, field.name)))
            for field in fields(self.old)
            if field.name != "row" and getattr(self.old, field.name) != getattr(self.new, field.name)
        }


def corrections(people: Mapping[int, Entry], roster: Path | None, cells: Sequence[Cell]) -> tuple[Correction, ...]:
    """Give each person's row as it is to be: from a corrected copy of the roster where there is one, then `cells`.

    A copy has the same people on the same rows; of name, address and DID at least one must be as it was, so that a row
    put in by mistake does not give everybody the next one's credential.

    Raises:
        InputError: ``succession.rows``, a row is missing, or is somebody else's.
        RosterRefused: as `usable_roster`.
    """
    new = dict(people)
    if roster is not None:
        with roster.open("rb") as stream:
            new = {entry.row: entry for entry in usable_roster(stream, roster.name).entries() if entry.row in people}
        strange = [row for row, old in people.items() if row not in new or not _is_same_person(old, new[row])]
        if strange:
            named = ", ".join(map(str, strange[:MAX_NAMED])) + (", and more" if len(strange) > MAX_NAMED else "")
            raise InputError(
                f"{roster.name}: row {named}: not there, or neither name, address nor DID is the one of the batch's "
                "roster; a corrected copy has the same people on the same rows",
                code="succession.rows",
            )
    set_anew = {cell.field.value: cell.value for cell in cells}
    return tuple(Correction(old, replace(new[row], **set_anew)) for row, old in people.items())


def _is_same_person(old: Entry, new: Entry) -> bool:
    return any(getattr(old, name) and getattr(old, name) == getattr(new, name) for name in ("name", "email", "did"))


def roster_of(entries: Iterable[Entry]) -> bytes:
    """Write people as a roster, from row 2 on, and make sure that it reads as the same people.

    Raises:
        RosterRefused: they can't stand in one roster, for one is in it twice, say.
        InputError: ``succession.cell``, a value would be read otherwise than it is written.
    """
    listed = [replace(entry, row=row) for row, entry in enumerate(entries, start=2)]
    written = io.BytesIO()
    write_entries(listed, written)
    again = usable_roster(io.BytesIO(written.getvalue()), "the corrected roster").entries()
    for entry, read in zip(listed, again, strict=True):
        if entry != read:
            raise InputError(f"row {entry.row} can't be written so that it reads the same", code="succession.cell")
    return written.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)
