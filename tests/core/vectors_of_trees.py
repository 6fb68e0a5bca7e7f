"""Claims that a leaf is in a tree: the true ones, and one for each way of being false."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tests.core.oracle import merkletools_tree

COUNT = 7  # its last leaf is promoted once, so paths have 3, 3, 3, 3, 3, 3 and 2 siblings
LEAVES = [sha256(b"leaf %d" % number).digest() for number in range(8)]
ZEROS = "00" * 32


def anchored(count: int) -> dict[str, Any]:
    """Give what the registry holds about a tree of the first `count` leaves."""
    root = LEAVES[0].hex() if count == 1 else merkletools_tree(LEAVES[:count]).get_merkle_root()
    return {"root": "0x" + root, "leafCount": count}


def path(index: int, count: int) -> list[str]:
    """Give merkletools' siblings without their sides."""
    return ["0x" + sibling for step in merkletools_tree(LEAVES[:count]).get_proof(index) for sibling in step.values()]


def true_claim(index: int, count: int) -> dict[str, Any]:
    """Give a claim that holds."""
    return {
        "description": f"leaf {index} of {count}",
        "valid": True,
        "leaf": "0x" + LEAVES[index].hex(),
        "index": index,
        "leafCount": count,
        "path": path(index, count),
        "anchored": anchored(count),
    }


def merkle_vectors() -> dict[str, dict[str, Any]]:
    """Give all vectors by name."""
    named = {f"leaf-{index}-of-{count}": true_claim(index, count) for count in range(1, 9) for index in range(count)}

    def false(name: str, description: str, code: str, of: int = 1, /, **changes: Any) -> None:
        claim = true_claim(of, COUNT) | {"description": description, "valid": False, "code": code}
        named[name] = claim | changes

    good = path(1, COUNT)
    root = anchored(COUNT)["root"]
    inner = "0x" + sha256(LEAVES[0] + LEAVES[1]).hexdigest()
    malformed, differs, count = "proof.malformed", "root.differs", "count.differs"

    false("inner-node-as-leaf", "an inner node with the rest of its path", malformed, 0, leaf=inner, path=good[1:])
    false("inner-node-as-leaf-of-a-smaller-tree", "the same, with the leaf count of the level above: folds to the root",
          count, 0, leaf=inner, path=good[1:], leafCount=4)  # fmt: skip
    false(
        "inner-node-as-leaf-with-full-length",
        "an inner node, its path filled up",
        differs,
        leaf=inner,
        path=[*good[1:], "0x" + ZEROS],
    )
    false("root-as-leaf", "the root with an empty path", malformed, 0, leaf=root, path=[])
    false(
        "root-as-leaf-of-one", "the root as the only leaf: folds to the root", count, 0, leaf=root, path=[], leafCount=1
    )
    false("cut-at-the-top", "the topmost sibling is missing", malformed, path=good[:-1])
    false("cut-at-the-bottom", "the lowest sibling is missing", malformed, path=good[1:])
    false("cut-to-nothing", "no sibling at all", malformed, path=[])
    false("extended-at-the-top", "one sibling more above the root", malformed, path=[*good, "0x" + ZEROS])
    false("extended-at-the-bottom", "one sibling more below the leaf", malformed, path=["0x" + ZEROS, *good])
    false("extended-by-itself", "the path twice", malformed, path=good + good)
    false("reordered-low", "the two lowest siblings change places", differs, path=[good[1], good[0], good[2]])
    false("reordered-high", "the two highest siblings change places", differs, path=[good[0], good[2], good[1]])
    false("reversed", "the path from root to leaf", differs, path=good[::-1])
    false("sibling-of-31-bytes", "one sibling lacks a byte", "input.invalid", path=[good[0], good[1][:-2], good[2]])
    false(
        "sibling-of-33-bytes", "one sibling has a byte more", "input.invalid", path=[good[0], good[1] + "00", good[2]]
    )
    false("siblings-of-31-and-33-bytes", "one byte moved over to the next sibling: 96 bytes in all", "input.invalid",
          path=[good[0][:-2], "0x" + good[0][-2:] + good[1][2:], good[2]])  # fmt: skip
    false("siblings-glued", "two siblings in one of 64 bytes", "input.invalid", path=[good[0] + good[1][2:], good[2]])
    false("leaf-of-31-bytes", "the leaf lacks a byte", "input.invalid", leaf="0x" + LEAVES[1].hex()[:-2])
    false("leaf-and-sibling-exchanged", "the sibling is claimed, the leaf stands in the path", differs,
          leaf=good[0], path=["0x" + LEAVES[1].hex(), *good[1:]])  # fmt: skip
    false("other-index-neighbour", "the index of the sibling", differs, index=0)
    false("other-index-far", "another index with a path as long", differs, index=5)
    false("other-index-shorter", "another index, whose path is shorter", malformed, index=6)
    false("other-leaf", "the path of this place for another leaf", differs, leaf="0x" + LEAVES[3].hex())
    false("leaf-one-bit-off", "one bit of the leaf", differs, leaf="0x" + flipped(LEAVES[1]))
    false("sibling-one-bit-off", "one bit of a sibling", differs, path=["0x" + flipped(LEAVES[0]), *good[1:]])
    false("root-one-bit-off", "one bit of the root", differs,
          anchored={"root": "0x" + flipped(bytes.fromhex(root[2:])), "leafCount": COUNT})  # fmt: skip
    false("other-count-same-sides", "a count with the same sides: only what is anchored tells", count, leafCount=8)
    false("other-count-smaller", "a count that changes the length", malformed, leafCount=4)
    false("other-count-larger", "a count that changes the length", malformed, leafCount=9)
    false("promoted-leaf-doubled", "the last leaf paired with itself, as other trees do", malformed, 6,
          path=["0x" + LEAVES[6].hex(), *path(6, COUNT)])  # fmt: skip
    false(
        "promoted-leaf-beside-its-double",
        "a leaf after the last one, as in a tree that doubles it",
        malformed,
        6,
        index=7,
    )
    false("index-behind-the-end", "an index equal to the count", malformed, index=COUNT)
    false("index-negative", "an index below zero", malformed, index=-1)
    false("count-zero", "a tree without leaves", malformed, leafCount=0)
    false("count-beyond-32-bits", "more leaves than the registry counts", malformed, leafCount=2**32)
    return named


def flipped(digest: bytes) -> str:
    """Give the digest's hex with its last bit changed."""
    return (digest[:-1] + bytes((digest[-1] ^ 1,))).hex()
