"""From what somebody gave to what is known about it: files are opened, judged together, and prepared for showing."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credroot.app.page.showing import Shown, Standing, show, standing_of
from credroot.core.errors import InputError
from credroot.core.receipt import RECEIPT_FORMAT
from credroot.core.report import Check, Outcome, Report
from credroot.core.strict_json import loads
from credroot.core.values import Digest
from credroot.credential.baking.archive import read_archive
from credroot.credential.baking.detect import FileKind, detect, read_credential_bytes
from credroot.credential.baking.payload import PayloadKind
from credroot.credential.private_link import credential_in, fragment_of, is_link
from credroot.verifier.judge import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from credroot.core.json_types import JsonObject

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
    document: JsonObject = field(default_factory=dict)
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
            if found.payload_kind is PayloadKind.JWT:
                raise InputError("a token has no record in a registry", code="page.jwt")
            payload, carried = found.payload, found.kind in (FileKind.PNG, FileKind.SVG)
    except InputError as error:
        return _Opened(given, problem=(error.code, str(error)))
    try:
        document = loads(payload)
    except InputError:
        document = None  # judging it says the same with the right code
    return _Opened(given, payload, carried, document if isinstance(document, dict) else {})


def _is_link(data: bytes) -> bool:
    try:
        return is_link(data.decode("ascii"))
    except UnicodeDecodeError:
        return False


def _with_receipts(opened: list[_Opened]) -> tuple[list[_Opened], dict[int, Digest]]:
    """Match receipts with the files they are of, and take those files out of the list."""
    receipts = [entry for entry in opened if entry.document.get("format") == RECEIPT_FORMAT]
    if not receipts:
        return opened, {}
    others = [entry for entry in opened if entry not in receipts]
    by_digest = {Digest.sha256(entry.given.data): entry for entry in others}
    wanted = [_digest_of(receipt) for receipt in receipts]
    matched = [by_digest[digest] for digest in wanted if digest in by_digest]
    # A lone file beside a lone receipt is meant to be the receipt's: its digest is the answer, right or wrong.
    if len(opened) == 2 and len(receipts) == 1 and not others[0].document:
        matched = others
        wanted = [Digest.sha256(others[0].given.data)]
        by_digest = {wanted[0]: others[0]}
    kept = [entry for entry in opened if entry not in matched]
    digests = {
        kept.index(receipt): digest
        for receipt, digest in zip(receipts, wanted, strict=True)
        if digest is not None and digest in by_digest
    }
    return kept, digests


def _digest_of(receipt: _Opened) -> Digest | None:
    from credroot.core.receipt import Receipt

    try:
        return Receipt.from_json(receipt.document).facts.digest
    except InputError:
        return None


def _checked(entry: _Opened, report: Report, *, details: bool) -> Checked:
    shown = show(entry.document, report) if entry.document else Shown(Standing.HIDDEN)
    may_be_shown = standing_of(report) is not Standing.HIDDEN and bool(entry.document)
    return Checked(
        name=entry.given.name,
        report=report,
        shown=shown,
        is_carried=entry.is_carried,
        credential=entry.payload if details and may_be_shown else b"",
        fragment=fragment_of(entry.document) if details and may_be_shown else "",
        picture=_picture(shown) if details and shown.standing is Standing.VERIFIED else "",
    )


def _picture(shown: Shown) -> str:
    """Give the anchored document's own picture, else draw one from its words."""
    if shown.picture:
        return shown.picture
    from credroot.credential.badge_picture.svg import badge_svg

    drawn = badge_svg(shown.skill, shown.issuer)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()
