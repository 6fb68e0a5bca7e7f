"""Files as people have them, opened: a zip becomes the files in it, a PDF the credential that is attached to it."""

from __future__ import annotations

from dataclasses import dataclass

from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome, Report

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


def open_file(name: str, data: bytes, *, prefix: bool = False) -> tuple[Opened, ...]:
    """Open one file. What is wrong with it becomes a value; anything but zip and PDF is given back as it is.

    `prefix` puts the archive's name before those of its members.
    """
    if data.startswith(_ZIP):
        return _members(name, data, prefix=prefix)
    return (_attachment(name, data),)


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
    for member in members:
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
