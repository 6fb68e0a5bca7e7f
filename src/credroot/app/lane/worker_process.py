"""One process of the heavy lane, seen from the server: jobs go in, and it is ended when it does not answer in time."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import time
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from credroot.app.lane.job import ended, time_is_up
from credroot.app.lane.worker import NO, YES, Asking, Finished, Telling, send_job, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.lane.bounds import Bounds
    from credroot.app.lane.desk import Counts, Plan
    from credroot.app.lane.job import Job
    from credroot.core.budget import BudgetExceeded

ENDS_S = 5.0
"""Seconds that a killed process has to be gone."""
_PROCESSES = Lock()
"""`multiprocessing` looks after all children of a process whenever one is started, and is not made for threads."""
_BY_THE_CLOCK = frozenset({-signal.SIGVTALRM, -signal.SIGPROF} if hasattr(signal, "SIGVTALRM") else ())


class WorkerDiedError(Exception):
    """The process ended in the middle of a job."""

    def __init__(self, reason: BudgetExceeded, *, has_begun: bool) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.has_begun = has_begun
        """Whether the job had arrived; where not, it has nothing to do with the end."""


def prepare() -> None:
    """Start the process that others are forked from, if there is none; it loads what they need."""
    multiprocessing.set_forkserver_preload(["credroot.app.lane.preload"])
    from multiprocessing.forkserver import ensure_running

    ensure_running()


class WorkerProcess:
    """A process, and the pipe to it. One thread at a time uses it."""

    def __init__(self, plan: Plan, bounds: Bounds) -> None:
        """Start it; `WorkerDiedError` where that can't be done now."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["credroot.app.lane.preload"])
        self._bounds = bounds
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, plan, bounds), daemon=True)
        try:
            with _PROCESSES:
                self._process.start()
        except (EOFError, OSError) as error:  # the process that it is forked from is gone, or there is no room
            self._connection.close()
            raise WorkerDiedError(ended(), has_begun=False) from error
        finally:
            theirs.close()
        self.pid = self._process.pid
        self.counts: Counts | None = None
        """What it asked of the chain, as of its last job."""
        self.is_used_up = False

    def perform(self, job: Job[Any], tell: Callable[[list[Any]], None], charge: Callable[[int], bool]) -> Any:
        """Have `job` done, and give its result.

        Raises:
            WorkerDiedError: the process ended, by itself or because the time was up.
            Exception: as the job.
        """
        self.is_used_up = True  # unless it says otherwise at the end
        has_begun, end = False, time.monotonic() + self._bounds.job_s
        try:
            send_job(self._connection, job)
            while True:
                message = self._next(end)
                if isinstance(message, Finished):
                    return self._finished(message)
                has_begun = True
                if isinstance(message, Telling):
                    tell(message.values)
                elif isinstance(message, Asking):
                    self._connection.send_bytes(YES if charge(message.files) else NO)
        except (EOFError, OSError) as error:
            reason = time_is_up() if self._is_late(end) else self._why()
            raise WorkerDiedError(reason, has_begun=has_begun) from error

    @property
    def is_alive(self) -> bool:
        """Whether it is there."""
        with _PROCESSES:
            return self._process.is_alive()

    def kill(self) -> None:
        """End it, whatever it does; whoever waits for it is told."""
        with suppress(ValueError):  # it was closed meanwhile
            self._process.kill()

    def end(self) -> None:
        """End it, and leave nothing of it."""
        self.is_used_up = True
        self._connection.close()
        self._process.kill()
        with _PROCESSES:
            self._process.join(ENDS_S)
            if self._process.exitcode is not None:
                self._process.close()

    def _next(self, end: float) -> Any:
        if not self._connection.poll(max(0.0, end - time.monotonic())):
            self._process.kill()
            raise EOFError
        return pickle.loads(self._connection.recv_bytes())  # noqa: S301 - from a process that runs our code alone

    def _finished(self, message: Finished) -> Any:
        self.counts = message.counts
        self.is_used_up = message.is_last
        if message.error is not None:
            raise message.error
        return message.value

    def _is_late(self, end: float) -> bool:
        return time.monotonic() >= end

    def _why(self) -> BudgetExceeded:
        """Give what is known of the end from how the process ended."""
        with _PROCESSES:
            self._process.join(ENDS_S)
        return time_is_up() if self._process.exitcode in _BY_THE_CLOCK else ended()
