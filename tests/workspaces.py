"""Workspaces for tests, and the command line in processes of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BATCH = "data-analytics-2026"


class Workspace:
    """A folder in which the demonstration was run."""

    def __init__(self, folder: Path, output: str) -> None:
        self.folder = folder
        self.output = output

    @property
    def credentials(self) -> list[Path]:
        """The published credentials, by name; the first is revoked."""
        return sorted((self.folder / "batches" / BATCH / "credentials").glob("*.json"))

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run ``credroot`` with `arguments` in the folder, in a process of its own."""
        return run_credroot(self.folder, *arguments, **options)

    def reports(self, *files: str | Path) -> list[dict[str, Any]]:
        """Verify files and give the reports."""
        done = self.run("verify", *map(str, files), "--json")
        answer = json.loads(done.stdout)
        assert answer["format"] == "credroot/verify/v1"
        found: list[dict[str, Any]] = answer["reports"]
        return found


def run_credroot(folder: Path, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run ``credroot`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "credroot", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **{"timeout": 120, **options},
    )


def stop_chain(folder: Path) -> None:
    """End the local chain's server of a workspace, by its own process id, and wait until it is gone."""
    endpoint = folder / "chain" / "endpoint.json"
    if not endpoint.exists():
        return
    pid = json.loads(endpoint.read_text())["pid"]
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        for _ in range(1_000):
            os.kill(pid, 0)
            time.sleep(0.01)
