"""Shapes of documents in a folder of small files: a cache, which may be deleted at any time.

Each file begins with the SHA-256 of its name and content, so one that is cut, altered or misnamed is seen, and removed.
A digest keeps out damage and no forger: whoever can write to the user's cache could as well change the installed
package. That nobody else can is therefore looked at, in the folder and in every file; what others could have written is
not read.
"""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILES = 256
"""Files that are kept; then the one written longest ago goes. A credential needs five."""
MAX_BYTES = 2**18
"""Bytes of a file; a badge's shape has some 14,000."""
_DIGEST_BYTES = 32
_OTHERS_MAY_WRITE = 0o022


class ShapeStore:
    """A `ShapeMemory` in a folder. It never raises: a folder that can't be used is an empty one, and stays so."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """Give what was written under `name`, if it is whole and nobody but the user could have written it."""
        path = self._folder / name
        try:
            if not _is_private(self._folder.stat()):
                return None
            with path.open("rb") as file:
                if not _is_private(os.fstat(file.fileno())):
                    return None
                data = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        content = data[_DIGEST_BYTES:]
        if len(data) <= MAX_BYTES and data[:_DIGEST_BYTES] == _digest(name, content):
            return content
        with contextlib.suppress(OSError):
            path.unlink()
        return None

    def write(self, name: str, data: bytes) -> None:
        """Keep `data`, whole or not at all; larger than `MAX_BYTES` it is not kept.

        Nothing is forced to the disk: a file that a power cut damages is as good as none.
        """
        if _DIGEST_BYTES + len(data) > MAX_BYTES:
            return
        temporary = self._folder / f".{name}.{os.getpid()}.tmp"
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _is_private(self._folder.stat()):
                return
            self._make_room()
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_digest(name, data) + data)
                temporary.replace(self._folder / name)
            except OSError:
                temporary.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Remove the oldest files until there is room for one more; leftovers of a killed process are among them."""
        files = [(path.stat().st_mtime_ns, path) for path in self._folder.iterdir()]
        for _, path in sorted(files)[: max(0, len(files) - MAX_FILES + 1)]:
            path.unlink()


def _digest(name: str, content: bytes) -> bytes:
    return sha256(name.encode() + b"\0" + content).digest()


def _is_private(facts: os.stat_result) -> bool:
    """Answer whether a file or folder is the user's, and nobody else may write to it."""
    if os.name == "nt":
        return True  # a profile's folders there are the user's own, and modes say nothing
    return facts.st_uid == os.getuid() and not facts.st_mode & _OTHERS_MAY_WRITE
