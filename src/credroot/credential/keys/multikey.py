"""Public keys as text: Multikey, the one spelling that DIDs and Data Integrity share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Self

from credroot.core.errors import InputError
from credroot.core.text.multibase import decode_base58btc, encode_base58btc

MAX_MULTIKEY_CHARS = 1_000
"""Characters that are read; the longest supported key (P-384) has 70. RSA of 4096 bits, which is named, has 720."""


class KeyType(Enum):
    """A kind of key that a signature can be checked with, its multicodec prefix and its size in bytes."""

    ED25519 = (b"\xed\x01", 32)
    P256 = (b"\x80\x24", 33)
    P384 = (b"\x81\x24", 49)

    @property
    def prefix(self) -> bytes:
        """The varint of its multicodec code."""
        return self.value[0]

    @property
    def size(self) -> int:
        """Bytes of the public key; points of a curve are compressed."""
        return self.value[1]


_UNSUPPORTED = {
    b"\xe7\x01": "secp256k1",
    b"\xec\x01": "X25519",
    b"\xea\x01": "BLS12-381 G1",
    b"\xeb\x01": "BLS12-381 G2",
    b"\xee\x01": "BLS12-381 G1 and G2",
    b"\x82\x24": "P-521",
    b"\x85\x24": "RSA",
}
_BY_PREFIX = {key_type.prefix: key_type for key_type in KeyType}
_CURVE_NAMES = {"P-256": KeyType.P256, "P-384": KeyType.P384}


@dataclass(frozen=True, slots=True)
class Multikey:
    """A public key and what kind it is.

    A point of P-256 or P-384 is known to be on its curve only once a signature is checked with it.
    """

    key_type: KeyType
    raw: bytes
    """`KeyType.size` bytes: the Ed25519 key itself, or a compressed point."""

    def __post_init__(self) -> None:
        if len(self.raw) != self.key_type.size:
            raise InputError(
                f"a key of {self.key_type.name} has {self.key_type.size} bytes, got {len(self.raw)}",
                code="multikey.malformed",
            )
        if self.key_type is not KeyType.ED25519 and self.raw[0] not in (2, 3):
            raise InputError("a compressed point begins with 2 or 3", code="multikey.malformed")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read ``z6Mk...`` (Ed25519), ``zDn...`` (P-256) or ``z82...`` (P-384).

        Raises:
            InputError: ``multikey.malformed``, or ``multikey.unsupported`` for another kind of key.

        Source: W3C Controlled Identifiers 1.0, section 2.2.2.
        """
        if len(text) > MAX_MULTIKEY_CHARS:
            raise InputError(f"{len(text)} characters are no key", code="multikey.malformed")
        try:
            data = decode_base58btc(text)
        except InputError as error:
            raise InputError(str(error), code="multikey.malformed") from error
        key_type = _BY_PREFIX.get(data[:2])
        if key_type is None:
            raise _unknown_prefix(data[:2])
        return cls(key_type, data[2:])

    @classmethod
    def from_jwk(cls, jwk: object) -> Self:
        """Read a public JWK: ``OKP`` with Ed25519, or ``EC`` with P-256 or P-384.

        Raises:
            InputError: ``multikey.malformed``, also for a private key; ``multikey.unsupported``.

        Source: RFC 7517, RFC 7518 section 6.2, RFC 8037 section 2.
        """
        if not isinstance(jwk, dict) or "d" in jwk:
            raise InputError("not a public JWK", code="multikey.malformed")
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            return cls(KeyType.ED25519, jwk_bytes(jwk.get("x"), KeyType.ED25519.size))
        curve = _CURVE_NAMES.get(str(jwk.get("crv")))
        if jwk.get("kty") != "EC" or curve is None:
            raise InputError(
                f"no support for {jwk.get('kty')!s:.20} {jwk.get('crv')!s:.20}", code="multikey.unsupported"
            )
        x = jwk_bytes(jwk.get("x"), curve.size - 1)
        y = jwk_bytes(jwk.get("y"), curve.size - 1)
        return cls(curve, bytes([2 + (y[-1] & 1)]) + x)

    @property
    def text(self) -> str:
        """The Multikey form, ``z`` and base58btc."""
        return encode_base58btc(self.key_type.prefix + self.raw)

    def __str__(self) -> str:
        return self.text


def jwk_bytes(value: object, size: int | None) -> bytes:
    """Read a base64url member of a JWK, of exactly `size` bytes where that is given.

    Raises:
        InputError: ``multikey.malformed``.
    """
    from credroot.core.text.multibase import decode_base64url

    try:
        data = decode_base64url("u" + value) if isinstance(value, str) else b""
    except InputError as error:
        raise InputError(str(error), code="multikey.malformed") from error
    if not data or (size is not None and len(data) != size):
        raise InputError(f"a member of a JWK has {len(data)} bytes, expected {size}", code="multikey.malformed")
    return data


def _unknown_prefix(prefix: bytes) -> InputError:
    name = _UNSUPPORTED.get(prefix)
    if name is not None:
        return InputError(f"no support for keys of {name}", code="multikey.unsupported")
    return InputError(f"no kind of public key begins with 0x{prefix.hex()}", code="multikey.malformed")
