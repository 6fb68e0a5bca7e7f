"""The end of what one piece of work may take, said from outside while it is being done."""

from __future__ import annotations


class TimeIsUp(BaseException):
    """Raised wherever the work is, by the clock of the processor.

    It is no `Exception`: nobody on the way may take it for something that the work found out. Only whoever set the
    clock catches it, and says of what is left that nothing is known.
    """
