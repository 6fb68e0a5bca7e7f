"""The file of a journal: opened, brought to the present form, and written so that it is on the disk."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from credroot.core.errors import CredrootError, InputError
from credroot.store.journal_rows import MIGRATIONS, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self

T = TypeVar("T")
APPLICATION_ID = 0x43524A4C
"""Marks the file as ours in its header: "CRJL"."""
SCHEMA_VERSION = 2
BUSY_TIMEOUT_MS = 10_000


class JournalError(CredrootError):
    """The journal could not be read or written; nothing may be sent until it can."""

    code = "journal.failed"


class JournalFile:
    """One SQLite file, made where there is none, and brought to the present form where it is of an older release."""

    def __init__(self, path: Path) -> None:
        """Open `path`. Raise `JournalError` for a file that is no journal, is damaged, or is of a newer release."""
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._prepare()
        except sqlite3.Error as error:
            raise JournalError(f"{path}: {error}") from error

    def _prepare(self) -> None:
        found = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found == APPLICATION_ID and version == SCHEMA_VERSION:
            self._require_sound()
            return
        if found == APPLICATION_ID and version in MIGRATIONS:
            self._require_sound()
            self._migrate()
            return
        if found == APPLICATION_ID:
            raise JournalError(
                f"{self.path}: journal version {version} is not known to this release", code="journal.version"
            )
        with self._write():
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                if self._db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
                    return
                raise JournalError(f"{self.path}: not a journal of Credroot", code="journal.foreign")
            for statement in SCHEMA.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _require_sound(self) -> None:
        """Look at every page, indexes too: a number that a damaged index hides would be given out twice."""
        found = self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise JournalError(
                f"{self.path}: the journal is damaged ({found}); nothing was sent. Restore a copy: what it forgot is "
                "found on the chain",
                code="journal.damaged",
            )

    def _migrate(self) -> None:
        """Bring a journal of an older release to this one's form, whole or not at all."""
        with self._write():
            # Another process may have done it while this one waited.
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            while version < SCHEMA_VERSION:
                for statement in MIGRATIONS[version].split(";"):
                    self._db.execute(statement)
                version += 1
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._db.close()

    @contextmanager
    def _write(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise JournalError(f"{self.path}: {error}; nothing was sent after this") from error

    def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError(f"{self.path}: {error}") from error

    def _records(self, read: Callable[[tuple[Any, ...]], T], query: str, *values: Any) -> tuple[T, ...]:
        try:
            return tuple(map(read, self._rows(query, *values)))
        except (ValueError, TypeError, InputError) as error:
            raise JournalError(f"{self.path}: the journal is damaged: {error}", code="journal.damaged") from error
