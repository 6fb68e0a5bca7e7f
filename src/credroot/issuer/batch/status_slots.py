"""Places in the issuer's status lists: one for each credential, chosen at random, and never given twice.

``status/taken-<list>.bits`` has a bit for each place of a list that was given. A batch's places are reserved there
first and then noted in its folder, both durably and before a credential is built on them, so a batch that is resumed
finds its own again; a crash between the two only leaves places unused. At random, because a place must not tell in
which order people were awarded something.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.credential.status.bitstring import MINIMUM_ENTRIES
from credroot.store.durable import PRIVATE, write_file
from credroot.store.lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

LIST_ENTRIES = MINIMUM_ENTRIES
"""Places of one list; the shortest that the standard allows, which is a crowd large enough to hide in."""
MAX_LISTS = 8_192
NOTE = "status-slots"
"""A batch's own note of its places."""


@dataclass(frozen=True, slots=True)
class StatusSlot:
    """One place."""

    list_number: int
    """From 1."""
    index: int
    """From 0, below `LIST_ENTRIES`."""

    @property
    def number(self) -> int:
        """Both as one number, from 0."""
        return (self.list_number - 1) * LIST_ENTRIES + self.index

    @classmethod
    def of(cls, number: int) -> StatusSlot:
        """Read what `number` gives."""
        return cls(number // LIST_ENTRIES + 1, number % LIST_ENTRIES)


def slots_for(
    batch_folder: Path, count: int, *, workspace: Path, sample: Callable[[Sequence[int], int], list[int]]
) -> Iterator[StatusSlot]:
    """Give `count` places for a batch, always the same ones for the same batch folder and count.

    `sample` draws so many of a sequence without repeating, in random order (`random.SystemRandom().sample`).

    Raises:
        LockHeld: another process is reserving.
        InputError: ``status.full``, there are no more lists; ``status.slots``, a file of ours is damaged.
    """
    note = batch_folder / NOTE
    if note.exists():
        numbers = _read_note(note)
        if len(numbers) == count:
            return map(StatusSlot.of, numbers)
    with exclusive(workspace / "locks" / "status.lock"):
        numbers = _reserve(workspace / "status", count, sample)
        write_file(note, _little_endian(numbers), mode=PRIVATE)
    return map(StatusSlot.of, numbers)


def noted_slots(batch_folder: Path) -> tuple[StatusSlot, ...]:
    """Give the places of a batch that has some; `InputError` (``status.slots``) for a damaged note."""
    note = batch_folder / NOTE
    return tuple(map(StatusSlot.of, _read_note(note))) if note.exists() else ()


def _reserve(folder: Path, count: int, sample: Callable[[Sequence[int], int], list[int]]) -> array[int]:
    folder.mkdir(exist_ok=True)
    numbers = array("I")
    for list_number in range(1, MAX_LISTS + 1):
        path = folder / f"taken-{list_number}.bits"
        taken = bytearray(path.read_bytes()) if path.exists() else bytearray(LIST_ENTRIES // 8)
        if len(taken) != LIST_ENTRIES // 8:
            raise InputError(f"{path}: not {LIST_ENTRIES // 8} bytes", code="status.slots")
        free = [index for index in range(LIST_ENTRIES) if not taken[index // 8] & 1 << index % 8]
        chosen = sample(free, min(count - len(numbers), len(free)))
        for index in chosen:
            taken[index // 8] |= 1 << index % 8
            numbers.append(StatusSlot(list_number, index).number)
        if chosen:
            write_file(path, bytes(taken))
        if len(numbers) == count:
            return numbers
    raise InputError("every status list is full", code="status.full")


def _little_endian(numbers: array[int]) -> bytes:
    return b"".join(number.to_bytes(4, "little") for number in numbers)


def _read_note(path: Path) -> array[int]:
    data = path.read_bytes()
    if len(data) % 4:
        raise InputError(f"{path}: damaged", code="status.slots")
    return array("I", (int.from_bytes(data[start : start + 4], "little") for start in range(0, len(data), 4)))
