"""Messages to learners: a table for whoever merges mail, and ready drafts. Nothing is ever sent from here."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TextIO, cast

from credroot.core.errors import InputError
from credroot.core.text.spreadsheet import safe_cell
from credroot.issuer.outputs.mail_page import mail_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credroot.issuer.outputs.theme import Theme

COLUMNS = ("email", "name", "skill", "issuer", "issued", "expires", "credential_id", "link", "linkedin", "files")
MEDIA_TYPES = {
    ".json": ("application", "json"),
    ".png": ("image", "png"),
    ".svg": ("image", "svg+xml"),
    ".pdf": ("application", "pdf"),
}
_BADGE_ID = "badge@credroot.invalid"
"""Names the picture inside the message; no address of anybody."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What one learner is told."""

    email: str
    name: str
    skill: str
    issuer: str
    issued: str
    expires: str
    credential_id: str
    link: str
    """The private link, or nothing."""
    linkedin: str
    linkedin_fields: Mapping[str, str] = field(default_factory=dict)
    """LinkedIn's own labels and what goes there."""
    files: tuple[str, ...] = ()
    """Names of the attachments, in order."""


class MailMerge:
    """The table, one row a learner, written as it comes: UTF-8 with a byte order mark, so that spreadsheets see it."""

    def __init__(self) -> None:
        self._text: TextIO = io.StringIO()
        self._writer = csv.writer(self._text)
        self._writer.writerow(COLUMNS)

    def add(self, letter: Letter) -> None:
        """Add a learner's row; the files by name, with semicolons."""
        cells = [getattr(letter, column) for column in COLUMNS[:-1]]
        self._writer.writerow([safe_cell(cell) for cell in (*cells, ";".join(letter.files))])

    def table(self) -> bytes:
        """Give the table as it stands."""
        self._text.seek(0)
        return b"\xef\xbb\xbf" + self._text.read().encode()


@dataclass(frozen=True, slots=True)
class Drafting:
    """How messages of one batch are written."""

    sender_name: str
    sender: str | None
    """An address; `None` leaves it to the mail program."""
    theme: Theme
    badge: bytes
    """The picture, without any credential: it is shown in the message."""
    language: str = "en"

    def draft(self, letter: Letter, attachments: Mapping[str, bytes]) -> bytes:
        """Write one message that mail programs open as a draft: plain text, the same as HTML, and the files.

        The same letter gives the same bytes.

        Raises:
            InputError: ``output.address``, the learner's or the sender's address can't stand in a message.
        """
        words = mail_words(self.language) | _own_words(self.theme)
        values = {"name": letter.name, "skill": letter.skill, "issuer": letter.issuer}
        said = {name: text.format(**values) for name, text in words.items()}
        message = EmailMessage(policy=SMTP)
        _address(message, letter, self.sender_name, self.sender)
        message["Subject"] = _literal(" ".join(said["subject"].split()))
        message["X-Unsent"] = "1"
        message.set_content(_plain(letter, said))
        html = mail_page(letter, said, self.theme, language=self.language, picture=f"cid:{_BADGE_ID}")
        message.add_alternative(html, subtype="html")
        shown = cast("list[EmailMessage]", message.get_payload())[1]
        shown.add_related(self.badge, "image", "png", cid=f"<{_BADGE_ID}>", disposition="inline")
        for name, data in attachments.items():
            main, sub = MEDIA_TYPES["." + name.rpartition(".")[2]]
            message.add_attachment(data, maintype=main, subtype=sub, filename=name)
        _fix_boundaries(message, letter.credential_id.removeprefix("urn:uuid:"))
        return message.as_bytes()


@cache
def mail_words(language: str) -> dict[str, str]:
    """Give our words for messages in `language`."""
    text = (files("credroot.issuer.outputs") / "data" / "mail.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)[language]
    return words


def _own_words(theme: Theme) -> dict[str, str]:
    own = {"subject": theme.texts.get("mail_subject"), "opening": theme.texts.get("mail_opening")}
    return {name: text for name, text in own.items() if text}


def _address(message: EmailMessage, letter: Letter, sender_name: str, sender: str | None) -> None:
    try:
        message["To"] = MailAddress(_literal(letter.name), addr_spec=letter.email)
        if sender:
            message["From"] = MailAddress(_literal(sender_name), addr_spec=sender)
    except (ValueError, IndexError) as error:
        raise InputError(f"{letter.email!r} can't stand in a message", code="output.address") from error


def _literal(text: str) -> str:
    """Keep a header's text from being read as an encoded word (RFC 2047), in which line ends can hide, and headers."""
    return text.replace("=?", "= ?")


def _plain(letter: Letter, said: Mapping[str, str]) -> str:
    parts = [said["greeting"], f"{said['opening']} {said['files']}"]
    if letter.link:
        parts.append(f"{said['check']}:\n{letter.link}\n{said['private']}")
    if letter.linkedin:
        # The private link stands above already, and is long.
        copied = {label: value for label, value in letter.linkedin_fields.items() if value != letter.link}
        fields = "\n".join(f"{label}: {value}" for label, value in copied.items())
        parts.append(f"{said['linkedin']}:\n{letter.linkedin}\n\n{said['fields']}\n{fields}".rstrip())
    return "\n\n".join((*parts, letter.issuer)) + "\n"


def _fix_boundaries(message: EmailMessage, name: str) -> None:
    """Name the boundaries by the credential, not at random: a message that is made again is the same message."""
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_credroot_{number}_{name}")
