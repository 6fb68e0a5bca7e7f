"""What was found out about documents that many credentials share: an issuer's profile, its status lists, endorsements.

Everything here follows from the documents' own bytes, so a verdict is the same with and without it, only later. What
may change between two verdicts is asked each time: whose keys those are, what was removed, what the time is.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from credroot.credential.proof.suites.held_signatures import HeldSignatures

if TYPE_CHECKING:
    from credroot.core.budget import Budget
    from credroot.core.json.types import JsonObject
    from credroot.credential.badge.profile import Profile
    from credroot.credential.status.bitstring import DecodedBits

MAX_PROFILES = 64
"""Profiles kept, of 64 kB at most; one of an issuer has 1 kB."""
MAX_SEEN = 64
"""Lists whose work is known to be done; many credentials share one."""
MAX_BITS_BYTES = 32 * 2**20
"""Bytes of lists kept, inflated ones and their texts together: one of the smallest size has 16 kB and its text less."""


class DocumentMemory:
    """Remembers, in bounded space. Threads may share it; so may verifiers, whatever they trust."""

    def __init__(self, *, max_bits_bytes: int = MAX_BITS_BYTES) -> None:
        """Know nothing yet; keep lists of so many bytes at most."""
        self.held = HeldSignatures()
        """Signatures of documents that were found to hold."""
        self._profiles = lru_cache(MAX_PROFILES)(_read_profile)
        self._bits: dict[str, DecodedBits] = {}
        self._max_bits_bytes = max_bits_bytes
        self._bits_bytes = 0
        self._seen: dict[int, JsonObject] = {}
        self._settled: dict[int, tuple[JsonObject, JsonObject]] = {}
        self._lock = Lock()

    def profile(self, data: bytes) -> tuple[Profile, JsonObject]:
        """Read a profile as `read_profile` does, errors too; the document is shared and not to be changed."""
        return self._profiles(data)

    def bits(self, text: str) -> DecodedBits:
        """Decode an ``encodedList`` as `bitstring.decode` does, errors too."""
        found = self._bits.get(text)
        if found is None:
            from credroot.credential.status import bitstring

            found = bitstring.decode(text)
            self._keep(text, found)
        return found

    def has_seen(self, document: JsonObject) -> bool:
        """Return whether this very list was asked about before, so that nearly all of its work is done."""
        if id(document) in self._seen:
            return True
        with self._lock:
            while len(self._seen) >= MAX_SEEN:
                del self._seen[next(iter(self._seen))]
            self._seen[id(document)] = document  # while it is kept, nothing else has its identity
        return False

    def settled(self, document: JsonObject, budget: Budget) -> JsonObject:
        """Return what `settled_form.settled` does of this very list, errors too; not to be changed."""
        found = self._settled.get(id(document))
        if found is None:
            from credroot.credential.proof.settled_form import settled

            found = document, settled(document, budget)
            with self._lock:
                while len(self._settled) >= MAX_SEEN:
                    del self._settled[next(iter(self._settled))]
                self._settled[id(document)] = found  # as in `has_seen`
        return found[1]

    @property
    def bits_bytes(self) -> int:
        """Bytes of lists that are kept, as `MAX_BITS_BYTES` counts them."""
        return self._bits_bytes

    def _keep(self, text: str, decoded: DecodedBits) -> None:
        with self._lock:
            if text in self._bits:
                return
            self._bits[text] = decoded
            self._bits_bytes += len(text) + len(decoded.bits)
            while self._bits_bytes > self._max_bits_bytes:
                first = next(iter(self._bits))
                self._bits_bytes -= len(first) + len(self._bits.pop(first).bits)


def _read_profile(data: bytes) -> tuple[Profile, JsonObject]:
    from credroot.credential.badge.profile import read_profile

    return read_profile(data)
