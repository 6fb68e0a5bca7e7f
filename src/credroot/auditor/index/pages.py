"""Events and issuers page by page, as the API gives them: plain data, from an index that somebody keeps up to date.

An answer is of one version of the chain, that of the block it names: what is read while the index moves is read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.auditor.index.cursor import MAX_BLOCK, PageCursor
from credroot.auditor.index.exports import event_json
from credroot.auditor.ledger.by_issuer import AsOf, IssuerLedgers, as_of
from credroot.auditor.ledger.digest import accreditation_entries, batch_entry, key_entries, profile_entries
from credroot.chain.registry.events import KINDS
from credroot.core.errors import InputError
from credroot.core.text.clock import format_time
from credroot.core.values import AccountId
from credroot.store.event_index_schema import IndexProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from credroot.auditor.ledger.ledger import Ledger
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address
    from credroot.store.event_index import EventIndex, Stored

    T = TypeVar("T")

EVENTS_FORMAT = "credroot/events/v1"
ISSUER_FORMAT = "credroot/issuer/v1"
MAX_PAGE = 1_000

_ATTEMPTS = 5
"""How often a page is read again because the index moved meanwhile."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are wanted; all of them where nothing is named."""

    issuer: Address | None = None
    kind: str | None = None
    """A name of `credroot.chain.registry.events.KINDS`."""
    first: int = 0
    last: int | None = None

    def __post_init__(self) -> None:
        """Raise `InputError` (``page.kind``, ``page.blocks``) for a filter that no event could pass."""
        if self.kind is not None and self.kind not in KINDS:
            raise InputError(f"a kind is one of {', '.join(KINDS)}", code="page.kind")
        if not 0 <= self.first <= (MAX_BLOCK if self.last is None else self.last) <= MAX_BLOCK:
            raise InputError("the first block is not behind the last one, and both are numbers", code="page.blocks")

    def events(
        self, index: EventIndex, source: int, *, last: int, after: PageCursor | None = None, limit: int | None = None
    ) -> Iterator[Stored]:
        """Give the events of blocks to `last`, at most `limit` of them, behind a cursor."""
        return index.events(
            source,
            first=self.first,
            last=last if self.last is None else min(self.last, last),
            subject=self.issuer,
            kind=None if self.kind is None else KINDS.index(self.kind),
            after=None if after is None else (after.block, after.log_index),
            limit=limit,
        )


def events_page(
    index: EventIndex,
    source: int,
    deployment: Deployment,
    wanted: EventFilter | None = None,
    *,
    after: str | None = None,
    limit: int = 100,
) -> JsonObject:
    """Give up to `limit` events behind the cursor `after`, in the order of the chain.

    ``next`` is the cursor of the next page, null where there is none yet; ``end`` is where this page ends, to go on
    from there at another time. A cursor stays good while the index grows, whatever the filter.

    Raises:
        InputError: ``page.cursor``, ``page.stale_cursor`` or ``page.limit``.
        IndexProblem: as `as_of`; ``index.restless``, the index changed again and again.
    """
    wanted = wanted or EventFilter()
    cursor = None if after is None else PageCursor.parse(after)
    _require_limit(limit)

    def read(at: AsOf) -> JsonObject:
        if cursor is not None:
            cursor.require_in(index, source)
        found = list(wanted.events(index, source, last=at.block, after=cursor, limit=limit + 1))
        page = found[:limit]
        end = str(PageCursor.behind(page[-1])) if page else after
        return {
            "format": EVENTS_FORMAT,
            "network": network_json(deployment, at),
            "events": [event_json(stored) for stored in page],
            "next": end if len(found) > limit else None,
            "end": end,
        }

    return _settled(index, source, read)


def issuer_page(
    index: EventIndex,
    source: int,
    deployment: Deployment,
    issuer: Address,
    *,
    after: int = 0,
    limit: int = 100,
    ledgers: IssuerLedgers | None = None,
) -> JsonObject | None:
    """Give what the events say of one issuer: counts, keys, profile, accreditations, and a page of its batches.

    Entries are those of ``credroot/ledger/v1``. Batches are paged by their sequence: those behind `after`. `None` where
    no event is about this account. `ledgers` remembers what was added up for the page before.

    Raises:
        InputError: ``page.limit``.
        IndexProblem: as `events_page`.
    """
    _require_limit(limit)
    kept = ledgers or IssuerLedgers()

    def read(at: AsOf) -> JsonObject | None:
        ledger = kept.of(index, source, issuer, at)
        if not ledger.events:
            return None
        return {
            "format": ISSUER_FORMAT,
            "network": network_json(deployment, at),
            "account": AccountId(deployment.chain_id, issuer).caip10,
            **_issuer(ledger, issuer, after, limit),
        }

    return _settled(index, source, read)


def network_json(deployment: Deployment, at: AsOf) -> JsonObject:
    """Say of which registry an answer is, and as of which block."""
    return {
        "name": deployment.network,
        "chain": deployment.chain_id.caip2,
        "registry": str(deployment.address),
        "fromBlock": deployment.deploy_block,
        "block": at.block,
        "blockHash": "0x" + at.block_hash.hex(),
        "blockTime": format_time(datetime.fromtimestamp(at.time, UTC)),
    }


def _issuer(ledger: Ledger, issuer: Address, after: int, limit: int) -> JsonObject:
    batches = sorted(ledger.batches.values(), key=lambda batch: batch.sequence)
    behind = [batch for batch in batches if batch.sequence > after]
    page = behind[:limit]
    return {
        "counts": {
            "batches": len(batches),
            "credentials": sum(batch.leaf_count for batch in batches),
            "revoked": sum(batch.revoked_credentials for batch in batches),
            "suspended": sum(batch.suspended_credentials for batch in batches),
        },
        "profile": next(profile_entries(ledger, issuer), None),
        "keys": list(key_entries(ledger, issuer)),
        "accreditations": list(accreditation_entries(ledger, issuer)),
        "batches": [batch_entry(ledger, batch) for batch in page],
        "next": page[-1].sequence if len(behind) > limit else None,
    }


def _settled(index: EventIndex, source: int, read: Callable[[AsOf], T]) -> T:
    """Read at one block; again where the index moved, for what was read may be of two versions of the chain."""
    for _ in range(_ATTEMPTS):
        at = as_of(index, source)
        try:
            found = read(at)
        except InputError:
            if as_of(index, source) == at:
                raise
            continue
        if as_of(index, source) == at:
            return found
    raise IndexProblem("the index changed again and again while it was read", code="index.restless")


def _require_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_PAGE:
        raise InputError(f"a page has 1 to {MAX_PAGE} entries", code="page.limit")
