"""The HTML of a message: tables and inline styles, which every mail program shows, and nothing fetched."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credroot.issuer.outputs.mail import Letter
    from credroot.issuer.outputs.theme import Theme

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_SOFT = "#4d5660"
_SHOWN_CHARACTERS = 60
"""Of an address: a private link has a page of letters."""


def mail_page(letter: Letter, said: Mapping[str, str], theme: Theme, *, language: str, picture: str) -> str:
    """Write the message that `said` has in words; `picture` is where the badge is found."""
    ink = theme.ink.css
    parts = [
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(said['subject'])}</title></head>",
        f'<body style="margin:0;padding:0;background:#f3f4f2;{_FONT}">',
        _table("max-width:600px;margin:0 auto;background:#ffffff;color:#1b2124;font-size:16px;line-height:1.5"),
        f'<tr><td style="height:6px;background:{ink};font-size:0;line-height:0">&nbsp;</td></tr>',
        '<tr><td style="padding:28px 32px 8px;text-align:center">',
        f'<img src="{picture}" width="150" height="150" style="border:0;display:inline-block"',
        f' alt="{escape(said["badge"])}: {escape(letter.skill)}, {escape(letter.issuer)}">',
        f'<h1 style="margin:14px 0 0;font-size:22px;line-height:1.25;color:{ink}">{_bdi(letter.skill)}</h1>',
        f'<p style="margin:4px 0 0;color:{_SOFT}">{_bdi(letter.issuer)}</p></td></tr>',
        '<tr><td style="padding:16px 32px 8px">',
        f'<p style="margin:0 0 14px">{_bdi(said["greeting"])}</p>',
        f'<p style="margin:0 0 14px">{escape(said["opening"])} {escape(said["files"])}</p>',
        _check(letter, said, ink),
        _linkedin(letter, said, ink),
        f'<p style="margin:22px 0 0">{_bdi(letter.issuer)}</p></td></tr>',
        '<tr><td style="padding:8px 32px 28px;color:#4d5660;font-size:13px">',
        f'<p style="margin:0;border-top:1px solid #e1e4e0;padding-top:12px">{escape(letter.credential_id)}</p>',
        "</td></tr></table></body></html>\n",
    ]
    return "\n".join(part for part in parts if part)


def _table(style: str) -> str:
    return f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="{style}">'


def _bdi(text: str) -> str:
    return f'<span dir="auto">{escape(text)}</span>'


def _check(letter: Letter, said: Mapping[str, str], ink: str) -> str:
    if not letter.link:
        return ""
    button = (
        f"display:inline-block;padding:11px 22px;border-radius:6px;background:{ink};color:#ffffff;"
        "font-weight:600;text-decoration:none"
    )
    return (
        f'<p style="margin:22px 0 6px"><a href="{escape(letter.link)}" style="{button}">{escape(said["check"])}</a></p>'
        f'<p style="margin:0 0 18px;color:{_SOFT};font-size:13px">{escape(said["private"])}</p>'
    )


def _linkedin(letter: Letter, said: Mapping[str, str], ink: str) -> str:
    if not letter.linkedin:
        return ""
    cell = "padding:3px 14px 3px 0;vertical-align:top;text-align:left;font-weight:400"
    rows = "".join(
        f'<tr><th scope="row" style="{cell};color:{_SOFT};white-space:nowrap">{escape(label)}</th>'
        f'<td style="{cell};overflow-wrap:anywhere;word-break:break-word">{_value(value)}</td></tr>'
        for label, value in letter.linkedin_fields.items()
    )
    return (
        f'<p style="margin:0 0 6px"><a href="{escape(letter.linkedin)}" style="color:{ink};font-weight:600">'
        f"{escape(said['linkedin'])}</a></p>"
        f'<p style="margin:12px 0 2px;color:{_SOFT};font-size:14px">{escape(said["fields"])}</p>'
        f'<table cellpadding="0" cellspacing="0" border="0" style="font-size:14px;line-height:1.4">{rows}</table>'
    )


def _value(text: str) -> str:
    """Show a value to be copied; of a long address the beginning, as a link to all of it."""
    if not text.startswith(("https://", "http://")) or len(text) <= _SHOWN_CHARACTERS:
        return _bdi(text)
    return f'<a href="{escape(text)}" style="color:inherit">{escape(text[:_SHOWN_CHARACTERS])}…</a>'
