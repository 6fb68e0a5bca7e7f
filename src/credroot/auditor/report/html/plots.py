"""Bars as inline SVG: drawn for a width of 460, two abreast on a desk; room for letters that a phone needs larger."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.auditor.report.html.series import Series

WIDTH, HEIGHT = 460, 270
LEFT, RIGHT, TOP, BOTTOM = 58, 6, 32, 48
ROW, ROW_LEFT, ROW_RIGHT = 30, 148, 66
"""Of a plot of rows: the height of each, the room for labels before the bars and for numbers behind them."""
MAX_LABELS = 4
GAP = 0.25
"""Part of a bar's room that stays empty."""
LARGEST_BAR = 56


def bar_plot(series: Series, *, title: str, unit: str, colours: Sequence[str]) -> str:
    """Draw stacked bars with a scale of whole numbers; every bar tells its values when it is pointed at.

    `colours` are the CSS classes of the series, in order.
    """
    top = _nice(max(series.totals, default=0))
    ticks = [top * step // 4 for step in range(5)] if top >= 4 else list(range(top + 1))
    parts = [_opening(HEIGHT, title), f'<text class="tick" x="0" y="15">{escape(unit)}</text>']
    for tick in ticks:
        y = _y(tick, top)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 7}" y="{y + 5:.1f}" text-anchor="end">{_short(tick)}</text>')
    room = (WIDTH - LEFT - RIGHT) / max(1, len(series.labels))
    width = min(room * (1 - GAP), LARGEST_BAR)
    for place, label in enumerate(series.labels):
        x = LEFT + room * place + (room - width) / 2
        parts += _bar(series, place, f"{label}: {{:,}} {unit}", colours, (x, width), top)
    parts += _labels(series.labels, room)
    parts.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(0, 1):.1f}" y2="{_y(0, 1):.1f}"/></svg>')
    return "".join(parts)


def row_plot(series: Series, *, title: str, unit: str) -> str:
    """Draw one row for each label of the only series, so that every label is written out, with its number."""
    [(_, values)] = series.rows
    top = max(1, *values)
    parts = [_opening(ROW * len(values), title)]
    for place, (label, value) in enumerate(zip(series.labels, values, strict=True)):
        middle, width = ROW * place + ROW / 2, (WIDTH - ROW_LEFT - ROW_RIGHT) * value / top
        end = ROW_LEFT + width
        parts.append(f'<text class="tick" x="{ROW_LEFT - 9}" y="{middle + 5}" text-anchor="end">{escape(label)}</text>')
        parts.append(
            f'<rect class="s0" x="{ROW_LEFT}" y="{middle - 10}" width="{max(width, 0.8):.1f}" height="20" rx="1.5">'
            f"<title>{escape(f'{label}: {value:,} {unit}')}</title></rect>"
            f'<text class="tick" x="{end + 7:.1f}" y="{middle + 5}">{value:,}</text>'
        )
    parts.append(f'<line class="axis" x1="{ROW_LEFT}" x2="{ROW_LEFT}" y1="0" y2="{ROW * len(values)}"/></svg>')
    return "".join(parts)


def _opening(height: int, title: str) -> str:
    label = f"{escape(title)}; the table below has the numbers"
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">'


def _bar(
    series: Series, place: int, told: str, colours: Sequence[str], across: tuple[float, float], top: int
) -> list[str]:
    """Draw one stacked bar; `told` says its label and has a place for the value, `across` is where and how wide."""
    parts, below, (x, width) = [], 0, across
    for (name, values), colour in zip(series.rows, colours, strict=True):
        value = values[place]
        if value:
            y, height = _y(below + value, top), _y(below, top) - _y(below + value, top)
            words = escape(told.format(value) + (f", {name}" if len(series.rows) > 1 else ""))
            parts.append(
                f'<rect class="{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0.8):.1f}" '
                f'rx="1.5"><title>{words}</title></rect>'
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
            y = HEIGHT - BOTTOM + 19 + 19 * line
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
