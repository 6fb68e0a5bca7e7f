"""The logs of all blocks in one table, so that a query costs what it returns and not what the chain holds.

eth-tester answers a log query by decoding every receipt once per transaction, quadratic in their number; here a range
of blocks is a range of the table's primary key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from credroot.core.values import Address, Digest

_COLUMNS = (
    "block, position, address, topic0, topic1, topic2, topic3, data, "
    "transaction_hash, transaction_index, block_hash, time"
)


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One log with the place where it happened."""

    block: int
    position: int
    """Number within the block, over all of its transactions."""
    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    transaction_hash: bytes
    transaction_index: int
    block_hash: bytes
    time: int
    """The block's timestamp, seconds."""


class LogIndex:
    """Reads and writes the table ``logs`` of a `ChainDatabase`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, records: Iterable[LogRecord]) -> None:
        """Append one block's logs, inside the transaction that appends the block."""
        self._connection.executemany(
            "INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (_row(record) for record in records)
        )

    def select(
        self, first: int, last: int, addresses: tuple[Address, ...] = (), topics: tuple[tuple[Digest, ...], ...] = ()
    ) -> Iterator[LogRecord]:
        """Yield, in the order of the chain, the logs of the blocks `first` to `last` inclusive that match.

        No addresses: any contract. Topics by position: any of the given; an empty one only asks that it exists.
        """
        conditions = ["block BETWEEN ? AND ?"]
        values: list[int | bytes] = [first, last]
        if addresses:
            conditions.append(f"address IN ({', '.join('?' * len(addresses))})")
            values += map(bytes, addresses)
        for position, alternatives in enumerate(topics):
            if alternatives:
                conditions.append(f"topic{position} IN ({', '.join('?' * len(alternatives))})")
                values += map(bytes, alternatives)
            else:
                conditions.append(f"topic{position} IS NOT NULL")
        query = f"SELECT {_COLUMNS} FROM logs WHERE {' AND '.join(conditions)} ORDER BY block, position"  # noqa: S608 - only placeholders vary
        for row in self._connection.execute(query, values):
            block, position, address, *topic, data, transaction_hash, transaction_index, block_hash, time = row
            present = tuple(value for value in topic if value is not None)
            yield LogRecord(
                block, position, address, present, data, transaction_hash, transaction_index, block_hash, time
            )


def _row(record: LogRecord) -> tuple[int | bytes | None, ...]:
    padded = (*record.topics, None, None, None, None)[:4]
    return (
        record.block,
        record.position,
        record.address,
        *padded,
        record.data,
        record.transaction_hash,
        record.transaction_index,
        record.block_hash,
        record.time,
    )
