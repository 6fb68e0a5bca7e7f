"""One SQLite file for everything the embedded chain keeps, with transactions that survive the death of the process.

py-evm writes its blocks, tries and receipts as many small key-value pairs; the log index has a table of its own. All
that belongs to one block is committed together, and only then is the transaction acknowledged.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eth.abc import AtomicWriteBatchAPI
from eth.db.atomic import AtomicDBWriteBatch
from eth.db.backends.base import BaseAtomicDB

from credroot.core.errors import ChainUnavailable

DATABASE_FORMAT = "credroot/local-chain-db/v1"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logs (
    block INTEGER NOT NULL, position INTEGER NOT NULL, address BLOB NOT NULL,
    topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB, data BLOB NOT NULL,
    transaction_hash BLOB NOT NULL, transaction_index INTEGER NOT NULL, block_hash BLOB NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (block, position)
) WITHOUT ROWID;
"""


class ChainDatabase(BaseAtomicDB):
    """A key-value store as py-evm wants it, over one SQLite connection that is also the log index's.

    Used by one thread at a time. `synchronous=FULL`: a commit that has returned is on the disk.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raise `ChainUnavailable` (``chain.local_broken``) when it is not one of ours."""
        try:
            self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.executescript(_SCHEMA)
            self.connection.execute("INSERT OR IGNORE INTO about VALUES ('format', ?)", (DATABASE_FORMAT,))
            (found,) = self.connection.execute("SELECT value FROM about WHERE key = 'format'").fetchone()
        except sqlite3.Error as error:
            raise ChainUnavailable(f"{path} cannot be opened: {error}", code="chain.local_broken") from error
        if found != DATABASE_FORMAT:
            self.connection.close()
            raise ChainUnavailable(f"{path} has the format {found}, not {DATABASE_FORMAT}", code="chain.local_broken")

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is written inside when it ends well, and none of it when it raises."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:  # SQLite itself may have rolled back, when the disk is full for one
                self.connection.execute("ROLLBACK")
            raise

    def __getitem__(self, key: bytes) -> bytes:
        row = self.connection.execute("SELECT value FROM pairs WHERE key = ?", (bytes(key),)).fetchone()
        if row is None:
            raise KeyError(key)
        value: bytes = row[0]
        return value

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.connection.execute("INSERT OR REPLACE INTO pairs VALUES (?, ?)", (bytes(key), bytes(value)))

    def __delitem__(self, key: bytes) -> None:
        if not self.connection.execute("DELETE FROM pairs WHERE key = ?", (bytes(key),)).rowcount:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self.connection.execute("SELECT 1 FROM pairs WHERE key = ?", (bytes(key),)).fetchone() is not None

    @contextmanager
    def atomic_batch(self) -> Iterator[AtomicWriteBatchAPI]:
        """Collect writes and apply them at the end: py-evm's own unit, inside one of our transactions."""
        with AtomicDBWriteBatch._commit_unless_raises(self) as batch:
            yield batch
