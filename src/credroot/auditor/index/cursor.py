"""Where a page of events ends: a place on one chain, and on no other version of that chain."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from typing import Self

    from credroot.store.event_index import EventIndex, Stored

VERSION = 1
MAX_BLOCK, MAX_LOG_INDEX = 2**63 - 1, 2**31 - 1
"""What the columns of an index hold."""
_BLOCK_BYTES, _LOG_BYTES, _HASH_BYTES = 8, 4, 8
_SIZE = 1 + _BLOCK_BYTES + _LOG_BYTES + _HASH_BYTES


@dataclass(frozen=True, slots=True)
class PageCursor:
    """Behind one event. Its text is opaque to callers: base64url of version, block, log index, begin of the hash."""

    block: int
    log_index: int
    block_hash: bytes
    """The first bytes of the hash of the event's block, which after a reorganisation has another."""

    @classmethod
    def behind(cls, event: Stored) -> Self:
        """Give the cursor behind an event."""
        return cls(event.block, event.log_index, event.block_hash[:_HASH_BYTES])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a cursor in the one spelling that `str` gives it.

        Raises:
            InputError: ``page.cursor``, it is none of ours.
        """
        try:
            raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        block, log_index = raw[1 : 1 + _BLOCK_BYTES], raw[1 + _BLOCK_BYTES : -_HASH_BYTES]
        cursor = cls(int.from_bytes(block, "big"), int.from_bytes(log_index, "big"), raw[-_HASH_BYTES:])
        is_place = cursor.block <= MAX_BLOCK and cursor.log_index <= MAX_LOG_INDEX
        if len(raw) != _SIZE or not is_place or str(cursor) != text:
            raise InputError("a cursor is what an earlier page gave as next or end", code="page.cursor")
        return cursor

    def __str__(self) -> str:
        numbers = self.block.to_bytes(_BLOCK_BYTES, "big") + self.log_index.to_bytes(_LOG_BYTES, "big")
        return base64.urlsafe_b64encode(bytes((VERSION,)) + numbers + self.block_hash).decode()

    def require_in(self, index: EventIndex, source: int) -> None:
        """Make sure that the index still has the event's block.

        Raises:
            InputError: ``page.stale_cursor``, a reorganisation took the block away: what came before may be gone, too.
        """
        kept = index.block(source, self.block)
        if kept is None or kept[1][:_HASH_BYTES] != self.block_hash:
            raise InputError(
                f"block {self.block} is another one now: the chain was reorganised, so read again from the beginning",
                code="page.stale_cursor",
            )
