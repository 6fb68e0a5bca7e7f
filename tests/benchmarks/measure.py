"""Rows of the table, and how they are timed: CPU time, ours and the peer's in turn, the fastest round of each.

Taking turns slows both alike where other work is on the machine, and the fastest round is the one with the least of it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from credroot.app.demo.people import BATCH_NAME

Action = Callable[[], object]

_MICROSECONDS = 1e6
_UNITS = ((1.0, "s", 1.0), (1e-3, "ms", 1e3), (0.0, "us", _MICROSECONDS))


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison."""

    what: str
    ours: float | str
    """Seconds, or what was counted."""
    peer: float | str
    """Seconds, or why there are none."""
    peer_name: str
    goal: str

    def text(self) -> str:
        """Give the row in Markdown."""
        timed = isinstance(self.ours, float) and isinstance(self.peer, float)
        ratio = f"{self.peer / self.ours:.3g}x" if timed else ""  # type: ignore[operator]
        cells = (self.what, _written(self.ours), _written(self.peer), self.peer_name, ratio, self.goal)
        return "".join(f"| {cell} " for cell in cells) + "|"


def _written(value: float | str) -> str:
    if isinstance(value, str):
        return value
    unit, factor = next((unit, factor) for least, unit, factor in _UNITS if value >= least)
    return f"{value * factor:.3g} {unit}"


def in_turn(actions: Sequence[tuple[Action, int]], rounds: int) -> list[float]:
    """Give for each action, which is done so often a round, the CPU seconds of one time in its fastest round."""
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for place, (action, times) in enumerate(actions):
            begun = time.process_time()
            for _ in range(times):
                action()
            best[place] = min(best[place], (time.process_time() - begun) / times)
    return best


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used from start to end."""

    cpu_s: float
    """User and system time."""
    peak_mib: float
    """Largest resident set; 0 where the system does not tell of one process."""


def process(command: Sequence[str], *, folder: Path, environment: dict[str, str]) -> Used:
    """Run a command to its end.

    Raises:
        CalledProcessError: it failed.
    """
    running = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert running.stderr is not None
    said = running.stderr.read()
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    running.stderr.close()
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command, stderr=said)
    return Used(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def environment_for(workspace: Path) -> dict[str, str]:
    """Give an environment in which Python finds its bytecode where an earlier process left it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(workspace / "bytecode")}


def credential_files(workspace: Path) -> list[Path]:
    """List the demonstration's credentials that are valid."""
    return sorted((workspace / "batches" / BATCH_NAME / "credentials").glob("*.json"))[1:]
