"""Before a root is sent: computed once more from the written files, by an implementation that shares none of our tree.

A log of certificates died of one flipped bit in one leaf. So each file is read back, hashed with the reference
canonicaliser, and its proof compared with the one that merkletools gives where it is installed, and elsewhere with the
slow recursive definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

import rfc8785

from credroot.core.anchor.proof import decode_proof_value, split_proofs
from credroot.core.anchor.receipt import RECEIPT_FORMAT
from credroot.core.errors import CredrootError
from credroot.core.json.strict import loads
from credroot.core.tree.reference_tree import reference_paths
from credroot.core.values import Digest, Leaf, Root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from credroot.core.json.types import JsonObject


BLOCK_LEAVES = 4096
"""Files that are read and proved together; a power of two."""


class SecondOpinionDiffers(CredrootError):
    """What lies on the disk is not what was computed: nothing may be sent."""

    code = "batch.second_opinion"


class SecondTree(Protocol):
    """A tree by somebody else."""

    name: str
    """The implementation, with its version."""
    root: Digest

    def path(self, index: int) -> Sequence[bytes]:
        """Give the siblings of a leaf, from its own to the one below the root."""
        ...


class MerkletoolsTree:
    """The tree of the package merkletools."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        from importlib.metadata import version

        from merkletools import MerkleTools

        self._tree: Any = MerkleTools(hash_type="sha256")
        self._tree.add_leaf([leaf.hex() for leaf in leaves])
        self._tree.make_tree()
        self.name = f"merkletools {version('merkletools')}"
        self.root = Digest(bytes.fromhex(self._tree.get_merkle_root()))

    def path(self, index: int) -> Sequence[bytes]:
        """See `SecondTree.path`."""
        return [bytes.fromhex(next(iter(step.values()))) for step in self._tree.get_proof(index)]


class RecursiveTree:
    """The definition of the tree, computed as it is written."""

    name = "the recursive definition"

    def __init__(self, leaves: Sequence[bytes]) -> None:
        root, self._paths = reference_paths([Leaf(Digest(leaf)) for leaf in leaves])
        self.root: Digest = root

    def path(self, index: int) -> Sequence[bytes]:
        """See `SecondTree.path`."""
        return self._paths[index]


def second_tree(leaves: Sequence[bytes]) -> SecondTree:
    """Build the second tree: merkletools where it is installed."""
    return MerkletoolsTree(leaves) if find_spec("merkletools") else RecursiveTree(leaves)


def second_opinion(
    files: Iterable[Path],
    root: Root,
    leaf_count: int,
    *,
    progress: Callable[[int], None] = lambda _: None,
    block_leaves: int = BLOCK_LEAVES,
) -> str:
    """Check every file of a batch against `root`; give the name of the implementation that did.

    `files` are the written credentials in leaf order; each is read once, and one block of them is in memory at a time.
    A block of a power of two leaves is a subtree: the batch's tree is the tree over the blocks' roots. `progress` is
    called with the number of files checked.

    Raises:
        SecondOpinionDiffers: a file, a proof or the root is not what it should be; `str` names the file.
    """
    checked = 0
    roots: list[Digest] = []
    upper_paths: list[tuple[Path, Sequence[bytes]]] = []
    remaining = iter(files)
    while block := list(islice(remaining, block_leaves)):
        written = [_Written.read(path) for path in block]
        tree = second_tree([one.leaf for one in written])
        for place, (path, one) in enumerate(zip(block, written, strict=True)):
            upper = one.upper_path(path, root, checked, leaf_count, tree.path(place))
            if place == 0:
                upper_paths.append((path, upper))
            elif upper != upper_paths[-1][1]:
                raise _other_proof(path, tree)
            checked += 1
            progress(checked)
        roots.append(tree.root)
    if checked != leaf_count:
        raise SecondOpinionDiffers(f"{checked} files were written for {leaf_count} credentials")
    top = second_tree(roots)
    if top.root != root:
        raise SecondOpinionDiffers(f"{top.name} computes the root {top.root}, not {root}")
    for number, (path, upper) in enumerate(upper_paths):
        if upper != list(top.path(number)):
            raise _other_proof(path, top)
    return top.name


@dataclass(frozen=True, slots=True)
class _Written:
    """What one file says of itself, read back and hashed with the reference implementation of RFC 8785."""

    leaf: Digest
    proof_value: str

    @classmethod
    def read(cls, path: Path) -> _Written:
        document = loads(path.read_bytes())
        if not isinstance(document, dict):
            raise SecondOpinionDiffers(f"{path}: not an object")
        if document.get("format") == RECEIPT_FORMAT:
            facts = {name: value for name, value in document.items() if name != "proofValue"}
            return cls(_tagged(1, _hashed(facts)), str(document.get("proofValue")))
        unanchored, proofs = split_proofs(document)
        if len(proofs) != 1:
            raise SecondOpinionDiffers(f"{path}: {len(proofs)} anchor proofs")
        options = {name: value for name, value in proofs[0].items() if name != "proofValue"}
        return cls(_tagged(0, _hashed(options) + _hashed(unanchored)), str(proofs[0].get("proofValue")))

    def upper_path(
        self, path: Path, root: Root, index: int, leaf_count: int, lower: Sequence[bytes]
    ) -> Sequence[bytes]:
        """Give the siblings above the block, once the proof is known to be this leaf's and to begin with `lower`."""
        claim = decode_proof_value(self.proof_value)
        if (claim.root, claim.proof.index, claim.proof.leaf_count) != (root, index, leaf_count):
            raise SecondOpinionDiffers(f"{path}: its proof is of leaf {claim.proof.index} in {claim.root}")
        siblings: list[bytes] = [*claim.proof.path]
        if siblings[: len(lower)] != list(lower):
            raise SecondOpinionDiffers(f"{path}: its proof is not the one that a tree of the files gives")
        return siblings[len(lower) :]


def _hashed(value: JsonObject) -> Digest:
    return Digest.sha256(rfc8785.dumps(value))


def _tagged(kind: int, inner: bytes) -> Digest:
    return Digest.sha256(bytes([kind]) + inner)


def _other_proof(path: Path, tree: SecondTree) -> SecondOpinionDiffers:
    return SecondOpinionDiffers(f"{path}: its proof is not the one that {tree.name} gives")
