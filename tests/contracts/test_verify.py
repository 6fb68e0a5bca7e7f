"""`verify` on chain: every leaf of every small tree, and the nearest refusals, with merkletools as the judge."""

from __future__ import annotations

import hashlib
import random

import pytest

from tests.contracts import tree
from tests.contracts.people import ISSUER, OTHER_ISSUER, digest
from tests.contracts.registry import ACTIVE, INVALID_PROOF, UNKNOWN, Registry, encode_call

REFUSED = (INVALID_PROOF, 0)


def flip(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


@pytest.mark.parametrize("count", range(1, 65))
def test_every_leaf_verifies_at_its_own_index_only(registry: Registry, count: int) -> None:
    root, leaves = tree.root(count), tree.leaves(count)
    registry.send(ISSUER, "anchor", ISSUER, root, count)
    good = (ACTIVE, registry.evm.time)
    for index, leaf in enumerate(leaves):
        path = tree.path(count, index)
        verify = ("verify", ISSUER, root)
        assert registry.ask(*verify, leaf, index, path) == good
        assert registry.ask(*verify, flip(leaf), index, path) == REFUSED
        assert registry.ask(*verify, leaf, count, path) == REFUSED
        assert registry.ask(*verify, leaf, index, [*path, digest("one more")]) == REFUSED
        if count > 1:
            assert registry.ask(*verify, leaf, (index + 1) % count, path) == REFUSED
            assert registry.ask(*verify, leaf, index, path[:-1]) == REFUSED
            assert registry.ask(*verify, leaf, index, [*path[:-1], flip(path[-1])]) == REFUSED
            assert registry.ask(*verify, root, index, []) == REFUSED


@pytest.mark.parametrize("count", [2, 3, 5, 8, 13])
def test_a_leaf_verifies_at_no_other_index(registry: Registry, count: int) -> None:
    root, leaves = tree.root(count), tree.leaves(count)
    registry.send(ISSUER, "anchor", ISSUER, root, count)
    for index, leaf in enumerate(leaves):
        for other in range(count):
            for path in (tree.path(count, index), tree.path(count, other)):
                status, _ = registry.ask("verify", ISSUER, root, leaf, other, path)
                assert (status == ACTIVE) == (index == other)


def test_an_inner_node_does_not_pass_as_a_leaf(registry: Registry) -> None:
    leaves, root = tree.leaves(4), tree.root(4)
    left, right = (hashlib.sha256(leaves[at] + leaves[at + 1]).digest() for at in (0, 2))
    registry.send(ISSUER, "anchor", ISSUER, root, 4)
    for index in range(4):
        for node, path in ((left, [right]), (right, [left]), (root, [])):
            assert registry.ask("verify", ISSUER, root, node, index, path) == REFUSED
    # The danger that this prevents: with a leaf count of 2 the same root has other leaves.
    registry.send(OTHER_ISSUER, "anchor", OTHER_ISSUER, root, 2)
    assert registry.ask("verify", OTHER_ISSUER, root, left, 0, [right])[0] == ACTIVE


def test_a_promoted_last_leaf_needs_fewer_siblings(registry: Registry) -> None:
    root, leaves = tree.root(5), tree.leaves(5)
    registry.send(ISSUER, "anchor", ISSUER, root, 5)
    [left] = tree.path(5, 4)
    assert registry.ask("verify", ISSUER, root, leaves[4], 4, [left])[0] == ACTIVE
    assert registry.ask("verify", ISSUER, root, leaves[4], 4, [leaves[4], left]) == REFUSED
    assert registry.ask("verify", ISSUER, root, leaves[4], 4, [left, left]) == REFUSED


def test_reordered_siblings_are_refused(registry: Registry) -> None:
    root = tree.root(8)
    registry.send(ISSUER, "anchor", ISSUER, root, 8)
    first, second, third = tree.path(8, 3)
    assert registry.ask("verify", ISSUER, root, tree.leaves(8)[3], 3, [second, first, third]) == REFUSED


def test_a_single_leaf_is_its_root(registry: Registry) -> None:
    leaf = tree.leaves(1)[0]
    registry.send(ISSUER, "anchor", ISSUER, leaf, 1)
    assert registry.ask("verify", ISSUER, leaf, leaf, 0, [])[0] == ACTIVE
    assert registry.ask("verify", ISSUER, leaf, leaf, 0, [leaf]) == REFUSED
    assert registry.ask("verify", ISSUER, leaf, leaf, 1, []) == REFUSED


def test_an_unknown_batch_is_unknown_whatever_the_proof(registry: Registry) -> None:
    root, leaf, path = tree.root(3), tree.leaves(3)[0], tree.path(3, 0)
    registry.send(ISSUER, "anchor", ISSUER, root, 3)
    assert registry.ask("verify", OTHER_ISSUER, root, leaf, 0, path) == (UNKNOWN, 0)
    assert registry.ask("verify", ISSUER, flip(root), leaf, 0, path) == (UNKNOWN, 0)
    assert registry.ask("verify", ISSUER, bytes(32), bytes(32), 0, []) == (UNKNOWN, 0)


def test_foolish_arguments_are_answered_not_reverted(registry: Registry) -> None:
    root = tree.root(3)
    registry.send(ISSUER, "anchor", ISSUER, root, 3)
    assert registry.ask("verify", ISSUER, root, root, 2**256 - 1, []) == REFUSED
    assert registry.ask("verify", ISSUER, root, root, 0, [root] * 1000) == REFUSED


def test_the_deepest_tree_is_walked_to_its_root(registry: Registry) -> None:
    count, index = 2**32 - 1, 0x5A5A_A5A5
    node, path = digest("deep leaf"), [digest(f"sibling {level}") for level in range(32)]
    leaf = node
    for level, sibling in enumerate(path):
        node = hashlib.sha256(sibling + node if index >> level & 1 else node + sibling).digest()
    registry.send(ISSUER, "anchor", ISSUER, node, count)
    assert registry.ask("verify", ISSUER, node, leaf, index, path)[0] == ACTIVE
    assert registry.ask("verify", ISSUER, node, leaf, index, path[:-1]) == REFUSED
    assert registry.ask("verify", ISSUER, node, leaf, index + 2**32, path) == REFUSED


def test_larger_trees_of_random_size_verify_too(registry: Registry, seed: int) -> None:
    generator = random.Random(seed)
    for _ in range(6):
        count = generator.randrange(65, 3000)
        root = tree.root(count)
        registry.send(ISSUER, "anchor", ISSUER, root, count)
        for index in {0, count - 1, generator.randrange(count), generator.randrange(count)}:
            leaf, path = tree.leaves(count)[index], tree.path(count, index)
            assert registry.ask("verify", ISSUER, root, leaf, index, path)[0] == ACTIVE
            assert registry.ask("verify", ISSUER, root, leaf, index ^ 1, path) == REFUSED


def test_too_little_gas_never_reads_as_a_wrong_proof(registry: Registry) -> None:
    root, leaf, path = tree.root(600), tree.leaves(600)[333], tree.path(600, 333)
    registry.send(ISSUER, "anchor", ISSUER, root, 600)
    call = encode_call("verify", ISSUER, root, leaf, 333, path)
    whole = registry.evm.call(ISSUER, registry.address, call)
    answers = set()
    for gas in range(whole.gas_used - whole.execution_gas, whole.gas_used + 200, 97):
        receipt = registry.evm.call(ISSUER, registry.address, call, gas=gas)
        answers.add(receipt.output[31] if receipt.ok else "out of gas")
    assert answers == {ACTIVE, "out of gas"}


def test_a_chain_without_sha_256_gives_no_answer_at_all(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    root, leaf, path = tree.root(3), tree.leaves(3)[0], tree.path(3, 0)
    registry.send(ISSUER, "anchor", ISSUER, root, 3)
    registry.evm.without_precompile(monkeypatch, 2)
    receipt = registry.evm.call(ISSUER, registry.address, encode_call("verify", ISSUER, root, leaf, 0, path))
    assert (receipt.ok, receipt.output) == (False, b"")
