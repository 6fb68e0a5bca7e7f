"""Events of an audit as files and streams: the lines of each form, and the file that they go into."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from credroot.auditor.index.cursor import PageCursor
from credroot.auditor.index.exports import csv_lines, event_json, jsonl_lines, write_parquet
from credroot.auditor.index.pages import EVENTS_FORMAT, network_json
from credroot.auditor.ledger.by_issuer import as_of
from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from credroot.app.auditing.audit import Desk
    from credroot.auditor.index.pages import EventFilter
    from credroot.store.event_index import Stored


class Export:
    """The events of one registry that pass a filter, up to the block where the index ends."""

    def __init__(self, at: Desk, wanted: EventFilter) -> None:
        """Read nothing yet but where the index ends."""
        self._at = at
        self._wanted = wanted
        self._as_of = as_of(at.index, at.source)

    def lines(self, form: str) -> Iterator[str]:
        """Give the text of ``json``, ``jsonl`` or ``csv`` in pieces, so that memory stays small.

        Raises:
            InputError: ``audit.parquet``, that form is no text.
        """
        if form == "parquet":
            raise InputError("a Parquet file needs --out", code="audit.parquet")
        if form == "json":
            return self._json()
        return csv_lines(self._events()) if form == "csv" else jsonl_lines(self._events())

    def write(self, form: str, path: Path) -> None:
        """Write a file; errors as `lines`, and as `write_parquet`."""
        if form == "parquet":
            write_parquet(self._events(), path)
            return
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(self.lines(form))

    def _events(self) -> Iterator[Stored]:
        return self._wanted.events(self._at.index, self._at.source, last=self._as_of.block)

    def _json(self) -> Iterator[str]:
        """Give one object as ``GET /v1/events`` does, with every event on its one page."""
        network = json.dumps(network_json(self._at.deployment, self._as_of), ensure_ascii=False)
        yield f'{{"format": "{EVENTS_FORMAT}", "network": {network}, "events": ['
        end, comma = None, ""
        for stored in self._events():
            yield f"{comma}\n{json.dumps(event_json(stored), ensure_ascii=False)}"
            end, comma = str(PageCursor.behind(stored)), ","
        yield f'], "next": null, "end": {json.dumps(end)}}}\n'
