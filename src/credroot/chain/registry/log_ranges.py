"""Ranges of blocks that fit: logs are asked for in pieces whose size finds any endpoint's limit by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.registry.events import LogRow, log_query, parse_logs
from credroot.chain.rpc.client import RpcError
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from credroot.chain.rpc.client import Rpc
    from credroot.core.values import Address

FIRST_RANGE_BLOCKS = 64
LARGEST_RANGE_BLOCKS = 100_000
WANTED_LOGS = 4_000
"""Logs in one answer, about 3 MB of JSON: more would only cost memory."""
_HOPELESS = frozenset({"chain.unreachable"})


class LogRanges:
    """Asks for one range after another; the size is halved on any error and grows after each success."""

    def __init__(self, rpc: Rpc, registry: Address, *, issuer: Address | None = None) -> None:
        """Ask `rpc` for the logs of `registry`."""
        self._rpc = rpc
        self._registry = registry
        self._issuer = issuer
        self._refused = 2 * LARGEST_RANGE_BLOCKS
        self.size = FIRST_RANGE_BLOCKS
        """Blocks that the next range should have at most."""
        self.refusals = 0
        """Ranges that were refused so far, and have to be asked for in halves."""

    def read(self, first: int, last: int) -> tuple[int, list[LogRow]]:
        """Read a range from block `first` on that does not pass `last`; give its last block and its rows.

        Raises:
            ChainUnavailable: as `attempt`.
        """
        while True:
            end = min(first + self.size - 1, last)
            rows = self.attempt(first, end)
            if rows is not None:
                return end, rows

    def attempt(self, first: int, last: int) -> list[LogRow] | None:
        """Read blocks `first` to `last`; `None` where the endpoint refuses that many, and `size` is less now.

        Raises:
            ChainUnavailable: ``chain.no_logs``, even a single block is refused; ``chain.bad_answer``, a log is not of
                this registry or not of its event; ``chain.unreachable``.
        """
        blocks = last - first + 1
        try:
            query = log_query(self._registry, first, last, self._issuer)
            logs = self._rpc.call("eth_getLogs", [query], quick=True)
        except (RpcError, ChainUnavailable) as error:
            if error.code == "chain.unreachable":
                raise
            if blocks == 1:
                raise ChainUnavailable(
                    f"the endpoint gives no logs of block {first}: {error}", code="chain.no_logs"
                ) from error
            self.refusals += 1
            self._refused = blocks
            self.size = max(1, blocks // 2)
            return None
        rows = parse_logs(logs, self._registry, first=first, last=last)
        self._grow(blocks, len(rows))
        return rows

    def _grow(self, blocks: int, logs: int) -> None:
        """Grow towards answers of `WANTED_LOGS` logs, fast at first, carefully near what was refused before."""
        wanted = blocks * WANTED_LOGS // logs if logs else LARGEST_RANGE_BLOCKS
        self._refused += self._refused // 16 + 1
        below = self._refused - max(1, self._refused // 8)
        self.size = max(1, min(2 * self.size, wanted, below, LARGEST_RANGE_BLOCKS))
