"""Keccak-256 for those who hash much: tries, slots, headers. `core.keccak` is for the few hashes of a verification."""

from __future__ import annotations

from Crypto.Hash import keccak


def keccak256(data: bytes) -> bytes:
    """Give the 32-byte Keccak-256 of `data`, by a compiled implementation."""
    return keccak.new(data=data, digest_bits=256).digest()
