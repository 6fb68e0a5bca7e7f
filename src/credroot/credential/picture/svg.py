"""The badge as SVG: text stays text, in whatever font the reader has, and nothing refers to anything outside."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

from credroot.credential.picture.lettering import clean
from credroot.credential.picture.outline import SIDE
from credroot.credential.picture.scene import BadgeStyle, Fill, TextLine, badge_scene

_FONTS = "Roboto, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', sans-serif"
# Widths of bold sans-serif letters as a share of their size, no narrower than in the fonts above.
_NARROW, _SLIM, _BROAD = "iIjl.,:;'|!` ", 'ftr-()[]/\\*"', "mwMW@%\u2026\u2014"
_WIDTHS = {**dict.fromkeys(_NARROW, 0.3), **dict.fromkeys(_SLIM, 0.42), **dict.fromkeys(_BROAD, 0.95)}


def badge_svg(achievement: str, issuer: str, style: BadgeStyle = BadgeStyle()) -> bytes:  # noqa: B008 - it is frozen
    """Draw the badge as a square SVG of 400 units; the same input gives the same bytes.

    Controls and bidi controls are dropped from the names, and names are broken, shrunk and at last cut to fit.
    """
    name, by = clean(achievement), clean(issuer)
    scene = badge_scene(name, by, style, _width)
    title = escape(" \u2013 ".join(part for part in (name, by) if part) or "Badge")
    gradients = [fill for fill in scene.fills if fill.top != fill.bottom]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}"'
        f' role="img" aria-labelledby="badge-title"><title id="badge-title">{title}</title><defs>',
        *(_gradient(at, fill) for at, fill in enumerate(gradients)),
        "</defs>",
        *(_path(fill, gradients) for fill in scene.fills),
        f'<g font-family="{_FONTS}" font-weight="700" text-anchor="middle">',
        *(_text(line) for line in scene.lines),
        "</g></svg>\n",
    ]
    return "".join(parts).encode()


def _gradient(number: int, fill: Fill) -> str:
    return (
        f'<linearGradient id="badge-{number}" x2="0" y2="1"><stop stop-color="{fill.top.css}"/>'
        f'<stop offset="1" stop-color="{fill.bottom.css}"/></linearGradient>'
    )


def _path(fill: Fill, gradients: list[Fill]) -> str:
    paint = f"url(#badge-{gradients.index(fill)})" if fill in gradients else fill.top.css
    return f'<path fill="{paint}" d="{fill.outline.path}"/>'


def _text(line: TextLine) -> str:
    return (
        f'<text x="{SIDE // 2}" y="{line.baseline:.1f}" font-size="{line.size:.1f}" fill="{line.colour.css}"'
        f' unicode-bidi="plaintext">{escape(line.text)}</text>'
    )


def _width(text: str) -> float:
    return sum(_character_width(char) for char in text)


def _character_width(char: str) -> float:
    if char in _WIDTHS:
        return _WIDTHS[char]
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return 0.72 if char.isupper() else 0.6
