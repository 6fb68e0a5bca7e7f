from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError, ProofError
from credroot.core.tree.merkle import (
    MAX_LEAF_COUNT,
    InclusionProof,
    MerkleTree,
    digests_of,
    path_length,
    root_from_proof,
)
from credroot.core.tree.merkletools_format import from_merkletools, proof_texts, to_merkletools
from credroot.core.tree.reference_tree import reference_path, reference_paths, reference_root
from credroot.core.values import Digest, Leaf
from tests.core.oracle import merkletools_tree
from tests.core.vectors import vectors


def leaves_of(count: int, salt: str = "") -> list[Leaf]:
    return [Leaf(Digest.sha256(f"{salt}{number}".encode())) for number in range(count)]


@pytest.mark.parametrize("vector", vectors("merkle"))
def test_a_claim_holds_or_falls_as_its_vector_says(vector: dict[str, Any]) -> None:
    assert judge(vector) == (None if vector["valid"] else vector["code"])


def judge(vector: dict[str, Any]) -> str | None:
    """Judge a claim against what is anchored, and give the reason against it."""
    try:
        leaf = Leaf(Digest.from_hex(vector["leaf"]))
        proof = InclusionProof(vector["index"], vector["leafCount"], tuple(map(Digest.from_hex, vector["path"])))
    except InputError as error:
        return error.code
    if proof.leaf_count != vector["anchored"]["leafCount"]:
        return "count.differs"
    return None if str(root_from_proof(leaf, proof)) == vector["anchored"]["root"] else "root.differs"


def test_roots_and_proofs_of_1_to_256_leaves_equal_merkletools_and_the_definition() -> None:
    all_leaves = leaves_of(256)
    for count in range(1, 257):
        leaves = all_leaves[:count]
        tree, oracle = MerkleTree(leaves), merkletools_tree(leaves)
        assert tree.root.hex() == oracle.get_merkle_root()
        assert tree.root == reference_root(leaves)
        for index, path in enumerate(tree.paths()):
            proof = InclusionProof(index, count, path)
            assert to_merkletools(proof) == oracle.get_proof(index)
            assert root_from_proof(leaves[index], proof) == tree.root
            if count <= 48 or index in (0, count // 2, count - 1):
                assert path == reference_path(leaves, index)


def test_every_way_to_the_paths_gives_the_same_and_json_byte_for_byte() -> None:
    for count in (*range(1, 70), 255, 256, 257, 4095, 4096, 4097, 8193, 9001):
        leaves = leaves_of(count)
        tree, oracle = MerkleTree.from_bytes(b"".join(leaves)), merkletools_tree(leaves)
        paths = list(tree.paths())
        assert paths == [tree.path(index) for index in range(count)]
        assert list(tree.paths_bytes()) == [b"".join(path) for path in paths]
        assert list(proof_texts(tree)) == [json.dumps(oracle.get_proof(index)) for index in range(count)]
        assert all(type(digest) is Digest for path in paths for digest in path)


def test_random_larger_trees_equal_merkletools_and_no_changed_proof_holds(rng: random.Random) -> None:
    refused = 0
    for _ in range(20):
        count = rng.randint(257, 5000)
        leaves = leaves_of(count, salt=str(rng.random()))
        tree, oracle = MerkleTree(leaves), merkletools_tree(leaves)
        assert tree.root.hex() == oracle.get_merkle_root()
        for index in rng.choices(range(count), k=300):
            proof = tree.proof(index)
            steps = oracle.get_proof(index)
            assert to_merkletools(proof) == steps
            assert from_merkletools(steps, index=index, leaf_count=count) == proof
            assert root_from_proof(leaves[index], proof) == tree.root
            for leaf, parts in changed(rng, leaves[index], proof):
                with contextlib.suppress(ProofError):
                    assert root_from_proof(leaf, InclusionProof(*parts)) != tree.root
                refused += 1
    assert refused > 20_000


def changed(
    rng: random.Random, leaf: Leaf, proof: InclusionProof
) -> Iterator[tuple[Leaf, tuple[int, int, tuple[Digest, ...]]]]:
    """Give the claim with one thing changed, in each of several ways."""
    index, count, path = proof.index, proof.leaf_count, proof.path
    at = rng.randrange(len(path))
    flipped = bytearray(path[at])
    flipped[rng.randrange(32)] ^= 1 << rng.randrange(8)
    yield leaf, (index, count, (*path[:at], Digest(flipped), *path[at + 1 :]))
    yield leaf, (index, count, path[:at] + path[at + 1 :])
    yield leaf, (index, count, (*path[:at], Digest(rng.randbytes(32)), *path[at:]))
    yield leaf, (rng.choice([other for other in (index ^ 1, index + 1, index - 1, 0) if other != index]), count, path)
    if len(path) > 1:
        yield leaf, (index, count, (path[1], path[0], *path[2:]))
    yield Leaf(path[0]), (index, count, (leaf, *path[1:]))


@given(st.integers(1, 300), st.data())
def test_the_length_of_a_path_is_that_of_the_definition(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    assert path_length(index, count) == len(reference_path(leaves_of(count), index))


@pytest.mark.parametrize(
    ("index", "count", "length"),
    [
        (0, 1, 0),
        (0, 2, 1),
        (2, 3, 1),
        (4, 5, 1),
        (0, 5, 3),
        (6, 7, 2),
        (0, MAX_LEAF_COUNT, 32),
        (MAX_LEAF_COUNT - 1, MAX_LEAF_COUNT, 31),
    ],
)
def test_a_path_has_at_most_32_siblings(index: int, count: int, length: int) -> None:
    assert path_length(index, count) == length


@pytest.mark.parametrize(("index", "count"), [(0, 0), (1, 1), (-1, 1), (0, -1), (5, 4), (0, MAX_LEAF_COUNT + 1)])
def test_no_path_belongs_to_a_leaf_that_no_tree_has(index: int, count: int) -> None:
    with pytest.raises(ProofError):
        path_length(index, count)
    with pytest.raises(ProofError):
        InclusionProof(index, count, ())


def test_every_path_of_every_small_tree_is_refused_for_every_other_place() -> None:
    """The danger: counts that give a path the same sides. What prevents it: the count is part of what is anchored."""
    same_sides = 0
    for count in range(1, 20):
        leaves = leaves_of(count)
        tree = MerkleTree(leaves)
        for index in range(count):
            path = tree.path(index)
            for other_count in range(1, 20):
                for other in range(other_count):
                    if (other, other_count) == (index, count) or path_length(other, other_count) != len(path):
                        continue
                    holds = root_from_proof(leaves[index], InclusionProof(other, other_count, path)) == tree.root
                    assert not (holds and other_count == count)
                    same_sides += holds
    assert same_sides > 0


def test_a_path_of_anything_but_digests_cannot_be_built() -> None:
    for sibling in (bytes(32), bytes(31), bytes(33), "a" * 32):
        with pytest.raises(ProofError):
            InclusionProof(0, 2, (sibling,))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 31, 33, 63])
def test_a_path_in_one_string_is_cut_at_every_32_bytes_and_nowhere_else(size: int) -> None:
    assert digests_of(bytes(64)) == (Digest(bytes(32)),) * 2
    with pytest.raises(ProofError):
        digests_of(bytes(size))


def test_a_tree_of_one_leaf_is_that_leaf() -> None:
    (leaf,) = leaves_of(1)
    tree = MerkleTree([leaf])
    assert (tree.root, tree.leaf_count, tree.leaf(0), tree.path(0), list(tree.paths_bytes())) == (
        leaf,
        1,
        leaf,
        (),
        [b""],
    )


@pytest.mark.parametrize("size", [0, 31, 33])
def test_no_leaves_or_parts_of_leaves_make_no_tree(size: int) -> None:
    with pytest.raises(InputError) as caught:
        MerkleTree.from_bytes(bytes(size))
    assert caught.value.code == "tree.size"


@pytest.mark.parametrize("index", [-1, 3])
def test_a_place_that_the_tree_does_not_have_is_refused(index: int) -> None:
    tree = MerkleTree(leaves_of(3))
    for ask in (tree.path, tree.proof, tree.leaf, lambda at: reference_path(leaves_of(3), at)):
        with pytest.raises(InputError) as caught:
            ask(index)
        assert caught.value.code == "tree.index"


def test_the_definition_needs_a_leaf_too() -> None:
    with pytest.raises(InputError):
        reference_root([])


def test_merkletools_believes_an_inner_node_that_is_refused_here() -> None:
    leaves = leaves_of(4)
    oracle, tree = merkletools_tree(leaves), MerkleTree(leaves)
    inner = Leaf(Digest.sha256(leaves[0] + leaves[1]))
    cut = oracle.get_proof(0)[1:]
    assert oracle.validate_proof(cut, inner.hex(), tree.root.hex())
    with pytest.raises(ProofError):
        from_merkletools(cut, index=0, leaf_count=4)


HEX = "ab" * 32


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [{"right": HEX}],
        [{"right": HEX}, {"left": HEX}],
        [{"left": HEX}, {"right": HEX}],
        [{"right": HEX}, {"right": HEX}, {"right": HEX}],
        [{"right": HEX}, {"right": HEX, "left": HEX}],
        [{"right": HEX}, {"right": HEX[2:]}],
        [{"right": HEX}, {"right": HEX + "ab"}],
        [{"right": HEX}, {"right": "0x" + HEX[2:]}],
        [{"right": HEX}, {"right": None}],
        [{"right": HEX}, [HEX]],
        [{"right": HEX}, {}],
    ],
)
def test_steps_with_other_sides_numbers_or_sizes_are_refused(steps: list[Any]) -> None:
    good = [{"right": HEX}, {"right": HEX.upper()}]
    assert from_merkletools(good, index=0, leaf_count=4).path == (Digest.from_hex("0x" + HEX),) * 2
    with pytest.raises(ProofError):
        from_merkletools(steps, index=0, leaf_count=4)


def test_all_reference_paths_at_once_are_those_asked_for_one_by_one() -> None:
    for count in (1, 2, 3, 5, 8, 33):
        leaves = leaves_of(count)
        root, paths = reference_paths(leaves)
        assert root == reference_root(leaves)
        assert paths == [reference_path(leaves, index) for index in range(count)]
