"""Any other file, anchored the same way: a transcript, a diploma in PDF. Each gets a receipt to keep beside it."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from credroot.core.anchor.proof_value import AnchorClaim
from credroot.core.anchor.receipt import NONCE_BYTES, FileFacts, Receipt, leaf_of_file
from credroot.core.errors import GuardRefused, InputError
from credroot.core.tree.merkle import MerkleTree
from credroot.core.values import Digest
from credroot.issuer.batch.preparation import Prepared, sync_files
from credroot.issuer.batch.second_opinion import second_opinion
from credroot.store.durable import PRIVATE, write_new

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.issuer.batch.preparation import Place

MAX_FILES = 10_000
RECEIPT_SUFFIX = ".receipt.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of a request."""

    name: str
    digest: Digest
    media_type: str | None


def take_in_files(folder: BatchFolder, paths: Sequence[Path]) -> None:
    """Hash the files and store the request; the files themselves stay where they are, and out of the batch.

    Raises:
        InputError: a file can't be read, two have one name, or the batch's name is taken.
        GuardRefused: ``batch.empty``, there is none.
    """
    if not paths:
        raise GuardRefused("no file was named: an empty batch is not anchored", code="batch.empty")
    if len(paths) > MAX_FILES:
        raise InputError(f"{len(paths)} files, more than {MAX_FILES}", code="batch.files")
    names = {path.name.casefold() for path in paths}
    if len(names) != len(paths):
        raise InputError("two files have the same name, and so would their receipts", code="batch.files")
    files: list[JsonValue] = [_described(path) for path in paths]
    folder.create({}, {"files": files, "people": 0})


def _described(path: Path) -> JsonObject:
    with path.open("rb") as file:
        digest = Digest(hashlib.file_digest(file, "sha256").digest())
    described: JsonObject = {"name": path.name, "digest": str(digest)}
    media_type = mimetypes.guess_type(path.name)[0]
    if media_type is not None:
        described["mediaType"] = media_type
    FileFacts(digest=digest, nonce=bytes(NONCE_BYTES), media_type=media_type, name=path.name)
    return described


def file_entries(request: JsonObject) -> tuple[FileEntry, ...]:
    """Give the files of a stored request, none where it is one of a roster."""
    files: Any = request.get("files", [])
    return tuple(FileEntry(one["name"], Digest.from_hex(one["digest"]), one.get("mediaType")) for one in files)


def digest_of_files(entries: Sequence[FileEntry], issuer: str) -> Digest:
    """Give the digest that tells this request from any other, whatever the order of its files."""
    listed = sorted([entry.name, str(entry.digest)] for entry in entries)
    return Digest.sha256(orjson.dumps([issuer, "files", listed]))


def prepare_files(
    folder: BatchFolder,
    entries: Sequence[FileEntry],
    place: Place,
    random_bytes: Callable[[int], bytes],
    header: JsonObject,
) -> Prepared:
    """Write a receipt for each file into the staged folder, with the manifest, and check them there.

    Raises:
        SecondOpinionDiffers: what lies on the disk is not what was computed.
    """
    folder.clear_staged()
    facts = [_facts(entry, random_bytes) for entry in entries]
    tree = MerkleTree(map(leaf_of_file, facts))
    for index, one in enumerate(facts):
        claim = AnchorClaim(place.chain_id, place.registry, place.issuer, tree.root, tree.proof(index))
        text = orjson.dumps(Receipt(one, claim).to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_new(folder.staged / f"{one.name}{RECEIPT_SUFFIX}", text, mode=PRIVATE)
    manifest_entries = (
        {"index": index, "file": f"{one.name}{RECEIPT_SUFFIX}", "leaf": str(tree.leaf(index))}
        for index, one in enumerate(facts)
    )
    folder.write_manifest({**header, "root": str(tree.root), "leafCount": tree.leaf_count}, manifest_entries)
    sync_files(folder.staged)
    files = (folder.staged / f"{one.name}{RECEIPT_SUFFIX}" for one in facts)
    return Prepared(tree.root, tree.leaf_count, second_opinion(files, tree.root, tree.leaf_count))


def _facts(entry: FileEntry, random_bytes: Callable[[int], bytes]) -> FileFacts:
    return FileFacts(digest=entry.digest, nonce=random_bytes(NONCE_BYTES), media_type=entry.media_type, name=entry.name)
