"""The processes of a live server end with it, however it ends, and leave Ctrl-C to it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.app.api.live_server import LiveServer
from tests.app.api.material import document, encoded
from tests.app.lane.test_lanes import is_running
from tests.campaigns.verifier_fuzz.accounting import family
from tests.waiting import wait_until

BATCH = encoded({"credentials": [document(1)]})


def workers_of(server: LiveServer) -> list[int]:
    assert server.post("/v1/verify/batch", BATCH).status == 200
    return [pid for pid in family(server.process.pid) if pid != server.process.pid]


def wait_until_gone(pids: list[int]) -> None:
    wait_until(lambda: not any(map(is_running, pids)), "the end of the processes")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_server(workspace: Path, number: signal.Signals) -> None:
    server = LiveServer(workspace, "--quiet")
    try:
        pids = workers_of(server)
        assert len(pids) >= 2
        os.kill(server.process.pid, number)
        assert server.process.wait() == (-number if number == signal.SIGKILL else 0)
        wait_until_gone(pids)
        assert "Traceback" not in server.log()
    finally:
        server.stop()


def test_ctrl_c_at_a_worker_is_no_end_of_it(workspace: Path) -> None:
    with LiveServer(workspace, "--quiet") as server:
        pids = workers_of(server)
        for pid in pids:
            os.kill(pid, signal.SIGINT)
        assert workers_of(server) == pids


def test_a_server_whose_processes_are_all_killed_starts_others(workspace: Path) -> None:
    with LiveServer(workspace, "--quiet") as server:
        pids = workers_of(server)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        wait_until_gone(pids)
        assert not set(workers_of(server)) & set(pids)
