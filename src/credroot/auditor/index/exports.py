"""Events as files for other programs: JSON lines, CSV and, where pyarrow is installed, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any

from credroot.chain.registry.events import KINDS, LogRow, event_of
from credroot.core.errors import InputError
from credroot.core.text.clock import format_time, parse_time
from credroot.core.text.spreadsheet import safe_cell

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.core.json.types import JsonObject
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
_NUMBERS = frozenset(
    (
        *("block", "logIndex", "leafCount", "sequence", "action", "reason", "roles"),
        *("expiresAt", "from", "validFrom", "validUntil"),
    )
)
"""Columns whose numbers have 64 bits at most, by the ABI, whatever a stranger chose."""


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
        yield _csv_line(map(safe_cell, _cells(stored)))


def has_parquet() -> bool:
    """Answer whether what `write_parquet` needs is installed."""
    return find_spec("pyarrow") is not None


def write_parquet(events: Iterable[Stored], path: Path) -> int:
    """Write the table of `csv_lines` as a Parquet file with numbers and times as such; give the number of rows.

    A number of more than 64 bits is a text: a status word, a nonce. An argument that an event has not is null.

    Raises:
        InputError: ``audit.parquet``, pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise InputError("Parquet needs: pip install 'credroot[parquet]'", code="audit.parquet") from error
    types = {name: pyarrow.uint64() for name in _NUMBERS} | {"time": pyarrow.timestamp("s", tz="UTC")}
    schema = pyarrow.schema([(name, types.get(name, pyarrow.string())) for name in COLUMNS])
    rows = 0
    iterator = iter(events)
    with parquet.ParquetWriter(path, schema) as writer:
        while page := [_cells(stored) for stored in islice(iterator, PARQUET_ROWS)]:
            columns: dict[str, list[Any]] = {
                name: [_typed(name, row[place]) for row in page] for place, name in enumerate(COLUMNS)
            }
            writer.write_table(pyarrow.table(columns, schema=schema))
            rows += len(page)
    return rows


def _typed(name: str, cell: str) -> int | str | datetime | None:
    if not cell:
        return None
    if name == "time":
        return parse_time(cell)
    return int(cell) if name in _NUMBERS else cell


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
