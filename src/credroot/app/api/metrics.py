"""Counts for the operator, in the text format that Prometheus reads. No label ever holds what a client sent."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BUCKETS_S = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the histogram, in seconds."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one server process. Only the event loop's thread touches it."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = {}
        self._seconds: dict[str, list[int]] = {}
        self._seconds_sum: dict[str, float] = {}
        self._verdicts: dict[str, int] = {}
        self._gauges: list[tuple[str, str, str, Callable[[], Mapping[str, float]]]] = []

    def add_source(self, name: str, kind: str, about: str, values: Callable[[], Mapping[str, float]]) -> None:
        """Read `values` at each scrape: label text (``a="b"``, or empty) to value; `kind` is gauge or counter."""
        self._gauges.append((name, kind, about, values))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (method, route, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        counts = self._seconds.get(route)
        if counts is None:
            counts = self._seconds[route] = [0] * (len(BUCKETS_S) + 1)
        counts[bisect_left(BUCKETS_S, seconds)] += 1
        self._seconds_sum[route] = self._seconds_sum.get(route, 0.0) + seconds

    def verdict(self, verdict: str) -> None:
        """Count one verdict."""
        self._verdicts[verdict] = self._verdicts.get(verdict, 0) + 1

    def text(self) -> str:
        """Write all of them."""
        lines = ["# HELP credroot_requests_total Requests answered.", "# TYPE credroot_requests_total counter"]
        lines += [
            f'credroot_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
            for (method, route, status), count in sorted(self._requests.items())
        ]
        lines += ["# HELP credroot_request_seconds Time to the answer.", "# TYPE credroot_request_seconds histogram"]
        for route, counts in sorted(self._seconds.items()):
            lines += self._histogram(route, counts)
        lines += ["# HELP credroot_verdicts_total Verdicts given.", "# TYPE credroot_verdicts_total counter"]
        lines += [f'credroot_verdicts_total{{verdict="{name}"}} {n}' for name, n in sorted(self._verdicts.items())]
        for name, kind, about, values in self._gauges:
            lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
            lines += [f"{name}{{{label}}} {value}" if label else f"{name} {value}" for label, value in values().items()]
        return "\n".join(lines) + "\n"

    def _histogram(self, route: str, counts: list[int]) -> list[str]:
        lines, total = [], 0
        for bound, count in zip((*BUCKETS_S, "+Inf"), counts, strict=True):
            total += count
            lines.append(f'credroot_request_seconds_bucket{{route="{route}",le="{bound}"}} {total}')
        lines.append(f'credroot_request_seconds_sum{{route="{route}"}} {self._seconds_sum[route]:.6f}')
        lines.append(f'credroot_request_seconds_count{{route="{route}"}} {total}')
        return lines
