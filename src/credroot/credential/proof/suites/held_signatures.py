"""Signatures that were found to hold, so that a document which many verdicts rest on is canonicalised once.

What is kept is mathematics: these bytes, this proof in them, this key. Whether the key is still the signer's, and what
the time says of the proof, is asked of every document every time.
"""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject
    from credroot.credential.keys.multikey import Multikey

MAX_HELD = 1_024
"""Signatures kept, some 500 bytes each; the one met first goes first. An issuer has a few documents."""


class HeldSignature(NamedTuple):
    """Everything that the answer to whether one signature holds depends on."""

    document: bytes
    """As `fingerprint` gives it, all proofs included."""
    place: int
    """Of the proof among them."""
    key: Multikey
    """The key that it was checked with."""


class HeldSignatures:
    """A bounded set of signatures that hold. What did not hold is never kept. Threads may share it."""

    def __init__(self, *, size: int = MAX_HELD) -> None:
        """Keep at most `size`."""
        self._size = size
        self._held: dict[HeldSignature, None] = {}
        self._lock = Lock()

    def __contains__(self, signature: HeldSignature) -> bool:
        return signature in self._held

    def __len__(self) -> int:
        return len(self._held)

    def add(self, signature: HeldSignature) -> None:
        """Keep a signature that was checked a moment ago, and holds."""
        with self._lock:
            if signature not in self._held and len(self._held) >= self._size:
                del self._held[next(iter(self._held))]
            self._held[signature] = None


def fingerprint(document: JsonObject) -> bytes:
    """Give a digest of a document as it was read: of any two that differ in a member, its kind or its place, another.

    It is taken of Python's own spelling: RFC 8785 writes 1 and 1.0 alike, which RDF tells apart.
    """
    return sha256(repr(document).encode()).digest()
