"""Waiting for what has to come, however long a busy machine takes: looks are counted, and not seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

LOOKS = 3_000
"""So many looks are a minute on any machine, and more on a busy one: what has not come by then does not come."""
PAUSE_S = 0.02


def wait_until(holds: Callable[[], bool], what: str = "what was waited for") -> None:
    """Return once `holds` does; fail where it never does."""
    for _ in range(LOOKS):
        if holds():
            return
        time.sleep(PAUSE_S)
    raise AssertionError(f"{what} did not come")


async def until(holds: Callable[[], bool], what: str = "what was waited for") -> None:
    """Return once `holds` does, and let others run meanwhile; fail where it never does."""
    for _ in range(LOOKS):
        if holds():
            return
        await asyncio.sleep(PAUSE_S)
    raise AssertionError(f"{what} did not come")
