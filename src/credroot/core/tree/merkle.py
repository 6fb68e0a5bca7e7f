"""The tree of a batch: SHA-256, parent = H(left || right), an odd last node is promoted, as merkletools builds it.

A level is one byte string, 32 bytes a node, so a tree of n leaves holds 64 n bytes and no object per node. Paths are
made from the root down, many leaves at a time: neighbours share all of their path but the lowest digests.

The index and the leaf count alone fix the number and the sides of the siblings, so one leaf of one tree has one path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from operator import add
from struct import Struct, unpack
from typing import TypeAlias, TypeVar

from credroot.core.errors import InputError, ProofError
from credroot.core.values import Digest, Leaf, Root

MAX_LEAF_COUNT = 2**32 - 1
"""Leaves in a batch at most: the registry keeps the number in 32 bits, which also bounds a path to 32 digests."""

_SIZE = Digest.SIZE
_BLOCK_LEVELS = 12  # paths are made for 2^12 leaves together: some 3 MiB, where a million leaves would need gigabytes
_HASH_RUN = 4096  # nodes hashed before they are joined, so that no level exists as single objects
_PAIR = Struct(f"{2 * _SIZE}s")
_NODE = Struct(f"{_SIZE}s")

# A digest cut from bytes of known length needs no second check; this is four times as fast as `Digest`.
_digest = partial(bytes.__new__, Digest)

Part = TypeVar("Part", bytes, str, tuple[Digest, ...])
PartsOf: TypeAlias = Callable[[int, Sequence[bytes]], Sequence[Part]]
"""Takes a level, 0 for the leaves, and nodes of it; returns one part of a path for each, in order."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """The way from one leaf to the root of its tree.

    Raises `ProofError` when built with a path that this index and leaf count do not have.
    """

    index: int
    """The leaf's place, from zero: 0 <= index < leaf_count."""
    leaf_count: int
    """Leaves in the tree, 1 to `MAX_LEAF_COUNT`."""
    path: tuple[Digest, ...]
    """The sibling digests, from the leaf's own to the one below the root."""

    def __post_init__(self) -> None:
        wanted = path_length(self.index, self.leaf_count)
        if len(self.path) != wanted:
            raise ProofError(
                f"leaf {self.index} of {self.leaf_count} has a path of {wanted} digests, got {len(self.path)}"
            )
        if not set(map(type, self.path)) <= {Digest}:
            raise ProofError("a path consists of digests")


def path_length(index: int, leaf_count: int) -> int:
    """Give the number of siblings between leaf `index` and the root of a tree of `leaf_count` leaves, 0 to 32.

    Raises:
        ProofError: unless 0 <= index < leaf_count <= `MAX_LEAF_COUNT`.

    Source: RFC 9162 section 2.1.3.2: below the level at which this leaf and the last one meet, every node has a
    sibling; above it, the node is the last of its level and has one only where its own index is odd.
    """
    if not 0 <= index < leaf_count <= MAX_LEAF_COUNT:
        raise ProofError(f"needs 0 <= index < leaf count <= {MAX_LEAF_COUNT}, got {index} of {leaf_count}")
    meeting = (index ^ (leaf_count - 1)).bit_length()
    return meeting + (index >> meeting).bit_count()


def root_from_proof(leaf: Leaf, proof: InclusionProof) -> Root:
    """Fold `leaf` along `proof.path` and return the root that the proof implies.

    The sides come from the index and the leaf count, never from the proof itself, so a path has one reading.
    Comparing the result with an anchored root is the caller's part.

    Source: merkletools' tree (an odd last node is promoted), RFC 9162 section 2.1.3.2 for the walk.
    """
    meeting = (proof.index ^ (proof.leaf_count - 1)).bit_length()
    # From the meeting on, every sibling stands on the left.
    siblings_left = proof.index | -1 << meeting
    node: bytes = leaf
    for sibling in proof.path:
        node = sha256(sibling + node if siblings_left & 1 else node + sibling).digest()
        siblings_left >>= 1
    return Root(_digest(node))


def digests_of(path: bytes) -> tuple[Digest, ...]:
    """Cut a path that is one byte string into its digests; `ProofError` unless its length is a multiple of 32."""
    if len(path) % _SIZE:
        raise ProofError(f"a path has {_SIZE} bytes for each digest, got {len(path)} bytes")
    return tuple(map(_digest, unpack(f"{_SIZE}s" * (len(path) // _SIZE), path)))


class MerkleTree:
    """The whole tree of one batch; building it costs a hash per leaf, a path after that costs none."""

    __slots__ = ("_levels",)

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        """Take the leaves in batch order; raise `InputError` (``tree.size``) for none or over `MAX_LEAF_COUNT`."""
        self._levels = _build(b"".join(leaves))

    @classmethod
    def from_bytes(cls, leaves: bytes) -> MerkleTree:
        """Take the leaves as one byte string, 32 bytes each, which a large batch need not hold as objects.

        Raises:
            InputError: ``tree.size``; no leaf, over `MAX_LEAF_COUNT`, or not a multiple of 32 bytes.
        """
        tree = cls.__new__(cls)
        tree._levels = _build(leaves)
        return tree

    @property
    def leaf_count(self) -> int:
        """The number of leaves, at least one."""
        return len(self._levels[0]) // _SIZE

    @property
    def root(self) -> Root:
        """The digest at the top; of a single leaf, that leaf."""
        return Root(Digest(self._levels[-1]))

    def leaf(self, index: int) -> Leaf:
        """Give one leaf; `InputError` unless 0 <= index < leaf count."""
        self._require(index)
        return Leaf(Digest(self._node(0, index)))

    def path(self, index: int) -> tuple[Digest, ...]:
        """Give the siblings of one leaf, from its own to the one below the root; `InputError` for no such leaf."""
        self._require(index)
        return tuple(map(_digest, self._siblings(index)))

    def proof(self, index: int) -> InclusionProof:
        """Give the inclusion proof of one leaf; `InputError` for no such leaf."""
        return InclusionProof(index, self.leaf_count, self.path(index))

    def paths(self) -> Iterator[tuple[Digest, ...]]:
        """Yield every leaf's path in index order; much faster than `path` for each."""

        def single(_level: int, nodes: Sequence[bytes]) -> list[tuple[Digest, ...]]:
            return list(zip(map(_digest, nodes), strict=True))

        return self.descend((), left=single, right=single)

    def paths_bytes(self) -> Iterator[bytes]:
        """Yield every leaf's path in index order, its digests concatenated from leaf to root."""

        def plain(_level: int, nodes: Sequence[bytes]) -> Sequence[bytes]:
            return nodes

        return self.descend(b"", left=plain, right=plain)

    def descend(
        self,
        end: Part,
        *,
        left: PartsOf[Part],
        right: PartsOf[Part],
    ) -> Iterator[Part]:
        """Yield, in index order, each leaf's path in the form that the caller gives to one sibling.

        `left` is asked about siblings that stand on the left, `right` about the others. A leaf's result is its parts
        added from leaf to root, then `end`.
        """
        block = min(_BLOCK_LEVELS, len(self._levels) - 1)
        for first in range(0, self.leaf_count, 1 << block):
            yield from self._descend_block(first, block, end, left, right)

    def _descend_block(
        self,
        first: int,
        block: int,
        end: Part,
        left: PartsOf[Part],
        right: PartsOf[Part],
    ) -> list[Part]:
        """Give the results of the leaves from `first`, a multiple of 2^block, that share a node at level `block`."""
        results = [self._descend_to(first, block, end, left, right)]
        for level in reversed(range(block)):
            start = (first >> level) * _SIZE
            nodes = [
                node for (node,) in _NODE.iter_unpack(self._levels[level][start : start + (_SIZE << block - level)])
            ]
            paired = len(nodes) & ~1
            children: list[Part] = results * 2
            children[0:paired:2] = map(add, right(level, nodes[1:paired:2]), results)
            children[1:paired:2] = map(add, left(level, nodes[0:paired:2]), results)
            if paired < len(nodes):
                children[paired:] = results[-1:]
            results = children
        return results

    def _descend_to(
        self,
        first: int,
        block: int,
        end: Part,
        left: PartsOf[Part],
        right: PartsOf[Part],
    ) -> Part:
        """Give the shared upper part of the paths of all leaves below one node of level `block`."""
        result = end
        for level in reversed(range(block, len(self._levels) - 1)):
            sibling = first >> level ^ 1
            if sibling * _SIZE < len(self._levels[level]):
                part = left if sibling & 1 == 0 else right
                result = part(level, [self._node(level, sibling)])[0] + result
        return result

    def _siblings(self, index: int) -> Iterator[bytes]:
        for level in self._levels[:-1]:
            start = (index ^ 1) * _SIZE
            if start < len(level):
                yield level[start : start + _SIZE]
            index >>= 1

    def _node(self, level: int, index: int) -> bytes:
        return self._levels[level][index * _SIZE : (index + 1) * _SIZE]

    def _require(self, index: int) -> None:
        if not 0 <= index < self.leaf_count:
            raise InputError(f"needs 0 <= index < {self.leaf_count}, got {index}", code="tree.index")


def _build(leaves: bytes) -> tuple[bytes, ...]:
    """Give all levels, leaves first; a level of n nodes has the next one of (n + 1) // 2."""
    count, rest = divmod(len(leaves), _SIZE)
    if rest or not 1 <= count <= MAX_LEAF_COUNT:
        raise InputError(
            f"a tree has 1 to {MAX_LEAF_COUNT} leaves of {_SIZE} bytes, got {len(leaves)} bytes", code="tree.size"
        )
    levels = [leaves]
    while len(levels[-1]) > _SIZE:
        levels.append(_parents(levels[-1]))
    return tuple(levels)


def _parents(level: bytes) -> bytes:
    paired = len(level) // _PAIR.size * _PAIR.size
    runs = []
    for start in range(0, paired, _HASH_RUN * _PAIR.size):
        pairs = _PAIR.iter_unpack(level[start : min(paired, start + _HASH_RUN * _PAIR.size)])
        runs.append(b"".join([sha256(pair).digest() for (pair,) in pairs]))
    return b"".join(runs) + level[paired:]
