"""The mark of a request: 32 bytes behind the call that anchors it, by which another machine finds the same request.

Two machines with one key make two roots of one roster, for every leaf has a salt of its own. The mark is what their
transactions have in common: a keyed digest of the request, so that it tells nobody else anything, and a roster can't be
guessed from it. The registry does not look at it: what stands behind a call's arguments is not decoded.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from credroot.credential.keys.signatures import SigningKey

MARK_BYTES = 32
MEMBER = "requestMark"
"""Where a manifest has it."""
_PURPOSE = b"credroot/request-mark/v1"
"""What is signed to get the secret; Ed25519 gives the same signature each time, and this one is never published."""


def mark_of(key: SigningKey, request: Digest) -> bytes:
    """Give the mark of the request with this digest, the same wherever the issuer's signing `key` is."""
    secret = hashlib.sha256(key.sign(_PURPOSE)).digest()
    return hmac.digest(secret, request, "sha256")


def mark_in(manifest: Mapping[str, Any]) -> bytes:
    """Give the mark that a manifest has; nothing where it has none, as those of earlier releases."""
    text = manifest.get(MEMBER)
    return Digest.from_hex(text) if isinstance(text, str) else b""
