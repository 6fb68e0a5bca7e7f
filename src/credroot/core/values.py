"""Values that are right from the moment they exist: digests, addresses, chain ids, accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import ClassVar, NewType, Self

from credroot.core.errors import InputError
from credroot.core.keccak import keccak256

_HEX_DIGEST = re.compile(r"0x[0-9a-fA-F]{64}")
_HEX_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_CAIP2 = re.compile(r"eip155:([1-9][0-9]{0,15})")
_CAIP10 = re.compile(r"(eip155:[0-9]+):(0x[0-9a-fA-F]+)")
_DID_PKH = "did:pkh:"
_CHECKSUMS_KEPT = 4096  # addresses; a verifier meets a few registries and issuers again and again


class Digest(bytes):
    """A SHA-256 value: exactly 32 bytes, written ``0x`` and 64 lowercase hex digits."""

    SIZE: ClassVar[int] = 32
    __slots__ = ()

    def __new__(cls, value: bytes) -> Self:
        """Raise `InputError` unless `value` has 32 bytes."""
        if len(value) != cls.SIZE:
            raise InputError(f"a digest has {cls.SIZE} bytes, got {len(value)}")
        return super().__new__(cls, value)

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read ``0x`` and 64 hex digits of either case; `InputError` for anything else."""
        if _HEX_DIGEST.fullmatch(text) is None:
            raise InputError(f"a digest is written 0x and 64 hex digits, got {text[:80]!r}")
        return cls(bytes.fromhex(text[2:]))

    @classmethod
    def sha256(cls, data: bytes) -> Self:
        """Hash `data`."""
        return cls(sha256(data).digest())

    def __str__(self) -> str:
        return "0x" + self.hex()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


Leaf = NewType("Leaf", Digest)
"""The salted digest of one credential or file."""
Root = NewType("Root", Digest)
"""The digest of a batch's tree."""


class Address(bytes):
    """An account or contract: exactly 20 bytes, written with the mixed-case checksum of EIP-55."""

    SIZE: ClassVar[int] = 20
    __slots__ = ()

    def __new__(cls, value: bytes) -> Self:
        """Raise `InputError` unless `value` has 20 bytes."""
        if len(value) != cls.SIZE:
            raise InputError(f"an address has {cls.SIZE} bytes, got {len(value)}")
        return super().__new__(cls, value)

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read ``0x`` and 40 hex digits: of one case, or mixed with a right EIP-55 checksum.

        Raises:
            InputError: ``input.invalid``, or ``address.checksum`` for mixed case with a wrong checksum.
        """
        if _HEX_ADDRESS.fullmatch(text) is None:
            raise InputError(f"an address is written 0x and 40 hex digits, got {text[:80]!r}")
        digits = text[2:]
        address = cls(bytes.fromhex(digits))
        if digits not in (digits.lower(), digits.upper()) and str(address) != text:
            raise InputError(f"wrong checksum: {text} (meant {address!s}?)", code="address.checksum")
        return address

    def __str__(self) -> str:
        return _checksummed(bytes(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


@lru_cache(maxsize=_CHECKSUMS_KEPT)
def _checksummed(address: bytes) -> str:
    """Write an address with the checksum of EIP-55: a letter is capital where the hash of the digits has 8 or more."""
    digits = address.hex()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(digit.upper() if mark >= "8" else digit for digit, mark in zip(digits, marks, strict=False))


class ChainId(int):
    """The number of an EVM chain (EIP-155): positive and at most 2^53 - 1, so that JSON holds it exactly."""

    MAX: ClassVar[int] = 2**53 - 1
    __slots__ = ()

    def __new__(cls, value: int) -> Self:
        """Raise `InputError` outside 1 to `MAX`."""
        if not 1 <= value <= cls.MAX:
            raise InputError(f"a chain id is 1 to {cls.MAX}, got {value}")
        return super().__new__(cls, value)

    @classmethod
    def from_caip2(cls, text: str) -> Self:
        """Read ``eip155:N``; `InputError` for anything else, leading zeros included."""
        match = _CAIP2.fullmatch(text)
        if match is None:
            raise InputError(f"a chain is written eip155:N, got {text[:80]!r}")
        return cls(int(match[1]))

    @property
    def caip2(self) -> str:
        """The chain as ``eip155:N``."""
        return f"eip155:{int(self)}"


LOCAL_CHAIN_ID = ChainId(0x43524544)
"""The embedded local chain ("CRED" in ASCII): it proves nothing to others."""


@dataclass(frozen=True, slots=True)
class AccountId:
    """One account on one chain."""

    chain_id: ChainId
    address: Address

    @classmethod
    def from_caip10(cls, text: str) -> Self:
        """Read ``eip155:N:0x...``, the address as `Address.from_hex` takes it; `InputError` for anything else."""
        match = _CAIP10.fullmatch(text)
        if match is None:
            raise InputError(f"an account is written eip155:N:0x..., got {text[:80]!r}")
        return cls(ChainId.from_caip2(match[1]), Address.from_hex(match[2]))

    @classmethod
    def from_did_pkh(cls, text: str) -> Self:
        """Read ``did:pkh:eip155:N:0x...``; `InputError` for anything else."""
        if not text.startswith(_DID_PKH):
            raise InputError(f"expected did:pkh:eip155:N:0x..., got {text[:80]!r}")
        return cls.from_caip10(text.removeprefix(_DID_PKH))

    @property
    def caip10(self) -> str:
        """The account as ``eip155:N:0x...``, with the EIP-55 checksum."""
        return f"{self.chain_id.caip2}:{self.address}"

    @property
    def did_pkh(self) -> str:
        """The account as a DID, ``did:pkh:eip155:N:0x...``."""
        return _DID_PKH + self.caip10

    def __str__(self) -> str:
        return self.caip10
