"""What a server costs, by the operating system's account: of its process and of those that it started."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024
_PEAK_IS_NOW = "5"
"""Written to ``clear_refs``, it makes the largest size so far the size of now."""


def family(pid: int) -> list[int]:
    """Give a process and all below it that run."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                found += map(int, task.read_text().split())
    return found


def processor_s(pid: int) -> float:
    """Give the seconds of processor that a process and those below it took so far, the ended ones included."""
    total = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / TICKS


def peak_mib(pid: int) -> float:
    """Give the largest size in memory since `forget_peak`, of all together."""
    total = 0
    for one in family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{one}/status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return total / KIB


def forget_peak(pid: int) -> None:
    """Begin anew to look for the largest size."""
    for one in family(pid):
        with suppress(OSError):
            Path(f"/proc/{one}/clear_refs").write_text(_PEAK_IS_NOW)
