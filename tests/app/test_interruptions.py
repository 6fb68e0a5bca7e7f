"""What may happen in the middle: Ctrl-C, a full disk, an endpoint that goes away. Nothing is half-written or lost."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.workspaces import stop_chain

if TYPE_CHECKING:
    from tests.workspaces import Workspace

FULL_AT_BYTES = 400_000
"""More than the journal and the chain's answers need, less than the credentials of this batch."""


def plan(workspace: Workspace, name: str, people: int) -> None:
    rows = "".join(f"Person {n},p{n}@students.example,2026-06-30\n" for n in range(people))
    (workspace.folder / f"{name}.csv").write_text("name,email,issued_on\n" + rows)
    done = workspace.run("batch", "plan", f"{name}.csv", "--achievement", "data-analytics.json", "--name", name)
    assert done.returncode == 0, done.stderr


def anchored(workspace: Workspace) -> int:
    return sum('"BatchAnchored"' in line for line in workspace.run("audit", "events").stdout.splitlines())


def test_ctrl_c_says_how_to_go_on(workspace: Workspace) -> None:
    plan(workspace, "big", 3_000)
    command = [sys.executable, "-m", "credroot", "batch", "anchor", "big"]
    process = subprocess.Popen(
        command,
        cwd=workspace.folder,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has them, and all that they begin, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    staged = workspace.folder / "batches" / "big" / "staged"
    while not staged.exists() and process.poll() is None:  # on a busy machine it takes long to get there
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 8, told
    assert "credroot batch resume big" in told
    assert "Traceback" not in told
    assert not (workspace.folder / "batches" / "big" / "credentials").exists()
    assert workspace.run("batch", "resume", "big").returncode == 0
    assert anchored(workspace) == 1


def test_a_full_disk_stops_before_anything_is_sent(workspace: Workspace) -> None:
    plan(workspace, "wide", 500)

    def fill_the_disk() -> None:
        # Writing beyond this size fails as on a full disk: with an error of the system in the middle of a file.
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, FULL_AT_BYTES))

    done = workspace.run("batch", "anchor", "wide", preexec_fn=fill_the_disk)
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert anchored(workspace) == 0
    assert workspace.run("batch", "resume", "wide").returncode == 0
    files = sorted((workspace.folder / "batches" / "wide" / "credentials").glob("*.json"))
    assert len(files) == 500
    assert {report["verdict"] for report in workspace.reports(*files[:50])} == {"valid"}


def test_an_endpoint_that_is_away_leaves_a_batch_that_can_go_on(workspace: Workspace) -> None:
    plan(workspace, "away", 3)
    stop_chain(workspace.folder)
    settings = workspace.folder / "credroot.toml"
    kept = settings.read_text()
    settings.write_text(kept + '\n[networks.local]\nendpoints = ["http://127.0.0.1:9"]\n')
    done = workspace.run("batch", "anchor", "away")
    assert done.returncode == 6
    assert "chain.unreachable" in done.stderr
    settings.write_text(kept)
    assert workspace.run("batch", "resume", "away").returncode == 0
    assert anchored(workspace) == 1


def test_two_processes_do_not_issue_at_once(workspace: Workspace) -> None:
    plan(workspace, "first", 2_000)
    command = [sys.executable, "-m", "credroot", "batch", "anchor", "first"]
    process = subprocess.Popen(command, cwd=workspace.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lock = workspace.folder / "locks" / "local.lock"
    for _ in range(2_000):
        if lock.exists() and lock.read_text().strip() == str(process.pid):
            break
        time.sleep(0.01)
    second = workspace.run("batch", "resume", "first")
    assert (second.returncode, "lock.held" in second.stderr) == (7, True), second.stderr
    assert process.wait(timeout=120) == 0
    assert anchored(workspace) == 1


def test_credentials_that_were_changed_before_they_were_sent_are_not_sent(workspace: Workspace) -> None:
    plan(workspace, "touched", 5)
    assert workspace.run("batch", "anchor", "touched", "--max-cost", "0").returncode == 7
    assert json.loads(workspace.run("batch", "status", "touched", "--json").stdout)["state"] == "prepared"
    victim = next((workspace.folder / "batches" / "touched" / "staged").glob("*.json"))
    victim.write_bytes(victim.read_bytes().replace(b"Person", b"Pirate"))
    done = workspace.run("batch", "resume", "touched")
    assert (done.returncode, "batch.second_opinion" in done.stderr) == (3, True), done.stderr
    assert anchored(workspace) == 0
