"""From what somebody gave to what is known about it: files are opened, judged together, and prepared for showing."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credroot.app.page.showing import Shown, Standing, show, standing_of
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome, Report
from credroot.core.values import Digest
from credroot.credential.baking.archive import read_archive
from credroot.credential.baking.detect import FileKind, detect, read_credential_bytes
from credroot.credential.private_link import credential_in, fragment_of, is_link
from credroot.verifier.judge import CHECKS
from credroot.verifier.subject import CredentialSubject, ReceiptSubject, read_subject
from credroot.verifier.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from credroot.core.json_types import JsonObject
    from credroot.verifier.subject import Subject

    VerifyMany = Callable[[Iterable[tuple[bytes, Digest | None]]], Sequence[Report]]

MAX_FILES = 1_000
"""Files of one request, those inside archives included."""


@dataclass(frozen=True, slots=True)
class Given:
    """One file, pasted text or link, as it was given."""

    data: bytes
    name: str = ""
    problem: str | None = None
    """Why it could not be read, a code, where that is known already."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, judged."""

    name: str
    report: Report
    shown: Shown
    is_carried: bool = False
    """Whether a picture or a PDF carried the credential; that is not covered by any check."""
    credential: bytes = b""
    """The credential itself, where it is one that may be shown."""
    fragment: str = ""
    """The fragment of a private link to it, where it may be shown."""
    picture: str = ""
    """The badge as a ``data:`` URI, where it may be shown."""


@dataclass(frozen=True, slots=True)
class _Opened:
    given: Given
    payload: bytes = b""
    is_carried: bool = False
    subject: Subject | None = None
    document: JsonObject = field(default_factory=dict)
    """The credential, taken out of a token where it came as one; empty where there is none."""
    problem: tuple[str, str] | None = None


def check(given: Sequence[Given], verify_many: VerifyMany, *, details: bool = True) -> tuple[Checked, ...]:
    """Judge everything that was given, in order; a zip counts as the files in it.

    A receipt is judged with the file of its digest, if that is among the others; that file is no result of its own.
    `details` also prepares what only a single result shows: picture and link.

    Raises:
        InputError: ``page.too_many``, over `MAX_FILES`.
    """
    files = [part for entry in given for part in _unpacked(entry)]
    if len(files) > MAX_FILES:
        raise InputError(f"at most {MAX_FILES} files are checked at once", code="page.too_many")
    opened = [_open(entry) for entry in files]
    opened, digests = _with_receipts(opened)
    judged = iter(
        verify_many((entry.payload, digests.get(number)) for number, entry in enumerate(opened) if not entry.problem)
    )
    reports = [unreadable(*entry.problem) if entry.problem else next(judged) for entry in opened]
    single = details and len(opened) == 1
    return tuple(_checked(entry, report, details=single) for entry, report in zip(opened, reports, strict=True))


def unreadable(code: str, message: str) -> Report:
    """Give the report of a file in which no credential could be read."""
    unasked = [
        Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: the file could not be read.")
        for name, _ in CHECKS[1:]
    ]
    return Report(
        (Check("format", Outcome.FAILED, code, f"It could not be read as a credential: {message}."), *unasked)
    )


def _unpacked(given: Given) -> list[Given]:
    if given.problem is not None or detect(given.data) is not FileKind.ZIP:
        return [given]
    try:
        return [Given(member.data, member.name, member.problem) for member in read_archive(given.data)]
    except InputError as error:
        return [Given(b"", given.name, error.code)]


def _open(given: Given) -> _Opened:
    """Find the credential in a file; what is wrong with it becomes a value."""
    if given.problem is not None:
        return _Opened(given, problem=(given.problem, "it can't be taken out of the archive"))
    try:
        text = given.data[:64].lstrip()
        if not text.startswith((b"{", b"[", b"<", b"\x89")) and _is_link(given.data):
            payload, carried = credential_in(given.data.decode()), False
        elif detect(given.data) is FileKind.PDF:
            from credroot.credential.baking.pdf import extract_pdf

            payload, carried = extract_pdf(given.data), True
        else:
            found = read_credential_bytes(given.data)
            payload, carried = found.payload, found.kind in (FileKind.PNG, FileKind.SVG)
    except InputError as error:
        return _Opened(given, problem=(error.code, str(error)))
    subject = read_subject(payload, Trust())
    document = subject.document if isinstance(subject, CredentialSubject) else {}
    return _Opened(given, payload, carried, subject, document)


def _is_link(data: bytes) -> bool:
    try:
        return is_link(data.decode("ascii"))
    except UnicodeDecodeError:
        return False


def _with_receipts(opened: list[_Opened]) -> tuple[list[_Opened], dict[int, Digest]]:
    """Match receipts with the files they are of, and take those files out of the list.

    A lone file beside a lone receipt is meant to be the receipt's: its digest is the answer, right or wrong.
    """
    receipts = [entry for entry in opened if isinstance(entry.subject, ReceiptSubject)]
    if not receipts:
        return opened, {}
    others = {Digest.sha256(entry.given.data): entry for entry in opened if entry not in receipts}
    is_pair = len(opened) == 2 and len(receipts) == 1 and not next(iter(others.values())).document
    matches: dict[int, Digest] = {}
    for place, entry in enumerate(opened):
        if isinstance(entry.subject, ReceiptSubject):
            digest = next(iter(others)) if is_pair else entry.subject.receipt.facts.digest
            if digest in others:
                matches[place] = digest
    spent = [others[digest] for digest in matches.values()]
    kept = [place for place, entry in enumerate(opened) if entry not in spent]
    digests = {number: matches[place] for number, place in enumerate(kept) if place in matches}
    return [opened[place] for place in kept], digests


def _checked(entry: _Opened, report: Report, *, details: bool) -> Checked:
    shown = show(entry.document, report) if entry.document else Shown(Standing.HIDDEN)
    is_json = entry.payload[:1] == b"{"
    is_portable = details and is_json and bool(entry.document) and standing_of(report) is not Standing.HIDDEN
    return Checked(
        name=entry.given.name,
        report=report,
        shown=shown,
        is_carried=entry.is_carried,
        credential=entry.payload if is_portable else b"",
        fragment=fragment_of(entry.document) if is_portable else "",
        picture=_picture(shown) if details and shown.standing is Standing.VERIFIED else "",
    )


def _picture(shown: Shown) -> str:
    """Give the anchored document's own picture, else draw one from its words."""
    if shown.picture:
        return shown.picture
    from credroot.credential.badge_picture.svg import badge_svg

    drawn = badge_svg(shown.skill, shown.issuer)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()
