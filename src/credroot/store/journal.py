"""The issuer's journal: what was intended, signed and seen, written before each step that it makes possible.

One SQLite file. Every write is a transaction of its own that is on the disk (``synchronous=FULL``) before the method
returns; a full disk or a failed commit raises `JournalError`, and nothing may be sent after that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.core.errors import InputError
from credroot.core.text.clock import format_time, parse_time
from credroot.store.journal_file import JournalError, JournalFile
from credroot.store.journal_records import (
    NO_CAPS,
    Attempt,
    BatchRecord,
    BatchState,
    Caps,
    HistoryLine,
    Operation,
    OperationState,
)
from credroot.store.journal_rows import (
    ATTEMPT,
    BATCH,
    OPERATION,
    attempt_of,
    batch_of,
    operation_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.core.values import Address, ChainId, Digest, Root

__all__ = ["Journal", "JournalError"]


class Journal(JournalFile):
    """What is remembered, and how each fact is written."""

    def _log(self, at: datetime, batch: str | None, operation_id: int | None, state: str, note: str = "") -> None:
        self._db.execute(
            "INSERT INTO history (at, batch, operation_id, state, note) VALUES (?, ?, ?, ?, ?)",
            (format_time(at), batch, operation_id, state, note),
        )

    # -- batches --

    def add_batch(
        self,
        name: str,
        *,
        request_digest: Digest,
        chain_id: ChainId,
        registry: Address,
        issuer: Address,
        at: datetime,
        predecessors: int = 0,
    ) -> BatchRecord:
        """Record that a batch is being prepared. Raise `InputError` where the name is taken.

        `predecessors` is the number of credentials that are to be revoked once it is published.
        """
        with self._write():
            if self._db.execute("SELECT 1 FROM batch WHERE name = ?", (name,)).fetchone():
                raise InputError(f"there is a batch named {name!r} already", code="batch.name_taken")
            self._db.execute(
                "INSERT INTO batch (name, request_digest, chain_id, registry, issuer, created_at, predecessors)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, request_digest, chain_id, registry, issuer, format_time(at), predecessors),
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
            owing = self._db.execute(
                "SELECT 1 FROM batch WHERE name = ? AND predecessors > 0 AND replaced_at IS NULL", (name,)
            ).fetchone()
            self._log(at, name, None, BatchState.REPLACING if owing else BatchState.PUBLISHED)

    def predecessors_revoked(self, name: str, at: datetime) -> None:
        """Record that what a batch takes the place of is revoked, in a block that is final by policy."""
        with self._write():
            self._db.execute("UPDATE batch SET replaced_at = ? WHERE name = ?", (format_time(at), name))
            self._log(at, name, None, BatchState.PUBLISHED, "what it replaces is revoked")

    def batch(self, name: str) -> BatchRecord:
        """Give one batch. Raise `InputError` where there is none of that name."""
        found = self._records(batch_of, f"{BATCH} WHERE b.name = ?", name)
        if not found:
            raise InputError(f"no batch named {name!r}", code="batch.unknown")
        return found[0]

    def batches(self) -> tuple[BatchRecord, ...]:
        """Give every batch, oldest first."""
        return self._records(batch_of, f"{BATCH} ORDER BY b.rowid")

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
        instead_of: int | None = None,
        caps: Caps = NO_CAPS,
    ) -> Operation:
        """Record an intended transaction together with its first signed attempt: before anything is sent.

        `instead_of` is the batch's operation so far, which is abandoned in the same step.

        Raises:
            JournalError: the nonce is in use by another operation, or `batch` does not wait for one.
        """
        row = (kind, label, chain_id, sender, to, data, str(value_wei), nonce, OperationState.SIGNED, *_texts(caps))
        with self._write():
            operation_id = self._insert_operation(row)
            self._insert_attempt(operation_id, attempt)
            self._give_to_batch(batch, operation_id, instead_of, at)
            self._log(at, batch, operation_id, OperationState.SIGNED, attempt.hash.hex())
        return self.operation(operation_id)

    def add_watched(
        self,
        batch: str,
        *,
        label: str,
        chain_id: ChainId,
        sender: Address,
        transaction: Digest,
        at: datetime,
        instead_of: int | None = None,
    ) -> Operation:
        """Record that somebody else's transaction, or one that this journal forgot, anchored `batch`: nothing to send.

        Raises:
            JournalError: `batch` does not wait for an operation.
        """
        row = ("anchor", label, chain_id, sender, None, b"", "0", None, OperationState.BROADCAST, None, None)
        with self._write():
            operation_id = self._insert_operation(row)
            # It may have been watched before, have vanished, and be back; one that we signed is never touched.
            self._db.execute("DELETE FROM attempt WHERE hash = ? AND raw = x''", (transaction,))
            self._insert_attempt(operation_id, Attempt(transaction, b"", 0, 0, 0, at))
            self._give_to_batch(batch, operation_id, instead_of, at)
            self._log(at, batch, operation_id, OperationState.BROADCAST, f"found on the chain: {transaction.hex()}")
        return self.operation(operation_id)

    def _insert_operation(self, row: tuple[Any, ...]) -> int:
        cursor = self._db.execute(
            "INSERT INTO operation (kind, label, chain_id, sender, recipient, data, value_wei, nonce, state,"
            " cap_cost_wei, cap_fee_wei) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        return int(cursor.lastrowid or 0)

    def _give_to_batch(self, batch: str | None, operation_id: int, instead_of: int | None, at: datetime) -> None:
        if batch is None:
            return
        taken = self._db.execute(
            "UPDATE batch SET operation_id = ? WHERE name = ? AND operation_id IS ? AND root IS NOT NULL",
            (operation_id, batch, instead_of),
        )
        if taken.rowcount != 1:
            raise JournalError(f"batch {batch!r} is not waiting to be anchored", code="journal.conflict")
        if instead_of is not None:
            self._db.execute("UPDATE operation SET state = ? WHERE id = ?", (OperationState.ABANDONED, instead_of))
            self._log(at, batch, instead_of, OperationState.ABANDONED, f"operation {operation_id} takes its place")

    def add_attempt(self, operation_id: int, attempt: Attempt, at: datetime) -> None:
        """Record another signed attempt with the same nonce: before it is sent."""
        with self._write():
            self._insert_attempt(operation_id, attempt)
            self._log(at, None, operation_id, "bumped", attempt.hash.hex())

    def _insert_attempt(self, operation_id: int, attempt: Attempt) -> None:
        self._db.execute(
            "INSERT INTO attempt (hash, operation_id, raw, gas, max_fee_wei, tip_wei, signed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
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

    def set_caps(self, operation_id: int, caps: Caps, at: datetime) -> None:
        """Record that the issuer is ready to pay something else than before."""
        with self._write():
            self._db.execute(
                "UPDATE operation SET cap_cost_wei = ?, cap_fee_wei = ? WHERE id = ?", (*_texts(caps), operation_id)
            )
            self._log(at, None, operation_id, "caps changed")

    def set_state(self, operation_id: int, state: OperationState, at: datetime, *, note: str = "") -> None:
        """Record that an operation reached `state`; leaving `OperationState.MINED` backwards forgets its block."""
        with self._write():
            if state in (OperationState.SIGNED, OperationState.BROADCAST, OperationState.STUCK):
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
        found = self._records(operation_of, f"{OPERATION} WHERE id = ?", operation_id)
        if not found:
            raise InputError(f"no operation {operation_id}", code="operation.unknown")
        return found[0]

    def operations(self, *, chain_id: ChainId | None = None) -> tuple[Operation, ...]:
        """Give every operation, of one chain where it is named, oldest first."""
        if chain_id is None:
            return self._records(operation_of, f"{OPERATION} ORDER BY id")
        return self._records(operation_of, f"{OPERATION} WHERE chain_id = ? ORDER BY id", chain_id)

    def last_operation(self, chain_id: ChainId, to: Address, data: bytes) -> Operation | None:
        """Give the newest operation that does exactly this and was not given up; `None` where there is none."""
        query = f"{OPERATION} WHERE chain_id = ? AND recipient = ? AND data = ? AND state <> ? ORDER BY id DESC LIMIT 1"
        found = self._records(operation_of, query, chain_id, to, data, OperationState.ABANDONED)
        return found[0] if found else None

    def attempts(self, operation_id: int) -> tuple[Attempt, ...]:
        """Give the signed attempts at an operation, oldest first."""
        return self._records(attempt_of, f"{ATTEMPT} WHERE operation_id = ? ORDER BY rowid", operation_id)

    def next_nonce(self, chain_id: ChainId, sender: Address) -> int:
        """Give the smallest nonce above every nonce that this journal ever used; 0 where it used none."""
        rows = self._rows("SELECT max(nonce) FROM operation WHERE chain_id = ? AND sender = ?", chain_id, sender)
        return 0 if rows[0][0] is None else int(rows[0][0]) + 1

    def knows_transaction(self, chain_id: ChainId, transaction: Digest) -> bool:
        """Answer whether a transaction is an attempt of ours, or was accepted as ours by a person."""
        rows = self._rows(
            "SELECT 1 FROM attempt a JOIN operation o ON o.id = a.operation_id WHERE a.hash = ?1 AND o.chain_id = ?2"
            " UNION SELECT 1 FROM accepted WHERE transaction_hash = ?1 AND chain_id = ?2",
            transaction,
            chain_id,
        )
        return bool(rows)

    def accept(self, chain_id: ChainId, transaction: Digest, note: str, at: datetime) -> None:
        """Record that a person vouches for a transaction which is not ours."""
        with self._write():
            self._db.execute(
                "INSERT OR REPLACE INTO accepted VALUES (?, ?, ?, ?)", (chain_id, transaction, note, format_time(at))
            )

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


def _texts(caps: Caps) -> tuple[str | None, str | None]:
    """Write caps as the journal keeps them: amounts of wei outgrow SQLite's integers."""
    cost, fee = caps.cost_wei, caps.fee_wei
    return None if cost is None else str(cost), None if fee is None else str(fee)
