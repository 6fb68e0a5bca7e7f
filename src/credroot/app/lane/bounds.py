"""What one job may take of the machine, by the operating system's account. Every number has its unit and reason."""

from __future__ import annotations

import multiprocessing
import os
import signal
from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one job, and of a process that does many."""

    cpu_s: float = 0.7
    """Seconds of a processor, after which the file that is looked at, and those after it, could not be checked."""
    hard_cpu_s: float = 0.9
    """Seconds of a processor in our own code, after which the process is killed: it did not let itself be asked."""
    cpu_s_of_file: float = 0.003
    """Seconds of a processor more for each file that somebody has paid for: a badge takes half of that on a free
    machine. What files may cost is for their budget to say; this ends what was priced wrongly."""
    most_cpu_s_of_files: float = 1.5
    """Seconds of a processor that all files of a job add together."""
    job_s: float = 22.0
    """Seconds by the clock, after which the process is killed. A budget ends after 20 what waits for others."""
    memory_bytes: int = 100 * MIB
    """More than it has when a job begins; beyond, there is none to be had."""
    kept_bytes: int = 48 * MIB
    """A process that has grown by more than this is not used again."""
    jobs: int = 500
    """Jobs of one process: whatever may leak, leaks so often at most."""
    nice: int = 5
    """Added to the process's niceness: the one that serves everybody comes first."""

    def cpu_s_of_files(self, files: int) -> float:
        """Return how many seconds so many files add."""
        return min(files * self.cpu_s_of_file, self.most_cpu_s_of_files)


def processes_can_be_bounded() -> bool:
    """Tell whether this system has what the bounds need."""
    return (
        hasattr(signal, "setitimer") and hasattr(os, "nice") and "forkserver" in multiprocessing.get_all_start_methods()
    )
