"""Making a batch's outputs: every wanted file of every learner, below ``batches/<name>/outputs/``.

What can't be made for one learner (a letter that no font has, say) is a line of the report and stops no other. Making
again writes the same files again; nothing is signed, anchored or sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.issuer.outputs.badges import Badges
from credroot.issuer.outputs.batch_report import Line
from credroot.issuer.outputs.certificate import certificate
from credroot.issuer.outputs.content import Content, read_content
from credroot.issuer.outputs.links import add_to_profile, private_link
from credroot.issuer.outputs.mail import Letter, draft, mail_merge
from credroot.store.durable import PRIVATE, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from credroot.credential.badge_picture.scene import BadgeStyle
    from credroot.issuer.batch_folder import BatchFolder
    from credroot.issuer.roster.people import Entry

FOLDER = "outputs"
MAIL_TABLE = "mail-merge.csv"
REPORT = "report.html"
KINDS = ("png", "svg", "pdf", "mail")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made."""

    kinds: frozenset[str]
    """Of `KINDS`."""
    page: str | None = None
    """The verify page's address, as `check_page` gives it; without one there are no links and no QR codes."""
    language: str = "en"
    sender: str | None = None
    style: BadgeStyle | None = None
    font_folders: Sequence[Path] = field(default=())


def make_outputs(
    batch: BatchFolder, people: Mapping[int, Entry], wanted: Wanted, told: Callable[[int], None] = lambda _: None
) -> tuple[Line, ...]:
    """Make everything that is wanted for a published batch and give a line for each credential, in the roster's order.

    `people` are the roster's entries by row. `told` is called with the number of credentials done.

    Raises:
        InputError: ``output.unpublished``, the batch's credentials are not published; ``output.missing_part``.
    """
    if not batch.published.is_dir():
        raise InputError(
            f"batch {batch.name!r} is not published yet: run credroot batch resume", code="output.unpublished"
        )
    folder = batch.path / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    entries = sorted(batch.read_manifest()["credentials"], key=lambda entry: int(entry["row"]))
    lines, letters, badges = [], [], None
    for number, entry in enumerate(entries, 1):
        row, uuid = int(entry["row"]), str(entry["id"]).removeprefix("urn:uuid:")
        credential = (batch.published / f"{uuid}.json").read_bytes()
        content = read_content(credential)
        badges = badges or Badges(content.skill, content.issuer, wanted.style)
        link = private_link(wanted.page, content) if wanted.page else ""
        files = {f"{uuid}.json": credential}
        problem = ""
        try:
            files |= dict(_files(content, credential, badges, link, wanted))
        except InputError as error:
            if error.code == "output.missing_part":
                raise
            problem = str(error)
        for name, data in files.items():
            if not name.endswith(".json"):
                _write(folder / name.rpartition(".")[2], name, data)
        person = people.get(row)
        letter = _letter(content, person.email if person else "", link, files)
        letters.append(letter)
        if "mail" in wanted.kinds and letter.email:
            message = draft(letter, sender_name=content.issuer, sender=wanted.sender, language=wanted.language)
            _write(folder / "mail", f"{uuid}.eml", message)
        lines.append(Line(row, content.holder, letter.email, content.id, tuple(files), problem))
        told(number)
    if "mail" in wanted.kinds:
        _write(folder, MAIL_TABLE, mail_merge(letters))
    return tuple(lines)


def _files(
    content: Content, credential: bytes, badges: Badges, link: str, wanted: Wanted
) -> Iterator[tuple[str, bytes]]:
    if "png" in wanted.kinds:
        yield f"{content.uuid}.png", badges.png(credential)
    if "svg" in wanted.kinds:
        yield f"{content.uuid}.svg", badges.svg(credential)
    if "pdf" in wanted.kinds:
        written = certificate(
            content,
            credential,
            picture=badges.picture,
            link=link or None,
            page=wanted.page,
            language=wanted.language,
            font_folders=wanted.font_folders,
        )
        yield f"{content.uuid}.pdf", written


def _letter(content: Content, email: str, link: str, files: Mapping[str, bytes]) -> Letter:
    return Letter(
        email=email,
        name=content.holder,
        skill=content.skill,
        issuer=content.issuer,
        issued=f"{content.issued:%Y-%m-%d}",
        expires=f"{content.expires:%Y-%m-%d}" if content.expires else "",
        credential_id=content.id,
        link=link,
        linkedin=add_to_profile(content, link).url if link else "",
        files=files,
    )


def _write(folder: Path, name: str, data: bytes) -> None:
    """Write one file that only its owner may read: it is about a person."""
    folder.mkdir(exist_ok=True, mode=0o700)
    write_file(folder / name, data, mode=PRIVATE)
