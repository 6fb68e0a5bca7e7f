"""A disk that is really full, a folder that can't be written, a clock that jumps: nothing is sent that was not kept."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from credroot.store.journal import JournalError
from credroot.store.journal_records import BatchState
from tests.campaigns.moments import present

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil
    from tests.issuer.lifecycle.conftest import Issuer

SMALL = "size=1m"


def mount(*arguments: str) -> None:
    """Mount, or skip where that is not allowed."""
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"only root with its own mounts may try this: {done.stderr.strip()}")


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Give a disk of one MiB."""
    place.mkdir(parents=True)
    mount("-t", "tmpfs", "-o", SMALL, "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, *, leave: int) -> Path:
    """Take all of a disk but so many bytes."""
    hog = place / "hog"
    with hog.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4_096))
        except OSError:
            file.truncate(file.tell() - leave)
    return hog


@pytest.mark.parametrize("leave", [0, 4_096, 8_192, 16_384, 32_768, 65_536])
def test_on_a_disk_that_is_really_full_nothing_is_sent_and_the_next_run_anchors(issuer: Issuer, leave: int) -> None:
    with small_disk(issuer.folder):
        with issuer.desk() as desk:
            assert desk.journal.batches() == ()
        hog = fill(issuer.folder, leave=leave)
        with pytest.raises((JournalError, OSError)), issuer.desk() as desk:
            desk.anchor()
        hog.unlink()
        with issuer.desk() as desk:
            known = sum(len(desk.journal.attempts(one.id)) for one in desk.journal.operations())
            assert desk.chain.nonce(issuer.address) <= known
            assert desk.anchor().state is BatchState.PUBLISHED
            assert desk.chain.nonce(issuer.address) == 1


def test_where_the_folder_can_only_be_read_nothing_is_sent(issuer: Issuer) -> None:
    with small_disk(issuer.folder):
        with issuer.desk() as desk:
            assert desk.journal.batches() == ()
        mount("-o", "remount,ro", str(issuer.folder))
        with pytest.raises((JournalError, OSError)), issuer.desk() as desk:
            desk.anchor()
        mount("-o", "remount,rw", str(issuer.folder))
        with issuer.desk() as desk:
            assert desk.journal.operations() == ()
            assert desk.chain.nonce(issuer.address) == 0
            assert desk.anchor().state is BatchState.PUBLISHED


def test_a_clock_that_jumps_back_neither_replaces_nor_loses_anything(issuer: Issuer) -> None:
    moments = iter([present(), *(present() - timedelta(days=day) for day in range(1, 400))])
    with issuer.desk(clock=lambda: next(moments)) as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert len(desk.journal.attempts(desk.operation().id)) == 1
        assert [line.state for line in desk.journal.history("one")][-1] == "published"
    with issuer.desk() as desk:
        assert desk.anchor().state is BatchState.PUBLISHED
        assert desk.chain.nonce(issuer.address) == 1


@pytest.mark.parametrize("damage", ["newer", "page"])
def test_a_journal_that_can_not_be_read_ends_the_command_with_one_line(
    tmp_path: Path, mining_chain: tuple[Anvil, Deployment], damage: str
) -> None:
    import sqlite3

    from tests.issuer.lifecycle.college import College

    college = College(tmp_path, *mining_chain, f"damaged {damage}")
    college.board("issuer", "keys", "add", str(college.hot.address), "--role", "anchor")
    (journal,) = college.folder.rglob("journal*.db")
    if damage == "newer":
        with sqlite3.connect(journal) as file:
            file.execute("PRAGMA user_version = 99")
        file.close()
    else:
        content = bytearray(journal.read_bytes())
        content[4_096:8_192] = bytes(4_096)
        journal.write_bytes(content)
    done = college.run(
        "issuer", "keys", "add", str(college.hot.address), "--role", "suspend", "--signer", "keystore://board"
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert str(journal) in done.stderr
    assert len([line for line in done.stderr.splitlines() if line]) <= 2
