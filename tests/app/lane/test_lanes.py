"""Both lanes do the same with honest work; the one of processes ends what does not end by itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from credroot.app.api.http.clients import ASKING
from credroot.app.api.http.problems import ProblemError
from credroot.app.api.http.workers import Workers
from credroot.app.api.limits import Limits
from credroot.app.lane.bounds import Bounds
from credroot.app.lane.desk import Plan
from credroot.app.lane.job import TOLD_AT_ONCE
from credroot.app.lane.lanes import Done, Lane, ProcessLane, ThreadLane
from credroot.app.settings.settings import load_settings
from credroot.core.errors import InputError
from tests.app.lane.jobs import TOLD, TestJob
from tests.waiting import until

EVERY = list(range(TOLD))
SENT = EVERY[:TOLD_AT_ONCE]
"""What was sent at once: the others went with the process."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return Plan(load_settings(tmp_path_factory.mktemp("workspace"), {}), Limits(), b"k" * 32)


@pytest.fixture(scope="module", params=["threads", "processes"])
def lane(plan: Plan, request: pytest.FixtureRequest) -> Iterator[Lane]:
    desk = plan.desk()
    opened: Lane = (
        ThreadLane(desk, Workers(4, 40)) if request.param == "threads" else ProcessLane(plan, desk, 4, 40, Bounds())
    )
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def processes(plan: Plan) -> Iterator[ProcessLane]:
    lane = ProcessLane(plan, plan.desk(), 4, 40, Bounds())
    yield lane
    lane.close()


async def ask(lane: Lane, client: str, job: TestJob) -> Done[Any]:
    ASKING.set(client)
    return await lane.run(job)


def done(lane: Lane, what: str, data: bytes = b"") -> Done[Any]:
    return asyncio.run(ask(lane, "a", TestJob(what, data)))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_is_told_comes_in_order_and_then_the_result(lane: Lane) -> None:
    assert done(lane, "echo", b"x" * 3_000_000) == Done([*EVERY, "last"], b"x" * 3_000_000)


@pytest.mark.parametrize("is_room", [True, False])
def test_whoever_sent_files_pays_for_them_and_is_refused_where_there_is_no_room(lane: Lane, is_room: bool) -> None:
    asked: list[int] = []

    async def main() -> Any:
        return await lane.run(TestJob("charge", b"1234567"), lambda files: asked.append(files) or is_room)

    if is_room:
        assert asyncio.run(main()).value == "paid"
    else:
        with pytest.raises(ProblemError) as caught:
            asyncio.run(main())
        assert caught.value.kind.name == "too-many-requests"
    assert asked == [7]


def test_what_is_the_clients_fault_is_said_as_it_was(lane: Lane) -> None:
    with pytest.raises(InputError) as caught:
        done(lane, "refuse")
    assert (caught.value.code, str(caught.value)) == ("test.no", "no")


def test_a_fault_of_ours_is_raised_and_the_next_job_is_done(lane: Lane) -> None:
    with pytest.raises(Exception, match=r"secret|ZeroDivisionError"):
        done(lane, "fail")
    assert done(lane, "echo", b"x").value == b"x"


def test_a_client_with_many_jobs_holds_no_more_than_its_share(lane: Lane, tmp_path: Path) -> None:
    async def main() -> None:
        jobs = [asyncio.create_task(ask(lane, "a", TestJob("wait", bytes(tmp_path)))) for _ in range(6)]
        await until(lambda: any(tmp_path.iterdir()))
        assert (await ask(lane, "b", TestJob("echo", b"b"))).value == b"b"
        assert len(list(tmp_path.iterdir())) == 1
        (tmp_path / "go").touch()
        assert [(await job).value for job in jobs] == ["gone"] * 6

    asyncio.run(main())


@pytest.mark.parametrize(
    ("what", "code", "told"),
    [
        ("spin", "budget.time", EVERY),
        ("swallow", "budget.time", SENT),
        ("spin_outside_of_python", "budget.time", SENT),
        ("eat", "budget.memory", EVERY),
        ("die", "budget.ended", SENT),
    ],
)
def test_work_without_end_is_cut_what_was_told_stays_and_neighbours_are_answered(
    processes: ProcessLane, what: str, code: str, told: list[int]
) -> None:
    async def main() -> tuple[Done[Any], Done[Any]]:
        bad = asyncio.create_task(ask(processes, "a", TestJob(what)))
        good = await ask(processes, "b", TestJob("echo", b"good"))
        return await bad, good

    bad, good = asyncio.run(main())
    assert bad == Done(told, ("cut", code, len(told)))
    assert good.value == b"good"


def test_a_process_that_was_cut_is_not_used_again(processes: ProcessLane) -> None:
    before = done(processes, "pid").value
    assert done(processes, "pid").value == before
    assert done(processes, "spin").value[:2] == ("cut", "budget.time")
    assert done(processes, "pid").value != before
    assert not is_running(before)


def test_a_process_serves_so_many_jobs_and_no_more(plan: Plan) -> None:
    lane = ProcessLane(plan, plan.desk(), 1, 4, Bounds(jobs=2))
    pids = [done(lane, "pid").value for _ in range(4)]
    assert (pids[0], pids[2]) == (pids[1], pids[3])
    assert pids[0] != pids[2]
    lane.close()


def test_work_that_waits_for_ever_is_ended_by_the_clock(plan: Plan) -> None:
    lane = ProcessLane(plan, plan.desk(), 1, 4, Bounds(job_s=1))
    assert done(lane, "sleep") == Done(SENT, ("cut", "budget.time", len(SENT)))
    lane.close()


def test_a_process_that_somebody_kills_ends_its_job_and_no_other(processes: ProcessLane, tmp_path: Path) -> None:
    async def main() -> None:
        job = asyncio.create_task(ask(processes, "a", TestJob("wait", bytes(tmp_path))))
        await until(lambda: any(tmp_path.iterdir()))
        os.kill(int(next(tmp_path.iterdir()).name.split("-")[1]), signal.SIGKILL)
        assert (await job).value[:2] == ("cut", "budget.ended")
        assert (await ask(processes, "a", TestJob("echo", b"x"))).value == b"x"

    asyncio.run(main())


def test_a_process_that_was_killed_while_it_had_nothing_to_do_costs_no_job(processes: ProcessLane) -> None:
    done(processes, "pid")
    for pid in processes.pids:
        os.kill(pid, signal.SIGKILL)
    assert done(processes, "echo", b"x").value == b"x"


def test_a_process_that_others_are_forked_from_may_die_too(plan: Plan) -> None:
    lane = ProcessLane(plan, plan.desk(), 1, 4, Bounds())
    done(lane, "pid")
    for pid in [*lane.pids, forkserver._forkserver._forkserver_pid]:  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
    assert done(lane, "echo", b"x").value == b"x"
    lane.close()


@pytest.mark.parametrize(("failures", "value"), [(1, b"x"), (2, ("cut", "budget.ended", 0))])
def test_a_process_that_cannot_be_started_is_tried_again_and_fails_no_server(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, failures: int, value: Any
) -> None:
    lane = ProcessLane(plan, plan.desk(), 1, 4, Bounds())
    start, left = ForkServerProcess.start, [OSError("no room"), EOFError()][:failures]

    def started(process: Any) -> None:
        if left:
            raise left.pop()
        start(process)

    monkeypatch.setattr(ForkServerProcess, "start", started)
    assert done(lane, "echo", b"x").value == value
    lane.close()


def test_after_the_end_there_is_no_process_and_no_descriptor_more_than_before(plan: Plan, tmp_path: Path) -> None:
    done_before = ProcessLane(plan, plan.desk(), 1, 4, Bounds())
    done(done_before, "pid")  # from now on the process that others are forked from is there
    done_before.close()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    lane = ProcessLane(plan, plan.desk(), 4, 4, Bounds())

    async def main() -> None:
        jobs = [asyncio.create_task(ask(lane, client, TestJob("wait", bytes(tmp_path)))) for client in "abc"]
        await until(lambda: len(list(tmp_path.iterdir())) == 3)
        await ask(lane, "d", TestJob("spin"))
        pids = lane.pids
        lane.close()
        assert [(await job).value[1] for job in jobs] == ["budget.ended"] * 3
        assert (await ask(lane, "d", TestJob("echo"))).value[:2] == ("cut", "budget.ended")
        await until(lambda: not any(map(is_running, pids)))

    asyncio.run(main())
    assert lane.pids == []
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
