"""Events as files for other programs: JSON lines, CSV and, where pyarrow is installed, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from credroot.chain.events import KINDS, LogRow, event_of
from credroot.core.clock import format_time
from credroot.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.core.json_types import JsonObject
    from credroot.store.event_index import Stored

EVENT_FORMAT = "credroot/event/v1"
MAX_EXACT = 2**53 - 1
PARQUET_ROWS = 10_000
"""Rows in one group of a Parquet file, and in memory."""
COLUMNS = (
    "block",
    "time",
    "logIndex",
    "transaction",
    "event",
    "issuer",
    "root",
    "key",
    "account",
    "admin",
    "accreditor",
    "subject",
    "signer",
    "scope",
    "leafCount",
    "sequence",
    "action",
    "index",
    "mask",
    "reason",
    "roles",
    "expiresAt",
    "from",
    "validFrom",
    "validUntil",
    "digest",
    "uri",
    "nonce",
)
"""Of a table: the place of an event, then every argument that any event has."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def event_json(stored: Stored) -> JsonObject:
    """Give the wire form of an event, ``credroot/event/v1``. Numbers that JSON does not hold are written as texts."""
    event = event_of(LogRow(*stored[:9]))
    arguments: JsonObject = {
        name: value if isinstance(value, int) and value <= MAX_EXACT else str(value)
        for name, value in event.arguments.items()
    }
    return {
        "format": EVENT_FORMAT,
        "event": event.name,
        "arguments": arguments,
        "block": stored.block,
        "blockHash": "0x" + stored.block_hash.hex(),
        "time": format_time(datetime.fromtimestamp(stored.timestamp, UTC)),
        "transaction": str(event.transaction),
        "logIndex": stored.log_index,
    }


def jsonl_lines(events: Iterable[Stored]) -> Iterator[str]:
    """Give one JSON object a line."""
    for stored in events:
        yield json.dumps(event_json(stored), ensure_ascii=False) + "\n"


def csv_lines(events: Iterable[Stored]) -> Iterator[str]:
    """Give a table, its header first. A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    yield _csv_line(COLUMNS)
    for stored in events:
        yield _csv_line([_guarded(cell) for cell in _cells(stored)])


def write_parquet(events: Iterable[Stored], path: Path) -> int:
    """Write the table of `csv_lines` as a Parquet file, every cell a text but block and log index; give the rows.

    Raises:
        InputError: ``audit.parquet``, pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InputError("Parquet needs: pip install pyarrow", code="audit.parquet") from error
    numbers = {"block", "logIndex"}
    schema = pyarrow.schema([(name, pyarrow.int64() if name in numbers else pyarrow.string()) for name in COLUMNS])
    rows = 0
    iterator = iter(events)
    with parquet.ParquetWriter(path, schema) as writer:
        while page := [_cells(stored) for stored in islice(iterator, PARQUET_ROWS)]:
            columns: dict[str, list[Any]] = {
                name: [int(row[place]) if name in numbers else row[place] or None for row in page]
                for place, name in enumerate(COLUMNS)
            }
            writer.write_table(pyarrow.table(columns, schema=schema))
            rows += len(page)
    return rows


def _cells(stored: Stored) -> list[str]:
    event = event_of(LogRow(*stored[:9]))
    values = {
        "block": stored.block,
        "time": format_time(datetime.fromtimestamp(stored.timestamp, UTC)),
        "logIndex": stored.log_index,
        "transaction": "0x" + stored.transaction.hex(),
        "event": KINDS[stored.kind],
        **event.arguments,
    }
    return [str(values.get(name, "")) for name in COLUMNS]


def _csv_line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _guarded(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell
