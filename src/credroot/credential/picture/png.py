"""The badge as PNG, painted with Pillow and Roboto Bold, which this package ships.

Roboto has Latin with its accents, Greek and Cyrillic. A word in any other script is left out rather than shown as
boxes, and where nothing of the achievement's name is left, a large star stands for it. The SVG has every script.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.credential.picture.colour import mix
from credroot.credential.picture.lettering import clean
from credroot.credential.picture.outline import SIDE
from credroot.credential.picture.scene import BadgeStyle, Fill, Scene, badge_scene

if TYPE_CHECKING:
    from PIL import Image, ImageFont

DEFAULT_SIZE = 400
"""Pixels of a side."""
SMALLEST, LARGEST = 90, 1024
"""Open Badges asks for 90 pixels at least; above 1024 use the SVG."""

_CANVAS = 1200  # pixels of the side that is painted on before it is reduced
_METRIC_SIZE = 200
_NO_CHARACTER = "\U0010ffff"  # drawn as the font's own "missing" box


def badge_png(
    achievement: str,
    issuer: str,
    style: BadgeStyle = BadgeStyle(),  # noqa: B008 - it is frozen
    *,
    size: int = DEFAULT_SIZE,
) -> bytes:
    """Draw the badge as a square PNG of `size` pixels with a transparent ground; the same input gives the same bytes.

    It takes tens of milliseconds: a batch draws one picture per achievement.

    Raises:
        InputError: ``picture.size``, outside `SMALLEST` to `LARGEST`.
    """
    if not SMALLEST <= size <= LARGEST:
        raise InputError(f"a picture has {SMALLEST} to {LARGEST} pixels, got {size}", code="picture.size")
    scene = badge_scene(drawable(clean(achievement)), drawable(clean(issuer)), style, _width)
    factor = max(2, round(_CANVAS / size))
    picture = _paint(scene, size * factor).reduce(factor)
    written = io.BytesIO()
    picture.save(written, format="PNG", optimize=True)
    return written.getvalue()


def drawable(text: str) -> str:
    """Keep the words of which the font has every character."""
    return " ".join(word for word in text.split(" ") if all(_has_glyph(char) for char in word))


def _paint(scene: Scene, side: int) -> Image.Image:
    from PIL import Image, ImageDraw

    scale = side / SIDE
    canvas = Image.new("RGB", (side, side), scene.fills[0].bottom)
    opaque = Image.new("L", (side, side), 0)
    draw, cover = ImageDraw.Draw(canvas), ImageDraw.Draw(opaque)
    for fill in scene.fills:
        corners = fill.outline.polygon(scale)
        cover.polygon(corners, fill=255)
        if fill.top == fill.bottom:
            draw.polygon(corners, fill=fill.top)
        else:
            mask = Image.new("L", (side, side), 0)
            ImageDraw.Draw(mask).polygon(corners, fill=255)
            canvas.paste(_gradient(fill, side, corners), (0, 0), mask)
    for line in scene.lines:
        font = _font(line.size * scale)
        draw.text((side / 2, line.baseline * scale), line.text, fill=line.colour, font=font, anchor="ms")
    canvas.putalpha(opaque)
    return canvas


def _gradient(fill: Fill, side: int, corners: list[tuple[int, int]]) -> Image.Image:
    """Run from the colour at the top of the outline to the one at its bottom."""
    from PIL import Image

    heights = [y for _, y in corners]
    top, bottom = min(heights), max(heights)
    column = Image.new("RGB", (1, side))
    for y in range(side):
        share = min(1.0, max(0.0, (y - top) / (bottom - top)))
        column.putpixel((0, y), mix(fill.top, fill.bottom, share))
    return column.resize((side, side), Image.Resampling.NEAREST)


def _width(text: str) -> float:
    return _font(_METRIC_SIZE).getlength(text) / _METRIC_SIZE


@lru_cache(maxsize=4096)
def _has_glyph(char: str) -> bool:
    font = _font(_METRIC_SIZE)
    return bytes(font.getmask(char)) != bytes(font.getmask(_NO_CHARACTER))


@lru_cache(maxsize=32)
def _font(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    # The basic layout is the same with every build of Pillow, and all that these scripts need.
    return ImageFont.truetype(io.BytesIO(_font_file()), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _font_file() -> bytes:
    return resources.files("credroot.credential.picture").joinpath("fonts", "Roboto-Bold.ttf").read_bytes()
