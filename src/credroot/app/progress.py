"""A progress line on standard error for what takes more than a moment; silent where no person watches."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from credroot.app.terminal import steered

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

SHOW_AFTER_S = 1.0
REDRAW_S = 0.1


class Progress:
    """Counts steps of several kinds toward the same total."""

    def __init__(self, total: int) -> None:
        """Expect `total` steps of each kind."""
        self._total = total
        self._begun = time.monotonic()
        self._drawn = 0.0
        self._width = 0
        self._is_watched = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._width:
            steered().write("\r" + " " * self._width + "\r")
            sys.stderr.flush()

    def step(self, what: str, done: int) -> None:
        """Say that `done` of the total are `what`."""
        if not self._is_watched or (done & 0x3F and done != self._total):
            return
        moment = time.monotonic()
        if moment - self._begun < SHOW_AFTER_S or moment - self._drawn < REDRAW_S:
            return
        self._drawn = moment
        line = f"{what} {done:,} of {self._total:,}"
        steered().write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = max(self._width, len(line))
