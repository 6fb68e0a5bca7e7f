"""What one request may cost, whatever it asks for and however many files it brings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from credroot.core.budget import Budget, BudgetExceeded, Work

if TYPE_CHECKING:
    from collections.abc import Callable

MICROSECONDS: Final = 700_000
"""Of an ordinary processor, as `Work` prices it: a thousand credentials of one shape cost half of that."""
DEADLINE_S: Final = 20.0
"""Seconds from the beginning of the work to its end, waiting for others included."""
LIGHT_MICROSECONDS: Final = 100_000
"""Of what is judged within the process that serves everybody, whose other threads wait meanwhile in part."""
QUICK_MICROSECONDS: Final = 2_500
"""Of what is judged while nobody else is served: two signatures, and less than a document that PyLD canonicalises."""
ALLOWED: Final = {Work.ENDORSEMENTS: 2_000, Work.LISTS: 200, Work.KILOBYTES: 48 * 1_024}
"""Kinds of work with a bound of their own."""


def request_budget(monotonic: Callable[[], float] = time.monotonic) -> Budget:
    """Give the budget of a request whose work begins now."""
    end = monotonic() + DEADLINE_S
    return Budget(ALLOWED, microseconds=MICROSECONDS, is_late=lambda: monotonic() > end)


class LightBudget(Budget):
    """The budget of what is judged beside others; whatever it has no room for is to be done elsewhere."""

    __slots__ = ("has_refused",)

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, *, microseconds: int = LIGHT_MICROSECONDS
    ) -> None:
        """Begin now."""
        end = monotonic() + DEADLINE_S
        super().__init__(ALLOWED, microseconds=microseconds, is_late=lambda: monotonic() > end)
        self.has_refused = False
        """Whether something was not looked at for want of room here: a file's own bounds are another thing."""

    def _require(self, work: Work, amount: int, price: int) -> None:
        try:
            super()._require(work, amount, price)
        except BudgetExceeded:
            self.has_refused = True
            raise
