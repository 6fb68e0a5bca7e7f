"""What one request may cost, whatever it asks for and however many files it brings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from credroot.core.budget import Budget, Work

if TYPE_CHECKING:
    from collections.abc import Callable

MICROSECONDS: Final = 700_000
"""Of an ordinary processor, as `Work` prices it: a thousand credentials of one shape cost half of that."""
DEADLINE_S: Final = 20.0
"""Seconds from the beginning of the work to its end, waiting for others included."""
ALLOWED: Final = {Work.ENDORSEMENTS: 2_000, Work.LISTS: 200, Work.KILOBYTES: 48 * 1_024}
"""Kinds of work with a bound of their own."""


def request_budget(monotonic: Callable[[], float] = time.monotonic) -> Budget:
    """Give the budget of a request whose work begins now."""
    end = monotonic() + DEADLINE_S
    return Budget(ALLOWED, microseconds=MICROSECONDS, is_late=lambda: monotonic() > end)
