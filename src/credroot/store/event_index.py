"""The event index: every log of a registry up to a block, with that block's hash, in SQLite or PostgreSQL.

Rows and checkpoint change in one transaction, so the index is always complete up to its checkpoint, whenever the
process died. Two that write at once are told apart by the checkpoint: the slower one is refused.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, create_engine, delete, event, func, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from credroot.core.errors import InputError
from credroot.store import event_index_schema as tables
from credroot.store.event_conditions import EventConditions
from credroot.store.event_index_schema import IndexProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

    from sqlalchemy import Connection, Engine

PAGE_ROWS = 5_000
"""Rows that are in memory at a time while an index is read."""
BUSY_TIMEOUT_S = 30
_POSTGRES_TYPES = ("int4", "int8", "int4", "bytea", "int4", "int2", "bytea", "bytea", "bytea")

EventRow = tuple[int, int, bytes, int, int, bytes, bytes, bytes, bytes]
"""Block, log index, transaction, transaction index, kind, subject, topics, data, and the hash of the block."""
BlockRow = tuple[int, bytes, bytes, int]
"""Number, hash, parent hash, time."""


class Stored(NamedTuple):
    """One event as it is kept, with what its block says."""

    block: int
    log_index: int
    transaction: bytes
    transaction_index: int
    kind: int
    subject: bytes
    topics: bytes
    data: bytes
    block_hash: bytes
    timestamp: int


@dataclass(frozen=True, slots=True)
class Position:
    """How far the index goes: all events up to this block are in it."""

    number: int
    hash: bytes


class EventIndex:
    """The events of registries in one database. Close it, or use it as a context."""

    def __init__(self, url: str, *, may_make: bool = True) -> None:
        """Open the database of a SQLAlchemy URL, ``sqlite:///file`` or ``postgresql://...``.

        Its tables are made where there are none, unless `may_make` is false.

        Raises:
            InputError: ``index.url``, not such a URL, or its driver is not installed.
            IndexProblem: ``index.unreachable``; or as `event_index_schema.prepare`.
        """
        self._engine = _engine(url)
        try:
            with self._engine.begin() as connection:
                if self._is_postgres:
                    # Two that open an empty database at once must not both make its tables.
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4846792)")
                tables.prepare(connection, may_make=may_make)
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise IndexProblem(f"the index can't be opened: {_first_line(error)}", code="index.unreachable") from error
        except BaseException:
            self._engine.dispose()
            raise

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the index in a SQLite file, which is made where there is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{path}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @property
    def _is_postgres(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    def source(self, chain_id: int, registry: bytes, *, code_hash: bytes, deploy_block: int) -> int:
        """Give the number of a registry in this index, which is entered where it is new.

        Raises:
            IndexProblem: ``index.other_registry``, it is known here with other code or another deployment block.
        """
        found = self.known_source(chain_id, registry, code_hash=code_hash, deploy_block=deploy_block)
        if found is not None:
            return found
        pinned = {"chain_id": int(chain_id), "registry": bytes(registry)}
        rest = {"code_hash": bytes(code_hash), "deploy_block": deploy_block}
        with self._transaction() as connection, suppress(IntegrityError), connection.begin_nested():
            # Where somebody else entered it at this moment, that entry is the one.
            connection.execute(tables.source.insert().values(**pinned, **rest))
        entered = self.known_source(chain_id, registry, code_hash=code_hash, deploy_block=deploy_block)
        assert entered is not None, "it was entered by us or by somebody else"
        return entered

    def known_source(self, chain_id: int, registry: bytes, *, code_hash: bytes, deploy_block: int) -> int | None:
        """Give the number of a registry in this index; `None` where it was never entered. Errors as `source`."""
        columns = tables.source.c
        query = select(columns.id, columns.code_hash, columns.deploy_block)
        query = query.filter_by(chain_id=int(chain_id), registry=bytes(registry))
        with self._transaction() as connection:
            found = connection.execute(query).one_or_none()
        if found is None:
            return None
        if (bytes(found.code_hash), found.deploy_block) != (bytes(code_hash), deploy_block):
            raise IndexProblem("the index knows this registry as another deployment", code="index.other_registry")
        return int(found.id)

    def position(self, source: int) -> Position | None:
        """Say how far the index goes; `None` before the first reading."""
        table = tables.source
        query = select(table.c.checkpoint_number, table.c.checkpoint_hash).where(table.c.id == source)
        with self._transaction() as connection:
            number, digest = connection.execute(query).one()
        return None if number is None else Position(number, bytes(digest))

    def append(
        self,
        source: int,
        rows: Sequence[EventRow],
        blocks: Sequence[BlockRow],
        *,
        before: Position | None,
        after: Position,
    ) -> None:
        """Add what happened behind `before`, up to `after`: all of it or nothing.

        Raises:
            IndexProblem: ``index.moved``, the index no longer ends at `before`: another process writes to it.
        """
        with self._transaction() as connection:
            self._move(connection, source, before, after)
            known = tables.block.c
            if blocks:
                numbers = [number for number, *_ in blocks]
                stale = and_(known.source == source, known.number >= min(numbers))
                connection.execute(delete(tables.block).where(stale))
                connection.execute(
                    tables.block.insert(),
                    [
                        {"source": source, "number": number, "hash": digest, "parent": parent, "timestamp": time}
                        for number, digest, parent, time in blocks
                    ],
                )
            self._insert(connection, source, rows)

    def _insert(self, connection: Connection, source: int, rows: Sequence[EventRow]) -> None:
        """Write many rows in the way that each database takes them fastest."""
        if not rows:
            return
        columns = ", ".join(tables.EVENT_COLUMNS)
        if not self._is_postgres:
            marks = ", ".join("?" * len(tables.EVENT_COLUMNS))
            statement = f"INSERT INTO {tables.event.name} ({columns}) VALUES ({marks})"  # noqa: S608
            connection.exec_driver_sql(statement, [(source, *row[:8]) for row in rows])
            return
        driver: Any = connection.connection.driver_connection
        statement = f"COPY {tables.event.name} ({columns}) FROM STDIN (FORMAT BINARY)"
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(_POSTGRES_TYPES)
            for row in rows:
                copy.write_row((source, *row[:8]))

    def rewind(self, source: int, *, before: Position, to: Position | None) -> int:
        """Forget what is behind `to`, or everything where it is `None`; give the number of events that are gone.

        Raises:
            IndexProblem: as `append`.
        """
        last = -1 if to is None else to.number
        events, blocks = tables.event.c, tables.block.c
        with self._transaction() as connection:
            self._move(connection, source, before, to)
            gone = connection.execute(delete(tables.event).where(events.source == source, events.block > last))
            connection.execute(delete(tables.block).where(blocks.source == source, blocks.number > last))
        return int(gone.rowcount)

    def _move(self, connection: Connection, source: int, before: Position | None, after: Position | None) -> None:
        table = tables.source
        expected: Any = table.c.checkpoint_number.is_(None)
        if before is not None:
            expected = and_(table.c.checkpoint_number == before.number, table.c.checkpoint_hash == before.hash)
        moved = connection.execute(
            update(table)
            .where(table.c.id == source, expected)
            .values(
                checkpoint_number=None if after is None else after.number,
                checkpoint_hash=None if after is None else after.hash,
            )
        )
        if moved.rowcount != 1:
            raise IndexProblem("another process wrote to the index meanwhile; run again", code="index.moved")

    def block(self, source: int, number: int) -> BlockRow | None:
        """Give what is kept of a block: it is where it has events, or where a reading ended."""
        columns = tables.block.c
        query = select(columns.number, columns.hash, columns.parent, columns.timestamp)
        with self._transaction() as connection:
            found = connection.execute(query.filter_by(source=source, number=number)).one_or_none()
        return None if found is None else (found.number, bytes(found.hash), bytes(found.parent), found.timestamp)

    def marks(self, source: int) -> Iterator[Position]:
        """Give the blocks whose hashes are kept, the newest first: those with events, and the ends of readings."""
        columns = tables.block.c
        below = None
        while True:
            query = select(columns.number, columns.hash).where(columns.source == source)
            if below is not None:
                query = query.where(columns.number < below)
            with self._transaction() as connection:
                page = connection.execute(query.order_by(columns.number.desc()).limit(PAGE_ROWS)).all()
            for number, digest in page:
                yield Position(number, bytes(digest))
            if len(page) < PAGE_ROWS:
                return
            below = page[-1].number

    def events(
        self,
        source: int,
        *,
        first: int = 0,
        last: int | None = None,
        subject: bytes | None = None,
        kind: int | None = None,
        topics_from: bytes = b"",
        after: tuple[int, int] | None = None,
        limit: int | None = None,
    ) -> Iterator[Stored]:
        """Give events by their place: of blocks `first` to `last`, of one account or kind, behind the place `after`.

        `topics_from` is how their other indexed arguments begin. They are read page by page, so a loop over them holds
        no transaction open and little memory.
        """
        wanted = EventConditions(source, first, last, subject, kind, topics_from)
        left = limit
        place = after
        while left is None or left > 0:
            size = PAGE_ROWS if left is None else min(PAGE_ROWS, left)
            page = self._page(wanted, place, size)
            for row in page:
                yield Stored(*map(_plain, row))
            if len(page) < size:
                return
            place = (page[-1].block, page[-1].log_index)
            left = None if left is None else left - len(page)

    def _page(self, wanted: EventConditions, after: tuple[int, int] | None, size: int) -> Sequence[Any]:
        with self._transaction() as connection:
            return connection.execute(wanted.page(after, size)).all()

    def count(self, source: int, *, subject: bytes | None = None) -> int:
        """Count the events, of one account where it is named."""
        columns = tables.event.c
        query = select(func.count()).select_from(tables.event).where(columns.source == source)
        if subject is not None:
            query = query.where(columns.subject == bytes(subject))
        with self._transaction() as connection:
            return int(connection.execute(query).scalar_one())

    def blocks_with_events(self, source: int) -> list[BlockRow]:
        """Give the blocks that have events, by number."""
        blocks, events = tables.block.c, tables.event.c
        with_events = select(events.block).where(events.source == source)
        query = (
            select(blocks.number, blocks.hash, blocks.parent, blocks.timestamp)
            .where(blocks.source == source, blocks.number.in_(with_events))
            .order_by(blocks.number)
        )
        with self._transaction() as connection:
            found = connection.execute(query).all()
        return [(number, bytes(digest), bytes(parent), time) for number, digest, parent, time in found]

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, self._driver_error) as error:
            raise IndexProblem(f"the index failed: {_first_line(error)}") from error

    @property
    def _driver_error(self) -> type[Exception]:
        """What the driver raises where it is used directly, which SQLAlchemy does not translate."""
        driver: Any = self._engine.dialect.loaded_dbapi
        found: type[Exception] = driver.Error
        return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise InputError("an index is sqlite:///FILE or postgresql://...", code="index.url")
        engine = create_engine(parsed)
    except ArgumentError as error:
        raise InputError("an index is sqlite:///FILE or postgresql://...", code="index.url") from error
    except ModuleNotFoundError as error:
        raise InputError("PostgreSQL needs: pip install 'credroot[postgres]'", code="index.driver") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """Let readers and a writer work at once. A crash of the machine may cost the last pages, never their agreement."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")


def _first_line(error: Exception) -> str:
    """Give what a person needs of a database's error; the rest is the statement with its values."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0][:300]
