"""Proofs in the form of merkletools, ``[{"left": hex} | {"right": hex}, ...]`` from leaf to root.

merkletools' own check of such a proof can be deceived: it believes the sides and the number of steps that the proof
states. Read here, a proof must have those of its index and leaf count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

from credroot.core.errors import ProofError
from credroot.core.tree.merkle import InclusionProof, MerkleTree, path_length
from credroot.core.values import Digest

MerkletoolsStep: TypeAlias = dict[str, str]
"""One member: ``left`` or ``right``, the side on which the sibling stands, with 64 hex digits."""

_Side: TypeAlias = Literal["left", "right"]
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


def to_merkletools(proof: InclusionProof) -> list[MerkletoolsStep]:
    """Give the steps as merkletools' ``get_proof`` gives them."""
    sides = _sides(proof.index, proof.leaf_count)
    return [{side: sibling.hex()} for side, sibling in zip(sides, proof.path, strict=True)]


def from_merkletools(steps: Sequence[object], *, index: int, leaf_count: int) -> InclusionProof:
    """Read the steps, as JSON values, of leaf `index` in a tree of `leaf_count` leaves.

    Raises:
        ProofError: an index out of range, a wrong number of steps, a wrong side, both sides in one step, or a sibling
            that is not 64 hex digits.
    """
    wanted = path_length(index, leaf_count)
    if len(steps) != wanted:
        raise ProofError(f"leaf {index} of {leaf_count} has {wanted} steps, got {len(steps)}")
    path = tuple(_sibling(step, side) for step, side in zip(steps, _sides(index, leaf_count), strict=True))
    return InclusionProof(index, leaf_count, path)


def proof_texts(tree: MerkleTree) -> Iterator[str]:
    """Yield, in index order, the JSON text that ``json.dumps`` makes of every leaf's steps, byte for byte."""

    def on_the(side: _Side, level: int, nodes: Sequence[bytes]) -> list[str]:
        before = f'[{{"{side}": "' if level == 0 else f', {{"{side}": "'
        return [f'{before}{node.hex()}"}}' for node in nodes]

    texts = tree.descend(
        "]",
        left=lambda level, nodes: on_the("left", level, nodes),
        right=lambda level, nodes: on_the("right", level, nodes),
    )
    # Only a promoted last leaf has no step on its own level that would open the array.
    return (text if text[0] == "[" else "[" + text.removeprefix(", ") for text in texts)


def _sides(index: int, leaf_count: int) -> Iterator[_Side]:
    """Give the side of each sibling by walking the levels; a last node without a partner has none on its level."""
    width = leaf_count
    while width > 1:
        if index & 1:
            yield "left"
        elif index + 1 < width:
            yield "right"
        index >>= 1
        width = width + 1 >> 1


def _sibling(step: object, side: _Side) -> Digest:
    if not isinstance(step, dict) or step.keys() != {side}:
        raise ProofError(f"a step has one member here, {side}")
    text = step[side]
    if not isinstance(text, str) or _HEX.fullmatch(text) is None:
        raise ProofError("a sibling is written with 64 hex digits")
    return Digest(bytes.fromhex(text))
