"""Which index of events a workspace uses: the database of its settings, or a file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.store.event_index import EventIndex
from credroot.store.event_index_schema import IndexProblem

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.settings.settings import Settings

AUDIT_FOLDER = "audit"
INDEX_FILE = "index.db"


def index_file(settings: Settings) -> Path:
    """Give the place of the workspace's own index."""
    return settings.workspace / AUDIT_FOLDER / INDEX_FILE


def open_index(settings: Settings, url: str | None = None) -> EventIndex:
    """Open the index at `url`, or that of the workspace; it is made where there is none. Errors as `EventIndex`."""
    chosen = url or settings.index
    return EventIndex(chosen) if chosen else EventIndex.at(index_file(settings))


def open_existing_index(settings: Settings) -> EventIndex:
    """Open the workspace's index to read from it.

    Raises:
        IndexProblem: ``index.missing``, nobody made it yet; otherwise as `EventIndex`.
    """
    if settings.index:
        return EventIndex(settings.index, may_make=False)
    path = index_file(settings)
    if not path.is_file():
        raise IndexProblem("there is no index yet: run credroot audit sync", code="index.missing")
    return EventIndex(f"sqlite:///{path}", may_make=False)
