"""Shapes of documents in files of the workspace, below ``cache/shapes/``, which may be deleted at any time.

Each file begins with the SHA-256 of the rest, and is taken only if nobody but its owner can write it. It is no safer
than the settings beside it, and no less.
"""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.json_types import JsonObject
    from credroot.credential.canonical_form import CanonicalForm

MAX_FILES = 256
"""Shapes that are kept; further ones are not learnt. A credential needs two."""
MAX_BYTES = 2**20
_OTHERS_MAY_WRITE = 0o022


class ShapeFiles:
    """A `ShapeMemory` in a folder."""

    def __init__(self, folder: Path) -> None:
        """Touch nothing yet."""
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """Give a file's content if it is whole and its owner's alone."""
        try:
            with (self._folder / name).open("rb") as file:
                facts = os.fstat(file.fileno())
                if os.name != "nt" and (facts.st_mode & _OTHERS_MAY_WRITE or facts.st_uid != os.getuid()):
                    return None
                data = file.read(MAX_BYTES + 1)
        except OSError:
            return None
        digest, content = data[:32], data[32:]
        return content if len(data) <= MAX_BYTES and sha256(content).digest() == digest else None

    def write(self, name: str, data: bytes) -> None:
        """Keep a file, if there is room and the folder can be written; a cache, so it is not forced to the disk."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if sum(1 for _ in self._folder.iterdir()) >= MAX_FILES or len(data) >= MAX_BYTES:
                return
            temporary = self._folder / f".{name}.{os.getpid()}.tmp"
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(sha256(data).digest() + data)
            temporary.replace(self._folder / name)


def remembering(folder: Path) -> Callable[[JsonObject], CanonicalForm]:
    """Give a canonicaliser that keeps shapes in `folder`; what that takes is imported when it is first used."""
    found: list[Callable[[JsonObject], CanonicalForm]] = []

    def canonical_form(document: JsonObject) -> CanonicalForm:
        if not found:
            from credroot.credential.shape_memory import RememberingCanonicalizer

            found.append(RememberingCanonicalizer(ShapeFiles(folder), fingerprint=_fingerprint()).canonical_form)
        return found[0](document)

    return canonical_form


def _fingerprint() -> bytes:
    """Name the contexts, by the manifest that pins them, and the PyLD that is installed, by its files' dates."""
    import importlib.machinery

    import credroot.credential

    package = Path(credroot.credential.__file__).parent
    manifest = sha256((package / "context_files" / "manifest.json").read_bytes()).digest()
    found = importlib.machinery.PathFinder.find_spec("pyld")
    places = () if found is None else (found.submodule_search_locations or ())
    dates = [
        (Path(place) / name).stat().st_mtime_ns
        for place in places
        for name in ("jsonld.py", "canon.py")
        if (Path(place) / name).exists()
    ]
    return manifest + repr(dates).encode()
