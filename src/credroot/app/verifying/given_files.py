"""Files as people have them, opened: folder and zip become the files in them, a PDF the credential attached to it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.core.budget import Budget, BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome, Report
from credroot.core.values import Digest
from credroot.verifier.subject import Carrier, Malformed, SubmittedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from credroot.credential.baking.archive import Archive

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
    problem: InputError | BudgetExceeded | Malformed | None = None
    """Why nothing could be taken out of it, or nobody looked; `data` is empty then. `Malformed` is an error of ours."""
    is_attachment: bool = False
    """Whether `data` was attached to a PDF."""
    whole: Digest | None = None
    """SHA-256 of the file itself, where `data` is not all of it; `None` too where it was not taken out at all."""

    @property
    def digest(self) -> Digest | None:
        """SHA-256 of the file, to which a receipt refers; `None` where it was not taken out of its archive."""
        return Digest.sha256(self.data) if self.whole is None and self.problem is None else self.whole

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


class Opening:
    """The files that one file stands for; each is taken out when it is asked for, and not kept.

    What is wrong with one becomes a value; anything but zip and PDF is given back as it is. Saved evidence in an
    archive is left out, unless there is nothing else in it.
    """

    def __init__(self, name: str, data: bytes, *, prefix: bool = False, budget: Budget | None = None) -> None:
        """Look at the directory of an archive; `prefix` puts its name before those of its members.

        What is unpacked is paid for out of `budget`: what it has no room for is not looked at.
        """
        self._name, self._data, self._prefix = name, data, prefix
        self._budget = budget or Budget({})
        self._problem: InputError | BudgetExceeded | Malformed | None = None
        self._archive: Archive | None = None
        self._places: list[int] = [0]
        if data.startswith(_ZIP):
            self._open_archive()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Opened]:
        return map(self._opened_or_incident, self._places)

    @property
    def names(self) -> list[str]:
        """The names of the files, none of which is taken out for that."""
        return [self._called(place) for place in self._places]

    def _called(self, place: int) -> str:
        if self._archive is None:
            return self._name
        name = self._archive.name(place)
        return f"{self._name}/{name}" if self._prefix else name

    def _open_archive(self) -> None:
        # Imported here: most files are no archives, and a verdict should not wait for their reader.
        from credroot.credential.baking.archive import Archive

        try:
            archive = self._archive = Archive(self._data, paid=lambda us: self._budget.spend(Work.PARTS, us))
        except (InputError, BudgetExceeded) as error:
            self._problem = error
            return
        except Exception as error:
            self._problem = _incident(error)
            return
        every = list(range(len(archive)))
        self._places = [place for place in every if not archive.name(place).endswith(EVIDENCE_SUFFIX)] or every

    def _opened_or_incident(self, place: int) -> Opened:
        try:
            return self._opened(place)
        except Exception as error:
            return Opened(self._called(place), b"", _incident(error))

    def _opened(self, place: int) -> Opened:
        if self._problem is not None:
            return Opened(self._name, b"", self._problem, whole=Digest.sha256(self._data))
        if self._archive is None:
            return _attachment(self._name, self._data, self._budget)
        called = self._called(place)
        try:
            self._budget.spend(Work.KILOBYTES, self._archive.size(place) // 1_024)
        except BudgetExceeded as error:
            return Opened(called, b"", error)
        member = self._archive.member(place)
        if member.problem is not None:
            return Opened(called, b"", InputError("it can't be unpacked", code=member.problem))
        return _attachment(called, member.data, self._budget)


def open_file(name: str, data: bytes, *, prefix: bool = False) -> tuple[Opened, ...]:
    """Open one file, and all that it stands for at once: see `Opening`."""
    return tuple(Opening(name, data, prefix=prefix))


def _incident(error: Exception) -> Malformed:
    from credroot.verifier.incident import incident

    return incident(error)


def evidence_in(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give name and content of the saved evidence in an archive; nothing where `data` is none, or is damaged."""
    if not data.startswith(_ZIP):
        return
    from credroot.credential.baking.archive import Archive

    try:
        archive = Archive(data)
    except InputError:
        return
    for place in range(len(archive)):
        if archive.name(place).endswith(EVIDENCE_SUFFIX):
            member = archive.member(place)
            if member.problem is None:
                yield member.name, member.data


def unreadable(problem: InputError | BudgetExceeded | Malformed) -> Report:
    """Give the report of a file in which no credential could be read, or at which nobody looked.

    `Malformed` is an error of this program: see `credroot.verifier.incident`.
    """
    from credroot.verifier.judge import CHECKS
    from credroot.verifier.unjudged import failed_here, unjudged

    if isinstance(problem, Malformed):
        return failed_here(problem, (name for name, _ in CHECKS))
    if isinstance(problem, BudgetExceeded):
        return unjudged(problem, (name for name, _ in CHECKS))
    unasked = [
        Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: the file could not be read.")
        for name, _ in CHECKS[1:]
    ]
    message = f"It could not be read as a credential: {problem}."
    return Report((Check("format", Outcome.FAILED, problem.code, message), *unasked))


def _attachment(name: str, data: bytes, budget: Budget) -> Opened:
    if not data.startswith(_PDF):
        return Opened(name, data)
    from credroot.credential.baking.pdf import extract_pdf

    whole = Digest.sha256(data)
    try:
        attached = extract_pdf(
            data,
            unpacked=lambda size: budget.spend(Work.KILOBYTES, size // 1_024),
            paid=lambda microseconds: budget.spend(Work.PARTS, microseconds),
        )
    except (InputError, BudgetExceeded) as error:
        return Opened(name, b"", error, whole=whole)
    return Opened(name, attached, is_attachment=True, whole=whole)
