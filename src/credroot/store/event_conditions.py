"""Which events of an index are wanted, as a query that both databases answer by an index of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from credroot.store import event_index_schema as tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sqlalchemy import Select

TOPICS_BYTES = 97
"""More than the indexed arguments of any event have: what begins like a key sorts below the key and so many 0xff."""


@dataclass(frozen=True, slots=True)
class EventConditions:
    """Blocks, account, kind, and how the other indexed arguments begin; `None` and nothing ask for all."""

    source: int
    first: int = 0
    last: int | None = None
    subject: bytes | None = None
    kind: int | None = None
    topics_from: bytes = b""

    def page(self, after: tuple[int, int] | None, size: int) -> Select[Any]:
        """Give the query of at most `size` events behind a place, in order, each with hash and time of its block."""
        columns, blocks = tables.event.c, tables.block.c
        joined = tables.event.join(tables.block, and_(blocks.source == columns.source, blocks.number == columns.block))
        return (
            select(*[column for column in columns if column.name != "source"], blocks.hash, blocks.timestamp)
            .select_from(joined)
            .where(*self._wanted(), *([] if after is None else [_behind(*after)]))
            .order_by(columns.block, columns.log_index)
            .limit(size)
        )

    def _wanted(self) -> Iterator[Any]:
        columns = tables.event.c
        yield columns.source == self.source
        yield columns.block >= self.first
        if self.last is not None:
            yield columns.block <= self.last
        if self.subject is not None:
            yield columns.subject == bytes(self.subject)
        if self.kind is not None:
            yield columns.kind == self.kind
            if self.kind >= tables.FREQUENT_KINDS:
                yield tables.rare_kind
        if self.topics_from:
            yield columns.topics >= self.topics_from
            yield columns.topics < self.topics_from + b"\xff" * TOPICS_BYTES


def _behind(block: int, log_index: int) -> Any:
    columns = tables.event.c
    return and_(columns.block >= block, or_(columns.block > block, columns.log_index > log_index))
