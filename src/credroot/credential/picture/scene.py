"""What a badge shows, in order from back to front, for either painter."""

from __future__ import annotations

from dataclasses import dataclass

from credroot.credential.picture.colour import BLACK, WHITE, Colour, mix, readable_on, shade_until_readable
from credroot.credential.picture.lettering import LEADING, Box, Measure, fit
from credroot.credential.picture.outline import CENTRE, Outline, Shape, badge_outline, rounded, star

_CAP_HEIGHT = 0.711
"""Height of a capital as a share of the size, in Roboto and nearly so in Arial and Helvetica."""


NAVY = Colour(0x1D, 0x4E, 0x89)
AMBER = Colour(0xF5, 0xB8, 0x41)


@dataclass(frozen=True, slots=True)
class BadgeStyle:
    """How badges of one issuer look."""

    shape: Shape = Shape.HEXAGON
    colour: Colour = NAVY
    """The face; the text on it is white or black, whichever can be read."""
    accent: Colour = AMBER
    """The ring and the star."""


@dataclass(frozen=True, slots=True)
class Fill:
    """An outline, filled from top to bottom."""

    outline: Outline
    top: Colour
    bottom: Colour


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text, centred."""

    text: str
    baseline: float
    size: float
    colour: Colour
    background: Colour
    """The least favourable colour behind it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture of 400 by 400 units."""

    fills: tuple[Fill, ...]
    lines: tuple[TextLine, ...]


@dataclass(frozen=True, slots=True)
class _Room:
    star_y: float
    name_y: float
    name: Box
    ribbon_y: float
    ribbon_half: float


_ROOMS = {
    Shape.HEXAGON: _Room(82, 187, Box(264, 144, 62, 19, 5), 298, 182),
    Shape.CIRCLE: _Room(76, 183, Box(274, 144, 62, 19, 5), 296, 182),
    Shape.SHIELD: _Room(80, 177, Box(272, 144, 62, 19, 5), 284, 190),
}
_RIBBON_HALF_HEIGHT = 30
_RIBBON_BOX = Box(312, 44, 38, 17, 2)


def badge_scene(name: str, issuer: str, style: BadgeStyle, measure: Measure) -> Scene:
    """Compose a badge of the achievement `name` by `issuer`, both cleaned; an empty name gives way to a large star."""
    room = _ROOMS[style.shape]
    ink = readable_on(style.colour)
    fills = _face(style, ink)
    lines: tuple[TextLine, ...] = ()
    if name:
        fills += (_flat(star((CENTRE, room.star_y), 24), style.accent),)
        lines += _set(name, room.name_y, room.name, ink, style.colour, measure)
    else:
        fills += (_flat(star((CENTRE, room.name_y - 22 if issuer else CENTRE), 92), style.accent),)
    if issuer:
        fills += _ribbon(room, style, ink)
        ground = _ribbon_colour(style, ink)
        lines += _set(issuer, room.ribbon_y, _RIBBON_BOX, shade_until_readable(style.colour, ground), ground, measure)
    return Scene(fills, lines)


def _face(style: BadgeStyle, ink: Colour) -> tuple[Fill, ...]:
    outline = badge_outline(style.shape)
    edge = _edge_colour(style, ink)
    # The face runs away from the text's colour, so the style's own colour is the least favourable place.
    far = mix(style.colour, BLACK, 0.38) if ink == WHITE else mix(style.colour, WHITE, 0.45)
    return (
        _flat(outline, edge),
        Fill(outline.scaled(0.955), mix(style.accent, WHITE, 0.25), style.accent),
        _flat(outline.scaled(0.925), edge),
        Fill(outline.scaled(0.9), style.colour, far),
    )


def _edge_colour(style: BadgeStyle, ink: Colour) -> Colour:
    return mix(style.colour, BLACK, 0.45 if ink == WHITE else 0.8)


def _ribbon_colour(style: BadgeStyle, ink: Colour) -> Colour:
    return mix(style.colour, WHITE, 0.94) if ink == WHITE else _edge_colour(style, ink)


def _ribbon(room: _Room, style: BadgeStyle, ink: Colour) -> tuple[Fill, ...]:
    ground = _ribbon_colour(style, ink)
    top, bottom = room.ribbon_y - _RIBBON_HALF_HEIGHT, room.ribbon_y + _RIBBON_HALF_HEIGHT
    left, right = CENTRE - room.ribbon_half, CENTRE + room.ribbon_half
    band = rounded([(left, top), (right, top), (right, bottom), (left, bottom)], radius=8)
    shadow = rounded([(left, top + 6), (right, top + 6), (right, bottom + 6), (left, bottom + 6)], radius=8)
    return (_flat(shadow, mix(style.colour, BLACK, 0.6 if ink == WHITE else 0.5)), _flat(band, ground))


def _flat(outline: Outline, colour: Colour) -> Fill:
    return Fill(outline, colour, colour)


def _set(
    text: str, middle: float, box: Box, colour: Colour, background: Colour, measure: Measure
) -> tuple[TextLine, ...]:
    setting = fit(text, box, measure)
    first = middle + setting.size * (_CAP_HEIGHT - LEADING * (len(setting.lines) - 1)) / 2
    return tuple(
        TextLine(line, first + at * LEADING * setting.size, setting.size, colour, background)
        for at, line in enumerate(setting.lines)
    )
