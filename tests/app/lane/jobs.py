"""Jobs that do what a stranger's file might make an honest one do."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from credroot.app.lane.desk import Desk
from credroot.app.lane.job import TOLD_AT_ONCE, Charge, Step, Told
from credroot.core.budget import BudgetExceeded
from credroot.core.errors import InputError

TOLD = TOLD_AT_ONCE + 3


@dataclass(frozen=True, slots=True)
class TestJob:
    """Tells some numbers, then does one thing."""

    __test__ = False

    what: str
    data: bytes = b""
    is_judged_file_by_file: ClassVar[bool] = True
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, Any]:
        for number in range(TOLD):
            yield Told(number)
        return (yield from getattr(self, f"_{self.what}")())

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> Any:
        return ("cut", error.code, len(told))

    def _echo(self) -> Generator[Step, bool, Any]:
        yield Told("last")
        return self.data

    def _pid(self) -> Generator[Step, bool, Any]:
        yield from ()
        return os.getpid()

    def _charge(self) -> Generator[Step, bool, Any]:
        yield Charge(len(self.data))
        return "paid"

    def _spin(self) -> Generator[Step, bool, Any]:
        yield from ()
        while True:
            with contextlib.suppress(Exception):  # as careful code does
                pass

    def _swallow(self) -> Generator[Step, bool, Any]:
        yield from ()
        while True:
            try:
                while True:
                    pass
            except BaseException:
                continue

    def _spin_outside_of_python(self) -> Generator[Step, bool, Any]:
        yield from ()
        return sum(range(10**13))

    def _eat(self) -> Generator[Step, bool, Any]:
        yield from ()
        eaten = []
        while True:
            eaten.append(bytearray(2**20))

    def _die(self) -> Generator[Step, bool, Any]:
        yield from ()
        os.kill(os.getpid(), signal.SIGKILL)

    def _sleep(self) -> Generator[Step, bool, Any]:
        yield from ()
        time.sleep(600)

    def _refuse(self) -> Generator[Step, bool, Any]:
        yield from ()
        raise InputError("no", code="test.no")

    def _fail(self) -> Generator[Step, bool, Any]:
        yield from ()
        raise ZeroDivisionError("secret")

    def _wait(self) -> Generator[Step, bool, Any]:
        """Say in a folder that it has begun, and wait there to be let go."""
        yield from ()
        folder = Path(self.data.decode())
        (folder / f"begun-{os.getpid()}-{time.monotonic_ns()}").touch()
        while not (folder / "go").exists():
            time.sleep(0.005)
        return "gone"
