"""Trees as merkletools builds them: the oracle of the contract tests."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import merkletools


@cache
def leaves(count: int, salt: str = "") -> tuple[bytes, ...]:
    """That many distinct leaves, fixed by the count and the salt."""
    return tuple(hashlib.sha256(f"{salt}/{count}/{index}".encode()).digest() for index in range(count))


@cache
def _tools(count: int, salt: str) -> Any:
    tools = merkletools.MerkleTools()
    tools.add_leaf([leaf.hex() for leaf in leaves(count, salt)])
    tools.make_tree()
    return tools


def root(count: int, salt: str = "") -> bytes:
    return bytes.fromhex(_tools(count, salt).get_merkle_root())


def path(count: int, index: int, salt: str = "") -> list[bytes]:
    """The siblings of a leaf, from the leaf to the root."""
    return [bytes.fromhex(digest) for step in _tools(count, salt).get_proof(index) for digest in step.values()]
