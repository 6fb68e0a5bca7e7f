"""How one issuer's outputs look: a small TOML file with colours, a logo, fonts and words of its own.

It is read in full before anything is made, and every field that can't be used is named. What can be used but is hard to
read is a warning, and is set in the nearest shade that can be read.

Source: WCAG 2.2, 1.4.3 (contrast of text) and 1.4.11 (contrast of graphics), level AA.
"""

from __future__ import annotations

import string
import tomllib
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from credroot.core.errors import InputError
from credroot.credential.picture.colour import (
    MINIMUM_CONTRAST,
    WHITE,
    Colour,
    contrast,
    parse_colour,
    shade_until_readable,
)
from credroot.credential.picture.outline import Shape
from credroot.credential.picture.scene import AMBER, NAVY, BadgeStyle
from credroot.issuer.outputs.logo import Logo, read_logo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

THEME_FORMAT = "credroot/theme/v1"
MAX_THEME_BYTES = 65_536
MAX_TEXT = 600
"""Characters of one text."""
MAX_FONTS = 8
MAX_SIGNATORIES = 3
"""What fits beside each other."""
GRAPHICS_CONTRAST = 3.0
MAIL_TEXTS = ("mail_subject", "mail_opening")
TEXTS = ("title", "awarded", "earned", "note", *MAIL_TEXTS)
_PLACEHOLDERS = frozenset({"name", "skill", "issuer"})
_REFUSED_CHARACTERS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"  # Persian and Indic scripts are spelled with them


class Layout(StrEnum):
    """Which way a certificate's page lies."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who stands for a certificate by name. The signature that can be checked is the credential's own."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One issuer's look."""

    colour: Colour = NAVY
    """Of the badge's face, headings and buttons."""
    accent: Colour = AMBER
    """Of the badge's ring and the thin rules."""
    shape: Shape = Shape.HEXAGON
    """Of the badge."""
    layout: Layout = Layout.PORTRAIT
    fonts: tuple[str, ...] = ()
    """Of the certificate, before those that it has anyway."""
    logo: Logo | None = None
    signatories: tuple[Signatory, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """Words in place of our own, or beside them, by `TEXTS`."""

    @property
    def ink(self) -> Colour:
        """The issuer's colour where it can be read on white, else the nearest shade of it that can."""
        return shade_until_readable(self.colour, WHITE)

    @property
    def style(self) -> BadgeStyle:
        """Give the look of the badge."""
        return BadgeStyle(self.shape, self.colour, self.accent)

    def warnings(self) -> tuple[str, ...]:
        """Name the colours that are too weak, and what is done about it."""
        found = []
        if self.ink != self.colour:
            found.append(
                f"colour {self.colour.css} has a contrast of {contrast(self.colour, WHITE):.1f} on white, below "
                f"{MINIMUM_CONTRAST} (WCAG AA): text is set in {self.ink.css}"
            )
        ratio = contrast(self.accent, self.colour)
        if ratio < GRAPHICS_CONTRAST:
            found.append(
                f"accent {self.accent.css} has a contrast of {ratio:.1f} on colour {self.colour.css}, below "
                f"{GRAPHICS_CONTRAST} (WCAG AA): ring and star of the badge are hard to see"
            )
        return tuple(found)


def read_theme(path: Path) -> Theme:
    """Read a theme; the logo lies beside it.

    Raises:
        InputError: ``theme.unreadable``, ``theme.syntax``, ``theme.format``; ``theme.unknown``, a field that there
            is not; ``theme.kind``, ``theme.colour``, ``theme.choice``, ``theme.text``, ``theme.logo``: the field named
            can't be used.
    """
    values = _values(path)
    readers: dict[str, Callable[[str, Any], Any]] = {
        "colour": _colour,
        "accent": _colour,
        "shape": lambda name, value: _choice(name, value, Shape),
        "layout": lambda name, value: _choice(name, value, Layout),
        "fonts": _fonts,
        "signatories": _signatories,
        "texts": _texts,
    }
    logo, says = values.pop("logo", None), values.pop("logo_text", None)
    _only_known(path.name, values, readers.keys() | {"logo", "logo_text"})
    read = {name: readers[name](f"{path.name}: {name}", value) for name, value in values.items()}
    if (logo is None) != (says is None):
        raise InputError(f"{path.name}: logo and logo_text (what the logo says) go together", code="theme.logo")
    if logo is not None:
        read["logo"] = _logo(path, logo, says)
    return Theme(**read)


def _values(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_THEME_BYTES + 1)
    except OSError as error:
        raise InputError(f"the theme {path}: {error.strerror}", code="theme.unreadable") from error
    if len(content) > MAX_THEME_BYTES:
        raise InputError(f"the theme {path}: larger than {MAX_THEME_BYTES} bytes", code="theme.unreadable")
    try:
        values = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"the theme {path}: not TOML: {error}", code="theme.syntax") from error
    if values.pop("format", None) != THEME_FORMAT:
        raise InputError(f'the theme {path}: the first line must be format = "{THEME_FORMAT}"', code="theme.format")
    return values


def _only_known(where: str, table: Mapping[str, object], known: set[str] | frozenset[str]) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise InputError(
            f"{where}: no such field: {unknown[0]}; there are {', '.join(sorted(known))}", code="theme.unknown"
        )


def _logo(path: Path, name: Any, says: Any) -> Logo:
    name, says = _text(f"{path.name}: logo", name), _text(f"{path.name}: logo_text", says)
    if "/" in name or "\\" in name or name.startswith("."):
        raise InputError(f"{path.name}: logo: name a file beside the theme, not {name!r}", code="theme.logo")
    return read_logo(path.parent / name, says)


def _colour(name: str, value: Any) -> Colour:
    text = _text(name, value)
    try:
        return parse_colour(text)
    except InputError as error:
        raise InputError(f"{name}: {error}", code="theme.colour") from error


def _choice(name: str, value: Any, kinds: type[StrEnum]) -> StrEnum:
    try:
        return kinds(value)
    except ValueError as error:
        raise InputError(f"{name} is one of {', '.join(kinds)}, not {value!r:.40}", code="theme.choice") from error


def _fonts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_FONTS:
        raise InputError(f"{name}: a list of at most {MAX_FONTS} families", code="theme.kind")
    return tuple(_text(name, family) for family in value)


def _signatories(name: str, value: Any) -> tuple[Signatory, ...]:
    if not isinstance(value, list) or len(value) > MAX_SIGNATORIES or not all(isinstance(one, dict) for one in value):
        raise InputError(f"{name}: at most {MAX_SIGNATORIES} tables with name and role", code="theme.kind")
    for one in value:
        _only_known(name, one, {"name", "role"})
    return tuple(
        Signatory(_text(f"{name}.name", one.get("name")), _text(f"{name}.role", one.get("role"))) for one in value
    )


def _texts(name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InputError(f"{name}: a table of texts", code="theme.kind")
    _only_known(name, value, frozenset(TEXTS))
    texts = {key: _text(f"{name}.{key}", text) for key, text in value.items()}
    for key in MAIL_TEXTS:
        if key in texts:
            _check_placeholders(f"{name}.{key}", texts[key])
    return texts


def _check_placeholders(name: str, text: str) -> None:
    try:
        parts = [(found, spec, conversion) for _, found, spec, conversion in string.Formatter().parse(text)]
    except ValueError as error:
        raise InputError(f"{name}: {error}; a brace is written twice", code="theme.text") from error
    for found, spec, conversion in parts:
        if found is not None and (found not in _PLACEHOLDERS or spec or conversion):
            known = ", ".join(f"{{{place}}}" for place in sorted(_PLACEHOLDERS))
            raise InputError(f"{name}: {{{found}}} stands for nothing; there are {known}", code="theme.text")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"{name}: must be a text", code="theme.kind")
    if not value.strip() or len(value) > MAX_TEXT:
        raise InputError(f"{name}: must have 1 to {MAX_TEXT} characters", code="theme.text")
    for char in value:
        if unicodedata.category(char) in _REFUSED_CHARACTERS and char not in _JOINERS:
            raise InputError(f"{name}: U+{ord(char):04X} can't stand in a text", code="theme.text")
    return value
