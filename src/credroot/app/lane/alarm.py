"""The clock of the processor, set for one job: it raises in the middle of the work, and at last it kills.

`signal.ITIMER_PROF` counts what the process takes of a processor, in its own code and in the system's; Python raises
from its handler, once the interpreter has its turn. `signal.ITIMER_VIRTUAL` counts its own code alone, and its signal
has no handler: the system ends the process, whatever it is in. For the main thread of a process that does nothing else.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from credroot.core.time_is_up import TimeIsUp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

AGAIN_S = 0.05
"""Seconds of a processor after which it rings again: what it raises may meet code that swallows all exceptions."""


class Alarm:
    """Rings for one job at a time."""

    def __init__(self, cpu_s: float, hard_cpu_s: float) -> None:
        """Take the signal; nothing is set yet."""
        self._cpu_s = cpu_s
        self._hard_cpu_s = hard_cpu_s
        self._is_set = False
        self._is_held = False
        self._has_rung = False
        signal.signal(signal.SIGPROF, self._ring)
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)

    def set(self, share: float = 1.0, more_s: float = 0.0) -> None:
        """Begin to count; it rings after `share` of its seconds and of `more_s`."""
        self._is_set, self._has_rung = True, False
        signal.setitimer(signal.ITIMER_VIRTUAL, self._hard_cpu_s + more_s)
        signal.setitimer(signal.ITIMER_PROF, (self._cpu_s + more_s) * share, AGAIN_S)

    def silence(self) -> None:
        """Raise no more; the end stays where it is."""
        self._is_set = False
        signal.setitimer(signal.ITIMER_PROF, 0)

    def clear(self) -> None:
        """Count no more."""
        self.silence()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait with raising until this is over: half a message can't be taken back."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self._has_rung and self._is_set:
            raise TimeIsUp

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        self._has_rung = True
        if self._is_set and not self._is_held:
            raise TimeIsUp
