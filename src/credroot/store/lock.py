"""One process at a time: an advisory lock on a file, gone with the process that held it, however it ended."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from credroot.core.errors import CredrootError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class LockHeld(CredrootError):
    """Another process does the same work at this moment."""

    code = "lock.held"


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock `path` while the block runs. Raise `LockHeld`, with the holder's process id, where it is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _try_lock(descriptor):
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            raise LockHeld(f"{path}: held by process {holder or 'unknown'}; wait for it to end")
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    """Take the lock without waiting; the system frees it when the descriptor closes."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
