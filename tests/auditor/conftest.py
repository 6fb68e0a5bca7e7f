"""A node, an index in either database, and what an auditor does with both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from credroot.auditor.checks.completeness import Completeness, Depth, Subject, check_completeness
from credroot.auditor.index.synchroniser import Synced, Synchroniser
from credroot.auditor.ledger.ledger import Ledger
from credroot.chain.blocks.finality import Confirmations, Finality
from credroot.chain.rpc.client import Rpc
from credroot.store.event_index import EventIndex
from tests.auditor.anvil import AnvilChain, start_anvil


@pytest.fixture
def chain() -> Iterator[AnvilChain]:
    running = start_anvil()
    yield running
    running.stop()


@pytest.fixture
def index(index_url: str) -> Iterator[EventIndex]:
    with EventIndex(index_url) as opened:
        yield opened


class Auditor:
    """One auditor with one index, through one endpoint."""

    def __init__(self, chain: AnvilChain, index: EventIndex, *, finality: Finality | None = None) -> None:
        self.chain = chain
        self.index = index
        self.rpc: Rpc = chain.rpc
        self.finality = finality or Confirmations(1)

    def sync(self) -> Synced:
        return Synchroniser(self.rpc, self.chain.deployment, self.finality, self.index).run()

    @property
    def source(self) -> int:
        return Synchroniser(self.rpc, self.chain.deployment, self.finality, self.index).source

    def ledger(self) -> Ledger:
        return Ledger.of(self.index.events(self.source))

    def check(self, depth: Depth = Depth.EVERY_BLOCK) -> Completeness:
        position = self.index.position(self.source)
        assert position is not None
        subject = Subject(self.rpc, self.chain.deployment, self.index, self.source, self.ledger(), position)
        return check_completeness(subject, depth)


@pytest.fixture
def auditor(chain: AnvilChain, index: EventIndex) -> Auditor:
    return Auditor(chain, index)
