"""A process that dies at one write of the journal, just before it or just after it, and the command that it ran."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from credroot.app.cli import main
from credroot.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def dies(folder: Path, *arguments: str, write: int, after: bool) -> bool:
    """Run ``credroot`` in `folder`, in a process that is killed at its `write`-th write; answer whether it was."""
    process = os.fork()
    if not process:
        os.chdir(folder)
        _die_at(write, after=after)
        try:
            main(list(arguments))
        except SystemExit as ending:
            os._exit(ending.code if isinstance(ending.code, int) else 1)
        finally:
            os._exit(1)
    _, status = os.waitpid(process, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, arguments
    return False


def _die_at(wanted: int, *, after: bool) -> None:
    write = Journal._write
    seen = 0

    @contextmanager
    def mortal(self: Journal) -> Iterator[None]:
        nonlocal seen
        seen += 1
        if seen == wanted and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        with write(self):
            yield
        if seen == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    Journal._write = mortal  # type: ignore[method-assign]
