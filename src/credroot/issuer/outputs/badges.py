"""Baked badges: one picture for the achievement, and each credential in a copy of it."""

from __future__ import annotations

from functools import cached_property

from credroot.credential.baking.png import PngTemplate, png_template
from credroot.credential.baking.svg import SvgTemplate, svg_template
from credroot.credential.picture.png import badge_png
from credroot.credential.picture.scene import BadgeStyle
from credroot.credential.picture.svg import badge_svg


class Badges:
    """The badges of one achievement. Each picture is drawn once, when it is first needed."""

    def __init__(self, skill: str, issuer: str, style: BadgeStyle | None = None) -> None:
        """Name the achievement and its issuer on the badge."""
        self._skill = skill
        self._issuer = issuer
        self._style = style or BadgeStyle()

    @cached_property
    def picture(self) -> bytes:
        """The PNG without any credential."""
        return badge_png(self._skill, self._issuer, self._style)

    @cached_property
    def _png(self) -> PngTemplate:
        return png_template(self.picture)

    @cached_property
    def _svg(self) -> SvgTemplate:
        return svg_template(badge_svg(self._skill, self._issuer, self._style))

    def png(self, credential: bytes) -> bytes:
        """Give the PNG with `credential` in it."""
        return self._png.bake(credential)

    def svg(self, credential: bytes) -> bytes:
        """Give the SVG with `credential` in it."""
        return self._svg.bake(credential)
