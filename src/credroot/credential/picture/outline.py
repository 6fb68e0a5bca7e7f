"""Outlines of a badge as cubic Bezier curves, for both painters: a path in SVG, a polygon in PNG.

Units are those of the picture, a square of 400 by 400 with its origin top left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

SIDE = 400
"""Units of a side."""
CENTRE = SIDE / 2

Point = tuple[float, float]

_CIRCLE = 0.5522847498  # control arm of a quarter circle, as a share of its radius
_STEPS = 24  # straight pieces that stand for one curve in a polygon


class Shape(StrEnum):
    """The outline of a badge."""

    HEXAGON = "hexagon"
    CIRCLE = "circle"
    SHIELD = "shield"


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed line: a start and curves, each by two controls and its end."""

    start: Point
    curves: tuple[tuple[Point, Point, Point], ...]

    @property
    def path(self) -> str:
        """Write it as the ``d`` of an SVG path."""
        parts = [f"M{_text(self.start)}"]
        parts += ["C" + " ".join(_text(point) for point in curve) for curve in self.curves]
        return "".join(parts) + "Z"

    def polygon(self, scale: float) -> list[tuple[int, int]]:
        """Give the corners of a polygon that can't be told from it, in pixels of `scale` to the unit.

        They are whole pixels: a painter that rounds for itself would give a straight edge notches.
        """
        corners = [self.start]
        for first, second, end in self.curves:
            begin = corners[-1]
            corners += [_on_curve((begin, first, second, end), step / _STEPS) for step in range(1, _STEPS + 1)]
        return [(round(x * scale), round(y * scale)) for x, y in corners]

    def scaled(self, factor: float) -> Outline:
        """Shrink or grow it about the picture's centre."""
        curves = tuple((_scale(a, factor), _scale(b, factor), _scale(end, factor)) for a, b, end in self.curves)
        return Outline(_scale(self.start, factor), curves)


def badge_outline(shape: Shape) -> Outline:
    """Give the outer line of a badge."""
    match shape:
        case Shape.HEXAGON:
            return rounded([_polar(196, 60 * corner - 90) for corner in range(6)], radius=30)
        case Shape.CIRCLE:
            return _circle(192)
        case Shape.SHIELD:
            return _shield()


def star(centre: Point, radius: float) -> Outline:
    """Give a star of five points around `centre`, one of them up."""
    corners = [_polar(radius if corner % 2 == 0 else radius * 0.46, 36 * corner - 90, centre) for corner in range(10)]
    return rounded(corners, radius=radius * 0.08)


def rounded(corners: list[Point], *, radius: float) -> Outline:
    """Join `corners` by straight lines and round each corner off, `radius` from it on both sides."""
    pairs = [
        (_towards(corner, corners[at - 1], radius), corner, _towards(corner, corners[(at + 1) % len(corners)], radius))
        for at, corner in enumerate(corners)
    ]
    curves: list[tuple[Point, Point, Point]] = []
    at = pairs[-1][2]
    start = at
    for before, corner, after in pairs:
        curves.append((_between(at, before, 1 / 3), _between(at, before, 2 / 3), before))
        curves.append((_between(before, corner, 2 / 3), _between(after, corner, 2 / 3), after))
        at = after
    return Outline(start, tuple(curves))


def _circle(radius: float) -> Outline:
    arm = radius * _CIRCLE
    right, left, top, bottom = CENTRE + radius, CENTRE - radius, CENTRE - radius, CENTRE + radius
    return Outline(
        (CENTRE, top),
        (
            ((CENTRE + arm, top), (right, CENTRE - arm), (right, CENTRE)),
            ((right, CENTRE + arm), (CENTRE + arm, bottom), (CENTRE, bottom)),
            ((CENTRE - arm, bottom), (left, CENTRE + arm), (left, CENTRE)),
            ((left, CENTRE - arm), (CENTRE - arm, top), (CENTRE, top)),
        ),
    )


def _shield() -> Outline:
    right = (
        ((246, 34), (296, 46), (352, 44)),
        ((364, 44), (370, 50), (370, 62)),
        ((370, 110), (370, 150), (370, 196)),
        ((370, 286), (310, 350), (200, 396)),
    )
    points = [(200.0, 8.0), *((float(x), float(y)) for curve in right for x, y in curve)]
    mirrored = [(SIDE - x, y) for x, y in reversed(points)][1:]
    left = [tuple(mirrored[at : at + 3]) for at in range(0, len(mirrored), 3)]
    curves = [tuple((float(x), float(y)) for x, y in curve) for curve in right] + left
    return Outline(points[0], tuple((curve[0], curve[1], curve[2]) for curve in curves))


def _polar(radius: float, degrees: float, centre: Point = (CENTRE, CENTRE)) -> Point:
    angle = math.radians(degrees)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def _scale(point: Point, factor: float) -> Point:
    return CENTRE + (point[0] - CENTRE) * factor, CENTRE + (point[1] - CENTRE) * factor


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share


def _towards(one: Point, other: Point, distance: float) -> Point:
    return _between(one, other, distance / math.dist(one, other))


def _on_curve(curve: tuple[Point, Point, Point, Point], share: float) -> Point:
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    x = sum(weight * point[0] for weight, point in zip(weights, curve, strict=True))
    y = sum(weight * point[1] for weight, point in zip(weights, curve, strict=True))
    return x, y


def _text(point: Point) -> str:
    return ",".join(f"{part:.1f}".removesuffix(".0") for part in point)
