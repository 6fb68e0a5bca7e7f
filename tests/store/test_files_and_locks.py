"""Files that are there whole or not at all, and one process at a time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from credroot.store.durable import PRIVATE, rename_folder, write_file
from credroot.store.lock import LockHeld, exclusive

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    write_file(path, b"new", mode=PRIVATE)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_not_renamed_onto_one_with_content(tmp_path: Path) -> None:
    for name in ("staged", "credentials"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    with pytest.raises(OSError):
        rename_folder(tmp_path / "staged", tmp_path / "credentials")
    assert (tmp_path / "credentials" / "file").read_text() == "credentials"


def test_a_lock_is_held_by_one_and_names_its_holder(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock"):
        with pytest.raises(LockHeld) as held, exclusive(tmp_path / "lock"):
            pass
        assert str(os.getpid()) in str(held.value)
    with exclusive(tmp_path / "lock"):
        pass


def test_a_lock_goes_with_the_process_that_was_killed(tmp_path: Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "from credroot.store.lock import exclusive\n"
        f"with exclusive(pathlib.Path({str(tmp_path / 'lock')!r})):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeld), exclusive(tmp_path / "lock"):
            pass
        holder.kill()
        holder.wait()
    with exclusive(tmp_path / "lock"):
        pass
