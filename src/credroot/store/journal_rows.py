"""The journal's tables, and how their rows become records."""

from __future__ import annotations

from typing import Any

from credroot.core.text.clock import parse_time
from credroot.core.values import Address, ChainId, Digest, Root
from credroot.store.journal_records import Attempt, BatchRecord, BatchState, Caps, Operation, OperationState

SCHEMA = """
CREATE TABLE operation (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, chain_id INTEGER NOT NULL, sender BLOB NOT NULL,
  recipient BLOB, data BLOB NOT NULL, value_wei TEXT NOT NULL, nonce INTEGER, state TEXT NOT NULL,
  block_number INTEGER, block_hash BLOB, transaction_hash BLOB, gas_used INTEGER, fee_wei TEXT,
  note TEXT NOT NULL DEFAULT '', cap_cost_wei TEXT, cap_fee_wei TEXT,
  UNIQUE (chain_id, sender, nonce)
) STRICT;
CREATE TABLE attempt (
  hash BLOB PRIMARY KEY, operation_id INTEGER NOT NULL REFERENCES operation, raw BLOB NOT NULL, gas INTEGER NOT NULL,
  max_fee_wei TEXT NOT NULL, tip_wei TEXT NOT NULL, signed_at TEXT NOT NULL
) STRICT;
CREATE TABLE batch (
  name TEXT PRIMARY KEY, request_digest BLOB NOT NULL, chain_id INTEGER NOT NULL, registry BLOB NOT NULL,
  issuer BLOB NOT NULL, created_at TEXT NOT NULL, root BLOB, leaf_count INTEGER, checked_by TEXT,
  operation_id INTEGER REFERENCES operation, published_at TEXT,
  predecessors INTEGER NOT NULL DEFAULT 0, replaced_at TEXT
) STRICT;
CREATE TABLE accepted (
  chain_id INTEGER NOT NULL, transaction_hash BLOB NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (chain_id, transaction_hash)
) STRICT;
CREATE TABLE history (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, batch TEXT, operation_id INTEGER, state TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
"""
MIGRATIONS = {
    1: "ALTER TABLE batch ADD COLUMN predecessors INTEGER NOT NULL DEFAULT 0;"
    " ALTER TABLE batch ADD COLUMN replaced_at TEXT"
}
"""What makes a journal of an older version one of the next."""
BATCH = """SELECT b.name, b.request_digest, b.chain_id, b.registry, b.issuer, b.created_at, b.root, b.leaf_count,
  b.checked_by, b.operation_id, b.published_at, b.predecessors, b.replaced_at, o.state
  FROM batch b LEFT JOIN operation o ON o.id = b.operation_id"""
OPERATION = """SELECT id, kind, label, chain_id, sender, recipient, data, value_wei, nonce, state, block_number,
  block_hash, transaction_hash, gas_used, fee_wei, note, cap_cost_wei, cap_fee_wei FROM operation"""
ATTEMPT = "SELECT hash, raw, gas, max_fee_wei, tip_wei, signed_at FROM attempt"


def attempt_of(row: tuple[Any, ...]) -> Attempt:
    """Read a row of `ATTEMPT`."""
    hash_, raw, gas, max_fee, tip, signed_at = row
    return Attempt(Digest(hash_), raw, gas, int(max_fee), int(tip), parse_time(signed_at))


def _optional(kind: type[Digest], value: bytes | None) -> Any:
    return None if value is None else kind(value)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def operation_of(row: tuple[Any, ...]) -> Operation:
    """Read a row of `OPERATION`."""
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
        fee_wei=_number(row[14]),
        note=row[15],
        caps=Caps(_number(row[16]), _number(row[17])),
    )


def batch_of(row: tuple[Any, ...]) -> BatchRecord:
    """Read a row of `BATCH`."""
    root, leaf_count, operation_id, published_at = row[6], row[7], row[9], row[10]
    predecessors, replaced_at, operation_state = row[11], row[12], row[13]
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
        predecessors=predecessors,
        replaced_at=None if replaced_at is None else parse_time(replaced_at),
        state=_batch_state(root, operation_state, published_at, is_owing=bool(predecessors) and replaced_at is None),
    )


def _batch_state(
    root: bytes | None, operation_state: str | None, published_at: str | None, *, is_owing: bool
) -> BatchState:
    """Read the state off the facts. What became of the transaction outweighs that the files were published once."""
    if operation_state == OperationState.FINAL:
        if published_at is None:
            return BatchState.FINAL
        return BatchState.REPLACING if is_owing else BatchState.PUBLISHED
    if operation_state is not None:
        return BatchState(operation_state)
    return BatchState.PREPARING if root is None else BatchState.PREPARED
