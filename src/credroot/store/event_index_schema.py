"""The tables of the event index, and their version: the same on SQLite and on PostgreSQL.

A database of an older version is brought up step by step when it is opened; one of a newer release is refused, never
guessed at. Times are seconds since 1970, digests and accounts are bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    inspect,
    literal_column,
    select,
)

from credroot.core.errors import CredrootError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

SCHEMA_VERSION = 2

metadata = MetaData()

version = Table("audit_schema", metadata, Column("version", Integer, nullable=False))

source = Table(
    "audit_source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chain_id", BigInteger, nullable=False),
    Column("registry", LargeBinary, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("deploy_block", BigInteger, nullable=False),
    # Everything up to this block is in the tables; none before the first reading.
    Column("checkpoint_number", BigInteger),
    Column("checkpoint_hash", LargeBinary),
    UniqueConstraint("chain_id", "registry"),
)

block = Table(
    "audit_block",
    metadata,
    Column("source", Integer, ForeignKey("audit_source.id"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("parent", LargeBinary, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

event = Table(
    "audit_event",
    metadata,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("transaction_hash", LargeBinary, nullable=False),
    Column("transaction_index", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("topics", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("audit_event_subject", "source", "subject", "block", "log_index"),
    sqlite_with_rowid=False,
)

FREQUENT_KINDS = 2
"""Kinds below this number, anchors and changes of status, are found by reading on: most events are of these."""
rare_kind = event.c.kind >= literal_column(str(FREQUENT_KINDS))
"""A condition in the words of the index on the other kinds, so that a database sees that it may use it."""
rare = Index(
    "audit_event_rare",
    event.c.source,
    event.c.kind,
    event.c.block,
    event.c.log_index,
    sqlite_where=rare_kind,
    postgresql_where=rare_kind,
)

EVENT_COLUMNS = tuple(column.name for column in event.columns)


class IndexProblem(CredrootError):
    """The index can't be used as it is: another release's, of another registry, or changed by somebody meanwhile."""

    code = "index.failed"


_UPGRADES: dict[int, Callable[[Connection], None]] = {
    1: lambda connection: rare.create(connection, checkfirst=True),
}
"""Version -> the step that makes the next one of it."""


def prepare(connection: Connection, *, may_make: bool = True) -> None:
    """Make the tables where `may_make` says so, or bring those of an older release up to date.

    Raises:
        IndexProblem: ``index.version``, they are of a newer release; ``index.foreign``, tables without a version;
            ``index.missing``, there are none and they may not be made.
    """
    names = set(inspect(connection).get_table_names())
    if version.name not in names:
        if not may_make:
            raise IndexProblem("the database has no index yet: run credroot audit sync", code="index.missing")
        if names & set(metadata.tables):
            raise IndexProblem("the database has tables of an index but not their version", code="index.foreign")
        metadata.create_all(connection)
        connection.execute(version.insert().values(version=SCHEMA_VERSION))
        return
    found = connection.execute(select(version.c.version)).scalar_one()
    if found > SCHEMA_VERSION:
        raise IndexProblem(
            f"the index is of version {found}, this release knows {SCHEMA_VERSION}: use the newer release",
            code="index.version",
        )
    while found < SCHEMA_VERSION:
        _UPGRADES[found](connection)
        found += 1
        connection.execute(version.update().values(version=found))
