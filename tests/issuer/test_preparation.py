"""From drafts to checked files: flat passes, shuffled leaves, and a second opinion that notices one flipped bit."""

from __future__ import annotations

import json
import os
import uuid
from array import array
from collections import UserDict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from credroot.core.anchor.proof import decode_proof_value, encode_proof_value
from credroot.core.errors import GuardRefused, InputError
from credroot.core.values import Address, ChainId, Digest, Root
from credroot.issuer.batch import second_opinion as second
from credroot.issuer.batch.folder import BatchFolder, check_name
from credroot.issuer.batch.preparation import Draft, Place, Prepared, Tools, prepare
from credroot.issuer.batch.second_opinion import MerkletoolsTree, RecursiveTree, SecondOpinionDiffers, second_opinion

if TYPE_CHECKING:
    import random
    from collections.abc import KeysView
    from pathlib import Path

    from credroot.core.json.types import JsonObject

PLACE = Place(ChainId(31_337), Address(b"r" * 20), Address(b"i" * 20), "did:pkh:eip155:31337:0x" + "69" * 20 + "#a")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Rival(UserDict[str, bytes]):
    """Files of a request; while they are taken in, another process takes the name."""

    def __init__(self, folder: BatchFolder) -> None:
        super().__init__({"roster.csv": b"name"})
        self.folder = folder

    def keys(self) -> KeysView[str]:
        self.folder.create({"roster.csv": b"rival"}, {"people": 1})
        return super().keys()


def test_a_name_that_another_process_takes_meanwhile_is_told_by_its_code(tmp_path: Path) -> None:
    folder = BatchFolder(tmp_path / "batches" / "one")
    with pytest.raises(InputError) as caught:
        folder.create(Rival(folder), {"people": 1})
    assert caught.value.code == "batch.name_taken"
    assert folder.roster.read_bytes() == b"rival"
    assert [path.name for path in folder.path.parent.iterdir()] == ["one"]


def drafts(count: int) -> list[Draft]:
    made = []
    for number in range(count):
        identifier = uuid.UUID(int=number + 1)
        document: JsonObject = {"id": identifier.urn, "type": ["VerifiableCredential"], "name": f"number {number}"}
        made.append(Draft(number + 2, identifier, document))
    return made


def tools(rng: random.Random) -> Tools:
    return Tools(
        sign=lambda document: document,
        check=lambda _document: None,
        random_bytes=os.urandom,
        shuffle=rng.shuffle,
        now=NOW,
    )


@pytest.fixture
def folder(tmp_path: Path) -> BatchFolder:
    made = BatchFolder(tmp_path / "batches" / "one")
    made.create({"roster.csv": b"name"}, {"people": 1})
    return made


def prepared(folder: BatchFolder, rng: random.Random, count: int = 17) -> Prepared:
    return prepare(folder, drafts(count), PLACE, tools(rng), {"batch": folder.name})


def files_in_order(folder: BatchFolder) -> list[Path]:
    return [folder.file_of(entry) for entry in folder.read_manifest()["credentials"]]


@pytest.mark.parametrize("count", [1, 2, 3, 17, 64])
def test_the_files_lead_to_the_root_and_somebody_else_agrees(
    folder: BatchFolder, rng: random.Random, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = prepared(folder, rng, count)
    assert (made.leaf_count, made.checked_by) == (count, "merkletools 1.0.3")
    monkeypatch.setattr(second, "find_spec", lambda _name: None)
    assert second_opinion(files_in_order(folder), made.root, count) == "the recursive definition"


def test_the_place_in_the_tree_says_nothing_about_the_row(folder: BatchFolder, rng: random.Random) -> None:
    prepared(folder, rng, 64)
    rows = [entry["row"] for entry in folder.read_manifest()["credentials"]]
    assert sorted(rows) == list(range(2, 66))
    assert rows != sorted(rows)


def test_the_manifest_holds_no_personal_data(folder: BatchFolder, rng: random.Random) -> None:
    prepared(folder, rng)
    assert set(folder.read_manifest()["credentials"][0]) <= {"index", "id", "leaf", "row", "status"}


def test_one_flipped_bit_in_any_file_is_noticed(folder: BatchFolder, rng: random.Random) -> None:
    made = prepared(folder, rng)
    files = files_in_order(folder)
    for path in files:
        kept = path.read_bytes()
        changed = json.loads(kept)
        changed["name"] += "!"
        path.write_text(json.dumps(changed))
        with pytest.raises(SecondOpinionDiffers):
            second_opinion(files, made.root, made.leaf_count)
        path.write_bytes(kept)
    assert second_opinion(files, made.root, made.leaf_count)


def test_a_missing_or_swapped_file_and_a_wrong_root_are_noticed(folder: BatchFolder, rng: random.Random) -> None:
    made = prepared(folder, rng)
    files = files_in_order(folder)
    for wrong in (files[:-1], [files[1], files[0], *files[2:]], [*files, files[0]]):
        with pytest.raises(SecondOpinionDiffers):
            second_opinion(wrong, made.root, made.leaf_count)
    with pytest.raises(SecondOpinionDiffers):
        second_opinion(files, Root(Digest(b"z" * 32)), made.leaf_count)


def test_a_proof_of_another_file_is_noticed(folder: BatchFolder, rng: random.Random) -> None:
    made = prepared(folder, rng)
    files = files_in_order(folder)
    first, other = json.loads(files[0].read_bytes()), json.loads(files[1].read_bytes())
    first["proof"][0]["proofValue"] = other["proof"][0]["proofValue"]
    files[0].write_text(json.dumps(first))
    with pytest.raises(SecondOpinionDiffers):
        second_opinion(files, made.root, made.leaf_count)


@pytest.mark.parametrize("count", [1, 3, 4, 5, 8, 9, 15, 16, 17, 31])
def test_files_read_in_blocks_are_checked_as_all_at_once(folder: BatchFolder, rng: random.Random, count: int) -> None:
    made = prepared(folder, rng, count)
    files = files_in_order(folder)
    for block_leaves in (1, 2, 4):
        done: list[int] = []
        assert second_opinion(files, made.root, count, progress=done.append, block_leaves=block_leaves)
        assert done == list(range(1, count + 1))


def test_a_flipped_bit_anywhere_in_a_path_is_noticed_in_blocks(folder: BatchFolder, rng: random.Random) -> None:
    made = prepared(folder, rng, 11)
    files = files_in_order(folder)
    for path in files:
        document = json.loads(path.read_bytes())
        kept = document["proof"][0]["proofValue"]
        claim = decode_proof_value(kept)
        for step, digest in enumerate(claim.proof.path):
            steps = [*claim.proof.path]
            steps[step] = Digest(bytes([digest[0] ^ 1]) + digest[1:])
            changed = replace(claim, proof=replace(claim.proof, path=tuple(steps)))
            document["proof"][0]["proofValue"] = encode_proof_value(changed)
            path.write_text(json.dumps(document))
            with pytest.raises(SecondOpinionDiffers):
                second_opinion(files, made.root, made.leaf_count, block_leaves=4)
        document["proof"][0]["proofValue"] = kept
        path.write_text(json.dumps(document))
    assert second_opinion(files, made.root, made.leaf_count, block_leaves=4)


def test_both_second_trees_are_the_same_tree() -> None:
    for count in range(1, 40):
        leaves = [os.urandom(32) for _ in range(count)]
        one, two = MerkletoolsTree(leaves), RecursiveTree(leaves)
        assert one.root == two.root
        for index in range(count):
            assert [bytes(step) for step in one.path(index)] == [bytes(step) for step in two.path(index)]


def test_an_empty_batch_is_refused(folder: BatchFolder, rng: random.Random) -> None:
    with pytest.raises(GuardRefused) as refused:
        prepared(folder, rng, 0)
    assert refused.value.code == "batch.empty"


def test_a_document_that_must_not_be_issued_stops_the_batch(folder: BatchFolder, rng: random.Random) -> None:
    def check(document: JsonObject) -> None:
        if document["name"] == "number 3":
            raise InputError("no", code="schema.refused")

    given = Tools(lambda document: document, check, os.urandom, rng.shuffle, NOW)
    with pytest.raises(InputError):
        prepare(folder, drafts(5), PLACE, given, {"batch": "one"})
    assert list(folder.staged.iterdir()) == []


def test_an_interrupted_preparation_begins_anew(folder: BatchFolder, rng: random.Random) -> None:
    first = prepared(folder, rng)
    second_time = prepared(folder, rng)
    assert first.root != second_time.root
    assert len(list(folder.staged.iterdir())) == second_time.leaf_count


def test_publishing_is_one_rename_and_can_be_repeated(folder: BatchFolder, rng: random.Random) -> None:
    prepared(folder, rng)
    names = sorted(path.name for path in folder.staged.iterdir())
    folder.publish()
    folder.publish()
    assert sorted(path.name for path in folder.published.iterdir()) == names
    assert not folder.staged.exists()


def test_a_request_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = BatchFolder(tmp_path / "batches" / "two")
    with pytest.raises(OSError):
        folder.create({"roster.csv": tmp_path / "missing"}, {})
    assert list((tmp_path / "batches").iterdir()) == []
    assert not folder.exists()


def test_shuffling_works_on_numbers_in_an_array(rng: random.Random) -> None:
    order = array("I", range(100))
    rng.shuffle(order)
    assert sorted(order) == list(range(100))


@pytest.mark.parametrize("name", ["a", "data-2026", "2026.autumn_term", "x" * 64])
def test_plain_names_are_taken(name: str) -> None:
    assert check_name(name) == name
