"""A zip of many files, read in memory under caps. Nothing is ever written, and no name in it leads anywhere.

Its directory is looked at first, and members are unpacked one at a time, by whoever wants them. What is refused, is
refused whole where it shows bad faith (too many members, too much to unpack, names that climb out), and for the one
member alone where only that one can't be read.

Source: PKWARE APPNOTE 6.3.10; the standard library's reader.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from credroot.core.errors import InputError

MAX_MEMBERS = 1_000
MAX_ENTRIES = 4 * MAX_MEMBERS
"""Entries of a directory, with folders and what file managers put beside every file."""
MAX_DIRECTORY_BYTES = 2**20
"""Bytes of a directory: 250 for each entry. They are read, and each entry becomes an object, before any is refused."""
MAX_MEMBER_BYTES = 20 * 2**20
"""Bytes of one member, unpacked: what a picture may have."""
MAX_UNPACKED_BYTES = 128 * 2**20
"""Bytes of all members, unpacked: a thousand badges with pictures."""
MAX_NAME = 200
_MICROSECONDS_AN_ENTRY = 10
_ENTRY_BYTES = 46  # of an entry at least, whatever the directory says of their number
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_PIECE_BYTES = 64 * 1024
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_END = struct.Struct("<4s4H2LH")  # the record at the end of the directory
_END_SIGNATURE = b"PK\x05\x06"
_MAX_COMMENT = 0xFFFF
_LOCATOR_OF_64 = (b"PK\x06\x07", 20)  # what stands before that record where the archive has one of 64 bits


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    name: str
    """As the archive spells it, for people only."""
    data: bytes
    problem: str | None = None
    """The code of what kept it from being read; `data` is empty then."""


class Archive:
    """An archive whose directory is as it should be. Each member is unpacked when it is asked for, and not kept."""

    def __init__(self, data: bytes, *, paid: Callable[[int], None] = lambda _microseconds: None) -> None:
        """Look at the directory; folders and the clutter of file managers are left out.

        `paid` is told the microseconds that this takes, beforehand, and may raise.

        Raises:
            InputError: ``archive.malformed``, ``archive.too_many``, ``archive.too_large``, ``archive.empty``, or
                ``archive.unsafe_name`` for one that is absolute, has ``..``, or is a link.
        """
        paid(_MICROSECONDS_AN_ENTRY * _directory_entries(data))
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, struct.error) as error:
            raise InputError("the archive is damaged", code="archive.malformed") from error
        infos = self._archive.infolist()
        if len(infos) > MAX_ENTRIES:
            raise _too_many()
        self._infos = [info for info in infos if not _is_passed_over(info.filename)]
        _check_members(self._infos)

    def __len__(self) -> int:
        return len(self._infos)

    def __iter__(self) -> Iterator[Member]:
        """Unpack one after the other, in the archive's order."""
        return map(self.member, range(len(self)))

    def name(self, place: int) -> str:
        """Give the name of a member, as the archive spells it."""
        return self._infos[place].filename

    def size(self, place: int) -> int:
        """Give how many bytes of a member are unpacked at most."""
        return min(self._infos[place].file_size, MAX_MEMBER_BYTES)

    def member(self, place: int) -> Member:
        """Unpack one member, and never more of it than the directory says and `MAX_MEMBER_BYTES`."""
        info = self._infos[place]
        if info.flag_bits & _ENCRYPTED:
            return Member(info.filename, b"", "archive.encrypted")
        if info.compress_type not in _STORED_OR_DEFLATED:
            return Member(info.filename, b"", "archive.method")
        if info.file_size > MAX_MEMBER_BYTES:
            return Member(info.filename, b"", "archive.too_large")
        try:
            content = self._unpack(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError, struct.error):
            return Member(info.filename, b"", "archive.damaged_member")
        if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return Member(info.filename, b"", "archive.nested")
        return Member(info.filename, content)

    def _unpack(self, info: zipfile.ZipInfo) -> bytes:
        content = bytearray()
        with self._archive.open(info) as stream:
            while piece := stream.read(_PIECE_BYTES):
                content += piece
        return bytes(content)


def _directory_entries(data: bytes) -> int:
    """Give how many a directory may have; refuse too many before an object is made of each.

    The record is looked for as `zipfile` does it: right at the end, else before a comment.
    """
    found = len(data) - _END.size
    if found < 0 or data[found : found + 4] != _END_SIGNATURE or data[-2:] != b"\0\0":
        found = data.rfind(_END_SIGNATURE, max(0, len(data) - _MAX_COMMENT - _END.size))
    if found < 0 or len(data) < found + _END.size:
        raise InputError("the archive is damaged", code="archive.malformed")
    _, _, _, _, entries, size, _, _ = _END.unpack_from(data, found)
    signature, before = _LOCATOR_OF_64
    if found >= before and data[found - before :].startswith(signature):
        raise _too_many()  # only an archive of 65,535 entries, or of 4 GiB, has to have one
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY_BYTES:
        raise _too_many()
    return max(int(entries), int(size) // _ENTRY_BYTES)


def _check_members(infos: list[zipfile.ZipInfo]) -> None:
    if not infos:
        raise InputError("the archive holds no file", code="archive.empty")
    if len(infos) > MAX_MEMBERS:
        raise _too_many()
    for info in infos:
        _check_name(info)
    # The reader stops where the directory says that a member ends, so this is all that will ever be unpacked.
    if sum(info.file_size for info in infos if info.file_size <= MAX_MEMBER_BYTES) > MAX_UNPACKED_BYTES:
        raise InputError(f"the archive unpacks to more than {MAX_UNPACKED_BYTES} bytes", code="archive.too_large")


def _is_passed_over(name: str) -> bool:
    # Not `ZipInfo.is_dir`: it has no answer for a name without a character.
    return name.endswith("/") or name.startswith("__MACOSX/") or name.rpartition("/")[2] in _CLUTTER


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    if not name and not info.orig_filename:
        raise InputError("the archive is damaged: one of its files has no name", code="archive.malformed")
    climbs = ".." in name.split("/") or name.startswith("/") or name[1:2] == ":"
    if climbs or stat.S_ISLNK(info.external_attr >> 16) or len(name) > MAX_NAME or "\0" in info.orig_filename:
        raise InputError("the archive has a name in it that leads elsewhere", code="archive.unsafe_name")


def _too_many() -> InputError:
    return InputError(f"an archive holds at most {MAX_MEMBERS} files", code="archive.too_many")
