"""From what somebody gave to what is known about it: files are opened, judged together, and prepared for showing."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from credroot.app.opening import Opened, open_file, unreadable
from credroot.app.page.code_reader import is_picture
from credroot.app.page.showing import Shown, Standing, show, standing_of
from credroot.app.page.uploads import shown_path
from credroot.core.errors import InputError
from credroot.core.values import Digest
from credroot.credential.baking.detect import FileKind, read_credential_bytes
from credroot.credential.private_link import credential_in, fragment_of, is_link
from credroot.verifier.subject import Carrier, CredentialSubject, ReceiptSubject, SubmittedFile, read_subject
from credroot.verifier.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from credroot.core.json_types import JsonObject
    from credroot.core.report import Report
    from credroot.verifier.subject import Subject

    VerifyMany = Callable[[Iterable[SubmittedFile]], Sequence[Report]]

MAX_FILES = 1_000
"""Files of one request, those inside archives included."""
FILES_AT_ONCE = 50
"""Files between two looks at the clock: some 5 s of work at worst."""
_LINK_START = 64
_PICTURES = {FileKind.PNG: Carrier.PNG, FileKind.SVG: Carrier.SVG}


@dataclass(frozen=True, slots=True)
class Given:
    """One file, pasted text or link, as it was given."""

    data: bytes
    name: str = ""


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
class _Read:
    """One file, read as far as that goes without asking anybody."""

    name: str
    data: bytes
    """As given, for a receipt may be of it."""
    payload: bytes = b""
    carrier: Carrier | None = None
    subject: Subject | None = None
    document: JsonObject = field(default_factory=dict)
    """The credential, taken out of a token where it came as one; empty where there is none."""
    problem: InputError | None = None


def open_given(given: Sequence[Given]) -> tuple[Opened, ...]:
    """Open everything that was given; a zip becomes the files in it.

    Raises:
        InputError: ``page.too_many``, over `MAX_FILES`.
    """
    opened = tuple(part for entry in given for part in open_file(entry.name, entry.data))
    if len(opened) > MAX_FILES:
        raise InputError(f"at most {MAX_FILES} files are checked at once", code="page.too_many")
    return opened


def check(
    opened: Sequence[Opened],
    verify_many: VerifyMany,
    *,
    is_late: Callable[[], bool] = lambda: False,
    read_code: Callable[[bytes], str | None] | None = None,
) -> tuple[Checked, ...]:
    """Judge files in order.

    A receipt is judged with the file of its digest, if that is among the others; that file is no result of its own. A
    single picture that carries nothing may show a QR code; `read_code` looks for a private link in it.

    Raises:
        InputError: ``page.too_costly``, `is_late` said so before all were judged.
    """
    read = [_read(entry) for entry in opened]
    if read_code is not None and len(read) == 1:
        read = [_read_with_code(read[0], read_code)]
    files, digests = _with_receipts(read)
    asked = [
        SubmittedFile(entry.payload, digests.get(number), entry.carrier)
        for number, entry in enumerate(files)
        if entry.problem is None
    ]
    judged = _judged(asked, verify_many, is_late)
    reports = [unreadable(entry.problem) if entry.problem else next(judged) for entry in files]
    is_single = len(files) == 1
    return tuple(_checked(entry, report, details=is_single) for entry, report in zip(files, reports, strict=True))


def _judged(asked: Sequence[SubmittedFile], verify_many: VerifyMany, is_late: Callable[[], bool]) -> Iterator[Report]:
    for start in range(0, len(asked), FILES_AT_ONCE):
        if start and is_late():
            raise InputError("these take too long to check together", code="page.too_costly")
        yield from verify_many(asked[start : start + FILES_AT_ONCE])


def _read(opened: Opened) -> _Read:
    """Find the credential in a file; what is wrong with it becomes a value."""
    name = shown_path(opened.name)
    if opened.problem is not None:
        return _Read(name, opened.data, problem=opened.problem)
    try:
        if _is_link(opened.data):
            payload, carrier = credential_in(opened.data.decode("ascii")), None
        else:
            found = read_credential_bytes(opened.data)
            payload, carrier = found.payload, opened.submitted().carrier or _PICTURES.get(found.kind)
    except InputError as error:
        return _Read(name, opened.data, problem=error)
    subject = read_subject(payload, Trust())
    document = subject.document if isinstance(subject, CredentialSubject) else {}
    return _Read(name, opened.data, payload, carrier, subject, document)


def _read_with_code(read: _Read, read_code: Callable[[bytes], str | None]) -> _Read:
    """Read the link in a picture's QR code, where the picture carries no credential in any better way."""
    if read.problem is None or not read.problem.code.startswith("baking.") or not is_picture(read.data):
        return read
    link = read_code(read.data)
    if link is None:
        return read
    found = _read(Opened(read.name, link.encode()))
    return replace(found, carrier=Carrier.QR) if found.problem is None else found


def _is_link(data: bytes) -> bool:
    start = data[:_LINK_START].lstrip()
    return not start.startswith((b"{", b"[", b"<")) and start.isascii() and is_link(data.decode("latin-1"))


def _with_receipts(read: list[_Read]) -> tuple[list[_Read], dict[int, Digest]]:
    """Match receipts with the files they are of, and take those files out of the list.

    A lone file beside a lone receipt is meant to be the receipt's: its digest is the answer, right or wrong.
    """
    receipts = [entry for entry in read if isinstance(entry.subject, ReceiptSubject)]
    if not receipts:
        return read, {}
    others = {Digest.sha256(entry.data): entry for entry in read if entry not in receipts}
    is_pair = len(read) == 2 and len(receipts) == 1 and not next(iter(others.values())).document
    matches: dict[int, Digest] = {}
    for place, entry in enumerate(read):
        if isinstance(entry.subject, ReceiptSubject):
            digest = next(iter(others)) if is_pair else entry.subject.receipt.facts.digest
            if digest in others:
                matches[place] = digest
    spent = [others[digest] for digest in matches.values()]
    kept = [place for place, entry in enumerate(read) if entry not in spent]
    digests = {number: matches[place] for number, place in enumerate(kept) if place in matches}
    return [read[place] for place in kept], digests


def _checked(entry: _Read, report: Report, *, details: bool) -> Checked:
    shown = show(entry.document, report) if entry.document else Shown(Standing.HIDDEN)
    is_json = entry.payload[:1] == b"{"
    is_portable = details and is_json and bool(entry.document) and standing_of(report) is not Standing.HIDDEN
    return Checked(
        name=entry.name,
        report=report,
        shown=shown,
        is_carried=entry.carrier is not None,
        credential=entry.payload if is_portable else b"",
        fragment=fragment_of(entry.document) if is_portable else "",
        picture=_picture(shown) if details and _has_badge(shown) else "",
    )


def _has_badge(shown: Shown) -> bool:
    return shown.standing is Standing.VERIFIED and not shown.endorses


def _picture(shown: Shown) -> str:
    """Give the anchored document's own picture, else draw one from its words."""
    if shown.picture:
        return shown.picture
    from credroot.credential.badge_picture.svg import badge_svg

    drawn = badge_svg(shown.skill, shown.issuer)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()
