"""From what somebody gave to what is known about it: files are opened, judged together, and prepared for showing."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from credroot.app.page.code_reader import ReaderBusyError, is_picture
from credroot.app.page.uploads import shown_path
from credroot.app.page.words.content_standing import Standing, standing_of
from credroot.app.page.words.shown_content import Shown, show
from credroot.app.verifying.given_files import Opened, Opening, unreadable
from credroot.core.budget import Budget, BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.values import Digest
from credroot.credential.baking.detect import FileKind, read_credential_bytes
from credroot.credential.baking.private_link import MAX_LINK_CHARACTERS, credential_in, fragment_of, is_link
from credroot.verifier.incident import incident
from credroot.verifier.subject import (
    Carrier,
    CredentialSubject,
    Malformed,
    ReceiptSubject,
    SubmittedFile,
    read_subject,
)
from credroot.verifier.trust import Trust

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from credroot.core.json.types import JsonObject
    from credroot.core.report import Check, Report
    from credroot.verifier.subject import Subject

    Verify = Callable[[Sequence[SubmittedFile]], Iterable[Report]]
    """Gives a report for each file, in order, and each before the next file is judged."""

MAX_FILES = 500
"""Files of one request, those inside archives included: badges cost less than a second of a processor together."""
FILES_AT_ONCE = 50
"""Files that are judged together, with one question to each registry."""
BYTES_AT_ONCE = 2**20
"""Bytes of files that are held at once, or one file."""
MAX_KEPT = 500
"""Characters that are kept of a value behind a message, where it is one of many results."""
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
    """What was given, or was attached to it."""
    digest: Digest | None = None
    """Of the file as it was given, for a receipt may be of it; `None` where it could not be taken out."""
    payload: bytes = b""
    carrier: Carrier | None = None
    subject: Subject | None = None
    document: JsonObject = field(default_factory=dict)
    """The credential, taken out of a token where it came as one; empty where there is none."""
    problem: InputError | BudgetExceeded | Malformed | None = None
    """Why there is nothing to be judged; `Malformed` for an error of ours."""

    def submitted(self, digest: Digest | None = None) -> SubmittedFile:
        """Return it for a verifier; `digest` is that of the file which a receipt is said to be of."""
        subject = self.subject
        if isinstance(subject, ReceiptSubject):
            subject = replace(subject, file_digest=digest)
        return SubmittedFile(self.payload, digest, self.carrier, subject)


class Entries:
    """Every file that was given, one after the other; a zip stands for the files in it, which are never all there."""

    def __init__(self, given: Sequence[Given], *, budget: Budget | None = None) -> None:
        """Look at the directories of archives; what is unpacked later is paid for out of `budget`.

        Raises:
            InputError: ``page.too_many``, over `MAX_FILES`.
        """
        # A member bears its archive's name too: what is called a diploma need not be one because a diploma is in it.
        self._openings = [Opening(entry.name, entry.data, prefix=True, budget=budget) for entry in given]
        if len(self) > MAX_FILES:
            raise InputError(f"at most {MAX_FILES} files are checked at once", code="page.too_many")

    def __len__(self) -> int:
        return sum(map(len, self._openings))

    @property
    def names(self) -> list[str]:
        """Their names as they may be shown, none of which is unpacked for that."""
        return [shown_path(name) for opening in self._openings for name in opening.names]

    def __iter__(self) -> Iterator[Opened]:
        return (opened for opening in self._openings for opened in opening)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one file."""

    place: int
    """Among all that were given."""
    checked: Checked | None
    """The result; `None` for a file that a receipt is of: the receipt's is about it."""


def check(
    entries: Entries,
    verify: Verify,
    *,
    trust: Trust | None = None,
    budget: Budget | None = None,
    read_code: Callable[[bytes], str | None] | None = None,
) -> tuple[Checked, ...]:
    """Judge files as `check_in_turn` does, and give the results in order."""
    return results_of(check_in_turn(entries, verify, trust=trust, budget=budget, read_code=read_code))


def results_of(judged: Iterable[Judged]) -> tuple[Checked, ...]:
    """Give the results in order: the last word about each file."""
    last = {one.place: one.checked for one in judged}
    return tuple(checked for _, checked in sorted(last.items()) if checked is not None)


def check_in_turn(
    entries: Entries,
    verify: Verify,
    *,
    trust: Trust | None = None,
    budget: Budget | None = None,
    read_code: Callable[[bytes], str | None] | None = None,
) -> Iterator[Judged]:
    """Judge files in order, a few at a time, and drop them; what is known of a file is given at once.

    A receipt is judged with the file of its digest, if that is among the others; that file is no result of its own. A
    single picture that carries nothing may show a QR code; `read_code` looks for a private link in it. What `budget`
    has no room for is a result that says so. An error of ours is the result of the file that led to it. `trust` is that
    of `verify`: each file is read once, by it.
    """
    reading = _Reading(trust or Trust(), budget)
    is_single = len(entries) == 1
    seen: list[_Seen] = []
    for few in _in_groups(map(reading.read, entries)):
        if is_single and read_code is not None:
            few = [_read_with_code(few[0], read_code, reading)]
        for one in _judged(few, verify, details=is_single):
            if one.receipt is None:
                yield Judged(len(seen), one.checked)
            seen.append(one)
    yield from _judge_receipts(seen, verify)


def not_checked(name: str, error: BudgetExceeded) -> Checked:
    """Give the result of a file that nobody looked at."""
    return Checked(name, unreadable(error), Shown(Standing.HIDDEN))


def failed_here(name: str, error: Exception) -> Checked:
    """Give the result of a file that led to an error of ours."""
    return Checked(name, unreadable(incident(error)), Shown(Standing.HIDDEN))


def _in_groups(read: Iterable[_Read]) -> Iterator[list[_Read]]:
    group: list[_Read] = []
    size = 0
    for entry in read:
        group.append(entry)
        size += len(entry.data) + len(entry.payload)
        if len(group) == FILES_AT_ONCE or size >= BYTES_AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


@dataclass(slots=True)
class _Seen:
    """What is left of one file."""

    name: str
    digest: Digest | None
    has_document: bool
    checked: Checked | None = None
    """The result; `None` for a receipt that waits for its file, and for a file that a receipt is of."""
    receipt: _Read | None = None

    @property
    def receipt_digest(self) -> Digest | None:
        """The digest of the file that the receipt is of."""
        subject = None if self.receipt is None else self.receipt.subject
        return subject.receipt.facts.digest if isinstance(subject, ReceiptSubject) else None


def _judged(few: list[_Read], verify: Verify, *, details: bool) -> Iterator[_Seen]:
    """Judge all but receipts, whose files may come later."""
    asked = [entry for entry in few if entry.problem is None and not isinstance(entry.subject, ReceiptSubject)]
    reports = iter(verify([entry.submitted() for entry in asked]))
    for entry in few:
        seen = _Seen(entry.name, entry.digest, bool(entry.document))
        if isinstance(entry.subject, ReceiptSubject):
            seen.receipt = replace(entry, data=b"", payload=b"")  # many may have to wait for their files
        else:
            report = unreadable(entry.problem) if entry.problem else next(reports)
            seen.checked = _checked(entry, report, details=details)
        yield seen


def _judge_receipts(seen: list[_Seen], verify: Verify) -> Iterator[Judged]:
    """Judge receipts with the files they are of, and take those files out of the results.

    A credential stays one: a receipt of its bytes, which anybody can write, says nothing of what became of it. A lone
    file beside a lone receipt is meant to be the receipt's: its digest is the answer, right or wrong. The result bears
    the name of the file that it is about.
    """
    receipts = [(place, one) for place, one in enumerate(seen) if one.receipt is not None]
    others = {one.digest: place for place, one in enumerate(seen) if one.receipt is None and one.digest is not None}
    is_pair = len(seen) == 2 and len(receipts) == len(others) == 1 and not seen[min(others.values())].has_document
    for start in range(0, len(receipts), FILES_AT_ONCE):
        few = receipts[start : start + FILES_AT_ONCE]
        wanted = [next(iter(others)) if is_pair else one.receipt_digest for _, one in few]
        digests = [digest if digest in others else None for digest in wanted]
        asked = [one.receipt.submitted(digest) for (_, one), digest in zip(few, digests, strict=True) if one.receipt]
        for (place, one), report, digest in zip(few, verify(asked), digests, strict=True):
            if one.receipt is not None:
                about = (
                    one.receipt if digest is None else replace(one.receipt, name=seen[others[digest]].name or one.name)
                )
                yield Judged(place, _checked(about, report, details=len(seen) == 1))
            if digest is not None and not seen[others[digest]].has_document:
                yield Judged(others[digest], None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the files of one request are read."""

    trust: Trust
    budget: Budget | None

    def read(self, opened: Opened) -> _Read:
        """Find the credential in a file; what is wrong with it becomes a value, an error of ours too."""
        name = shown_path(opened.name)
        try:
            return self._read_named(name, opened)
        except Exception as error:
            return _Read(name, opened.data, opened.digest, problem=incident(error))

    def _read_named(self, name: str, opened: Opened) -> _Read:
        if opened.problem is not None:
            return _Read(name, opened.data, opened.digest, problem=opened.problem)
        budget = None if self.budget is None else self.budget.for_reading()
        try:
            if budget is not None:
                budget.require(Work.FILES)
            if _is_link(opened.data):
                payload, carrier = credential_in(opened.data.decode("ascii")), None
            else:
                found = read_credential_bytes(opened.data, budget=budget)
                payload, carrier = found.payload, opened.submitted().carrier or _PICTURES.get(found.kind)
            if self.budget is not None:
                self.budget.spend(Work.PARSED, len(payload) // 1_024)
        except (InputError, BudgetExceeded) as error:
            return _Read(name, opened.data, opened.digest, problem=error)
        subject = read_subject(payload, self.trust, carrier=carrier, budget=budget)
        document = subject.document if isinstance(subject, CredentialSubject) else {}
        return _Read(name, opened.data, opened.digest, payload, carrier, subject, document)


def _read_with_code(read: _Read, read_code: Callable[[bytes], str | None], reading: _Reading) -> _Read:
    """Read the link in a picture's QR code, where the picture carries no credential in any better way."""
    if read.problem is None or not read.problem.code.startswith("baking.") or not is_picture(read.data):
        return read
    try:
        link = read_code(read.data)
    except ReaderBusyError:
        raise
    except Exception as error:
        return replace(read, problem=incident(error))
    if link is None:
        return read
    found = reading.read(Opened(read.name, link.encode()))
    if found.problem is not None:
        return found
    subject = found.subject
    if isinstance(subject, CredentialSubject):
        subject = replace(subject, carrier=Carrier.QR)
    return replace(found, carrier=Carrier.QR, subject=subject)


def _is_link(data: bytes) -> bool:
    if len(data) > MAX_LINK_CHARACTERS:
        return False
    start = data[:_LINK_START].lstrip()
    return not start.startswith((b"{", b"[", b"<")) and start.isascii() and is_link(data.decode("latin-1"))


def _checked(entry: _Read, report: Report, *, details: bool) -> Checked:
    """Prepare a file for showing; an error of ours on the way is its result."""
    try:
        return _prepared(entry, report, details=details)
    except Exception as error:
        return failed_here(entry.name, error)


def _prepared(entry: _Read, report: Report, *, details: bool) -> Checked:
    shown = show(entry.document, report) if entry.document else Shown(Standing.HIDDEN)
    if not details:
        # A row of a table has no room for more, and a thousand of them no need to keep it.
        shown = Shown(
            shown.standing, holder=shown.holder, skill=shown.skill, issuer=shown.issuer, endorses=shown.endorses
        )
        report = replace(report, checks=tuple(map(_shortened, report.checks)))
    is_json = entry.payload[:1] == b"{"
    is_portable = details and is_json and bool(entry.document) and standing_of(report) is not Standing.HIDDEN
    return Checked(
        name=entry.name,
        report=report,
        shown=shown,
        is_carried=entry.carrier is not None,
        credential=entry.payload if is_portable else b"",
        fragment=fragment_of(_as_parsed(entry)) if is_portable else "",
        picture=_picture(shown) if details and _has_badge(shown) else "",
    )


def _as_parsed(entry: _Read) -> JsonObject:
    """Give the credential of a file as its signature covers it; `document` is how it is read."""
    return entry.subject.as_parsed if isinstance(entry.subject, CredentialSubject) else entry.document


def _has_badge(shown: Shown) -> bool:
    return shown.standing is Standing.VERIFIED and not shown.endorses


def _shortened(check: Check) -> Check:
    """Give a check without what is very long behind its message: it would keep the file in memory."""
    is_long = any(isinstance(value, str) and len(value) > MAX_KEPT for value in check.details.values())
    if not is_long:
        return check
    kept = {name: value[:MAX_KEPT] if isinstance(value, str) else value for name, value in check.details.items()}
    return replace(check, details=kept)


def _picture(shown: Shown) -> str:
    """Give the anchored document's own picture, else draw one from its words."""
    if shown.picture:
        return shown.picture
    from credroot.credential.picture.svg import badge_svg

    drawn = badge_svg(shown.skill, shown.issuer)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()
