"""A node, an index in either database, and what an auditor does with both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from credroot.auditor.completeness import Completeness, Depth, Subject, check_completeness
from credroot.auditor.ledger import Ledger
from credroot.auditor.sync import Synced, Synchroniser
from credroot.chain.finality import Confirmations, Finality
from credroot.chain.rpc import Rpc
from credroot.store.event_index import EventIndex
from tests.auditor.anvil import AnvilChain, start_anvil
from tests.auditor.postgres import running_server, server_programs

_numbers = count(1)


@pytest.fixture
def chain() -> Iterator[AnvilChain]:
    running = start_anvil()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The folder of a running server's socket."""
    programs = server_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with running_server(programs) as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def index_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, in SQLite and then in PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/index.db"
    import psycopg

    folder = request.getfixturevalue("postgres")
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return f"postgresql://postgres@/{name}?host={folder}"


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
