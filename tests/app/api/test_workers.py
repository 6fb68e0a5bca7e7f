"""Threads are shared by turns: one client's work waits for its own, and never for long before another's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event, Lock
from typing import Any

import pytest

from credroot.app.api.http.clients import ASKING
from credroot.app.api.http.problems import ProblemError
from credroot.app.api.http.workers import Workers


class Desk:
    """Work that says when it is done, and waits to be let go."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gate = Event()
        self._lock = Lock()

    def work(self, name: str, *, waits: bool = False) -> Callable[[], str]:
        def act() -> str:
            if waits:
                assert self.gate.wait(20)
            with self._lock:
                self.done.append(name)
            return name

        return act


async def ask(workers: Workers, client: str, work: Callable[[], Any]) -> Any:
    ASKING.set(client)
    return await workers.run(work)


def begin(workers: Workers, client: str, work: Callable[[], Any]) -> asyncio.Task[Any]:
    return asyncio.get_running_loop().create_task(ask(workers, client, work))


def test_clients_have_their_turns_one_after_the_other_however_much_each_asks_for() -> None:
    desk, workers = Desk(), Workers(1, 256)

    async def main() -> None:
        tasks = [begin(workers, "a", desk.work("first", waits=True))]
        await asyncio.sleep(0)
        tasks += [begin(workers, "a", desk.work(f"a{number}")) for number in range(20)]
        tasks += [begin(workers, "b", desk.work(f"b{number}")) for number in range(2)]
        tasks.append(begin(workers, "c", desk.work("c0")))
        await asyncio.sleep(0.01)
        desk.gate.set()
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert desk.done[:6] == ["first", "a0", "b0", "c0", "a1", "b1"]
    assert len(desk.done) == 24


def test_no_client_has_all_the_threads() -> None:
    desk, workers = Desk(), Workers(4, 256)

    async def main() -> None:
        greedy = [begin(workers, "a", desk.work("a", waits=True)) for _ in range(20)]
        await asyncio.sleep(0.01)
        assert await ask(workers, "b", desk.work("b")) == "b"
        desk.gate.set()
        await asyncio.gather(*greedy)

    asyncio.run(main())
    assert desk.done[0] == "b"


def test_a_client_that_fills_its_share_of_the_queue_is_told_so_and_others_are_served() -> None:
    desk, workers = Desk(), Workers(2, 8)

    async def main() -> None:
        greedy = [begin(workers, "a", desk.work("a", waits=True)) for _ in range(9)]
        await asyncio.sleep(0.01)
        refused = [task for task in greedy if task.done()]
        assert [task.exception().kind.name for task in refused] == ["busy"] * 6  # type: ignore[union-attr]
        assert await ask(workers, "b", desk.work("b")) == "b"
        desk.gate.set()
        await asyncio.gather(*greedy, return_exceptions=True)
        assert workers.under_way == 0

    asyncio.run(main())


def test_a_full_queue_refuses_everybody() -> None:
    desk, workers = Desk(), Workers(1, 1)

    async def main() -> None:
        waiting = [begin(workers, client, desk.work(client, waits=True)) for client in "ab"]
        await asyncio.sleep(0.01)
        with pytest.raises(ProblemError):
            await ask(workers, "c", desk.work("c"))
        desk.gate.set()
        await asyncio.gather(*waiting)

    asyncio.run(main())


def test_what_work_raises_is_raised_and_leaves_no_place_taken() -> None:
    workers = Workers(1, 4)

    def breaks() -> str:
        raise KeyError("x")

    async def main() -> None:
        with pytest.raises(KeyError):
            await workers.run(breaks)
        assert workers.under_way == 0
        assert await workers.run(lambda: 5) == 5

    asyncio.run(main())


def test_work_that_nobody_waits_for_any_more_is_not_begun() -> None:
    desk, workers = Desk(), Workers(1, 16)

    async def main() -> None:
        first = begin(workers, "a", desk.work("first", waits=True))
        await asyncio.sleep(0)
        gone = begin(workers, "a", desk.work("gone"))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        desk.gate.set()
        await first
        assert await ask(workers, "a", desk.work("last")) == "last"

    asyncio.run(main())
    assert desk.done == ["first", "last"]
