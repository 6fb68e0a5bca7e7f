"""One accessible PDF that is the credential: to read, to print, to scan, and with the JSON attached, to verify.

The typesetter checks what it writes against PDF/UA-1 (tags, reading order, alternative texts, language) and PDF/A-3a
(fonts inside, nothing from elsewhere), and refuses what does not conform. So a letter that no font has is an error.

Source: ISO 14289-1 (PDF/UA-1), ISO 19005-3 (PDF/A-3).
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from credroot.core.errors import InputError
from credroot.issuer.outputs.theme import MAIL_TEXTS, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from credroot.issuer.outputs.content import Content

ATTACHMENT = "credential.json"
LANGUAGES = ("en", "es", "fr", "de")
MAX_CODE_CHARACTERS = 2_300
"""Of a link in a QR code: what byte mode holds at the lowest level of correction (2,953), with room to scan it."""
FONTS = (
    "Libertinus Serif",
    "Noto Naskh Arabic",
    "Noto Serif Devanagari",
    "Noto Serif Thai",
    "Noto Serif CJK SC",
    "Noto Serif",
    "Noto Sans",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans CJK SC",
)
"""Families in order. The typesetter brings the first itself: Latin, Greek, Cyrillic and Hebrew are set the same
everywhere. For what none of these has it takes any font of the system."""
STANDARDS = ("ua-1", "a-3a")
_MASK = 4
"""One of the eight masks: a pressed credential looks like noise, so all do as well, and trying each costs 20 ms."""
_NO_GLYPH = re.compile(r"could not be displayed|contains the codepoint", re.IGNORECASE)
_LETTER = re.compile(r"\S(?=\w)")  # with a letter after it, not a mark that belongs to it
_LONG_WORD, _LONG_IN_COLUMN = re.compile(r"\S{30,}"), re.compile(r"\S{13,}")
_KANA, _HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\uac00-\ud7af]")


class Typesetter:
    """Sets the certificates of one issuer. Fonts are looked for once, which takes half a second."""

    def __init__(
        self, theme: Theme, *, page: str | None, language: str = "en", font_folders: Sequence[Path] = ()
    ) -> None:
        """`page` is the verify page's address that people type; `None` names no place.

        Fonts are those in `font_folders`, those of the system, and the typesetter's own.

        Raises:
            InputError: ``output.missing_part``, the extra ``credroot[pdf]`` is not installed; ``output.language``;
                ``theme.font``, the theme names a font that is not there.
        """
        try:
            import typst
        except ImportError as error:
            raise InputError("PDFs need the extra: pip install 'credroot[pdf]'", code="output.missing_part") from error
        self._theme = theme
        self._page = page
        self._words = _words(language, theme)
        self._language = language
        fonts = typst.Fonts(font_paths=[str(folder) for folder in font_folders])
        known = {family.casefold() for family in fonts.families()}
        for family in theme.fonts:
            if family.casefold() not in known:
                raise InputError(
                    f"fonts: {family!r} is not installed; install it, or name its folder", code="theme.font"
                )
        self._compiler: Any = typst.Compiler(_template(), font_paths=fonts)

    def certificate(self, content: Content, credential: bytes, *, picture: bytes, link: str | None) -> bytes:
        """Set the certificate of one credential. `picture` is the badge, a PNG; `link` goes into the QR code.

        Raises:
            InputError: ``output.glyph``, a letter that no font has; ``output.typesetting``, anything else that does
                not conform; ``output.missing_part``.
        """
        data = self._data(content, picture, link)
        try:
            written: bytes = self._compiler.compile(
                input=_template(),
                sys_inputs={"data": json.dumps(data), "credential": credential.decode()},
                pdf_standards=list(STANDARDS),
                timestamp=int(content.issued.timestamp()),
            )
        except RuntimeError as error:
            raise _refusal(str(error)) from error
        return written

    def _data(self, content: Content, picture: bytes, link: str | None) -> dict[str, object]:
        theme, words = self._theme, self._words
        code = None if link is None else qr_code(link)
        logo = theme.logo
        return {
            "words": words,
            "lang": self._language,
            "layout": theme.layout,
            "ink": theme.ink.css,
            "accent": theme.accent.css,
            "fonts": [*theme.fonts, *FONTS],
            "logo": logo and {"kind": logo.kind, "data": list(logo.data), "says": logo.says},
            "signatories": [[one.name, one.role] for one in theme.signatories],
            "holder": content.holder,
            "rtl": _is_right_to_left(content.holder),
            "holder_lang": _language_of(content.holder),
            "skill": content.skill,
            "issuer": _breakable(content.issuer),
            "issued": _day(content.issued, words),
            "expires": _day(content.expires, words) if content.expires else "",
            "description": _breakable(content.description),
            "criteria": _breakable(content.criteria),
            "results": [
                [_breakable(text, _LONG_IN_COLUMN) for text in (name or words["result"], value)]
                for name, value in content.results
            ],
            "credits": content.credits,
            "id": content.uuid,
            "page": self._page or "",
            "code": code or "",
            # A list of numbers: the typesetter reads it fifteen times as fast as it decodes base64.
            "picture": list(picture),
        }


def can_be_set() -> bool:
    """Answer whether the extra ``credroot[pdf]`` is installed."""
    return all(find_spec(name) is not None for name in ("typst", "segno"))


def qr_code(text: str) -> str | None:
    """Draw a QR code as SVG; `None` where `text` is too long to be scanned from paper."""
    if len(text) > MAX_CODE_CHARACTERS:
        return None
    try:
        import segno
    except ImportError as error:
        raise InputError("QR codes need the extra: pip install 'credroot[pdf]'", code="output.missing_part") from error
    code = segno.make(text, error="l", boost_error=True, micro=False, mask=_MASK)
    drawn: str = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return drawn


def _breakable(text: str, long_word: re.Pattern[str] = _LONG_WORD) -> str:
    """Allow a break after each letter of a word that no line could hold, such as an address."""
    return long_word.sub(lambda word: _LETTER.sub("\\g<0>\u200b", word[0]), text)


def _is_right_to_left(text: str) -> bool:
    """Tell the direction of a line by its first strong letter (UAX #9, rules P2 and P3)."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _language_of(text: str) -> str:
    """Tell the language of a name where its script leaves no doubt and its letters are drawn by language."""
    if _KANA.search(text):
        return "ja"
    return "ko" if _HANGUL.search(text) else ""


def _day(moment: datetime, words: Mapping[str, str]) -> str:
    month = words["months"].split(" ")[moment.month - 1]
    return words["day"].replace("{day}", str(moment.day)).replace("{month}", month).replace("{year}", str(moment.year))


@cache
def _template() -> bytes:
    return (files("credroot.issuer.outputs") / "data" / "certificate.typ").read_bytes()


def _words(language: str, theme: Theme) -> dict[str, str]:
    if language not in LANGUAGES:
        raise InputError(f"no certificate in {language!r}; there are: {', '.join(LANGUAGES)}", code="output.language")
    text = (files("credroot.issuer.outputs") / "data" / "words.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)[language]
    own = {name: value for name, value in theme.texts.items() if name not in MAIL_TEXTS}
    return words | {"note": ""} | own


def _refusal(message: str) -> InputError:
    first = message.strip().split("\n")[0][:300]
    if _NO_GLYPH.search(message):
        hint = "install fonts that have it, such as Debian's fonts-noto-core and fonts-noto-cjk, or name their folder"
        return InputError(f"no font has a letter of this name: {first}; {hint}", code="output.glyph")
    return InputError(f"the certificate can't be set: {first}", code="output.typesetting")
