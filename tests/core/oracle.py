"""merkletools, the judge of roots and proofs."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it misses a package for SHA-3, which it does not need here
    import merkletools


def merkletools_tree(leaves: Sequence[bytes]) -> Any:
    """Give merkletools' tree over `leaves`."""
    tree = merkletools.MerkleTools(hash_type="sha256")
    tree.add_leaf([leaf.hex() for leaf in leaves])
    tree.make_tree()
    return tree
