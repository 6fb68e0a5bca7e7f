"""A bounded number of threads behind a bounded queue, for what must not hold up the thread that serves everybody.

The threads don't keep the process alive: a question to the chain that is under way when the server stops is given up.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

from credroot.app.api.problems import BUSY, ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Workers:
    """Runs functions in threads, at most `threads` at once and `queue` more in line."""

    def __init__(self, threads: int, queue: int) -> None:
        """Start no thread yet."""
        self._threads = threads
        self._room = threads + queue
        self._started = 0
        self._lock = Lock()
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.under_way = 0
        """Pieces of work that run or wait. Only the event loop's thread changes it."""

    async def run(self, work: Callable[[], T]) -> T:
        """Give what `work` returns or raises.

        Raises:
            ProblemError: ``busy``, the queue is full.
        """
        if self.under_way >= self._room:
            raise ProblemError(BUSY)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        self.under_way += 1
        if self._started < min(self._threads, self.under_way):
            self._start()
        self._tasks.put(lambda: _perform(work, loop, done, self._finished))
        return await done

    def _finished(self) -> None:
        self.under_way -= 1

    def _start(self) -> None:
        with self._lock:
            self._started += 1
        Thread(target=self._serve, name=f"credroot-worker-{self._started}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._tasks.get()()


def _perform(
    work: Callable[[], T], loop: asyncio.AbstractEventLoop, done: asyncio.Future[T], finished: Callable[[], None]
) -> None:
    try:
        result = work()
    except BaseException as error:
        caught = error
        tell = lambda: _settle(done, finished, lambda: done.set_exception(caught))  # noqa: E731
    else:
        tell = lambda: _settle(done, finished, lambda: done.set_result(result))  # noqa: E731
    with suppress(RuntimeError):  # the loop is closed: the server has stopped, and nobody waits
        loop.call_soon_threadsafe(tell)


def _settle(done: asyncio.Future[T], finished: Callable[[], None], settle: Callable[[], None]) -> None:
    finished()
    if not done.done():
        settle()
