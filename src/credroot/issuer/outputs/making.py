"""Making a batch's outputs: every wanted file of every learner, below ``batches/<name>/outputs/``.

What can't be made for one learner (a letter that no font has, say) is a line of the report and stops no other. It may
be stopped at any moment: made again, what is there already and was made from the same things is kept, and the rest is
made. Nothing is signed, anchored or sent. Of all learners no more than a line each is held in memory.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from importlib.resources import files as package_files
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.issuer.outputs.badges import Badges
from credroot.issuer.outputs.certificate import Typesetter
from credroot.issuer.outputs.content import Content, read_content
from credroot.issuer.outputs.links import add_to_profile, private_link
from credroot.issuer.outputs.mail import Drafting, Letter, MailMerge
from credroot.issuer.outputs.report.report import Line
from credroot.issuer.outputs.theme import Theme
from credroot.store.durable import PRIVATE, replace_file, sync_folder, write_file
from credroot.store.lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from credroot.issuer.batch.folder import BatchFolder

FOLDER = "outputs"
MAIL_TABLE = "mail-merge.csv"
REPORT = "report.html"
KINDS = ("png", "svg", "pdf", "mail")
MADE_FROM = "made-from.json"
MADE_FROM_FORMAT = "credroot/outputs/v1"
_PICTURES = ("png", "svg", "pdf")
_SUFFIX = {"png": ".png", "svg": ".svg", "pdf": ".pdf", "mail": ".eml"}
_TEMPLATES = ("certificate.typ", "words.json", "mail.json")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made."""

    kinds: frozenset[str]
    """Of `KINDS`."""
    page: str | None = None
    """The verify page's address, as `check_page` gives it; without one there are no links and no QR codes."""
    language: str = "en"
    sender: str | None = None
    linkedin_link: bool = False
    """Whether LinkedIn's form gets the private link, and so the whole credential, in place of the page's address."""
    theme: Theme = field(default_factory=Theme)
    font_folders: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What was made."""

    lines: tuple[Line, ...]
    """One for each credential, in the roster's order."""
    kept: int
    """Files that were there already and are the same."""

    def count(self, kind: str) -> int:
        """Answer how many files of one of `KINDS` there are now."""
        return sum(name.endswith(_SUFFIX[kind]) for line in self.lines for name in line.files)


def make_outputs(
    batch: BatchFolder, addresses: Mapping[int, str], wanted: Wanted, told: Callable[[int], None] = lambda _: None
) -> Made:
    """Make everything that is wanted for a published batch.

    `addresses` are the learners' e-mail addresses by row of the roster. `told` is called with the number of
    credentials done.

    Raises:
        InputError: ``output.unpublished``, the batch's credentials are not published; ``output.missing_part``;
            ``output.language``; ``theme.font``.
        LockHeld: another process makes them now.
    """
    if not batch.published.is_dir():
        raise InputError(
            f"batch {batch.name!r} is not published yet: run credroot batch resume {batch.name}",
            code="output.unpublished",
        )
    folder = batch.path / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with exclusive(folder / ".lock"):
        return _Maker(batch, folder, wanted).make(addresses, told)


class _Maker:
    """Makes one batch's files. What is the same for all learners is made once, when it is first needed."""

    def __init__(self, batch: BatchFolder, folder: Path, wanted: Wanted) -> None:
        self._batch = batch
        self._folder = folder
        self._wanted = wanted
        self._drawn: Badges | None = None
        self._made = self._kept = 0

    def make(self, addresses: Mapping[int, str], told: Callable[[int], None]) -> Made:
        self._forget_what_differs()
        entries = sorted(self._batch.read_manifest()["credentials"], key=lambda entry: int(entry["row"]))
        lines, table = [], MailMerge()
        for number, entry in enumerate(entries, 1):
            line, letter = self._learner(entry, addresses.get(int(entry["row"]), ""))
            lines.append(line)
            table.add(letter)
            told(number)
        for kind in self._wanted.kinds:
            sync_folder(self._folder / kind)
        if "mail" in self._wanted.kinds:
            write_file(self._folder / MAIL_TABLE, table.table(), mode=PRIVATE)
        return Made(tuple(lines), self._kept)

    def _learner(self, entry: Mapping[str, object], email: str) -> tuple[Line, Letter]:
        original = self._batch.file_of(entry)
        credential = original.read_bytes()
        content = read_content(credential)
        link = private_link(self._wanted.page, content) if self._wanted.page else ""
        files, problems, made = [original], [], self._made
        for kind in _PICTURES:
            if kind in self._wanted.kinds:
                try:
                    files.append(self._picture(kind, content, credential, link))
                except InputError as error:
                    problems.append(_problem(error))
        letter = _letter(content, email, link, self._linkedin_address(link), tuple(path.name for path in files))
        shown = [f"../{self._batch.published.name}/{original.name}", *(f"{p.parent.name}/{p.name}" for p in files[1:])]
        if "mail" in self._wanted.kinds and email:
            try:
                shown.append(self._message(letter, content, files, again=self._made > made))
            except InputError as error:
                problems.append(_problem(error))
        return Line(
            int(str(entry["row"])), content.holder, email, content.id, tuple(shown), "; ".join(problems)
        ), letter

    def _linkedin_address(self, link: str) -> str:
        return link if self._wanted.linkedin_link else self._wanted.page or ""

    def _picture(self, kind: str, content: Content, credential: bytes, link: str) -> Path:
        """Give the file of a badge or certificate, made where it is not there."""
        path = self._folder / kind / f"{content.uuid}{_SUFFIX[kind]}"
        if path.is_file():
            self._kept += 1
            return path
        badges = self._badges(content)
        if kind == "png":
            data = badges.png(credential)
        elif kind == "svg":
            data = badges.svg(credential)
        else:
            data = self._typesetter.certificate(content, credential, picture=badges.picture, link=link or None)
        self._write(path, data)
        return path

    def _message(self, letter: Letter, content: Content, files: Sequence[Path], *, again: bool) -> str:
        """Give the path of a message, made where it is not there, or `again` because a file of it is new."""
        path = self._folder / "mail" / f"{content.uuid}{_SUFFIX['mail']}"
        if again or not path.is_file():
            wanted = self._wanted
            picture = self._badges(content).picture
            drafting = Drafting(content.issuer, wanted.sender, wanted.theme, picture, wanted.language)
            self._write(path, drafting.draft(letter, {file.name: file.read_bytes() for file in files}))
        else:
            self._kept += 1
        return f"mail/{path.name}"

    def _write(self, path: Path, data: bytes) -> None:
        """Write one file that only its owner may read: it is about a person."""
        replace_file(path, data, mode=PRIVATE)
        self._made += 1

    def _badges(self, content: Content) -> Badges:
        """Give the badges of the batch, whose credentials are all of one achievement and one issuer."""
        if self._drawn is None:
            self._drawn = Badges(content.skill, content.issuer, self._wanted.theme.style)
        return self._drawn

    @cached_property
    def _typesetter(self) -> Typesetter:
        wanted = self._wanted
        return Typesetter(wanted.theme, page=wanted.page, language=wanted.language, font_folders=wanted.font_folders)

    def _forget_what_differs(self) -> None:
        """Remove files that were made from other things, and what a stopped run left half-written."""
        if "pdf" in self._wanted.kinds:
            self._typesetter  # noqa: B018 - what it needs must be there before anything is removed
        path = self._folder / MADE_FROM
        before = _made_from(path)
        now = {kind: self._origin(kind) for kind in self._wanted.kinds}
        for kind in self._wanted.kinds:
            folder = self._folder / kind
            folder.mkdir(mode=0o700, exist_ok=True)
            unfinished = f".*{_SUFFIX[kind]}.*.tmp"
            for stale in (*folder.glob(unfinished), *(() if before.get(kind) == now[kind] else folder.iterdir())):
                if stale.suffix in (_SUFFIX[kind], ".tmp"):
                    stale.unlink(missing_ok=True)
        content = {"format": MADE_FROM_FORMAT, "kinds": {**before, **now}}
        write_file(path, json.dumps(content, indent=2).encode() + b"\n", mode=PRIVATE)

    def _origin(self, kind: str) -> str:
        """Give the digest of all that the files of one kind depend on, besides the credentials, which never change."""
        wanted = self._wanted
        state = hashlib.sha256(f"{version('credroot')}\n{wanted.theme!r}\n{wanted.page}\n{wanted.language}\n".encode())
        for name in _TEMPLATES:
            state.update((package_files("credroot.issuer.outputs") / "data" / name).read_bytes())
        if kind == "pdf":
            state.update(repr([str(folder) for folder in wanted.font_folders]).encode())
        if kind == "mail":
            options = (wanted.sender, sorted(wanted.kinds), wanted.font_folders, wanted.linkedin_link)
            state.update("\n".join(map(str, options)).encode())
        return state.hexdigest()


def _made_from(path: Path) -> dict[str, str]:
    """Read what the files that are there were made from; nothing where that is not known."""
    try:
        value = loads(path.read_bytes())
    except (FileNotFoundError, InputError):
        return {}
    kinds = value.get("kinds") if isinstance(value, dict) and value.get("format") == MADE_FROM_FORMAT else None
    return {str(kind): str(digest) for kind, digest in kinds.items()} if isinstance(kinds, dict) else {}


def _problem(error: InputError) -> str:
    """Give what a learner's line says; what would stop every learner is raised instead."""
    if error.code in ("output.missing_part", "output.language", "theme.font"):
        raise error
    return str(error)


def _letter(content: Content, email: str, link: str, linkedin_address: str, files: tuple[str, ...]) -> Letter:
    entry = add_to_profile(content, linkedin_address) if linkedin_address else None
    return Letter(
        email=email,
        name=content.holder,
        skill=content.skill,
        issuer=content.issuer,
        issued=f"{content.issued:%Y-%m-%d}",
        expires=f"{content.expires:%Y-%m-%d}" if content.expires else "",
        credential_id=content.id,
        link=link,
        linkedin=entry.url if entry else "",
        linkedin_fields=entry.fields if entry else {},
        files=files,
    )
