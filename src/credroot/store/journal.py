"""The issuer's journal: what was intended, signed and seen, written before each step that it makes possible.

One SQLite file. Every write is a transaction of its own that is on the disk (``synchronous=FULL``) before the method
returns; a full disk or a failed commit raises `JournalError`, and nothing may be sent after that.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from credroot.core.clock import format_time, parse_time
from credroot.core.errors import CredrootError, InputError
from credroot.core.values import Address, ChainId, Digest, Root
from credroot.store.journal_records import (
    Attempt,
    BatchRecord,
    BatchState,
    HistoryLine,
    Operation,
    OperationState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

APPLICATION_ID = 0x43524A4C
"""Marks the file as ours in its header: "CRJL"."""
SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 10_000

_SCHEMA = """
CREATE TABLE operation (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, chain_id INTEGER NOT NULL, sender BLOB NOT NULL,
  recipient BLOB, data BLOB NOT NULL, value_wei TEXT NOT NULL, nonce INTEGER NOT NULL, state TEXT NOT NULL,
  block_number INTEGER, block_hash BLOB, transaction_hash BLOB, gas_used INTEGER, fee_wei TEXT, note TEXT NOT NULL DEFAULT '',
  UNIQUE (chain_id, sender, nonce)
) STRICT;
CREATE TABLE attempt (
  hash BLOB PRIMARY KEY, operation_id INTEGER NOT NULL REFERENCES operation, raw BLOB NOT NULL, gas INTEGER NOT NULL,
  max_fee_wei TEXT NOT NULL, tip_wei TEXT NOT NULL, signed_at TEXT NOT NULL
) STRICT;
CREATE TABLE batch (
  name TEXT PRIMARY KEY, request_digest BLOB NOT NULL, chain_id INTEGER NOT NULL, registry BLOB NOT NULL,
  issuer BLOB NOT NULL, created_at TEXT NOT NULL, root BLOB, leaf_count INTEGER, checked_by TEXT,
  operation_id INTEGER REFERENCES operation, published_at TEXT
) STRICT;
CREATE TABLE history (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, batch TEXT, operation_id INTEGER, state TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
"""

_BATCH = """SELECT b.name, b.request_digest, b.chain_id, b.registry, b.issuer, b.created_at, b.root, b.leaf_count,
  b.checked_by, b.operation_id, b.published_at, o.state FROM batch b LEFT JOIN operation o ON o.id = b.operation_id"""
_OPERATION = """SELECT id, kind, label, chain_id, sender, recipient, data, value_wei, nonce, state, block_number, block_hash,
  transaction_hash, gas_used, fee_wei, note FROM operation"""


class JournalError(CredrootError):
    """The journal could not be read or written; nothing may be sent until it can."""

    code = "journal.failed"


class Journal:
    """The journal in one file, which is made where there is none."""

    def __init__(self, path: Path) -> None:
        """Open `path`. Raise `JournalError` for a file that is not a journal or is of a newer release."""
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._prepare()
        except sqlite3.Error as error:
            raise JournalError(f"{path}: {error}") from error

    def _prepare(self) -> None:
        found = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found == APPLICATION_ID and version == SCHEMA_VERSION:
            return
        if found == APPLICATION_ID:
            raise JournalError(
                f"{self.path}: journal version {version} is not known to this release", code="journal.version"
            )
        with self._write():
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                if self._db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
                    return
                raise JournalError(f"{self.path}: not a journal of Credroot", code="journal.foreign")
            for statement in _SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._db.close()

    @contextmanager
    def _write(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise JournalError(f"{self.path}: {error}; nothing was sent after this") from error

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: {error}") from error

    def _log(self, at: datetime, batch: str | None, operation_id: int | None, state: str, note: str = "") -> None:
        self._db.execute(
            "INSERT INTO history (at, batch, operation_id, state, note) VALUES (?, ?, ?, ?, ?)",
            (format_time(at), batch, operation_id, state, note),
        )

    # -- batches --

    def add_batch(
        self, name: str, *, request_digest: Digest, chain_id: ChainId, registry: Address, issuer: Address, at: datetime
    ) -> BatchRecord:
        """Record that a batch is being prepared. Raise `InputError` where the name is taken."""
        with self._write():
            if self._db.execute("SELECT 1 FROM batch WHERE name = ?", (name,)).fetchone():
                raise InputError(f"there is a batch named {name!r} already", code="batch.name_taken")
            self._db.execute(
                "INSERT INTO batch (name, request_digest, chain_id, registry, issuer, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (name, request_digest, chain_id, registry, issuer, format_time(at)),
            )
            self._log(at, name, None, BatchState.PREPARING)
        return self.batch(name)

    def batch_prepared(self, name: str, *, root: Root, leaf_count: int, checked_by: str, at: datetime) -> None:
        """Record that the files of a batch are complete, on the disk, and checked."""
        with self._write():
            self._db.execute(
                "UPDATE batch SET root = ?, leaf_count = ?, checked_by = ? WHERE name = ? AND root IS NULL",
                (root, leaf_count, checked_by, name),
            )
            self._log(at, name, None, BatchState.PREPARED, f"checked by {checked_by}")

    def batch_published(self, name: str, at: datetime) -> None:
        """Record that the credentials of a batch lie in their place."""
        with self._write():
            self._db.execute("UPDATE batch SET published_at = ? WHERE name = ?", (format_time(at), name))
            self._log(at, name, None, BatchState.PUBLISHED)

    def batch(self, name: str) -> BatchRecord:
        """Give one batch. Raise `InputError` where there is none of that name."""
        rows = self._rows(f"{_BATCH} WHERE b.name = ?", name)
        if not rows:
            raise InputError(f"no batch named {name!r}", code="batch.unknown")
        return _batch(rows[0])

    def batches(self) -> tuple[BatchRecord, ...]:
        """Give every batch, oldest first."""
        return tuple(map(_batch, self._rows(f"{_BATCH} ORDER BY b.rowid")))

    # -- operations --

    def add_operation(
        self,
        *,
        kind: str,
        label: str,
        chain_id: ChainId,
        sender: Address,
        to: Address | None,
        data: bytes,
        value_wei: int,
        nonce: int,
        attempt: Attempt,
        at: datetime,
        batch: str | None = None,
    ) -> Operation:
        """Record an intended transaction together with its first signed attempt: before anything is sent.

        Raises:
            JournalError: the nonce is in use by another operation, or `batch` has an operation already.
        """
        with self._write():
            cursor = self._db.execute(
                "INSERT INTO operation (kind, label, chain_id, sender, recipient, data, value_wei, nonce, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (kind, label, chain_id, sender, to, data, str(value_wei), nonce, OperationState.SIGNED),
            )
            operation_id = int(cursor.lastrowid or 0)
            self._insert_attempt(operation_id, attempt)
            if batch is not None:
                taken = self._db.execute(
                    "UPDATE batch SET operation_id = ? WHERE name = ? AND operation_id IS NULL AND root IS NOT NULL",
                    (operation_id, batch),
                )
                if taken.rowcount != 1:
                    raise JournalError(f"batch {batch!r} is not waiting to be anchored", code="journal.conflict")
            self._log(at, batch, operation_id, OperationState.SIGNED, attempt.hash.hex())
        return self.operation(operation_id)

    def add_attempt(self, operation_id: int, attempt: Attempt, at: datetime) -> None:
        """Record another signed attempt with the same nonce: before it is sent."""
        with self._write():
            self._insert_attempt(operation_id, attempt)
            self._log(at, None, operation_id, "bumped", attempt.hash.hex())

    def _insert_attempt(self, operation_id: int, attempt: Attempt) -> None:
        self._db.execute(
            "INSERT INTO attempt (hash, operation_id, raw, gas, max_fee_wei, tip_wei, signed_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                attempt.hash,
                operation_id,
                attempt.raw,
                attempt.gas,
                str(attempt.max_fee_wei),
                str(attempt.tip_wei),
                format_time(attempt.signed_at),
            ),
        )

    def set_state(self, operation_id: int, state: OperationState, at: datetime, *, note: str = "") -> None:
        """Record that an operation reached `state`; leaving `OperationState.MINED` backwards forgets its block."""
        with self._write():
            if state in (OperationState.SIGNED, OperationState.BROADCAST):
                self._db.execute(
                    "UPDATE operation SET state = ?, note = ?, block_number = NULL, block_hash = NULL,"
                    " transaction_hash = NULL, gas_used = NULL, fee_wei = NULL WHERE id = ?",
                    (state, note, operation_id),
                )
            else:
                self._db.execute("UPDATE operation SET state = ?, note = ? WHERE id = ?", (state, note, operation_id))
            self._log(at, None, operation_id, state, note)

    def set_mined(
        self,
        operation_id: int,
        *,
        transaction: Digest,
        block_number: int,
        block_hash: Digest,
        gas_used: int,
        fee_wei: int,
        succeeded: bool,
        at: datetime,
    ) -> None:
        """Record the receipt of the attempt that was mined, as `OperationState.MINED` or `OperationState.REVERTED`."""
        state = OperationState.MINED if succeeded else OperationState.REVERTED
        with self._write():
            self._db.execute(
                "UPDATE operation SET state = ?, transaction_hash = ?, block_number = ?, block_hash = ?, gas_used = ?,"
                " fee_wei = ? WHERE id = ?",
                (state, transaction, block_number, block_hash, gas_used, str(fee_wei), operation_id),
            )
            self._log(at, None, operation_id, state, f"block {block_number} {block_hash.hex()}")

    def operation(self, operation_id: int) -> Operation:
        """Give one operation. Raise `InputError` where there is none of that number."""
        rows = self._rows(f"{_OPERATION} WHERE id = ?", operation_id)
        if not rows:
            raise InputError(f"no operation {operation_id}", code="operation.unknown")
        return _operation(rows[0])

    def operations(self, *, chain_id: ChainId | None = None) -> tuple[Operation, ...]:
        """Give every operation, of one chain where it is named, oldest first."""
        if chain_id is None:
            return tuple(map(_operation, self._rows(f"{_OPERATION} ORDER BY id")))
        return tuple(map(_operation, self._rows(f"{_OPERATION} WHERE chain_id = ? ORDER BY id", chain_id)))

    def attempts(self, operation_id: int) -> tuple[Attempt, ...]:
        """Give the signed attempts at an operation, oldest first."""
        rows = self._rows(
            "SELECT hash, raw, gas, max_fee_wei, tip_wei, signed_at FROM attempt WHERE operation_id = ? ORDER BY rowid",
            operation_id,
        )
        return tuple(
            Attempt(Digest(hash_), raw, gas, int(max_fee), int(tip), parse_time(signed_at))
            for hash_, raw, gas, max_fee, tip, signed_at in rows
        )

    def next_nonce(self, chain_id: ChainId, sender: Address) -> int:
        """Give the smallest nonce above every nonce that this journal ever used; 0 where it used none."""
        rows = self._rows("SELECT max(nonce) FROM operation WHERE chain_id = ? AND sender = ?", chain_id, sender)
        return 0 if rows[0][0] is None else int(rows[0][0]) + 1

    def history(self, batch: str) -> tuple[HistoryLine, ...]:
        """Give the steps of a batch and of its operation, in order."""
        rows = self._rows(
            "SELECT at, batch, operation_id, state, note FROM history WHERE batch = ?1"
            " OR operation_id = (SELECT operation_id FROM batch WHERE name = ?1) ORDER BY id",
            batch,
        )
        return tuple(
            HistoryLine(parse_time(at), name, operation, state, note) for at, name, operation, state, note in rows
        )


def _optional(kind: type[Digest], value: bytes | None) -> Any:
    return None if value is None else kind(value)


def _operation(row: tuple[Any, ...]) -> Operation:
    return Operation(
        id=row[0],
        kind=row[1],
        label=row[2],
        chain_id=ChainId(row[3]),
        sender=Address(row[4]),
        to=None if row[5] is None else Address(row[5]),
        data=row[6],
        value_wei=int(row[7]),
        nonce=row[8],
        state=OperationState(row[9]),
        block_number=row[10],
        block_hash=_optional(Digest, row[11]),
        transaction=_optional(Digest, row[12]),
        gas_used=row[13],
        fee_wei=None if row[14] is None else int(row[14]),
        note=row[15],
    )


def _batch(row: tuple[Any, ...]) -> BatchRecord:
    root, leaf_count, operation_id, published_at, operation_state = row[6], row[7], row[9], row[10], row[11]
    return BatchRecord(
        name=row[0],
        request_digest=Digest(row[1]),
        chain_id=ChainId(row[2]),
        registry=Address(row[3]),
        issuer=Address(row[4]),
        created_at=parse_time(row[5]),
        root=None if root is None else Root(Digest(root)),
        leaf_count=leaf_count,
        checked_by=row[8],
        operation_id=operation_id,
        published_at=None if published_at is None else parse_time(published_at),
        state=_batch_state(root, operation_state, published_at),
    )


def _batch_state(root: bytes | None, operation_state: str | None, published_at: str | None) -> BatchState:
    """Read the state off the facts. A final block that vanished outweighs that the files were published."""
    if operation_state == OperationState.REORGED_AFTER_FINAL:
        return BatchState.REORGED_AFTER_FINAL
    if published_at is not None:
        return BatchState.PUBLISHED
    if operation_state is not None:
        return BatchState(operation_state)
    return BatchState.PREPARING if root is None else BatchState.PREPARED
