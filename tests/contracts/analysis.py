"""Where the external judges of the contract are, and the environment in which they run.

forge comes from npm (`@foundry-rs/forge`); slither and halmos live in an environment of their own, because their
dependencies conflict with the project's: CREDROOT_SLITHER and CREDROOT_HALMOS name the programs, or PATH has them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contracts.solc import HERE, PROJECT, solc

FORGE_PROJECT = HERE / "forge"


def forge() -> Path:
    """The forge program, or skip."""
    folders = [os.environ.get("CREDROOT_NODE_MODULES"), PROJECT / ".node" / "node_modules"]
    for folder in folders:
        if folder and (found := Path(folder) / ".bin" / "forge").exists():
            return found
    if found_on_path := shutil.which("forge"):
        return Path(found_on_path)
    pytest.skip("no forge: npm install --prefix .node @foundry-rs/forge, or set CREDROOT_NODE_MODULES")


def program(name: str) -> Path:
    """slither or halmos, or skip."""
    variable = f"CREDROOT_{name.upper()}"
    found = os.environ.get(variable) or shutil.which(name)
    if not found:
        pytest.skip(f"no {name}: set {variable} or put it on PATH")
    return Path(found)


def environment(work: Path) -> dict[str, str]:
    """Variables for forge and what calls it: our compiler, no network, all output under `work`."""
    return os.environ | {
        "PATH": os.pathsep.join([str(forge().parent), os.environ["PATH"]]),
        "FOUNDRY_SOLC": str(solc()),
        "FOUNDRY_OUT": str(work / "out"),
        "FOUNDRY_CACHE_PATH": str(work / "cache"),
        "FOUNDRY_DISABLE_NIGHTLY_WARNING": "1",
        "NO_COLOR": "1",
    }


def run(command: list[str | Path], work: Path, *, cwd: Path = FORGE_PROJECT, timeout: int = 900) -> str:
    """Run to the end and return what it said; an exit status that is not zero fails the test with that text."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment(work),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    return done.stdout
