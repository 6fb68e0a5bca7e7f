"""An issuer's logo, PNG or SVG, made harmless before it goes into anything that people open.

A PNG is painted anew, so that nothing but its pixels is left. An SVG is taken only if every element and attribute of it
draws: no text (its font would be missing elsewhere), no script, no style sheet, nothing from another place.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from credroot.core.errors import InputError
from credroot.credential.baking.png import SIGNATURE

if TYPE_CHECKING:
    from pathlib import Path

MAX_LOGO_BYTES = 512 * 1024
"""Bytes of a logo's file: it is repeated in every certificate."""
MAX_LOGO_SIDE = 4_000
"""Pixels of a side that are decoded at most: 64 MB."""
_KEPT_SIDE = 1_000
"""Pixels of a side that are kept: 300 to the inch at the size of a certificate's head."""
_SVG_TAG = re.compile(rb"<svg[\s>]")
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENT_NAMES = """
svg g defs title desc path rect circle ellipse line polyline polygon clipPath linearGradient radialGradient stop use
symbol
"""
_ATTRIBUTE_NAMES = """
id d x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height points transform viewBox version baseProfile role href space
preserveAspectRatio fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit
stroke-dasharray stroke-dashoffset stroke-opacity opacity color clip-path clip-rule clipPathUnits gradientUnits
gradientTransform spreadMethod offset stop-color stop-opacity display visibility vector-effect paint-order
shape-rendering aria-label aria-labelledby aria-hidden
"""
_ELEMENTS, _ATTRIBUTES = frozenset(_ELEMENT_NAMES.split()), frozenset(_ATTRIBUTE_NAMES.split())
_PLACE = re.compile(r"url\(\s*['\"]?(?!#)|:\s*//|@import|[a-z]+:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo that can do nothing but be looked at."""

    kind: str
    """``png`` or ``svg``."""
    data: bytes
    says: str
    """What it says, for who can't see it."""

    @property
    def media_type(self) -> str:
        """Give its media type."""
        return "image/png" if self.kind == "png" else "image/svg+xml"


def read_logo(path: Path, says: str) -> Logo:
    """Read a logo from a file.

    Raises:
        InputError: ``theme.logo``: unreadable, too large, neither PNG nor SVG, or an SVG that does more than draw.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise _refused(path, error.strerror or "can't be read") from error
    if len(data) > MAX_LOGO_BYTES:
        raise _refused(path, f"larger than {MAX_LOGO_BYTES} bytes")
    if data.startswith(SIGNATURE):
        return Logo("png", _painted_anew(path, data), says)
    if _SVG_TAG.search(data):
        _check_drawing(path, data)
        return Logo("svg", data, says)
    raise _refused(path, "neither a PNG nor an SVG")


def _painted_anew(path: Path, data: bytes) -> bytes:
    from PIL import Image

    sides = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if not all(1 <= side <= MAX_LOGO_SIDE for side in sides):
        raise _refused(path, f"{sides[0]} x {sides[1]} pixels; {MAX_LOGO_SIDE} a side are the most")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            pixels = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise _refused(path, f"not a PNG that can be decoded ({error})") from error
    pixels.thumbnail((_KEPT_SIDE, _KEPT_SIDE))
    pixels.info.clear()
    written = io.BytesIO()
    pixels.save(written, format="PNG", optimize=True)
    return written.getvalue()


def _check_drawing(path: Path, data: bytes) -> None:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _refused(path, f"not an SVG that can be read safely ({type(error).__name__})") from error
    if root.tag != f"{_SVG}svg":
        raise _refused(path, "its outermost element is not <svg>")
    for element in root.iter():
        tag = str(element.tag)
        if not tag.startswith(_SVG):
            raise _refused(path, f"an element that draws nothing: <{tag.rpartition('}')[2]}>; save it as plain SVG")
        name = tag.removeprefix(_SVG)
        if name == "text":
            raise _refused(path, "it has text, whose font is missing elsewhere: convert text to paths")
        if name not in _ELEMENTS:
            raise _refused(path, f"<{name}> is not taken: only what draws is; save it as plain SVG")
        for key, value in element.attrib.items():
            _check_attribute(path, name, key.rpartition("}")[2], value)


def _check_attribute(path: Path, element: str, name: str, value: str) -> None:
    if name not in _ATTRIBUTES:
        raise _refused(path, f"the attribute {name} of <{element}> is not taken; save it as plain SVG")
    outside = not value.startswith("#") if name == "href" else _PLACE.search(value) is not None
    if outside and name not in ("id", "aria-label"):
        raise _refused(path, f"the attribute {name} of <{element}> points to another place")


def _refused(path: Path, reason: str) -> InputError:
    return InputError(f"the logo {path.name}: {reason}", code="theme.logo")
