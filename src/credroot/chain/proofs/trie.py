"""The Merkle Patricia trie: its root from all its entries, and one entry from the nodes that lead to it.

Source: yellow paper, appendix D. A path is written as the hex digits of its key, one for each nibble.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import RlpItem, decode, encode_bytes, encode_list
from credroot.core.errors import ProofError

EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""Root of a trie without entries: Keccak-256 of the empty string in RLP."""
BRANCH = 17
_EMPTY = encode_bytes(b"")
_DIGITS = "0123456789abcdef"


def trie_root(entries: Mapping[bytes, bytes]) -> bytes:
    """Give the root of the trie that holds `entries`, none of whose values is empty.

    Keys are taken as they are: a secure trie, such as that of storage, has the Keccak-256 of what it maps.
    """
    if not entries:
        return EMPTY_ROOT
    ordered = sorted((key.hex(), value) for key, value in entries.items())
    return keccak256(_node([key for key, _ in ordered], [value for _, value in ordered], 0, len(ordered), 0))


def _node(paths: Sequence[str], values: Sequence[bytes], low: int, high: int, depth: int) -> bytes:
    """Encode the node over the entries `low` to `high` - 1, whose paths agree up to `depth`."""
    if high - low == 1:
        return encode_list([_packed(paths[low][depth:], leaf=True), encode_bytes(values[low])])
    common = _common(paths[low], paths[high - 1])
    if common > depth:
        child = _reference(_node(paths, values, low, high, common))
        return encode_list([_packed(paths[low][depth:common], leaf=False), child])
    own = _EMPTY
    if len(paths[low]) == depth:
        own = encode_bytes(values[low])
        low += 1
    children = []
    prefix = paths[low][:depth]
    for digit in _DIGITS:
        # "g" follows "f", so it closes the range of paths that begin with this digit.
        end = bisect_left(paths, prefix + digit + "g", low, high)
        children.append(_reference(_node(paths, values, low, end, depth + 1)) if end > low else _EMPTY)
        low = end
    return encode_list([*children, own])


def _common(first: str, last: str) -> int:
    """Count the digits that two paths have in common from their beginning."""
    return next(
        (place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last))
    )


def _reference(node: bytes) -> bytes:
    """Give what stands for a node in its parent: itself when it is short, else its hash."""
    return node if len(node) < 32 else encode_bytes(keccak256(node))


def _packed(path: str, *, leaf: bool) -> bytes:
    """Write a piece of a path with its hex prefix: whether it ends in a leaf, and whether its length is odd."""
    flag = 2 * leaf + len(path) % 2
    return encode_bytes(bytes.fromhex(f"{flag:x}{'' if len(path) % 2 else '0'}{path}"))


def prove_value(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """Follow `key` through `nodes`, from the root down; give its value, or `None` where they show that it has none.

    Raises:
        ProofError: ``proof.trie``: a node does not hash to what stands for it in its parent, is none, or is missing;
            nodes are left over.
    """
    if not nodes and root == EMPTY_ROOT:
        return None
    remaining = iter(nodes)
    path, expected = key.hex(), root
    node = _hashed(next(remaining, None), expected)
    while True:
        value, child, path = _step(node, path)
        if child is None:
            if next(remaining, None) is not None:
                raise _broken("there are more nodes than the path has")
            return value
        node = child if isinstance(child, list) else _hashed(next(remaining, None), child)


def _step(node: RlpItem, path: str) -> tuple[bytes | None, RlpItem | None, str]:
    """Give the value where the path ends here, or the next node (or its hash) with the rest of the path."""
    if isinstance(node, list) and len(node) == BRANCH:
        if not path:
            return _bytes(node[-1]) or None, None, ""
        child = node[int(path[0], 16)]
        return (None, None, "") if child == b"" else (None, child, path[1:])
    if not isinstance(node, list) or len(node) != 2:
        raise _broken("a node has neither 2 nor 17 items")
    packed = _bytes(node[0]).hex()
    if len(packed) < 2 or packed[0] not in "0123" or (packed[0] in "02" and packed[1] != "0"):
        raise _broken("a path without its prefix")
    piece = packed[1 if packed[0] in "13" else 2 :]
    if packed[0] in "23":
        return (_bytes(node[1]) if piece == path else None), None, ""
    if not path.startswith(piece) or not piece:
        return None, None, ""
    return None, node[1], path[len(piece) :]


def _hashed(encoded: bytes | None, expected: RlpItem) -> RlpItem:
    if encoded is None:
        raise _broken("a node is missing")
    if keccak256(encoded) != expected:
        raise _broken("a node does not hash to what its parent says")
    return decode(encoded)


def _bytes(item: RlpItem) -> bytes:
    if not isinstance(item, bytes):
        raise _broken("a list stands where bytes belong")
    return item


def _broken(reason: str) -> ProofError:
    return ProofError(f"trie proof: {reason}", code="proof.trie")
