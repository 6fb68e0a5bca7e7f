"""The last final block of each pinned registry's chain, asked for no more often than facts are."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from credroot.core.errors import ChainMismatch, ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.api.registries.sources import RegistrySources
    from credroot.chain.proofs.block_header import BlockMark
    from credroot.chain.registry.deployment import Deployment


class FinalBlocks:
    """Remembers each answer, an outage too, for `max_age_s` seconds. Threads may share it."""

    def __init__(self, sources: RegistrySources, *, monotonic: Callable[[], float], max_age_s: float) -> None:
        """Ask nothing yet."""
        self._sources = sources
        self._monotonic = monotonic
        self._max_age_s = max_age_s
        self._lock = Lock()
        self._known: dict[Deployment, tuple[float, BlockMark | None]] = {}

    def of(self, deployment: Deployment) -> BlockMark | None:
        """Give the last final block, some seconds old; `None` where the chain can't say."""
        with self._lock:
            known = self._known.get(deployment)
            if known is not None and self._monotonic() - known[0] <= self._max_age_s:
                return known[1]
            try:
                mark = self._sources.ask(deployment, lambda reader: reader.final_block())
            except (ChainUnavailable, ChainMismatch):
                mark = None
            self._known[deployment] = self._monotonic(), mark
            return mark
