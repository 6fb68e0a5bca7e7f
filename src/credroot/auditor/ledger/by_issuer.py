"""What the events say of one issuer, added up once for each state of the index and remembered while it stays there."""

from __future__ import annotations

import heapq
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from credroot.auditor.ledger.ledger import Ledger
from credroot.chain.registry.events import KINDS
from credroot.store.event_index_schema import IndexProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.values import Address
    from credroot.store.event_index import EventIndex, Stored

MAX_EVENTS = 200_000
"""Events of all ledgers that are remembered: some 150 MiB where each is a batch."""
_ACCREDITED = KINDS.index("Accredited")


class AsOf(NamedTuple):
    """The block up to which an index has every event."""

    block: int
    block_hash: bytes
    time: int
    """In seconds since 1970."""


def as_of(index: EventIndex, source: int) -> AsOf:
    """Say how far the index goes.

    Raises:
        IndexProblem: ``index.empty``, nothing was read into it yet.
    """
    position = index.position(source)
    kept = None if position is None else index.block(source, position.number)
    if position is None or kept is None:
        raise IndexProblem("the index of this registry is empty: run credroot audit sync", code="index.empty")
    return AsOf(position.number, position.hash, kept[3])


def events_about(index: EventIndex, source: int, account: Address, *, last: int) -> Iterator[Stored]:
    """Give the events of an account and the accreditations of it by others, by their place."""
    own = index.events(source, last=last, subject=account)
    named = index.events(source, last=last, kind=_ACCREDITED, topics_from=bytes(12) + account)
    others = (event for event in named if event.subject != account)
    return heapq.merge(own, others, key=lambda event: (event.block, event.log_index))


class IssuerLedgers:
    """Ledgers of single issuers, those added up last. Threads may share it."""

    def __init__(self, max_events: int = MAX_EVENTS) -> None:
        """Remember ledgers of at most `max_events` events together."""
        self._max_events = max_events
        self._kept: dict[tuple[int, Address], tuple[AsOf, Ledger]] = {}
        self._lock = Lock()

    def of(self, index: EventIndex, source: int, issuer: Address, at: AsOf) -> Ledger:
        """Give the ledger of what is about `issuer`, up to the block of `at`; it is not to be changed."""
        with self._lock:
            kept = self._kept.get((source, issuer))
        if kept is not None and kept[0] == at:
            return kept[1]
        ledger = Ledger.of(events_about(index, source, issuer, last=at.block))
        self._keep((source, issuer), at, ledger)
        return ledger

    def _keep(self, place: tuple[int, Address], at: AsOf, ledger: Ledger) -> None:
        with self._lock:
            self._kept.pop(place, None)
            if ledger.events > self._max_events:
                return
            self._kept[place] = at, ledger
            # The oldest entries go first; an account without events costs as much as one event.
            while sum(1 + one.events for _, one in self._kept.values()) > self._max_events:
                del self._kept[next(iter(self._kept))]
