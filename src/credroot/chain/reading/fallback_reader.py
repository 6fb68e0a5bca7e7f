"""One endpoint's word, and the others' where that one does not follow the chain any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.blocks.recency import RecentHeads
    from credroot.chain.proofs.block_header import BlockMark
    from credroot.chain.reading.agreeing_reader import AgreeingReader
    from credroot.chain.reading.reader import RegistryReader
    from credroot.chain.registry.facts import ChainFacts, Head, Query


class FallbackReader:
    """One pinned registry, read at whichever endpoint answers first, as long as its head is recent."""

    def __init__(self, first: RegistryReader, others: AgreeingReader, recent: RecentHeads) -> None:
        """Ask `first`, and `others` only where its head is not `recent`; nothing is asked yet."""
        self._first = first
        self._others = others
        self._recent = recent

    def check(self) -> Head:
        """See `RegistryReader.check`."""
        head = self._first.check()
        return head if self._is_recent(head) else self._others.check()

    def final_block(self) -> BlockMark | None:
        """See `RegistryReader.final_block`."""
        return self._first.final_block()

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """See `RegistryReader.read`. Facts whose head is not recent are given where no other endpoint has better."""
        facts = self._first.read(queries)
        if all(self._is_recent(one.head) for one in facts):
            return facts
        try:
            return self._others.read(queries)
        except ChainUnavailable:
            return facts

    def _is_recent(self, head: Head) -> bool:
        try:
            self._recent.require(head.number, head.timestamp)
        except ChainUnavailable:
            return False
        return True
