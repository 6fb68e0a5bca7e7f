"""The work of a log query grows with the blocks it spans, and not faster."""

from __future__ import annotations

from pathlib import Path

from credroot.chain.embedded.machine.database import ChainDatabase
from credroot.chain.embedded.machine.log_index import LogIndex, LogRecord
from credroot.core.values import Address, Digest


def record(block: int, contract: int = 1) -> LogRecord:
    return LogRecord(
        block=block,
        position=0,
        address=bytes([contract] * 20),
        topics=(bytes(32), block.to_bytes(32, "big")),
        data=bytes(64),
        transaction_hash=block.to_bytes(32, "big"),
        transaction_index=0,
        block_hash=bytes(32),
        time=block,
    )


def work(index: LogIndex, database: ChainDatabase, first: int, last: int) -> tuple[int, int]:
    """Return the number of logs found, and SQLite's own count of steps in tens."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    database.connection.set_progress_handler(step, 10)
    found = sum(1 for _ in index.select(first, last, (Address(bytes([1] * 20)),), ((Digest(bytes(32)),),)))
    database.connection.set_progress_handler(None, 10)
    return found, steps


def test_a_query_over_everything_is_linear_and_a_query_of_one_block_is_constant(tmp_path: Path) -> None:
    database = ChainDatabase(tmp_path / "chain.db")
    index = LogIndex(database.connection)
    costs = {}
    for total in (1_000, 2_000, 4_000):
        with database.transaction():
            index.add(
                record(block, contract=1 + block % 2) for block in range(total // 2 if total > 1_000 else 0, total)
            )
        found, everything = work(index, database, 0, total)
        assert found == total // 2
        _, single = work(index, database, total // 2, total // 2)
        costs[total] = (everything, single)
    assert costs[2_000][0] < 2.2 * costs[1_000][0]
    assert costs[4_000][0] < 4.4 * costs[1_000][0]
    assert costs[4_000][1] <= costs[1_000][1] + 3
    database.close()


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    database = ChainDatabase(tmp_path / "chain.db")
    index = LogIndex(database.connection)
    index.add([record(7)])
    assert list(index.select(0, 10)) == [record(7)]
    database.close()
