"""A demonstrated workspace, made once for all tests of the commands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
        timeout=120,
        check=False,
        **options,
    )


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace of one demonstration; tests only read it."""
    parent = tmp_path_factory.mktemp("demo")
    done = run_credroot(parent, "demo", "--no-serve", "--dir", "D")
    assert done.returncode == 0, done.stdout + done.stderr
    return Workspace(parent / "D", done.stdout)


@pytest.fixture
def workspace(demonstrated: Workspace, tmp_path: Path) -> Workspace:
    """A workspace of one test: new keys, a new local chain."""
    done = run_credroot(tmp_path, "init", "--name", "Testing College")
    assert done.returncode == 0, done.stderr
    for name in ("roster.csv", "data-analytics.json"):
        shutil.copy(demonstrated.folder / name, tmp_path / name)
    return Workspace(tmp_path, done.stdout)
