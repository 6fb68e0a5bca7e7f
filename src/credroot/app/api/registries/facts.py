"""What the GET routes tell of a registry: batches, status, readiness."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.app.api.http.problems import (
    MISMATCH,
    NO_SUCH_LEAF,
    NOT_ANCHORED,
    NOT_READY,
    UNAVAILABLE,
    UNKNOWN_NETWORK,
    UNPROCESSABLE,
    ProblemError,
)
from credroot.app.api.wire import (
    AnchorWire,
    BatchWire,
    FactsNetworkWire,
    ReadinessWire,
    RegistryReadinessWire,
    StatusWire,
)
from credroot.chain.registry.facts import Query
from credroot.core.errors import ChainMismatch, ChainUnavailable, InputError
from credroot.core.status import Status
from credroot.core.text.clock import format_time
from credroot.core.tree.merkle import MAX_LEAF_COUNT
from credroot.core.values import LOCAL_CHAIN_ID, Address, Digest, Root
from credroot.verifier.gathering.fact_cache import NotCachedError
from credroot.verifier.judge import LOCAL_CHAIN_NOTICE
from credroot.verifier.presentation import network_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from credroot.app.api.http.workers import Workers
    from credroot.app.api.registries.sources import RegistrySources
    from credroot.chain.blocks.recency import HeadProblem
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import BatchFacts, ChainFacts, Head
    from credroot.verifier.gathering.fact_cache import FactCache
    from credroot.verifier.trust import Policy, Trust

READINESS_S = 2.0
"""Seconds that an answer about readiness is good for: whoever asks, a registry is not asked more often."""
_WORDS: dict[Status, Any] = {
    Status.ACTIVE: "active",
    Status.SUSPENDED: "suspended",
    Status.REVOKED: "revoked",
    Status.DISTRUSTED: "distrusted",
}


class RegistryFacts:
    """Answers from the pinned registries, by way of the same kept facts as verdicts."""

    def __init__(
        self,
        trust: Trust,
        default_network: str,
        cache: FactCache,
        workers: Workers,
        policy: Policy,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._pinned = {deployment.network: deployment for deployment in trust.registries}
        self._default = default_network
        self._cache = cache
        self._workers = workers

    async def batch(self, issuer: str, root: str, network: str | None) -> BatchWire:
        """Tell of one batch.

        Raises:
            ProblemError: a parameter is malformed, the network unknown, the batch not there, the chain silent.
        """
        deployment = self._deployment(network)
        query = _query(issuer, root, "0")
        facts, anchored = await self._anchored(deployment, query)
        return BatchWire(
            network=_network(deployment, facts),
            issuer="0x" + query.issuer.hex(),
            root=str(query.root),
            batch=_anchor(anchored, facts.final),
            profile=None if facts.profile is None else str(facts.profile),
            notices=_notices(deployment),
        )

    async def status(self, issuer: str, root: str, index: str, network: str | None) -> StatusWire:
        """Tell of one credential of a batch; errors as `batch`, and ``no-such-leaf``."""
        deployment = self._deployment(network)
        query = _query(issuer, root, index)
        facts, anchored = await self._anchored(deployment, query)
        if query.index >= anchored.leaf_count or facts.status not in _WORDS:
            raise ProblemError(NO_SUCH_LEAF, f"the batch has {anchored.leaf_count} credentials")
        return StatusWire(
            network=_network(deployment, facts),
            issuer="0x" + query.issuer.hex(),
            root=str(query.root),
            index=query.index,
            status=_WORDS[facts.status],
            batch=_anchor(anchored, facts.final),
            notices=_notices(deployment),
        )

    def _deployment(self, network: str | None) -> Deployment:
        found = self._pinned.get(network or self._default)
        if found is None:
            raise ProblemError(UNKNOWN_NETWORK, members={"networks": sorted(self._pinned)})
        return found

    async def _anchored(self, deployment: Deployment, query: Query) -> tuple[ChainFacts, BatchFacts]:
        try:
            try:
                facts = self._cache.known(deployment).read([query])[0]
            except NotCachedError:
                facts = (await self._workers.run(lambda: self._cache.registry(deployment).read([query])))[0]
        except ChainMismatch as error:
            raise ProblemError(MISMATCH, str(error), code=error.code) from error
        except ChainUnavailable as error:
            raise ProblemError(UNAVAILABLE, str(error), code=error.code) from error
        members = {"network": _network(deployment, facts).model_dump(exclude_none=True)}
        problem = _problem(deployment, facts.head, self._policy, self._clock)
        if problem is not None:
            # Kept facts as well: a machine that slept wakes up with them.
            raise ProblemError(UNAVAILABLE, problem.message, code=problem.code, members=members)
        if facts.batch is None:
            raise ProblemError(NOT_ANCHORED, members=members)
        return facts, facts.batch


class Readiness:
    """Whether every pinned registry can be read; looked at no more often than every `READINESS_S`."""

    def __init__(
        self,
        trust: Trust,
        sources: RegistrySources,
        workers: Workers,
        monotonic: Callable[[], float],
        policy: Policy,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._registries = trust.registries
        self._sources = sources
        self._workers = workers
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._last: tuple[float, list[RegistryReadinessWire]] | None = None

    async def answer(self) -> ReadinessWire:
        """Give the state of every registry; ``not-ready`` where one can't be read, or none is pinned."""
        async with self._lock:
            if self._last is None or self._monotonic() - self._last[0] > READINESS_S:
                states = await asyncio.gather(*(self._workers.run(self._look(one)) for one in self._registries))
                self._last = (self._monotonic(), states)
            states = self._last[1]
        if not states or not all(state.ready for state in states):
            detail = "" if states else "no registry is pinned: put its file into deployments/"
            listed = [state.model_dump(exclude_none=True) for state in states]
            raise ProblemError(NOT_READY, detail, members={"registries": listed})
        return ReadinessWire(ready=True, registries=states)

    def _look(self, deployment: Deployment) -> Callable[[], RegistryReadinessWire]:
        def look() -> RegistryReadinessWire:
            block, code = None, None
            try:
                head = self._sources.check(deployment)
                problem = _problem(deployment, head, self._policy, self._clock)
                block, code = head.number, None if problem is None else problem.code
            except (ChainUnavailable, ChainMismatch) as error:
                code = error.code
            return RegistryReadinessWire(
                network=deployment.network,
                chain=deployment.chain_id.caip2,
                registry="0x" + deployment.address.hex(),
                ready=code is None,
                block=block,
                code=code,
            )

        return look


def _problem(deployment: Deployment, head: Head, policy: Policy, clock: Callable[[], datetime]) -> HeadProblem | None:
    return policy.recency(deployment).problem(head.number, head.timestamp, clock())


def _query(issuer: str, root: str, index: str) -> Query:
    if not (index.isascii() and index.isdigit() and len(index) <= 10 and int(index) < MAX_LEAF_COUNT):
        raise ProblemError(UNPROCESSABLE, "the index is a decimal number below 2^32 - 1")
    try:
        return Query(Address.from_hex(issuer), Root(Digest.from_hex(root)), int(index))
    except InputError as error:
        detail = "the issuer is 0x and 40 hex digits, the root 0x and 64; mixed case needs a right EIP-55 checksum"
        raise ProblemError(UNPROCESSABLE, detail, code=error.code) from error


def _network(deployment: Deployment, facts: ChainFacts) -> FactsNetworkWire:
    return FactsNetworkWire.model_validate(network_of(deployment, facts))


def _anchor(batch: BatchFacts, final: bool | None) -> AnchorWire:
    return AnchorWire(
        key="0x" + batch.key.hex(),
        anchored_at=format_time(datetime.fromtimestamp(batch.anchored_at, UTC)),
        leaf_count=batch.leaf_count,
        revoked=batch.revoked,
        suspended=batch.suspended,
        ratified=batch.ratified,
        distrusted=batch.is_distrusted,
        final=final,
    )


def _notices(deployment: Deployment) -> list[str]:
    return [LOCAL_CHAIN_NOTICE] if deployment.chain_id == LOCAL_CHAIN_ID else []
