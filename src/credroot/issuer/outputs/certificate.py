"""One accessible PDF that is the credential: to read, to print, to scan, and with the JSON attached, to verify.

The typesetter checks what it writes against PDF/UA-1 (tags, reading order, alternative texts, language) and PDF/A-3a
(fonts inside, nothing from elsewhere), and refuses what does not conform. So a letter that no font has is an error.

Source: ISO 14289-1 (PDF/UA-1), ISO 19005-3 (PDF/A-3).
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from credroot.issuer.outputs.content import Content

ATTACHMENT = "credential.json"
LANGUAGES = ("en", "es", "fr", "de")
MAX_CODE_CHARACTERS = 2_300
"""Of a link in a QR code: what byte mode holds at the lowest level of correction (2,953), with room to scan it."""
_NO_GLYPH = re.compile(r"could not be displayed|contains the codepoint", re.IGNORECASE)


def certificate(
    content: Content,
    credential: bytes,
    *,
    picture: bytes,
    link: str | None,
    page: str | None,
    language: str = "en",
    font_folders: Sequence[Path] = (),
) -> bytes:
    """Set the certificate of one credential.

    `picture` is the badge, a PNG. `link` goes into the QR code and `page` is the address that people type; without
    them the certificate tells how to check it without naming a place. Fonts are those in `font_folders`, those of the
    system, and the typesetter's own, which have Latin, Greek and Cyrillic.

    Raises:
        InputError: ``output.missing_part``, the extra ``credroot[pdf]`` is not installed; ``output.glyph``, a letter
            that no font has; ``output.typesetting``, anything else that does not conform; ``output.language``.
    """
    try:
        import typst
    except ImportError as error:
        raise InputError("PDFs need the extra: pip install 'credroot[pdf]'", code="output.missing_part") from error
    data = _data(content, picture, link=link, page=page, language=language)
    compile_bytes: Callable[..., bytes] = typst.compile
    try:
        return compile_bytes(
            _template(),
            font_paths=[str(folder) for folder in font_folders],
            sys_inputs={"data": json.dumps(data), "credential": credential.decode()},
            pdf_standards=["ua-1", "a-3a"],
            timestamp=int(content.issued.timestamp()),
        )
    except RuntimeError as error:
        raise _refusal(str(error)) from error


def qr_code(text: str) -> str | None:
    """Draw a QR code as SVG; `None` where `text` is too long to be scanned from paper."""
    if len(text) > MAX_CODE_CHARACTERS:
        return None
    try:
        import segno
    except ImportError as error:
        raise InputError("QR codes need the extra: pip install 'credroot[pdf]'", code="output.missing_part") from error
    code = segno.make(text, error="l", boost_error=True, micro=False)
    drawn: str = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)
    return drawn


def _data(content: Content, picture: bytes, *, link: str | None, page: str | None, language: str) -> dict[str, object]:
    words = _words(language)
    code = None if link is None else qr_code(link)
    return {
        "words": words,
        "lang": language,
        "holder": content.holder,
        "skill": content.skill,
        "issuer": content.issuer,
        "issued": _day(content.issued, words),
        "expires": _day(content.expires, words) if content.expires else "",
        "description": content.description,
        "criteria": content.criteria,
        "results": [[name or words["result"], value] for name, value in content.results],
        "credits": content.credits,
        "id": content.uuid,
        "page": page or "",
        "code": code or "",
        "picture": base64.b64encode(picture).decode(),
    }


def _day(moment: datetime, words: Mapping[str, str]) -> str:
    month = words["months"].split(" ")[moment.month - 1]
    return words["day"].replace("{day}", str(moment.day)).replace("{month}", month).replace("{year}", str(moment.year))


@cache
def _template() -> bytes:
    return (files("credroot.issuer.outputs") / "data" / "certificate.typ").read_bytes()


@cache
def _words(language: str) -> dict[str, str]:
    if language not in LANGUAGES:
        raise InputError(f"no certificate in {language!r}; there are: {', '.join(LANGUAGES)}", code="output.language")
    text = (files("credroot.issuer.outputs") / "data" / "words.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)[language]
    return words


def _refusal(message: str) -> InputError:
    first = message.strip().split("\n")[0][:300]
    if _NO_GLYPH.search(message):
        hint = "install fonts that have it, such as Debian's fonts-noto-core and fonts-noto-cjk, or name their folder"
        return InputError(f"no font has a letter of this name: {first}; {hint}", code="output.glyph")
    return InputError(f"the certificate can't be set: {first}", code="output.typesetting")
