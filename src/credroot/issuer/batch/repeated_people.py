"""Who has an achievement of a day already, from another batch of this workspace.

Beside its roster each batch keeps ``people.keys``: eight bytes for each address and DID, of person, achievement and day
of the award, so that a new roster is compared with all earlier ones without reading them again. They are a digest of
what the roster beside them says in full, and as private.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from credroot.core.errors import InputError
from credroot.issuer.batch.folder import BatchFolder
from credroot.roster.roster import read_roster
from credroot.store.durable import PRIVATE, write_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from credroot.roster.people import Entry

NOTE = "people.keys"
_KEY_BYTES = 8
"""Two different people have one key once in 10^19 pairs, and then a person is asked to look."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """What a new batch has in common with an earlier one."""

    batch: str
    people: int


class PeopleKeys:
    """The keys of a roster's people, in their order: one for an address and one for a DID."""

    def __init__(self, achievement: bytes) -> None:
        """Take the file of the achievement; nobody has it yet."""
        self.keys = array("Q")
        self._state = hashlib.sha256(_name_of(achievement))

    def add(self, entry: Entry) -> None:
        """Add a person."""
        for who in filter(None, (entry.email, entry.did)):
            one = self._state.copy()
            one.update(f"\n{entry.issued_on.isoformat()}\n{who}".encode())
            self.keys.append(int.from_bytes(one.digest()[:_KEY_BYTES], "little"))


def repeated_people(keys: array[int], others: Iterable[BatchFolder]) -> Repeated | None:
    """Find the first of `others` that somebody of a roster is in too, and count how many are."""
    mine = set(keys)
    for folder in others:
        common = len(mine.intersection(_keys_of(folder)))
        if common:
            return Repeated(folder.name, common)
    return None


def note_people(folder: BatchFolder, keys: array[int]) -> None:
    """Write the keys of a batch beside its roster."""
    write_file(folder.path / NOTE, _little_endian(keys).tobytes(), mode=PRIVATE)


def issued_folders(batches: Path, known: Iterable[str], chain: str, issuer: str) -> Iterable[BatchFolder]:
    """Give every batch of a roster that the journal knows, as `known` names it, or that was prepared for the issuer."""
    named = set(known)
    for path in sorted(batches.glob("*/roster.csv")):
        folder = BatchFolder(path.parent)
        if folder.name in named or _was_prepared(folder, chain, issuer):
            yield folder


def _was_prepared(folder: BatchFolder, chain: str, issuer: str) -> bool:
    """Answer whether a journal that is no longer there prepared it."""
    try:
        manifest = folder.read_manifest()
    except InputError:
        return False
    return (manifest.get("chain"), manifest.get("issuer")) == (chain, issuer)


def _keys_of(folder: BatchFolder) -> array[int]:
    """Read the keys of a batch; where an earlier release left none, or a damaged file, they are made of its roster."""
    note = folder.path / NOTE
    data = note.read_bytes() if note.exists() else b""
    if data and len(data) % _KEY_BYTES == 0:
        return _little_endian(array("Q", data))
    try:
        with folder.roster.open("rb") as stream:
            found = PeopleKeys(folder.achievement.read_bytes())
            for entry in read_roster(stream).entries():
                found.add(entry)
    except OSError as error:
        raise InputError(f"{folder.path}: {error.strerror}: {error.filename}", code="batch.request") from error
    note_people(folder, found.keys)
    return found.keys


def _name_of(achievement: bytes) -> bytes:
    """Name an achievement by its id, which stays when its words are mended; by its bytes where it has none."""
    try:
        value = orjson.loads(achievement)
    except orjson.JSONDecodeError:
        value = None
    name = value.get("id") if isinstance(value, dict) else None
    return name.encode() if isinstance(name, str) else hashlib.sha256(achievement).digest()


def _little_endian(keys: array[int]) -> array[int]:
    """Give keys as they are kept, and back."""
    if sys.byteorder == "big":
        keys = array("Q", keys)
        keys.byteswap()
    return keys
