"""Keccak-256 for those who hash much: tries, slots, headers; compiled where the extra ``issue`` or ``audit`` brings it.

`core.keccak` gives the same and is for the few hashes of a verification.
"""

from __future__ import annotations

try:
    from Crypto.Hash import keccak
except ModuleNotFoundError:
    from credroot.core.keccak import keccak256
else:

    def keccak256(data: bytes) -> bytes:
        """Give the 32-byte Keccak-256 of `data`, by a compiled implementation."""
        return keccak.new(data=data, digest_bits=256).digest()


__all__ = ["keccak256"]
