"""Files as people have them, opened: folder and zip become the files in them, a PDF the credential attached to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome, Report
from credroot.verifier.subject import Carrier, SubmittedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from credroot.core.values import Digest

EVIDENCE_SUFFIX = ".evidence.json"
"""What lies beside a credential and is none itself."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Opened:
    """One file, or one member of an archive."""

    name: str
    data: bytes
    """What a verifier reads; of a PDF, the attachment."""
    problem: InputError | None = None
    """Why nothing could be taken out of it; `data` is empty then."""
    is_attachment: bool = False
    """Whether `data` was attached to a PDF."""

    def submitted(self, file_digest: Digest | None = None) -> SubmittedFile:
        """Return it as a verifier takes it; `file_digest` is of the file that a receipt is said to be of."""
        return SubmittedFile(self.data, file_digest, Carrier.PDF if self.is_attachment else None)


def named_files(names: Iterable[str]) -> Iterator[str]:
    """Give each name, and for a folder the files in it and below, by name; hidden ones and saved evidence are left out.

    Links to folders are not followed, and what is no file, such as a pipe, is not opened.

    Raises:
        InputError: ``file.unreadable``, there is no such file in a folder, or the folder can't be read.
    """
    for name in names:
        if not os.path.isdir(name):  # noqa: PTH112 - a Path would rewrite the name that the user gave
            yield name
            continue
        below = sorted(_below(Path(name)))
        if not below:
            raise InputError(f"{name}: there is no file in this folder", code="file.unreadable")
        yield from map(str, below)


def _below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: {error.strerror}", code="file.unreadable") from error

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place, name)
            if not name.startswith(".") and not name.endswith(EVIDENCE_SUFFIX) and path.is_file():
                yield path


def open_file(name: str, data: bytes, *, prefix: bool = False) -> tuple[Opened, ...]:
    """Open one file. What is wrong with it becomes a value; anything but zip and PDF is given back as it is.

    `prefix` puts the archive's name before those of its members. Saved evidence in an archive is left out, unless there
    is nothing else in it.
    """
    if data.startswith(_ZIP):
        return _members(name, data, prefix=prefix)
    return (_attachment(name, data),)


def evidence_in(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give name and content of the saved evidence in an archive; nothing where `data` is none, or is damaged."""
    if not data.startswith(_ZIP):
        return
    from credroot.credential.baking.archive import read_archive

    try:
        members = read_archive(data)
    except InputError:
        return
    for member in members:
        if member.name.endswith(EVIDENCE_SUFFIX) and member.problem is None:
            yield member.name, member.data


def unreadable(problem: InputError) -> Report:
    """Give the report of a file in which no credential could be read."""
    from credroot.verifier.judge import CHECKS

    unasked = [
        Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: the file could not be read.")
        for name, _ in CHECKS[1:]
    ]
    message = f"It could not be read as a credential: {problem}."
    return Report((Check("format", Outcome.FAILED, problem.code, message), *unasked))


def _members(name: str, data: bytes, *, prefix: bool) -> tuple[Opened, ...]:
    # Imported here: most files are no archives, and a verdict should not wait for their reader.
    from credroot.credential.baking.archive import read_archive

    try:
        members = read_archive(data)
    except InputError as error:
        return (Opened(name, b"", error),)
    opened = []
    files = [member for member in members if not member.name.endswith(EVIDENCE_SUFFIX)]
    for member in files or members:
        called = f"{name}/{member.name}" if prefix else member.name
        if member.problem is None:
            opened.append(_attachment(called, member.data))
        else:
            opened.append(Opened(called, b"", InputError("it can't be unpacked", code=member.problem)))
    return tuple(opened)


def _attachment(name: str, data: bytes) -> Opened:
    if not data.startswith(_PDF):
        return Opened(name, data)
    from credroot.credential.baking.pdf import extract_pdf

    try:
        return Opened(name, extract_pdf(data), is_attachment=True)
    except InputError as error:
        return Opened(name, b"", error)
