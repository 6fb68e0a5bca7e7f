"""A bounded number of threads behind a bounded queue, for what must not hold up the thread that serves everybody.

Clients have their turns one after the other, however much each of them asks for, and none may have all the threads or
the whole queue.

The threads don't keep the process alive: a question to the chain that is under way when the server stops is given up.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from credroot.app.api.http.clients import ASKING
from credroot.app.api.http.problems import BUSY, ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
SHARE = 4
"""One client may have a fourth of the threads and of the queue; a household or a school is one client too."""


class Workers:
    """Runs functions in threads, at most `threads` at once and `queue` more in line. Used from the event loop alone."""

    def __init__(self, threads: int, queue: int) -> None:
        """Start no thread yet."""
        self._threads = threads
        self._threads_of_client = max(1, threads // SHARE)
        self._room = threads + queue
        self._room_of_client = self._threads_of_client + max(1, queue // SHARE)
        self._started = 0
        self._running = 0
        self._running_of: dict[str, int] = {}
        self._lines: dict[str, deque[Callable[[], None]]] = {}
        """What waits, by client; the client whose turn is next stands first."""
        self._tasks: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self.under_way = 0
        """Pieces of work that run or wait."""

    async def run(self, work: Callable[[], T]) -> T:
        """Give what `work` returns or raises.

        Raises:
            ProblemError: ``busy``, the queue is full, or the client's share of it.
        """
        self._require_room()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        client = ASKING.get()
        task = lambda: _perform(work, loop, done, lambda: self._finished(client))  # noqa: E731
        self.under_way += 1
        self._lines.setdefault(client, deque()).append(task)
        self._hand_out()
        return await done

    def _require_room(self) -> None:
        client = ASKING.get()
        own = self._running_of.get(client, 0) + len(self._lines.get(client, ()))
        if self.under_way >= self._room or own >= self._room_of_client:
            raise ProblemError(BUSY)

    def _hand_out(self) -> None:
        """Give free threads what waits, each time to the client who has waited for the longest since its last turn."""
        while self._running < self._threads:
            free = (client for client in self._lines if self._running_of.get(client, 0) < self._threads_of_client)
            client = next(free, None)
            if client is None:
                return
            line = self._lines.pop(client)
            task = line.popleft()
            if line:
                self._lines[client] = line  # at the end
            self._begin(client, task)

    def _begin(self, client: str, task: Callable[[], None]) -> None:
        self._running += 1
        self._running_of[client] = self._running_of.get(client, 0) + 1
        if self._started < self._running:
            self._start()
        self._tasks.put(task)

    def _finished(self, client: str) -> None:
        self.under_way -= 1
        self._running -= 1
        self._running_of[client] -= 1
        if not self._running_of[client]:
            del self._running_of[client]
        self._hand_out()

    def _start(self) -> None:
        self._started += 1
        Thread(target=self._serve, name=f"credroot-worker-{self._started}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._tasks.get()()


def _perform(
    work: Callable[[], T], loop: asyncio.AbstractEventLoop, done: asyncio.Future[T], finished: Callable[[], None]
) -> None:
    if done.cancelled():
        tell = lambda: _settle(done, finished, lambda: None)  # noqa: E731
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell)
        return
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
