"""All that a job is done with: what is trusted and demanded, where facts and documents come from, how it is shown."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.app.api.event_log import EventLog
from credroot.app.api.http.request_budget import request_budget
from credroot.app.api.registries.sources import RegistrySources
from credroot.app.page import report_pdf
from credroot.app.page.code_reader import CodeReader
from credroot.app.page.sealed_reports import Sealer
from credroot.app.verifying.verifier import documents_of
from credroot.verifier.gathering.document_memory import DocumentMemory
from credroot.verifier.gathering.fact_cache import CacheCounts, FactCache
from credroot.verifier.gathering.gather import gather_in_turn
from credroot.verifier.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from credroot.app.api.limits import Limits
    from credroot.app.settings.settings import Settings
    from credroot.core.budget import Budget
    from credroot.core.report import Report
    from credroot.verifier.documents import DocumentSource
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Policy, Trust
    from credroot.verifier.verifier import AnyFile


@dataclass(frozen=True, slots=True)
class Counts:
    """What a process asked of the chain so far."""

    facts: CacheCounts = field(default_factory=CacheCounts)
    rpc_requests: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a desk is set up from, in whatever process; it can be pickled."""

    settings: Settings
    limits: Limits
    seal_key: bytes
    """Of reports that come back to be set as a PDF: every process takes what another one gave out."""

    def desk(self, log: EventLog | None = None) -> Desk:
        """Set up a desk; nothing is connected yet."""
        settings, limits = self.settings, self.limits
        log = log or EventLog(sys.stderr, requests=False)
        sources = RegistrySources(settings, log)
        return Desk(
            trust=settings.trust(),
            policy=settings.policy(),
            limits=limits,
            log=log,
            sources=sources,
            cache=FactCache(sources.source_of, monotonic=time.monotonic, max_age_s=limits.fact_age_s),
            documents=documents_of(settings, now_utc),
            may_fetch=bool(settings.trusted.fetch),
            explorers={name: network.explorer for name, network in settings.networks.items() if network.explorer},
            sealer=Sealer(self.seal_key) if report_pdf.is_available() else None,
            codes=CodeReader() if CodeReader.is_available() else None,
        )


def now_utc() -> datetime:
    """Give the time of day."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The means of one process. Threads may share it."""

    trust: Trust
    policy: Policy
    limits: Limits
    log: EventLog
    sources: RegistrySources
    cache: FactCache
    documents: DocumentSource | None
    may_fetch: bool
    """Whether `documents` may take its time."""
    explorers: Mapping[str, str] = field(default_factory=dict)
    """Where a network's transactions can be looked at, by its name."""
    sealer: Sealer | None = None
    """`None` where no report is set as a PDF."""
    codes: CodeReader | None = None
    """`None` where no QR code is read."""
    memory: DocumentMemory = field(default_factory=DocumentMemory)
    clock: Callable[[], datetime] = now_utc
    monotonic: Callable[[], float] = time.monotonic

    def budget(self) -> Budget:
        """Give the budget of a request whose work begins now."""
        return request_budget(self.monotonic)

    def evidence(self, subjects: Sequence[Subject], *, budget: Budget, waiting: bool = True) -> Iterator[Evidence]:
        """Find out about subjects in turn; without `waiting`, `NotCachedError` where the chain must be asked."""
        return gather_in_turn(
            subjects,
            self.trust,
            self.policy,
            self.cache.registry if waiting else self.cache.known,
            self.clock(),
            documents=self.documents,
            memory=self.memory,
            budget=budget,
        )

    def verify_in_turn(self, files: Iterable[AnyFile], *, budget: Budget) -> Iterator[Report]:
        """Judge files one after the other, as `Verifier.verify_in_turn` does."""
        verifier = Verifier(
            self.trust,
            self.cache.registry,
            clock=self.clock,
            policy=self.policy,
            documents=self.documents,
            memory=self.memory,
        )
        return verifier.verify_in_turn(files, budget=budget)

    @property
    def counts(self) -> Counts:
        """What was asked of the chain so far."""
        return Counts(self.cache.counts, self.sources.rpc_requests)
