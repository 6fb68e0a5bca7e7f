"""What an issuer hands over: manifests with their credential files, and the people whom rosters name.

A manifest is the issuer's own list of a batch, leaf by leaf. Nothing in it is believed: the leaves are put into a tree
again, each file is hashed again, and whom it is about is compared with the roster by the salted hash in the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from credroot.core.anchor.proof import leaf_of, read_options, split_proofs
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.text.clock import parse_time
from credroot.core.tree.merkle import MerkleTree
from credroot.core.values import Address, Digest, Leaf, Root

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.core.json.types import JsonObject

MANIFEST_FORMAT = "credroot/manifest/v1"
MANIFEST_NAME = "manifest.json"
CREDENTIAL_FOLDERS = ("credentials", "staged")
MAX_MANIFEST_BYTES = 2**30
MAX_CREDENTIAL_BYTES = 2**22
_URN = "urn:uuid:"


@dataclass(frozen=True, slots=True)
class Person:
    """One row of a roster."""

    row: int
    """As a spreadsheet counts."""
    name: str
    email: str
    did: str

    @property
    def shown(self) -> str:
        """How a report may name the row: by number only, for it may be public."""
        return f"row {self.row}"


@dataclass(frozen=True, slots=True)
class RosterFile:
    """One roster, read by whoever knows its form."""

    name: str
    digest: Digest
    """SHA-256 of the file."""
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One credential of a manifest."""

    index: int
    id: str
    leaf: Leaf
    row: int
    """Of the roster, by the issuer's word."""


@dataclass(frozen=True, slots=True)
class IssuedBatch:
    """One batch as its issuer's files have it."""

    name: str
    folder: Path
    issuer: Address
    root: Root
    leaf_count: int
    entries: tuple[Entry, ...]
    roster_digest: Digest | None
    """SHA-256 of the roster that is kept beside the manifest."""

    def root_of_leaves(self) -> Root | None:
        """Compute the root of the manifest's leaves again; `None` where they are not one for each index."""
        if [entry.index for entry in self.entries] != list(range(self.leaf_count)) or not self.entries:
            return None
        return MerkleTree([entry.leaf for entry in self.entries]).root

    def file_of(self, entry: Entry) -> Path | None:
        """Find the file of a credential."""
        for folder in CREDENTIAL_FOLDERS:
            path = self.folder / folder / f"{entry.id.removeprefix(_URN)}.json"
            if path.is_file():
                return path
        return None


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """What one credential's file says, as far as an auditor needs it."""

    leaf: Leaf
    """Computed from the file."""
    document: JsonObject
    name: str
    """The holder's name where the file shows one."""
    valid_from: int | None
    """Seconds since 1970."""
    created: int | None
    """When the issuer's clock said that it was prepared for anchoring."""


def read_batches(folder: Path) -> list[IssuedBatch]:
    """Read every batch below `folder`, by name: each a folder with a manifest; none where there is no such folder.

    Raises:
        InputError: ``audit.manifest``, a manifest is damaged or of another release.
    """
    return [_batch(path) for path in sorted(folder.glob(f"*/{MANIFEST_NAME}"))]


def _batch(path: Path) -> IssuedBatch:
    try:
        with path.open("rb") as file:
            value = orjson.loads(file.read(MAX_MANIFEST_BYTES + 1))
        if value["format"] != MANIFEST_FORMAT:
            raise InputError(f"{path}: not a {MANIFEST_FORMAT} file", code="audit.manifest")
        entries = tuple(
            Entry(int(item["index"]), _id(item["id"]), Leaf(Digest.from_hex(item["leaf"])), int(item["row"]))
            for item in value["credentials"]
        )
        roster = path.parent / "roster.csv"
        return IssuedBatch(
            name=path.parent.name,
            folder=path.parent,
            issuer=Address.from_hex(value["issuer"]),
            root=Root(Digest.from_hex(value["root"])),
            leaf_count=int(value["leafCount"]),
            entries=tuple(sorted(entries, key=lambda entry: entry.index)),
            roster_digest=Digest.sha256(roster.read_bytes()) if roster.is_file() else None,
        )
    except InputError as error:
        raise InputError(f"{path}: {error}", code="audit.manifest") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: not a manifest: {type(error).__name__}", code="audit.manifest") from error


def _id(text: str) -> str:
    """Refuse an id that could name a file elsewhere."""
    name = text.removeprefix(_URN)
    if not text.startswith(_URN) or not name.replace("-", "").isalnum():
        raise InputError("an id that is no urn:uuid", code="audit.manifest")
    return text


def read_credential(path: Path) -> CredentialFile:
    """Read a credential's file and compute its leaf.

    Raises:
        InputError: it is not a JSON object with one anchor proof.
    """
    with path.open("rb") as file:
        document = loads(file.read(MAX_CREDENTIAL_BYTES + 1), max_bytes=MAX_CREDENTIAL_BYTES)
    if not isinstance(document, dict):
        raise InputError(f"{path.name}: no JSON object", code="audit.credential")
    _, anchors = split_proofs(document)
    if len(anchors) != 1:
        raise InputError(f"{path.name}: {len(anchors)} anchor proofs", code="audit.credential")
    options = read_options(anchors[0])
    valid_from = document.get("validFrom")
    return CredentialFile(
        leaf=leaf_of(anchors[0], document),
        document=document,
        name=_name(document),
        valid_from=_seconds(valid_from) if isinstance(valid_from, str) else None,
        created=int(options.created.timestamp()),
    )


def _seconds(text: str) -> int | None:
    try:
        return int(parse_time(text).timestamp())
    except InputError:
        return None


def _name(document: JsonObject) -> str:
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        return ""
    identifiers = subject.get("identifier")
    for item in identifiers if isinstance(identifiers, list) else [identifiers]:
        if isinstance(item, dict) and item.get("identityType") == "name" and item.get("hashed") is False:
            return str(item.get("identityHash"))
    return ""


def people_in(rosters: Iterable[RosterFile]) -> int:
    """Count the rows of all rosters."""
    return sum(len(roster.people) for roster in rosters)
