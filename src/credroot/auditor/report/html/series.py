"""Numbers over time for plots: events put into days, weeks, months or years, whichever gives few enough bars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MAX_BARS = 36
"""Bars in one plot: more are too thin to be told apart on a phone."""
MAX_SERIES = 6
"""Series with a colour of their own; the rest is added up."""
OTHERS = "others"
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Series:
    """Stacked bars: one label for each bar, one value for each label in each series."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """Name of a series and its values."""
    period: str
    """What one bar stands for: ``day``, ``week``, ``month`` or ``year``."""

    @property
    def totals(self) -> tuple[int, ...]:
        """Give the height of each bar."""
        return tuple(sum(values[place] for _, values in self.rows) for place in range(len(self.labels)))


def over_time(points: Iterable[tuple[int, str, int]], order: Sequence[str] = ()) -> Series:
    """Add up points of (seconds since 1970, name of a series, value) by period; one without any is a bar of zero.

    Series that are named in `order` come first and in that order, the others by their sums: so that several plots
    give each series the same place.
    """
    collected = list(points)
    if not collected:
        return Series((), (), "day")
    days = [datetime.fromtimestamp(at, UTC).date() for at, _, _ in collected]
    period = _period(min(days), max(days))
    starts = _starts(min(days), max(days), period)
    place = {start: number for number, start in enumerate(starts)}
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(starts))
    for day, (_, name, value) in zip(days, collected, strict=True):
        sums[name][place[_start(day, period)]] += value
    return Series(tuple(_label(start, period) for start in starts), _largest(sums, order), period)


def _largest(sums: dict[str, list[int]], order: Sequence[str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Keep the first series and add the rest up."""
    places = {name: place for place, name in enumerate(order)}
    ordered = sorted(sums.items(), key=lambda pair: (places.get(pair[0], len(places)), -sum(pair[1]), pair[0]))
    kept, rest = ordered[:MAX_SERIES], ordered[MAX_SERIES:]
    rows = [(name, tuple(values)) for name, values in kept]
    if rest:
        rows.append((OTHERS, tuple(map(sum, zip(*(values for _, values in rest), strict=True)))))
    return tuple(rows)


def _period(first: date, last: date) -> str:
    span = (last - first).days + 1
    if span <= MAX_BARS:
        return "day"
    if span <= 7 * MAX_BARS:
        return "week"
    return "month" if span <= 30 * MAX_BARS else "year"


def _start(day: date, period: str) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if period == "year" else day


def _starts(first: date, last: date, period: str) -> list[date]:
    starts = [_start(first, period)]
    while (following := _next(starts[-1], period)) <= last:
        starts.append(following)
    return starts


def _next(start: date, period: str) -> date:
    if period == "day":
        return start + timedelta(days=1)
    if period == "week":
        return start + timedelta(days=7)
    if period == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return date(start.year + 1, 1, 1)


def _label(start: date, period: str) -> str:
    if period == "year":
        return str(start.year)
    return f"{start:%b %Y}" if period == "month" else f"{start.day} {start:%b %Y}"


_LATENCY_BOUNDS = (
    ("before its date", 0),
    ("same day", _DAY_S),
    ("1-2 days", 3 * _DAY_S),
    ("3-6 days", 7 * _DAY_S),
    ("1-4 weeks", 28 * _DAY_S),
    ("1-3 months", 91 * _DAY_S),
    ("3-12 months", 365 * _DAY_S),
)


def latency_histogram(latencies: Sequence[int]) -> Series:
    """Count seconds from a credential's date to its anchoring, in steps that people think in."""
    counts = [0] * (len(_LATENCY_BOUNDS) + 1)
    for latency in latencies:
        counts[next((place for place, (_, bound) in enumerate(_LATENCY_BOUNDS) if latency < bound), -1)] += 1
    labels = (*(label for label, _ in _LATENCY_BOUNDS), "over a year")
    return Series(labels, (("credentials", tuple(counts)),), "step")
