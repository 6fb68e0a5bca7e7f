"""The index of events over HTTP: what an auditor asks for, page by page, and never from an index that fell behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from credroot.app.api.http.answers import Answer
from credroot.app.api.http.problems import (
    INDEX_BEHIND,
    NO_EVENTS,
    NO_INDEX,
    STALE_CURSOR,
    UNKNOWN_NETWORK,
    UNPROCESSABLE,
    ProblemError,
)
from credroot.auditor.index.pages import EventFilter, events_page, issuer_page, network_json
from credroot.auditor.ledger.by_issuer import AsOf, IssuerLedgers, as_of
from credroot.core.errors import InputError
from credroot.core.values import LOCAL_CHAIN_ID, AccountId, Address
from credroot.store.event_index_schema import IndexProblem
from credroot.verifier.judge import LOCAL_CHAIN_NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from credroot.app.api.event_log import EventLog
    from credroot.app.api.events.documentation import EventsQuery, IssuerQuery
    from credroot.app.api.events.served_index import ServedIndex
    from credroot.app.api.http.workers import Workers
    from credroot.app.api.registries.final_blocks import FinalBlocks
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.json.types import JsonObject
    from credroot.store.event_index import EventIndex

    Page = Callable[[EventIndex, int, Deployment], JsonObject]


class EventPages:
    """Answers from the index that ``credroot audit sync`` fills, for the pinned registries."""

    def __init__(
        self,
        pinned: Mapping[str, Deployment],
        default_network: str,
        index: ServedIndex,
        finals: FinalBlocks,
        workers: Workers,
        log: EventLog,
        *,
        max_lag_s: int,
    ) -> None:
        """Serve `index` where it is at most `max_lag_s` seconds of the chain's time behind the last final block."""
        self._pinned = pinned
        self._default = default_network
        self._index = index
        self._finals = finals
        self._workers = workers
        self._log = log
        self._max_lag_s = max_lag_s
        self._ledgers = IssuerLedgers()

    async def events(self, query: EventsQuery) -> Answer:
        """Give a page of events.

        Raises:
            ProblemError: a parameter is malformed or the network unknown; ``stale-cursor``; ``no-index``;
                ``index-behind``.
        """

        def page(index: EventIndex, source: int, deployment: Deployment) -> JsonObject:
            issuer = None if query.issuer is None else _account(query.issuer, deployment)
            wanted = EventFilter(issuer, query.kind, query.from_block, query.to_block)
            return events_page(index, source, deployment, wanted, after=query.after, limit=query.limit)

        return await self._answer(query.network, page)

    async def issuer(self, account: str, query: IssuerQuery) -> Answer:
        """Give what the events say of one issuer; errors as `events`, and ``no-events``."""

        def page(index: EventIndex, source: int, deployment: Deployment) -> JsonObject:
            issuer = _account(account, deployment)
            found = issuer_page(
                index, source, deployment, issuer, after=query.after, limit=query.limit, ledgers=self._ledgers
            )
            if found is None:
                raise ProblemError(NO_EVENTS, members={"network": network_json(deployment, as_of(index, source))})
            return found

        return await self._answer(query.network, page)

    async def _answer(self, network: str | None, page: Page) -> Answer:
        deployment = self._pinned.get(network or self._default)
        if deployment is None:
            raise ProblemError(UNKNOWN_NETWORK, members={"networks": sorted(self._pinned)})
        return await self._workers.run(lambda: self._read(deployment, page))

    def _read(self, deployment: Deployment, page: Page) -> Answer:
        try:
            with self._index.reading(deployment) as (index, source):
                lag = self._lag(deployment, as_of(index, source))
                told = page(index, source, deployment)
        except InputError as error:
            kind = STALE_CURSOR if error.code == "page.stale_cursor" else UNPROCESSABLE
            raise ProblemError(kind, str(error), code=error.code) from error
        except IndexProblem as error:
            # What a database says of itself is the operator's business.
            self._log.write("index", network=deployment.network, code=error.code, text=str(error))
            raise ProblemError(NO_INDEX, code=error.code) from error
        notices = [LOCAL_CHAIN_NOTICE] if deployment.chain_id == LOCAL_CHAIN_ID else []
        return Answer(200, orjson.dumps({**told, "secondsBehind": lag, "notices": notices}))

    def _lag(self, deployment: Deployment, at: AsOf) -> int | None:
        """Give the seconds of the chain's time from the index to the last final block; `None` where nobody can say.

        Raises:
            ProblemError: ``index-behind``, it is too far.
        """
        final = self._finals.of(deployment)
        if final is None:
            return None
        lag = max(0, final.timestamp - at.time) if final.number > at.block else 0
        if lag > self._max_lag_s:
            members: dict[str, Any] = {"network": network_json(deployment, at), "finalBlock": final.number}
            raise ProblemError(INDEX_BEHIND, members={**members, "secondsBehind": lag})
        return lag


def _account(text: str, deployment: Deployment) -> Address:
    """Read ``0x...``, or CAIP-10 of the registry's own chain."""
    if not text.startswith("eip155:"):
        return Address.from_hex(text)
    account = AccountId.from_caip10(text)
    if account.chain_id != deployment.chain_id:
        raise InputError(f"the account is not of {deployment.chain_id.caip2}", code="page.account")
    return account.address
