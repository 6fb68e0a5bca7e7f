"""The index of events as a server holds it: opened when it is asked for, and again after it failed or was replaced."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from credroot.app.auditing.index import index_file, open_existing_index
from credroot.store.event_index_schema import IndexProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.app.settings.settings import Settings
    from credroot.chain.registry.deployment import Deployment
    from credroot.store.event_index import EventIndex


class ServedIndex:
    """Reads only. Threads may share it."""

    def __init__(self, settings: Settings) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._lock = Lock()
        self._opened: tuple[object, EventIndex] | None = None

    @contextmanager
    def reading(self, deployment: Deployment) -> Iterator[tuple[EventIndex, int]]:
        """Give the index and the registry's number in it.

        Raises:
            IndexProblem: there is no index, or it does not know this registry; it is opened anew the next time.
        """
        index = self._index()
        try:
            source = index.known_source(
                deployment.chain_id,
                deployment.address,
                code_hash=deployment.code_hash,
                deploy_block=deployment.deploy_block,
            )
            if source is None:
                raise IndexProblem("the index does not know this registry: run credroot audit sync", code="index.empty")
            yield index, source
        except IndexProblem as error:
            if error.code == "index.failed":
                self._forget(index)
            raise

    def _index(self) -> EventIndex:
        with self._lock:
            place = self._place()
            if self._opened is None or self._opened[0] != place:
                # Who still reads from the old one keeps its connection until it is done.
                self._opened = place, open_existing_index(self._settings)
            return self._opened[1]

    def _forget(self, index: EventIndex) -> None:
        with self._lock:
            if self._opened is not None and self._opened[1] is index:
                self._opened = None
        index.close()

    def _place(self) -> object:
        """Give what is another thing where a file was put in place of the one that is open."""
        if self._settings.index:
            return self._settings.index
        try:
            status = index_file(self._settings).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino
