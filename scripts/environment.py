"""The virtual environment that the scripts beside this file run in: made once, reused, remade when the lock changes.

Needs nothing but Python >= 3.11 and pip's package index. Not a script of its own.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"


def ensure() -> Path:
    """Return the path of the environment's Python, after installing what `requirements.lock` lists, hash by hash.

    The project itself is installed in editable form. A stamp in the environment says which lock it holds.
    """
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"Credroot needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = VENV / "credroot-lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"Setting up {VENV.name} (about a minute, once) ...", file=sys.stderr, flush=True)
    if not python.exists():
        venv.create(VENV, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    run([*pip, "--require-hashes", "-r", str(LOCK)])
    run([*pip, "--no-build-isolation", "--editable", str(ROOT)])
    stamp.write_text(wanted)
    return python


def run(command: list[str], **environment: str) -> None:
    """Run `command` in the project's folder, and end with its exit code when it fails."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def replace_process(command: list[str]) -> None:
    """Become `command`, so that Ctrl-C and the exit code are its own; the working folder stays the caller's."""
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)  # noqa: S606


def script_in_environment(arguments: list[str]) -> None:
    """Run ``credroot ARGUMENTS`` in the environment and take its place."""
    replace_process([str(ensure()), "-m", "credroot", *arguments])
