"""Colours of a badge, and which of them can be read on which.

Source: WCAG 2.2, success criterion 1.4.3 (contrast) and its definition of relative luminance.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from credroot.core.errors import InputError

MINIMUM_CONTRAST = 4.5
"""What WCAG asks of text; black or white reaches it on every colour."""

_HEX = re.compile(r"#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{3}")


class Colour(NamedTuple):
    """A colour in sRGB, 0 to 255 each."""

    red: int
    green: int
    blue: int

    @property
    def css(self) -> str:
        """Write it as ``#rrggbb``."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """Give the relative luminance, 0 (black) to 1 (white)."""
        red, green, blue = (_linear(part / 255) for part in self)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


BLACK = Colour(0, 0, 0)
WHITE = Colour(255, 255, 255)


def parse_colour(text: str) -> Colour:
    """Read ``#rrggbb`` or ``#rgb``.

    Raises:
        InputError: ``picture.colour``.
    """
    if not _HEX.fullmatch(text):
        raise InputError(f"a colour is written #rrggbb, got {text[:40]!r}", code="picture.colour")
    digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
    return Colour(*bytes.fromhex(digits))


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast ratio of two colours, 1 (equal) to 21 (black on white)."""
    dark, light = sorted((one.luminance, other.luminance))
    return (light + 0.05) / (dark + 0.05)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Move `colour` towards `other` by `share`, 0 to 1."""
    return Colour(*(round(part + (target - part) * share) for part, target in zip(colour, other, strict=True)))


def readable_on(background: Colour) -> Colour:
    """Choose white or black for text on `background`: white as long as it reaches `MINIMUM_CONTRAST`."""
    return WHITE if contrast(WHITE, background) >= MINIMUM_CONTRAST else BLACK


def shade_until_readable(colour: Colour, background: Colour) -> Colour:
    """Move `colour` towards black or white, by the least of eight steps that reaches `MINIMUM_CONTRAST`."""
    target = readable_on(background)
    for step in range(8):
        candidate = mix(colour, target, step / 8)
        if contrast(candidate, background) >= MINIMUM_CONTRAST:
            return candidate
    return target


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
