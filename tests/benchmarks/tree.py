"""The tree of a batch and every proof in it as JSON."""

from __future__ import annotations

import json
import os

from merkletools import MerkleTools

from credroot.core.tree.merkle import MerkleTree
from credroot.core.tree.merkletools_format import proof_texts
from credroot.core.values import Digest, Leaf
from tests.benchmarks.measure import Row, in_turn


def row(leaves: int, rounds: int) -> Row:
    """Compare with merkletools and json."""
    digests = [Leaf(Digest(os.urandom(32))) for _ in range(leaves)]
    texts = [digest.hex() for digest in digests]

    def ours() -> int:
        return sum(len(text) for text in proof_texts(MerkleTree(digests)))

    def peer() -> int:
        other = MerkleTools(hash_type="sha256")
        other.add_leaf(texts)
        other.make_tree()
        return sum(len(json.dumps(other.get_proof(index))) for index in range(leaves))

    assert ours() == peer()
    mine, theirs = in_turn([(ours, 1), (peer, 1)], rounds)
    return Row(f"tree and all proofs as JSON, {leaves:,} leaves", mine, theirs, "merkletools + json", "8x")
