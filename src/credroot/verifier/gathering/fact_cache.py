"""Facts that were read a moment ago, so that many verdicts cost one question to the chain.

Every fact carries the block it was read at, and a verdict names that block, so a kept fact never claims to be younger
than it is. Identical questions that meet are asked once, and nobody waits for more than that one. An outage is
remembered for a second, and then one question finds out whether it is over while all others are told of it at once: a
dead endpoint holds up one thread, not all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import TYPE_CHECKING

from credroot.core.errors import ChainMismatch, ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import ChainFacts, Query
    from credroot.core.values import Address, Root
    from credroot.verifier.gathering.gather import LiveSource

MAX_AGE_S = 15.0
"""Seconds that a fact is used after the question was sent: about a block of Ethereum."""
OUTAGE_S = 1.0
"""Seconds that an outage is believed without asking again."""
MAX_FACTS = 20_000
"""Facts kept for each registry, some 500 bytes each; the oldest go first."""
BATCHES_AT_ONCE = 20
"""Batches that one question is about, with all queries into them: one request of `RegistryReader`, or few."""
MAX_WAIT_S = 30.0
"""Seconds after which no further part of a long question is begun; others are not told of that."""

ChainFailure = ChainUnavailable | ChainMismatch


class NotCachedError(Exception):
    """The answer is not at hand, so it has to be asked for: not an error that anybody outside of a server sees."""


@dataclass(slots=True)
class CacheCounts:
    """What became of the queries so far."""

    hits: int = 0
    misses: int = 0
    shared: int = 0
    """Queries that waited for the same question of somebody else."""
    outages: int = 0
    """Queries that were told of an outage without asking."""


class FactCache:
    """The facts of every pinned registry. Threads may share it."""

    def __init__(
        self,
        source_of: Callable[[Deployment], LiveSource],
        *,
        monotonic: Callable[[], float],
        max_age_s: float = MAX_AGE_S,
        outage_s: float = OUTAGE_S,
        max_facts: int = MAX_FACTS,
    ) -> None:
        """Ask `source_of` a registry's source when it is first needed; `monotonic` gives seconds."""
        self.counts = CacheCounts()
        self._source_of = source_of
        self._monotonic = monotonic
        self._max_age_s = max_age_s
        self._outage_s = outage_s
        self._max_facts = max_facts
        self._registries: dict[Deployment, CachedRegistry] = {}

    def registry(self, deployment: Deployment) -> CachedRegistry:
        """Give the source that asks where it has to, and then waits: for threads that may."""
        found = self._registries.get(deployment)
        if found is None:
            fresh = CachedRegistry(
                lambda: self._source_of(deployment),
                self.counts,
                self._monotonic,
                self._max_age_s,
                self._outage_s,
                self._max_facts,
            )
            found = self._registries.setdefault(deployment, fresh)
        return found

    def known(self, deployment: Deployment) -> KnownFacts:
        """Give the source that never waits: for the thread that serves everybody."""
        return KnownFacts(self.registry(deployment))


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """A `LiveSource` of what is at hand."""

    registry: CachedRegistry

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order; `NotCachedError` where one has to be asked, else as `CachedRegistry.read`."""
        return self.registry.known(queries)


@dataclass(slots=True)
class _Flight:
    """A question that somebody is asking right now."""

    landed: Event = field(default_factory=Event)
    failure: ChainFailure | None = None
    facts: dict[Query, ChainFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Outage:
    failure: ChainFailure
    until: float


class CachedRegistry:
    """One registry's facts."""

    def __init__(
        self,
        source: Callable[[], LiveSource],
        counts: CacheCounts,
        monotonic: Callable[[], float],
        max_age_s: float,
        outage_s: float,
        max_facts: int,
    ) -> None:
        self._source = source
        self._counts = counts
        self._monotonic = monotonic
        self._max_age_s = max_age_s
        self._outage_s = outage_s
        self._max_facts = max_facts
        self._lock = Lock()
        self._facts: dict[Query, tuple[float, ChainFacts]] = {}
        """By age, the oldest first; with the moment before the question was sent."""
        self._flights: dict[Query, _Flight] = {}
        self._outage: _Outage | None = None
        self._is_probed = False
        """Whether somebody is finding out if the outage is over."""

    def known(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer from what is at hand; errors as `KnownFacts.read`."""
        with self._lock:
            now = self._monotonic()
            found = self._fresh(queries, now)
            if len(found) < len(set(queries)):
                self._refuse_in_outage(len(queries), now)
                raise NotCachedError
            self._counts.hits += len(queries)
        return tuple(found[query] for query in queries)

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order, asking for what is not at hand, in parts.

        Raises:
            ChainUnavailable, ChainMismatch: as the source, now or within the last second; ``chain.timeout``, the parts
                together take too long, which is nobody else's outage.
        """
        give_up = self._monotonic() + MAX_WAIT_S
        with self._lock:
            found = self._fresh(queries, self._monotonic())
            self._counts.hits += len(found)
        for part in _parts([query for query in dict.fromkeys(queries) if query not in found]):
            if self._monotonic() > give_up:
                raise ChainUnavailable("the endpoint is too slow for so many questions", code="chain.timeout")
            found |= self._part(part)
        return tuple(found[query] for query in queries)

    def _part(self, queries: Sequence[Query]) -> dict[Query, ChainFacts]:
        """Answer what one question can be about, waiting for whoever asks the same at this moment.

        Only what is being asked now is waited for: a long question's later parts hold up nobody.
        """
        with self._lock:
            now = self._monotonic()
            found = self._fresh(queries, now)
            missing = [query for query in queries if query not in found]
            flights = {query: self._flights[query] for query in missing if query in self._flights}
            wanted = [query for query in missing if query not in flights]
            if wanted:
                self._refuse_in_outage(len(queries), now)
                own = _Flight()
                self._flights.update(dict.fromkeys(wanted, own))
                self._is_probed = True
            self._counts.hits += len(found)
            self._counts.shared += len(flights)
            self._counts.misses += len(wanted)
        if wanted:
            self._ask(wanted, own)
            found |= _landed(own)
        for flight in {id(flight): flight for flight in flights.values()}.values():
            flight.landed.wait()
            found |= _landed(flight)
        left = [query for query in missing if query not in found]
        return found | self._part(left) if left else found

    def _fresh(self, queries: Sequence[Query], now: float) -> dict[Query, ChainFacts]:
        """Give what is at hand and young enough. The lock is held."""
        oldest = now - self._max_age_s
        found = {}
        for query in queries:
            entry = self._facts.get(query)
            if entry is not None and entry[0] >= oldest:
                found[query] = entry[1]
        return found

    def _refuse_in_outage(self, queries: int, now: float) -> None:
        """Raise what the last question met with, unless it is time for a new one. The lock is held."""
        outage = self._outage
        if outage is not None and (now < outage.until or self._is_probed):
            self._counts.outages += queries
            raise _again(outage.failure)

    def _ask(self, queries: Sequence[Query], flight: _Flight) -> None:
        """Ask the source, keep what it says, and tell all who wait, whatever happens.

        Where the question was broken off by an error of ours they are told nothing, and ask themselves.
        """
        sent = self._monotonic()
        try:
            flight.facts = dict(zip(queries, self._source().read(queries), strict=True))
            self._keep(flight.facts, sent)
        except (ChainUnavailable, ChainMismatch) as failure:
            flight.failure = failure
            with self._lock:
                self._outage = _Outage(failure, self._monotonic() + self._outage_s)
        finally:
            with self._lock:
                self._is_probed = False
                for query in queries:
                    self._flights.pop(query, None)
            flight.landed.set()

    def _keep(self, facts: dict[Query, ChainFacts], sent: float) -> None:
        with self._lock:
            self._outage = None
            for query, fact in facts.items():
                self._facts.pop(query, None)
                self._facts[query] = (sent, fact)
            oldest = self._monotonic() - self._max_age_s
            while self._facts:
                query = next(iter(self._facts))
                if len(self._facts) <= self._max_facts and self._facts[query][0] >= oldest:
                    break
                del self._facts[query]


def _parts(queries: Sequence[Query]) -> Iterator[list[Query]]:
    """Sort queries by their batches, and cut them where there are too many of these."""
    batches: dict[tuple[Address, Root], list[Query]] = {}
    for query in queries:
        batches.setdefault((query.issuer, query.root), []).append(query)
    groups = list(batches.values())
    for start in range(0, len(groups), BATCHES_AT_ONCE):
        yield [query for group in groups[start : start + BATCHES_AT_ONCE] for query in group]


def _landed(flight: _Flight) -> dict[Query, ChainFacts]:
    if flight.failure is not None:
        raise _again(flight.failure)
    return flight.facts


def _again(failure: ChainFailure) -> ChainFailure:
    """Give a copy: one error raised by many threads would gather all their traces."""
    return type(failure)(str(failure), code=failure.code)
