"""The process that does jobs of the heavy lane, one after the other, until it is used up or nobody is there any more.

It is forked from a process without threads. Ctrl-C is the server's to handle; when the server is gone, however it
ended, the pipe is at its end.
"""

from __future__ import annotations

import os
import pickle
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from credroot.app.api.http.problems import ProblemError
from credroot.app.lane.alarm import Alarm
from credroot.app.lane.job import JobFailedError, RateSpentError, perform
from credroot.app.lane.process_memory import allow, data_bytes
from credroot.core.errors import CredrootError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from credroot.app.lane.bounds import Bounds
    from credroot.app.lane.desk import Counts, Desk, Plan
    from credroot.app.lane.job import Job


@dataclass(frozen=True, slots=True)
class Begun:
    """The job has arrived."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a job told."""

    values: list[Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """How many files a job holds; the answer is one byte."""

    files: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a job."""

    value: Any
    error: Exception | None
    counts: Counts
    is_last: bool
    """Whether the process ends now."""


YES, NO = b"y", b"n"


def serve(connection: Connection, plan: Plan, bounds: Bounds) -> None:
    """Do jobs from `connection` under `bounds`, each as `plan` has it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(bounds.nice)
    worker = _Worker(connection, plan.desk(), bounds)
    try:
        while worker.serve_one():
            pass
    except (EOFError, OSError):
        return  # the server has ended, or wants no more


def send_job(connection: Connection, job: Job[Any]) -> None:
    """Send a job, its data apart: that may be large, and is not copied so."""
    data = job.data
    connection.send_bytes(pickle.dumps(replace(job, data=b"")))  # type: ignore[type-var]
    connection.send_bytes(data)


class _Worker:
    def __init__(self, connection: Connection, desk: Desk, bounds: Bounds) -> None:
        self._connection = connection
        self._desk = desk
        self._bounds = bounds
        self._alarm = Alarm(bounds.cpu_s, bounds.hard_cpu_s)
        self._began_with = data_bytes() or 0
        self._jobs = 0
        self._cpu_share = 1.0
        self._has_time_of_files = False

    def serve_one(self) -> bool:
        """Do one job; answer whether there is to be another."""
        job: Any = pickle.loads(self._connection.recv_bytes())  # noqa: S301 - from the server, of which this is a part
        allow(self._bounds.memory_bytes)
        job = replace(job, data=self._connection.recv_bytes())
        self._send(Begun())
        self._jobs += 1
        value, is_cut = None, False
        error: Exception | None = None
        try:
            self._alarm.set(job.cpu_share)
            self._cpu_share, self._has_time_of_files = job.cpu_share, job.is_judged_file_by_file
            value, reason = perform(job, self._desk, self._tell, self._charge, self._alarm.silence)
            is_cut = reason is not None
        except (RateSpentError, ProblemError, CredrootError) as refused:
            error = refused
        except Exception as failure:
            error = self._told_failure(failure)
        finally:
            self._alarm.clear()
        del job
        is_last = is_cut or self._is_used_up()
        self._send(Finished(value, error, self._desk.counts, is_last))
        return not is_last

    def _told_failure(self, failure: Exception) -> Exception:
        """Log an error of ours, and give one that can be sent."""
        self._desk.log.failure("heavy", failure)
        return JobFailedError(type(failure).__name__)

    def _tell(self, values: list[Any]) -> None:
        with self._alarm.held():
            self._send(Telling(values))

    def _charge(self, files: int) -> bool:
        with self._alarm.held():
            self._send(Asking(files))
            is_paid = self._connection.recv_bytes() == YES
        if is_paid and self._has_time_of_files:
            self._alarm.set(self._cpu_share, self._bounds.cpu_s_of_files(files))
        return is_paid

    def _is_used_up(self) -> bool:
        grown = (data_bytes() or 0) - self._began_with
        return self._jobs >= self._bounds.jobs or grown > self._bounds.kept_bytes

    def _send(self, message: Any) -> None:
        self._connection.send_bytes(pickle.dumps(message))
