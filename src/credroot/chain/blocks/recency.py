"""How old the newest block of a chain may be before nothing is concluded from it.

An endpoint that replays an old block, or that stopped following its chain, shows what was true then: a credential that
was not revoked yet, a batch that was not anchored yet. The block's time gives it away, held against the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from credroot.core.errors import ChainUnavailable
from credroot.core.text.clock import format_time
from credroot.core.values import LOCAL_CHAIN_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.values import ChainId

MAX_AHEAD_S: Final = 60
"""Seconds that a block's time may be ahead of the clock: a validator's clock and ours are rarely a minute apart."""
USUAL_MAX_AGE_S: Final = 900
"""Seconds, on a chain that is not named below: hundreds of blocks, or some dozens of a slow one."""
_MAX_AGES_S: Final = {
    1: 300,  # 25 slots of 12 s; an endpoint behind a load balancer lags one or two
    10: 300,  # a block every 2 s
    137: 300,  # a block every 2 s
    8453: 300,  # a block every 2 s
    42_161: 300,  # several blocks a second
    11_155_111: 600,  # 50 slots of 12 s: a test network misses many
}
"""Chain id -> seconds: longer than a chain usually pauses. An endpoint can hide a withdrawal as long."""
_ON_DEMAND: Final = frozenset({int(LOCAL_CHAIN_ID), 31_337})
"""Chains whose blocks come with transactions, and whose times run ahead or stand still: the embedded chain, and the
developer chain of anvil and hardhat. Everybody has their keys, so that no verdict on them is worth a forgery. 1337 is
not here: private networks that are meant use it too."""


@dataclass(frozen=True, slots=True)
class Recency:
    """What counts as a recent head."""

    max_age_s: int | None
    """Seconds; `None` takes a head of any time, earlier or later."""

    @classmethod
    def usual(cls, chain_id: ChainId) -> Recency:
        """Give what is asked of a chain where nobody says otherwise."""
        if chain_id in _ON_DEMAND:
            return ANY_HEAD
        return cls(_MAX_AGES_S.get(chain_id, USUAL_MAX_AGE_S))

    def problem(self, number: int, timestamp: int, now: datetime) -> HeadProblem | None:
        """Say why nothing may be concluded from a head; `None` where it is recent as of `now`."""
        if self.max_age_s is None:
            return None
        age, at = int(now.timestamp()) - timestamp, format_time(datetime.fromtimestamp(timestamp, UTC))
        if age > self.max_age_s:
            told = f"its newest block, {number}, is of {at}, {age} s ago, and {self.max_age_s} s are allowed"
            return HeadProblem("chain.stale_head", told)
        if age < -MAX_AHEAD_S:
            told = f"its newest block, {number}, is of {at}, {-age} s ahead of this machine's clock"
            return HeadProblem("chain.future_head", told)
        return None


@dataclass(frozen=True, slots=True)
class HeadProblem:
    """Why a head is not recent."""

    code: str
    """``chain.stale_head``, or ``chain.future_head``: either clock may be the wrong one."""
    message: str


ANY_HEAD: Final = Recency(None)


@dataclass(frozen=True, slots=True)
class RecentHeads:
    """A rule with the clock that it is held against."""

    recency: Recency
    clock: Callable[[], datetime]
    """Aware."""

    def require(self, number: int, timestamp: int) -> None:
        """Raise `ChainUnavailable` (``chain.stale_head``, ``chain.future_head``) for a head that is not recent."""
        problem = self.recency.problem(number, timestamp, self.clock())
        if problem is not None:
            raise ChainUnavailable(problem.message, code=problem.code)
