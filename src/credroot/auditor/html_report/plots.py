"""Bars as inline SVG: drawn for a width of 460, so that they read well on a phone and two abreast on a desk."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credroot.auditor.html_report.series import Series

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 6, 12, 40
MAX_LABELS = 4
GAP = 0.25
"""Part of a bar's room that stays empty."""
LARGEST_BAR = 56


def bar_plot(series: Series, *, title: str, unit: str) -> str:
    """Draw stacked bars with a scale of whole numbers; every bar tells its values when it is pointed at."""
    top = _nice(max(series.totals, default=0))
    ticks = [top * step // 4 for step in range(5)] if top >= 4 else list(range(top + 1))
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}; the table below has the numbers">'
    ]
    for tick in ticks:
        y = _y(tick, top)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{_short(tick)}</text>')
    room = (WIDTH - LEFT - RIGHT) / max(1, len(series.labels))
    width = min(room * (1 - GAP), LARGEST_BAR)
    for place, label in enumerate(series.labels):
        parts += _bar(series, place, label, LEFT + room * place + (room - width) / 2, width, top, unit)
    parts += _labels(series.labels, room)
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(0, 1):.1f}" y2="{_y(0, 1):.1f}"/></svg>')
    return "".join(parts)


def _bar(series: Series, place: int, label: str, x: float, width: float, top: int, unit: str) -> list[str]:
    parts, below = [], 0
    for number, (name, values) in enumerate(series.rows):
        value = values[place]
        if value:
            y, height = _y(below + value, top), _y(below, top) - _y(below + value, top)
            told = escape(f"{label}: {value:,} {unit}" + (f", {name}" if len(series.rows) > 1 else ""))
            parts.append(
                f'<rect class="s{number}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0.8):.1f}" '
                f'rx="1.5"><title>{told}</title></rect>'
            )
            below += value
    return parts


def _labels(labels: tuple[str, ...], room: float) -> list[str]:
    """Write at most a few labels below the bars, each in two lines where it has more than one word."""
    every = max(1, -(-len(labels) // MAX_LABELS)) if room < 52 else 1
    parts = []
    for place in range(0, len(labels), every):
        x = LEFT + room * (place + 0.5)
        anchor = "middle"
        if place == 0 and every > 1:
            x, anchor = LEFT + room * 0.1, "start"
        first, _, rest = labels[place].rpartition(" ")
        lines = [first, rest] if first else [rest]
        for line, text in enumerate(lines):
            y = HEIGHT - BOTTOM + 16 + 14 * line
            parts.append(f'<text class="tick" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>')
    return parts


def _y(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / max(1, top)


def _nice(highest: int) -> int:
    """Give a round number at or above the highest bar, one that four equal steps divide where it is large enough."""
    if highest <= 4:
        return max(1, highest)
    step = 1
    while True:
        for factor in (4, 8, 12, 20, 24, 32):
            if factor * step >= highest:
                return factor * step
        step *= 10


def _short(number: int) -> str:
    for size, suffix in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if number >= size:
            shown = number / (size if suffix != "k" else 10**3)
            return f"{shown:.1f}".removesuffix(".0") + suffix
    return f"{number:,}"
