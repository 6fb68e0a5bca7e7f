"""Tables of the report. All text that comes from anywhere else is escaped here, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credroot.auditor.report.html.series import Series


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> str:
    """Give the HTML of a value: itself where it is markup, numbers with separators, everything else escaped."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape(str(value))


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "", numbers: Iterable[int] = ()
) -> Markup:
    """Write a table that becomes a list of cards on a phone; `numbers` are the columns set flush right."""
    right = set(numbers)
    head = "".join(f'<th scope="col"{_class(place in right)}>{escape(name)}</th>' for place, name in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(
            f'<td{_class(place in right, cell)} data-l="{escape(heads[place])}"><span>{text(cell)}</span></td>'
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return Markup(f'<table class="stack">{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')


def series_table(series: Series, unit: str) -> Markup:
    """Write the numbers of a plot."""
    names = [name for name, _ in series.rows]
    heads = [series.period if series.period != "step" else "", *names] + (["together"] if len(names) > 1 else [])
    rows = [
        [label, *(values[place] for _, values in series.rows), *([series.totals[place]] if len(names) > 1 else [])]
        for place, label in enumerate(series.labels)
        if series.totals[place]
    ]
    return table(heads, rows, caption=unit, numbers=range(1, len(heads)))


def tag(kind: str, word: str) -> Markup:
    """Write a word in a coloured field; the word alone must say it."""
    return Markup(f'<span class="tag {escape(kind)}">{escape(word)}</span>')


def code(value: object, *, shorten: int = 0) -> Markup:
    """Write a digest or an account; a shortened one keeps the whole as its title."""
    full = str(value)
    shown = f"{full[: shorten + 2]}…{full[-4:]}" if shorten and len(full) > shorten + 8 else full
    kind = ' class="one"' if shown != full else ""
    return Markup(f'<code{kind} title="{escape(full)}">{escape(shown)}</code>')


def moment(seconds: int) -> str:
    """Write a time of the chain; one beyond the calendar as its number."""
    if not seconds:
        return "-"
    try:
        return Markup(f'<span class="one">{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M}</span>')
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"


def _class(is_number: bool, cell: object = "") -> str:
    """Give the class of a number, or of a tag: on a phone two of these stand side by side."""
    if is_number:
        return ' class="n"'
    return ' class="t"' if isinstance(cell, Markup) and cell.startswith('<span class="tag') else ""
