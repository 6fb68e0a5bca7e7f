"""A cache of files: what is damaged or could be another's is not read, and no trouble with it is anybody's trouble."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from credroot.store.shape_store import MAX_BYTES, MAX_FILES, ShapeStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda data: b"",
    "cut in the digest": lambda data: data[:31],
    "cut in the content": lambda data: data[:-1],
    "longer": lambda data: data + b" ",
    "one bit of the digest": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "one bit of the content": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "without its digest": lambda data: data[32:],
    "beyond the bound": lambda data: data + bytes(MAX_BYTES),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "shapes"


@pytest.fixture
def store(folder: Path) -> ShapeStore:
    store = ShapeStore(folder)
    store.write("name", b"content")
    return store


def test_what_was_written_is_read_in_another_process(folder: Path, store: ShapeStore) -> None:
    assert ShapeStore(folder).read("name") == b"content"
    store.write("name", b"other")
    assert ShapeStore(folder).read("name") == b"other"
    assert store.read("unknown") is None
    assert [path.name for path in folder.iterdir()] == ["name"]


def test_only_the_user_can_read_and_write_it(folder: Path, store: ShapeStore) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "name").stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=list(DAMAGES))
def test_a_damaged_file_is_not_read_and_goes(damage: Callable[[bytes], bytes], folder: Path, store: ShapeStore) -> None:
    path = folder / "name"
    path.write_bytes(damage(path.read_bytes()))
    assert store.read("name") is None
    assert not path.exists()
    store.write("name", b"content")
    assert store.read("name") == b"content"


def test_a_file_under_the_name_of_another_is_not_read(folder: Path, store: ShapeStore) -> None:
    (folder / "name").rename(folder / "other")
    assert store.read("other") is None
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_read(mode: int, folder: Path, store: ShapeStore) -> None:
    (folder / "name").chmod(mode)
    assert store.read("name") is None
    (folder / "name").chmod(0o600)
    assert store.read("name") == b"content"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_folder_that_others_may_write_is_neither_read_nor_written(mode: int, folder: Path, store: ShapeStore) -> None:
    folder.chmod(mode)
    assert store.read("name") is None
    store.write("more", b"content")
    assert not (folder / "more").exists()


def test_what_another_user_owns_is_not_read(store: ShapeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: stranger)
    assert store.read("name") is None


def test_a_folder_that_cannot_be_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        store = ShapeStore(place)
        store.write("name", b"content")
        assert store.read("name") is None


def test_a_full_disk_leaves_nothing_behind(folder: Path, store: ShapeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    store.write("more", b"content")
    assert [path.name for path in folder.iterdir()] == ["name"]
    assert store.read("name") == b"content"


def test_the_number_and_size_of_files_are_bounded_and_the_newest_stay(folder: Path, store: ShapeStore) -> None:
    os.utime(folder / "name", ns=(0, 0))
    store.write("large", bytes(MAX_BYTES))
    assert not (folder / "large").exists()
    for number in range(MAX_FILES + 3):
        store.write(f"n{number}", b"content")
        os.utime(folder / f"n{number}", ns=(number + 1, number + 1))
    assert len(list(folder.iterdir())) == MAX_FILES
    assert store.read("name") is store.read("n0") is None
    assert store.read(f"n{MAX_FILES + 2}") == b"content"


def test_threads_that_write_one_name_leave_a_whole_file(store: ShapeStore) -> None:
    contents = [bytes([number]) * 50_000 for number in range(4)]
    threads = [threading.Thread(target=store.write, args=("name", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read("name") in {*contents, b"content"}
