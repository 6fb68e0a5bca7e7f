"""The accounts and roots that contract tests speak of."""

from __future__ import annotations

import hashlib

from tests.contracts.registry import address

ISSUER = address(0x155)
OPERATOR = address(0x09)
ADMIN = address(0xAD)
STRANGER = address(0x57)
OTHER_ISSUER = address(0x156)


def digest(text: str) -> bytes:
    """32 bytes that are fixed by a word."""
    return hashlib.sha256(text.encode()).digest()


ROOT = digest("a root")
OTHER_ROOT = digest("another root")
