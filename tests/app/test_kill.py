"""The plug is pulled: SIGKILL at a random moment of `batch anchor`, then `resume`. Nothing is lost or paid twice.

The short form kills a few times; ``CREDROOT_LONG=1`` kills 50 times.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from tests.workspaces import Workspace

KILLS = 50 if os.environ.get("CREDROOT_LONG") else 4
HEADER = "name,email,issued_on\n"


def begin(workspace: Workspace, name: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "credroot", "batch", "anchor", name],
        cwd=workspace.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def plan(workspace: Workspace, name: str, number: int) -> None:
    rows = "".join(f"Person {n},p{number}-{n}@students.example,2026-06-30\n" for n in range(20))
    (workspace.folder / f"{name}.csv").write_text(HEADER + rows)
    done = workspace.run("batch", "plan", f"{name}.csv", "--achievement", "data-analytics.json", "--name", name)
    assert done.returncode == 0, done.stderr


def test_a_killed_run_is_resumed_without_loss_and_without_paying_twice(
    workspace: Workspace, rng: random.Random
) -> None:
    plan(workspace, "warm-up", 0)
    begun = time.monotonic()
    assert begin(workspace, "warm-up").wait(timeout=120) == 0
    whole = time.monotonic() - begun
    stopped_at: dict[str, int] = {}
    for number in range(1, KILLS + 1):
        name = f"batch-{number}"
        plan(workspace, name, number)
        process = begin(workspace, name)
        time.sleep(rng.uniform(0.2, 1.0) * whole)
        process.kill()
        process.wait()
        state = json.loads(workspace.run("batch", "status", name, "--json").stdout)["state"]
        stopped_at[state] = stopped_at.get(state, 0) + 1
        resumed = workspace.run("batch", "resume", name)
        assert resumed.returncode == 0, resumed.stderr
    print(f"killed {KILLS} times, at the states {stopped_at}")

    events = [json.loads(line) for line in workspace.run("audit", "events").stdout.splitlines()]
    anchored = [event["arguments"]["root"] for event in events if event["event"] == "BatchAnchored"]
    batches = json.loads(workspace.run("batch", "list", "--json").stdout)["batches"]
    assert len(batches) == len(anchored) == len(set(anchored)) == KILLS + 1
    assert {batch["root"] for batch in batches} == set(anchored)
    assert {batch["state"] for batch in batches} == {"published"}
    files = sorted(workspace.folder.glob("batches/*/credentials/*.json"))
    assert len(files) == 20 * (KILLS + 1)
    assert {report["verdict"] for report in workspace.reports(*files)} == {"valid"}
    paid = {event["transaction"] for event in events if event["event"] == "BatchAnchored"}
    assert len(paid) == KILLS + 1
