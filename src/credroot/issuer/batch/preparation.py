"""From drafts to files that are complete before anything is sent: signed, hashed, put into a tree, proved, read back.

Two passes, so that memory stays flat however long the roster is. The first signs each credential, appends it to a spool
file, as it will be written but for the anchor proof's value, and keeps only its leaf. Then the leaves are shuffled, so
that a place in the tree says nothing about a place in the roster; the second pass takes the credentials from the spool
in leaf order and writes each with its proof's value.
"""

from __future__ import annotations

import os
import sys
import uuid
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from credroot.core.anchor.domain import AnchorPlace
from credroot.core.anchor.proof import anchor_options, attach, encode_proof_values, leaf_of
from credroot.core.errors import GuardRefused
from credroot.core.tree.merkle import MerkleTree
from credroot.issuer.batch.second_opinion import second_opinion
from credroot.issuer.batch.status_slots import StatusSlot
from credroot.store.durable import private, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address, ChainId, Root
    from credroot.issuer.batch.folder import BatchFolder

UUID_BYTES = 16
_END_OF_FILE = b'"\n    }\n  ]\n}\n'
"""What stands behind the value of the anchor proof, the last one of a document's last member."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One credential before its proofs."""

    row: int
    """Its row in the roster, as a spreadsheet counts."""
    id: uuid.UUID
    """The credential's ``urn:uuid``, which also names its file."""
    document: JsonObject
    status: StatusSlot | None = None
    """Its place in the issuer's status lists, where it has one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the batch will be anchored, and how its anchor proofs name the account."""

    chain_id: ChainId
    registry: Address
    issuer: Address
    verification_method: str

    @property
    def domain(self) -> str:
        """What the issuer's signatures say of it: see `credroot.core.anchor.domain`."""
        return AnchorPlace(self.chain_id, self.registry, self.issuer).domain


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch whose files are on the disk and were checked."""

    root: Root
    leaf_count: int
    checked_by: str


@dataclass(frozen=True, slots=True)
class Tools:
    """What a preparation takes from the world."""

    sign: Callable[[JsonObject], JsonObject]
    """Adds the issuer's own signature, before anchoring, so that the anchor covers and dates it."""
    check: Callable[[JsonObject], None]
    """Raises `InputError` for a document that must not be issued."""
    random_bytes: Callable[[int], bytes]
    shuffle: Callable[[array[int]], None]
    now: datetime
    progress: Callable[[str, int], None] = lambda _what, _done: None


class Spool:
    """Texts in one temporary file, read back by number."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "w+b", opener=private)  # noqa: SIM115 - closed by `close`
        path.unlink()
        self._starts = array("Q", [0])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, data: bytes) -> None:
        """Append one text."""
        self._file.write(data)
        self._starts.append(self._starts[-1] + len(data))

    def read(self, number: int) -> bytes:
        """Give one text back."""
        start, end = self._starts[number], self._starts[number + 1]
        self._file.seek(start)
        return self._file.read(end - start)

    def close(self) -> None:
        """Close the file, which has no name any more."""
        self._file.close()


def prepare(folder: BatchFolder, drafts: Iterable[Draft], place: Place, tools: Tools, header: JsonObject) -> Prepared:
    """Write the credentials of `drafts` into the batch's staged folder, with its manifest, and check them there.

    Raises:
        GuardRefused: ``batch.empty``, there is no draft.
        InputError: a document must not be issued; it says why.
        SecondOpinionDiffers: what lies on the disk is not what was computed.
        OSError: a full disk, say. Nothing was sent, and the next call begins anew.
    """
    folder.clear_staged()
    spool = Spool(folder.path / ".spool")
    try:
        leaves, ids, rows, slots = _first_pass(spool, drafts, place, tools)
        if not len(spool):
            raise GuardRefused("the roster has no row to issue: an empty batch is not anchored", code="batch.empty")
        order = array("I", range(len(spool)))
        tools.shuffle(order)
        tree = MerkleTree.from_bytes(b"".join(leaves[32 * number : 32 * number + 32] for number in order))
        _second_pass(folder.staged, spool, order, ids, tree, place, tools)
    finally:
        spool.close()

    def name_of(index: int) -> str:
        number = order[index]
        return str(uuid.UUID(bytes=bytes(ids[UUID_BYTES * number : UUID_BYTES * number + UUID_BYTES])))

    def entry_of(index: int) -> dict[str, object]:
        number = order[index]
        entry: dict[str, object] = {"index": index, "id": f"urn:uuid:{name_of(index)}", "leaf": str(tree.leaf(index))}
        entry["row"] = rows[number]
        if slots[number]:
            slot = StatusSlot.of(slots[number] - 1)
            entry["status"] = {"list": slot.list_number, "index": slot.index}
        return entry

    entries = map(entry_of, range(tree.leaf_count))
    folder.write_manifest({**header, "root": str(tree.root), "leafCount": tree.leaf_count}, entries)
    sync_files(folder.staged)
    files = (folder.staged / f"{name_of(index)}.json" for index in range(tree.leaf_count))
    checked_by = second_opinion(
        files, tree.root, tree.leaf_count, progress=lambda done: tools.progress("checked", done)
    )
    return Prepared(tree.root, tree.leaf_count, checked_by)


def _first_pass(
    spool: Spool, drafts: Iterable[Draft], place: Place, tools: Tools
) -> tuple[bytearray, bytearray, array[int], array[int]]:
    """Sign and hash each draft; give leaves, ids, rows and status places (from 1, 0 for none), each as one run."""
    leaves, ids, rows, slots = bytearray(), bytearray(), array("I"), array("I")
    for draft in drafts:
        document = tools.sign(draft.document)
        tools.check(document)
        options = anchor_options(
            verification_method=place.verification_method, created=tools.now, nonce=tools.random_bytes(32)
        )
        leaves += leaf_of(options, document)
        ids += draft.id.bytes
        rows.append(draft.row)
        slots.append(0 if draft.status is None else draft.status.number + 1)
        spool.add(_open_file(document, options))
        tools.progress("signed", len(spool))
    return leaves, ids, rows, slots


def _second_pass(
    staged: Path, spool: Spool, order: array[int], ids: bytearray, tree: MerkleTree, place: Place, tools: Tools
) -> None:
    """Write every credential with its proof, in leaf order."""
    values = encode_proof_values(chain_id=place.chain_id, registry=place.registry, issuer=place.issuer, tree=tree)
    for index, (number, value) in enumerate(zip(order, values, strict=True)):
        name = uuid.UUID(bytes=bytes(ids[UUID_BYTES * number : UUID_BYTES * number + UUID_BYTES]))
        with open(staged / f"{name}.json", "xb", opener=private) as file:
            file.write(spool.read(number) + value.encode() + _END_OF_FILE)
        tools.progress("written", index + 1)


def _open_file(document: JsonObject, options: JsonObject) -> bytes:
    """Give a credential's file up to where its anchor proof's value begins, which is all but the file's end."""
    text = orjson.dumps(attach(document, options, ""), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    assert text.endswith(b'"proofValue": "' + _END_OF_FILE), "the anchor proof is a document's last member"
    return text[: -len(_END_OF_FILE)]


def sync_files(folder: Path) -> None:
    """Make every file of `folder` durable: at once where the system can, one by one elsewhere."""
    if sys.platform == "linux":
        os.sync()
        return
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(folder)
