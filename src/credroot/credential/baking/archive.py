"""A zip of many files, read in memory under caps. Nothing is ever written, and no name in it leads anywhere.

What is refused, is refused whole where it shows bad faith (too many members, too much to unpack, names that climb out),
and for the one member alone where only that one can't be read.

Source: PKWARE APPNOTE 6.3.10; the standard library's reader.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass

from credroot.core.errors import InputError

MAX_MEMBERS = 1_000
MAX_MEMBER_BYTES = 20 * 2**20
"""Bytes of one member, unpacked: what a picture may have."""
MAX_UNPACKED_BYTES = 128 * 2**20
"""Bytes of all members, unpacked: a thousand badges with pictures."""
MAX_NAME = 200
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_PIECE_BYTES = 64 * 1024
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    name: str
    """As the archive spells it, for people only."""
    data: bytes
    problem: str | None = None
    """The code of what kept it from being read; `data` is empty then."""


def read_archive(data: bytes) -> tuple[Member, ...]:
    """Unpack every file, in the archive's order; folders and the clutter of file managers are left out.

    Raises:
        InputError: ``archive.malformed``, ``archive.too_many``, ``archive.too_large``, ``archive.empty``, or
            ``archive.unsafe_name`` for one that is absolute, has ``..``, or is a link.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
            if not infos:
                raise InputError("the archive holds no file", code="archive.empty")
            if len(infos) > MAX_MEMBERS:
                raise InputError(f"an archive holds at most {MAX_MEMBERS} files", code="archive.too_many")
            for info in infos:
                _check_name(info)
            return _unpack(archive, infos)
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, EOFError) as error:
        raise InputError("the archive is damaged", code="archive.malformed") from error


def _unpack(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> tuple[Member, ...]:
    members, left = [], MAX_UNPACKED_BYTES
    for info in infos:
        member = _member(archive, info, min(left, MAX_MEMBER_BYTES))
        left -= len(member.data)
        if left <= 0 or (member.problem == "archive.too_large" and left < MAX_MEMBER_BYTES):
            raise InputError(f"the archive unpacks to more than {MAX_UNPACKED_BYTES} bytes", code="archive.too_large")
        members.append(member)
    return tuple(members)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, cap: int) -> Member:
    """Read one member, and never more than `cap` bytes of it, whatever its header says."""
    if info.flag_bits & _ENCRYPTED:
        return Member(info.filename, b"", "archive.encrypted")
    if info.compress_type not in _STORED_OR_DEFLATED:
        return Member(info.filename, b"", "archive.method")
    try:
        with archive.open(info) as stream:
            parts, size = [], 0
            while piece := stream.read(_PIECE_BYTES):
                size += len(piece)
                if size > cap:
                    return Member(info.filename, b"", "archive.too_large")
                parts.append(piece)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        return Member(info.filename, b"", "archive.damaged_member")
    content = b"".join(parts)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Member(info.filename, b"", "archive.nested")
    return Member(info.filename, content)


def _is_clutter(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2] in _CLUTTER


def _check_name(info: zipfile.ZipInfo) -> None:
    name = info.filename.replace("\\", "/")
    climbs = ".." in name.split("/") or name.startswith("/") or name[1:2] == ":"
    if climbs or stat.S_ISLNK(info.external_attr >> 16) or len(name) > MAX_NAME or "\0" in info.orig_filename:
        raise InputError("the archive has a name in it that leads elsewhere", code="archive.unsafe_name")
