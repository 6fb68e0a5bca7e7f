"""Two lanes of one form: jobs in processes that can be ended, and, where there are none, in threads of this one.

Clients have their turns as `Workers` has it, and none may have all the processes. Each thread of the lane waits for
one process; what a killed one has told stays, and what is left could not be checked.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from credroot.app.api.http.problems import RATE, ProblemError
from credroot.app.api.http.workers import Workers
from credroot.app.lane.desk import Counts
from credroot.app.lane.job import RateSpentError, ended, perform
from credroot.app.lane.worker_process import WorkerDiedError, WorkerProcess, prepare
from credroot.verifier.gathering.fact_cache import CacheCounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.lane.bounds import Bounds
    from credroot.app.lane.desk import Desk, Plan
    from credroot.app.lane.job import Job

T = TypeVar("T")
ANSWER_S = 10.0
"""Seconds for the event loop to say whether there is room; it says so at once, or never again."""
ATTEMPTS = 2
"""Processes that are tried for one job, where the first was gone before the job came."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What became of a job."""

    told: list[Any]
    """All that it told, in order."""
    value: T


class Lane(Protocol):
    """Where jobs are done. Used from the event loop alone."""

    @property
    def under_way(self) -> int:
        """Jobs that run or wait."""
        ...

    @property
    def counts(self) -> Counts:
        """What its processes asked of the chain, beyond what this process did."""
        ...

    async def run(self, job: Job[T], charge: Callable[[int], bool] = lambda _files: True) -> Done[T]:
        """Do `job`; `charge` is asked, in the event loop, whether there is room for so many files.

        Raises:
            ProblemError: ``busy``, as `Workers.run`; ``too-many-requests``, `charge` said no; or as the job.
        """
        ...

    def start(self) -> None:
        """Get ready, as far as that saves time later."""
        ...

    def close(self) -> None:
        """End every process."""
        ...


class _LaneOfWorkers(ABC):
    """What both have in common."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    @property
    def under_way(self) -> int:
        return self._workers.under_way

    async def run(self, job: Job[T], charge: Callable[[int], bool] = lambda _files: True) -> Done[T]:
        loop = asyncio.get_running_loop()

        async def answer(files: int) -> bool:
            return charge(files)

        def ask(files: int) -> bool:
            answered = asyncio.run_coroutine_threadsafe(answer(files), loop)
            try:
                return answered.result(ANSWER_S)
            except TimeoutError:  # the loop has stopped, and nobody waits for the job
                answered.cancel()
                return False

        try:
            return await self._workers.run(lambda: self._perform(job, ask))
        except RateSpentError:
            raise ProblemError(RATE, "many files or credentials count as many requests") from None

    @abstractmethod
    def _perform(self, job: Job[T], charge: Callable[[int], bool]) -> Done[T]:
        """Do `job` in a thread, and answer when it is done."""


class ThreadLane(_LaneOfWorkers):
    """Jobs in threads of this process, bounded by what they are priced at alone."""

    def __init__(self, desk: Desk, workers: Workers) -> None:
        """Do jobs by the means of `desk`."""
        super().__init__(workers)
        self._desk = desk

    @property
    def counts(self) -> Counts:
        """Nothing: `desk` counts, and it is this process's own."""
        return Counts()

    def start(self) -> None:
        """Threads start when they are needed."""

    def close(self) -> None:
        """Threads end with the process."""

    def _perform(self, job: Job[T], charge: Callable[[int], bool]) -> Done[T]:
        told: list[Any] = []
        value, _ = perform(job, self._desk, told.extend, charge)
        return Done(told, value)


class ProcessLane(_LaneOfWorkers):
    """Jobs in processes under bounds, each taken by one thread at a time."""

    def __init__(self, plan: Plan, desk: Desk, processes: int, queue: int, bounds: Bounds) -> None:
        """Start nothing yet. `desk` says what is left where a process was killed."""
        super().__init__(Workers(processes, queue))
        self._plan = plan
        self._desk = desk
        self._bounds = bounds
        self._lock = Lock()
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._is_closed = False
        self._counts_of_ended = Counts()

    @property
    def pids(self) -> list[int]:
        """The processes there are."""
        with self._lock:
            return [worker.pid for worker in self._all if worker.pid is not None]

    @property
    def counts(self) -> Counts:
        """What all processes asked of the chain, the ended ones included."""
        with self._lock:
            live = [worker.counts for worker in self._all if worker.counts is not None]
            return _sum([self._counts_of_ended, *live])

    def start(self) -> None:
        """Start the process that the others are forked from; it loads for a second, and nobody waits for that."""
        prepare()

    def close(self) -> None:
        """End every process; jobs that are under way are cut, and no other is begun."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            busy = self._all.difference(idle)
        for worker in busy:
            worker.kill()
        for worker in idle:
            self._give_back(worker)

    def _perform(self, job: Job[T], charge: Callable[[int], bool]) -> Done[T]:
        told: list[Any] = []
        for attempt in range(ATTEMPTS):
            try:
                worker = self._take()
            except WorkerDiedError:
                continue
            if worker is None:
                break
            try:
                return Done(told, worker.perform(job, told.extend, charge))
            except WorkerDiedError as died:
                if died.has_begun or attempt + 1 == ATTEMPTS:
                    return Done(told, job.cut(told, died.reason, self._desk))
            finally:
                self._give_back(worker)
        return Done(told, job.cut(told, ended(), self._desk))

    def _take(self) -> WorkerProcess | None:
        """Give a process that has nothing to do, a new one where there is none; `None` after the end.

        Raises:
            WorkerDiedError: none could be started.
        """
        while True:
            with self._lock:
                if self._is_closed:
                    return None
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                break
            if idle.is_alive:
                return idle
            idle.is_used_up = True
            self._give_back(idle)
        worker = WorkerProcess(self._plan, self._bounds)
        with self._lock:
            self._all.add(worker)
            if not self._is_closed:
                return worker
        self._give_back(worker)
        return None

    def _give_back(self, worker: WorkerProcess) -> None:
        with self._lock:
            if not worker.is_used_up and not self._is_closed:
                self._idle.append(worker)
                return
            self._all.discard(worker)
            if worker.counts is not None:
                self._counts_of_ended = _sum([self._counts_of_ended, worker.counts])
        worker.end()


def _sum(counts: list[Counts]) -> Counts:
    facts = CacheCounts(
        hits=sum(one.facts.hits for one in counts),
        misses=sum(one.facts.misses for one in counts),
        shared=sum(one.facts.shared for one in counts),
        outages=sum(one.facts.outages for one in counts),
    )
    return Counts(facts, sum(one.rpc_requests for one in counts))
