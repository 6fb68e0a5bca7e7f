"""Events and issuers page by page, as the API gives them: plain data, from an index that somebody keeps up to date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from credroot.auditor.exports import event_json
from credroot.auditor.ledger import Ledger
from credroot.auditor.ledger_digest import batch_entry
from credroot.core.errors import InputError
from credroot.core.values import AccountId

if TYPE_CHECKING:
    from credroot.chain.deployment import Deployment
    from credroot.core.json_types import JsonObject
    from credroot.core.values import Address
    from credroot.store.event_index import EventIndex

EVENTS_FORMAT = "credroot/events/v1"
ISSUER_FORMAT = "credroot/issuer/v1"
MAX_PAGE = 1_000
_CURSOR = re.compile(r"(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,9})")


def events_page(
    index: EventIndex,
    source: int,
    deployment: Deployment,
    *,
    issuer: Address | None = None,
    after: str | None = None,
    limit: int = 100,
) -> JsonObject:
    """Give up to `limit` events behind the cursor `after`, with the cursor of the next page in ``next``.

    A cursor is ``<block>-<log index>``; it stays good while the index grows. ``next`` is null at the end.

    Raises:
        InputError: ``page.cursor`` or ``page.limit``.
    """
    place = None if after is None else _place(after)
    if not 1 <= limit <= MAX_PAGE:
        raise InputError(f"a page has 1 to {MAX_PAGE} events", code="page.limit")
    found = list(index.events(source, subject=issuer, after=place, limit=limit + 1))
    page, more = found[:limit], len(found) > limit
    return {
        "format": EVENTS_FORMAT,
        **_position(index, source, deployment),
        "events": [event_json(stored) for stored in page],
        "next": f"{page[-1].block}-{page[-1].log_index}" if more else None,
    }


def issuer_page(
    index: EventIndex, source: int, deployment: Deployment, issuer: Address, *, after: int = 0, limit: int = 100
) -> JsonObject | None:
    """Give what the events say of one issuer: counts, keys, profile, accreditations, and a page of its batches.

    Batches are paged by their sequence: those behind `after`. `None` where no event is of this account.

    Raises:
        InputError: ``page.limit``.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise InputError(f"a page has 1 to {MAX_PAGE} batches", code="page.limit")
    ledger = Ledger.of(index.events(source, subject=issuer))
    if not ledger.events:
        return None
    batches = sorted(ledger.batches.values(), key=lambda batch: batch.sequence)
    behind = [batch for batch in batches if batch.sequence > after]
    page = behind[:limit]
    profile = ledger.profiles.get(issuer)
    return {
        "format": ISSUER_FORMAT,
        **_position(index, source, deployment),
        "account": AccountId(deployment.chain_id, issuer).caip10,
        "counts": {
            "batches": len(batches),
            "credentials": sum(batch.leaf_count for batch in batches),
            "revoked": sum(batch.revoked_credentials for batch in batches),
            "suspended": sum(batch.suspended_credentials for batch in batches),
        },
        "profile": None if profile is None else {"digest": str(profile.digest), "uri": profile.uri},
        "keys": [
            {
                "account": str(account),
                "roles": key.roles,
                "since": key.since,
                "expiresAt": key.expires_at,
                "distrustedFrom": key.distrusted_from,
            }
            for (_, account), key in sorted(ledger.keys.items())
        ],
        "batches": [batch_entry(ledger, batch) for batch in page],
        "next": page[-1].sequence if len(behind) > limit else None,
    }


def _position(index: EventIndex, source: int, deployment: Deployment) -> JsonObject:
    position = index.position(source)
    return {
        "chain": deployment.chain_id.caip2,
        "registry": str(deployment.address),
        "toBlock": None if position is None else position.number,
        "toBlockHash": None if position is None else "0x" + position.hash.hex(),
    }


def _place(cursor: str) -> tuple[int, int]:
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise InputError("a cursor is a block and a log index, such as 120-3", code="page.cursor")
    return int(match[1]), int(match[2])
