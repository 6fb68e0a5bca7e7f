"""Work that is counted in calls, of Python's functions and C's: the same on a busy machine as on an idle one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TooMuchWorkError(AssertionError):
    """More calls were made than were allowed; what made them was ended there."""


@contextmanager
def at_most(calls: int) -> Iterator[None]:
    """Let what is inside make so many calls, and end it where it makes more; some 5,000,000 take a second."""
    made = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")
        if made > calls:
            sys.setprofile(None)
            raise TooMuchWorkError(f"more than {calls} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)
    if made > calls:  # whoever was ended may have caught that
        raise TooMuchWorkError(f"more than {calls} calls")
