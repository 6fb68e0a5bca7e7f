"""One moment by which a whole exchange must be over, however many waits it is made of."""

from __future__ import annotations

from time import monotonic

from credroot.core.errors import ChainUnavailable


class Deadline:
    """A fixed moment of the monotonic clock, `seconds` from now."""

    __slots__ = ("_end", "seconds")

    seconds: float
    """The whole time that was allowed."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def remaining(self, doing: str) -> float:
        """Return the seconds left, always above zero; raise `ChainUnavailable` (``chain.timeout``) when none are."""
        left = self._end - monotonic()
        if left <= 0:
            raise self.exceeded(doing)
        return left

    def exceeded(self, doing: str) -> ChainUnavailable:
        """Return the error of a deadline that passed while `doing` something with a node."""
        return ChainUnavailable(f"no complete answer within {self.seconds:g} s ({doing})", code="chain.timeout")
