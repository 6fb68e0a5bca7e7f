"""One owner at a time for an embedded chain's folder.

The lock is the kernel's (`flock`), so it ends with its process, however that ends; the text in the file is only for
messages and for telling whether `endpoint.json` is the owner's.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

from credroot.chain.embedded.layout import LOCK_NAME
from credroot.core.errors import ChainUnavailable

PROBE_PATIENCE_S = 0.5
"""Seconds: how long another process may look at the lock, which makes it appear taken, before it counts as owned."""


class Ownership:
    """The lock of a folder, held until `release` or the end of the process."""

    def __init__(self, directory: Path) -> None:
        """Take the lock, in a new folder where there is none.

        Raises:
            ChainUnavailable: ``chain.local_owned``, another process has it.
        """
        import fcntl

        directory.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = (directory / LOCK_NAME).open("a+", encoding="ascii")
        give_up = time.monotonic() + PROBE_PATIENCE_S
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= give_up:
                    owner = _read_pid(self._file)
                    self._file.close()
                    raise ChainUnavailable(
                        f"{directory} belongs to process {owner or 'unknown'}, which runs its chain",
                        code="chain.local_owned",
                    ) from error
            time.sleep(0.02)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let the folder go; harmless the second time."""
        self._file.close()


def owner_of(directory: Path) -> int | None:
    """Return the process id of whoever holds the folder's lock, 0 when it has not said yet, None when nobody does."""
    import fcntl

    try:
        file = (directory / LOCK_NAME).open("r", encoding="ascii")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_pid(file)
    return None


def _read_pid(file: IO[str]) -> int:
    file.seek(0)
    text = file.read(20)
    return int(text) if text.isascii() and text.isdigit() else 0
