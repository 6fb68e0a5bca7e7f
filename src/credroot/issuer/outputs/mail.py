"""Messages to learners: a table for whoever merges mail, and ready drafts. Nothing is ever sent from here."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.spreadsheet import safe_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("email", "name", "skill", "issuer", "issued", "expires", "credential_id", "link", "linkedin", "files")
MEDIA_TYPES = {
    ".json": ("application", "json"),
    ".png": ("image", "png"),
    ".svg": ("image", "svg+xml"),
    ".pdf": ("application", "pdf"),
}
_WORDS = {
    "en": (
        "Your credential: {skill}",
        "Dear {name},\n\n{issuer} has issued you the credential “{skill}”. It is attached. Keep the files: they"
        " are yours, and anyone can check them without asking us.\n",
        "Check or share it: {link}\n",
        "Add it to your LinkedIn profile: {linkedin}\n",
    ),
    "es": (
        "Su credencial: {skill}",
        "Hola, {name}:\n\n{issuer} le ha otorgado la credencial «{skill}». Va adjunta. Guarde los archivos: son suyos,"
        " y cualquiera puede comprobarlos sin preguntarnos.\n",
        "Compruébela o compártala: {link}\n",
        "Añádala a su perfil de LinkedIn: {linkedin}\n",
    ),
    "fr": (
        "Votre attestation : {skill}",
        "Bonjour {name},\n\n{issuer} vous a délivré l’attestation « {skill} ». Elle est jointe. Gardez les fichiers :"
        " ils sont à vous, et chacun peut les vérifier sans nous interroger.\n",
        "Vérifiez-la ou partagez-la : {link}\n",
        "Ajoutez-la à votre profil LinkedIn : {linkedin}\n",
    ),
    "de": (
        "Ihr Nachweis: {skill}",
        "Guten Tag, {name},\n\n{issuer} hat Ihnen den Nachweis „{skill}“ ausgestellt. Er ist angehängt. Bewahren Sie"
        " die Dateien auf: Sie gehören Ihnen, und jeder kann sie prüfen, ohne uns zu fragen.\n",
        "Prüfen oder teilen Sie ihn: {link}\n",
        "Nehmen Sie ihn in Ihr LinkedIn-Profil auf: {linkedin}\n",
    ),
}


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
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Attachments by name, in order."""


def mail_merge(letters: Iterable[Letter]) -> bytes:
    """Write the table, one row a learner, as CSV in UTF-8 with a byte order mark; files by name, with semicolons."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for letter in letters:
        cells = [getattr(letter, column) for column in COLUMNS[:-1]]
        writer.writerow([safe_cell(cell) for cell in (*cells, ";".join(letter.files))])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def draft(letter: Letter, *, sender_name: str, sender: str | None, language: str = "en") -> bytes:
    """Write one message that mail programs open as a draft, with the files attached.

    Raises:
        InputError: ``output.address``, the learner's or the sender's address can't stand in a message.
    """
    subject, opening, share, profile = _WORDS[language]
    values = {"name": letter.name, "skill": letter.skill, "issuer": letter.issuer}
    message = EmailMessage(policy=SMTP)
    try:
        message["To"] = MailAddress(letter.name, addr_spec=letter.email)
        if sender:
            message["From"] = MailAddress(sender_name, addr_spec=sender)
    except (ValueError, IndexError) as error:
        raise InputError(f"{letter.email!r} can't stand in a message", code="output.address") from error
    message["Subject"] = " ".join(subject.format(**values).split())
    message["X-Unsent"] = "1"
    body = opening.format(**values)
    if letter.link:
        body += "\n" + share.format(link=letter.link)
    if letter.linkedin:
        body += "\n" + profile.format(linkedin=letter.linkedin)
    message.set_content(f"{body}\n{letter.issuer}\n")
    for name, data in letter.files.items():
        main, sub = MEDIA_TYPES["." + name.rpartition(".")[2]]
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()
