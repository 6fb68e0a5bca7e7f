"""What the server tells its operator: one JSON object a line, without a client's address, path, query or content."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

import orjson

from credroot.core.text.clock import format_time

if TYPE_CHECKING:
    from traceback import StackSummary


class EventLog:
    """Writes events to a stream; a stream that is gone ends no request."""

    def __init__(self, stream: TextIO, *, requests: bool = True) -> None:
        """Write to `stream`, and each request too where `requests` is set."""
        self._stream = stream
        self.requests = requests

    def write(self, event: str, **fields: str | int | float | None) -> None:
        """Write one line: the time, the event and its fields."""
        line = {"time": format_time(datetime.now(UTC).replace(microsecond=0)), "event": event, **fields}
        try:
            self._stream.write(orjson.dumps(line).decode() + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    def failure(self, route: str, error: BaseException) -> None:
        """Write where an error of ours came from. Its message may quote what a client sent, so it is left out."""
        import traceback

        self.write(
            "error", route=route, kind=type(error).__name__, at=_places(traceback.extract_tb(error.__traceback__))
        )


def _places(trace: StackSummary) -> str:
    return " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(trace[-6:])
    )


class ServerLogHandler(logging.Handler):
    """Carries the warnings of uvicorn and asyncio into the event log."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's fixed text, without the values in it."""
        kind = None if record.exc_info is None or record.exc_info[0] is None else record.exc_info[0].__name__
        self._log.write(record.levelname.lower(), source=record.name, text=str(record.msg).strip(), kind=kind)
