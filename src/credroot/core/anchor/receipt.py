"""The detached receipt, ``credroot/receipt/v1``: an anchor proof for any file, kept beside it.

::

    {"format": "credroot/receipt/v1", "digest": "0x...", "nonce": "u...", "mediaType": "application/pdf",
     "name": "transcript.pdf", "proofValue": "u...", "witness": {...}}

``digest`` is the SHA-256 of the file. ``mediaType``, ``name`` and ``witness`` may be absent. All but ``proofValue`` and
``witness`` is hashed into the leaf.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Self

from credroot.core.anchor.proof_value import AnchorClaim, decode_proof_value, encode_proof_value
from credroot.core.anchor.storage_witness import StorageWitness
from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.json.strict import loads
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.multibase import decode_base64url, encode_base64url
from credroot.core.values import Digest, Leaf

RECEIPT_FORMAT: Final = "credroot/receipt/v1"
MAX_RECEIPT_BYTES: Final = 1 << 18
"""Bytes of a receipt that are read at most; without a witness it has about 2 kB, with one about 30 kB."""
NONCE_BYTES: Final = 32
"""Length of the salt; without it, a path would let a neighbour test guesses about this file."""

_FILE_TAG: Final = b"\1"  # a file's leaf hashes 33 bytes, a credential's 65 with another tag, an inner node 64
_REQUIRED: Final = frozenset({"format", "digest", "nonce", "proofValue"})
_OPTIONAL: Final = frozenset({"mediaType", "name", "witness"})
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
# No slash; no control, bidi control, line end, byte order mark or half character, which hide or reorder what is read.
_FILE_NAME: Final = re.compile(
    "[^/\\\\\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]{1,255}"
)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a receipt says about its file. Raises `InputError` (``receipt.file``) when built with a wrong value."""

    digest: Digest
    """SHA-256 of the file's bytes."""
    nonce: bytes
    """The salt of the leaf, `NONCE_BYTES` long."""
    media_type: str | None = None
    """Lowercase ``type/subtype`` without parameters (RFC 6838)."""
    name: str | None = None
    """A file name for people, never a path: 1 to 255 characters, no slashes, nothing invisible."""

    def __post_init__(self) -> None:
        if len(self.nonce) != NONCE_BYTES:
            raise _bad_file(f"a nonce has {NONCE_BYTES} bytes, got {len(self.nonce)}")
        if self.media_type is not None and _MEDIA_TYPE.fullmatch(self.media_type) is None:
            raise _bad_file(f"no media type: {self.media_type[:80]!r}")
        if self.name is not None and (self.name in (".", "..") or _FILE_NAME.fullmatch(self.name) is None):
            raise _bad_file(f"no file name: {self.name[:80]!r}")

    def to_json(self) -> JsonObject:
        """Give the members that are hashed into the leaf."""
        members: JsonObject = {
            "format": RECEIPT_FORMAT,
            "digest": str(self.digest),
            "nonce": encode_base64url(self.nonce),
        }
        if self.media_type is not None:
            members["mediaType"] = self.media_type
        if self.name is not None:
            members["name"] = self.name
        return members


def leaf_of_file(facts: FileFacts) -> Leaf:
    """Hash the facts of a file into its leaf: ``SHA-256(0x01 || SHA-256(JCS(facts)))``."""
    return Leaf(Digest.sha256(_FILE_TAG + Digest.sha256(canonical_bytes(facts.to_json()))))


@dataclass(frozen=True, slots=True)
class Receipt:
    """The facts of a file, the claim that their leaf is anchored and, maybe, a storage proof for offline use.

    Nothing in it is verified: the caller hashes the file, folds the path, and asks the chain or judges the witness.
    """

    facts: FileFacts
    claim: AnchorClaim
    witness: StorageWitness | None = None

    @property
    def leaf(self) -> Leaf:
        """The leaf that `claim` is about."""
        return leaf_of_file(self.facts)

    def with_witness(self, witness: StorageWitness) -> Receipt:
        """Give this receipt with a storage proof, which leaves its leaf as it is."""
        return replace(self, witness=witness)

    def to_json(self) -> JsonObject:
        """Give the JSON form of the module's description."""
        members = self.facts.to_json() | {"proofValue": encode_proof_value(self.claim)}
        if self.witness is not None:
            members["witness"] = self.witness.to_json()
        return members

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Read what `to_json` writes.

        Raises:
            InputError: ``receipt.format`` for another format, ``receipt.malformed`` for missing, unknown or mistyped
                members, ``receipt.file`` and ``receipt.witness`` for values out of bounds.
            ProofError: as `decode_proof_value`.
        """
        members = _members(value)
        witness = members.get("witness")
        return cls(
            facts=FileFacts(
                digest=Digest.from_hex(_lowercase(members, "digest")),
                nonce=decode_base64url(_text(members, "nonce")),
                media_type=_text(members, "mediaType") if "mediaType" in members else None,
                name=_text(members, "name") if "name" in members else None,
            ),
            claim=decode_proof_value(_text(members, "proofValue")),
            witness=StorageWitness.from_json(witness) if "witness" in members else None,
        )

    @classmethod
    def loads(cls, data: bytes | str) -> Self:
        """Read a receipt's JSON text, at most `MAX_RECEIPT_BYTES`; errors as `json.strict.loads` and `from_json`."""
        return cls.from_json(loads(data, max_bytes=MAX_RECEIPT_BYTES))


def _members(value: JsonValue) -> JsonObject:
    if not isinstance(value, dict) or value.get("format") != RECEIPT_FORMAT:
        raise InputError(f"not of the format {RECEIPT_FORMAT}", code="receipt.format")
    missing, unknown = _REQUIRED - value.keys(), value.keys() - _REQUIRED - _OPTIONAL
    if missing or unknown:
        raise _malformed(f"missing {sorted(missing)}, unknown {sorted(unknown)[:5]}")
    return value


def _text(members: JsonObject, name: str) -> str:
    text = members[name]
    if not isinstance(text, str):
        raise _malformed(f"{name} is a string")
    return text


def _lowercase(members: JsonObject, name: str) -> str:
    text = _text(members, name)
    if text != text.lower():
        raise _malformed(f"{name} is written in lower case")
    return text


def _bad_file(reason: str) -> InputError:
    return InputError(f"receipt: {reason}", code="receipt.file")


def _malformed(reason: str) -> InputError:
    return InputError(f"receipt: {reason}", code="receipt.malformed")
