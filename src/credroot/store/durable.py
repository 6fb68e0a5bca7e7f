"""Files that are there whole or not at all, also after the power was cut."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644


def private(path: str, flags: int) -> int:
    """Open a file as ``open(..., opener=private)`` wants it; one that is new can be read by its owner alone."""
    return os.open(path, flags, PRIVATE)


def write_file(path: Path, data: bytes, *, mode: int = PUBLIC) -> None:
    """Write `data` to `path`: a temporary file beside it, fsync, rename, fsync of the folder.

    A reader sees the old content or the new one, never a part. Raises `OSError` (a full disk, say), and `path` is as
    it was.
    """
    replace_file(path, data, mode=mode)
    sync_folder(path.parent)


def replace_file(path: Path, data: bytes, *, mode: int = PUBLIC) -> None:
    """Write `data` to `path`, whole or not at all; the caller syncs the folder, once for many files.

    Until then a power cut may leave the old file, or none.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write_new(temporary, data, mode=mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_new(path: Path, data: bytes, *, mode: int = PUBLIC) -> None:
    """Write `data` to a file of our own and fsync it; the caller renames or syncs the folder."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def copy_new(source: Path, path: Path, *, mode: int = PUBLIC) -> None:
    """Copy a file of any size to a new file of our own and fsync it; the caller renames or syncs the folder."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with source.open("rb") as original, os.fdopen(descriptor, "wb") as copy:
        shutil.copyfileobj(original, copy)
        copy.flush()
        os.fsync(copy.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames and new names inside `folder` durable. Where the system can't open a folder, it does that itself."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename_folder(source: Path, target: Path) -> None:
    """Give a folder its final name, durably. Raises `OSError` where `target` exists and is not empty."""
    source.rename(target)
    sync_folder(target.parent)
