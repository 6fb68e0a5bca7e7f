"""Places in the status lists: never twice, at random, and the same again for a batch that is resumed."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from credroot.core.errors import InputError
from credroot.issuer.batch import status_slots
from credroot.issuer.batch.status_slots import LIST_ENTRIES, StatusSlot, noted_slots, slots_for


@pytest.fixture
def sample(rng: random.Random):
    return rng.sample


def batch(workspace: Path, name: str) -> Path:
    folder = workspace / "batches" / name
    folder.mkdir(parents=True)
    return folder


def test_no_place_is_given_twice_and_a_full_list_is_followed_by_the_next(tmp_path: Path, sample):
    seen: set[int] = set()
    for number in range(5):
        slots = list(slots_for(batch(tmp_path, str(number)), 40_000, workspace=tmp_path, sample=sample))
        numbers = {slot.number for slot in slots}
        assert len(numbers) == 40_000
        assert not numbers & seen
        seen |= numbers
    assert {StatusSlot.of(number).list_number for number in seen} == {1, 2}
    assert sum(StatusSlot.of(number).list_number == 1 for number in seen) == LIST_ENTRIES


def test_a_batch_that_is_resumed_finds_its_places_again(tmp_path: Path, sample):
    folder = batch(tmp_path, "a")
    first = list(slots_for(folder, 25, workspace=tmp_path, sample=sample))
    assert list(slots_for(folder, 25, workspace=tmp_path, sample=sample)) == first
    assert noted_slots(folder) == tuple(first)
    other = list(slots_for(folder, 26, workspace=tmp_path, sample=sample))
    assert not set(other) & set(first)


def test_a_crash_between_reserving_and_noting_wastes_places_and_gives_none_twice(tmp_path: Path, sample, monkeypatch):
    folder = batch(tmp_path, "a")
    whole = status_slots.write_file

    def dies_at_the_note(path: Path, data: bytes, **how: Any) -> None:
        if path.name == status_slots.NOTE:
            raise KeyboardInterrupt
        whole(path, data, **how)

    monkeypatch.setattr(status_slots, "write_file", dies_at_the_note)
    with pytest.raises(KeyboardInterrupt):
        slots_for(folder, 100, workspace=tmp_path, sample=sample)
    monkeypatch.undo()
    taken = (tmp_path / "status" / "taken-1.bits").read_bytes()
    for slot in slots_for(folder, 100, workspace=tmp_path, sample=sample):
        assert not taken[slot.index // 8] & 1 << slot.index % 8


def test_places_say_nothing_about_the_order_of_people(tmp_path: Path, sample):
    slots = [slot.index for slot in slots_for(batch(tmp_path, "a"), 1_000, workspace=tmp_path, sample=sample)]
    assert slots != sorted(slots)
    rising = sum(later > earlier for earlier, later in pairwise(slots))
    assert 400 < rising < 600
    assert max(slots) - min(slots) > LIST_ENTRIES // 2


@pytest.mark.parametrize("damage", [b"", b"short"])
def test_a_damaged_file_is_an_error_and_no_new_beginning(tmp_path: Path, sample, damage: bytes):
    list(slots_for(batch(tmp_path, "a"), 5, workspace=tmp_path, sample=sample))
    (tmp_path / "status" / "taken-1.bits").write_bytes(damage)
    with pytest.raises(InputError) as caught:
        slots_for(batch(tmp_path, "b"), 5, workspace=tmp_path, sample=sample)
    assert caught.value.code == "status.slots"
