"""Bytes as text that names its own base: ``u`` for base64url without padding, ``z`` for base58btc.

Every value has one spelling; any other text for it is refused.

Source: W3C Controlled Identifiers 1.0, section 2.4 (Multibase).
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64

from credroot.core.errors import InputError

MAX_BASE58_CHARS = 4096
"""Characters of base58btc that are read at most: its decoding is quadratic, and no key or signature needs more."""

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# The standard alphabet's own characters and the padding become one that neither alphabet has, so they are refused.
_FROM_URL_SAFE = bytes.maketrans(b"-_+/=", b"+/!!!")
# Characters that may end a text of 4 n + 2 or 4 n + 3 characters: those whose unused bits are zero.
_LAST_OF_2, _LAST_OF_3 = "AQgw", "AEIMQUYcgkosw048"
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_DIGIT = {character: digit for digit, character in enumerate(_BASE58.decode())}


def encode_base64url(data: bytes) -> str:
    """Write bytes as ``u`` and base64url without padding."""
    return "u" + b2a_base64(data, newline=False).translate(_TO_URL_SAFE).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Read what `encode_base64url` writes.

    Raises:
        InputError: ``multibase.malformed``; also for padding, line ends and unused bits that are not zero.
    """
    if not text.startswith("u") or not text.isascii():
        raise _malformed("base64url with the prefix u", text)
    size = len(text) - 1
    surplus = size % 4
    if (surplus == 2 and text[-1] not in _LAST_OF_2) or (surplus == 3 and text[-1] not in _LAST_OF_3):
        raise _malformed("base64url with the prefix u in its one spelling", text)
    try:
        return a2b_base64(text[1:].encode().translate(_FROM_URL_SAFE) + b"=" * (-size % 4), strict_mode=True)
    except Base64Error as error:
        raise _malformed("base64url with the prefix u", text) from error


def encode_base58btc(data: bytes) -> str:
    """Write bytes as ``z`` and base58btc, a ``1`` for every leading zero byte."""
    number = int.from_bytes(data, "big")
    digits = bytearray()
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    digits.extend(_BASE58[:1] * (len(data) - len(data.lstrip(b"\0"))))
    digits.reverse()
    return "z" + digits.decode()


def decode_base58btc(text: str) -> bytes:
    """Read what `encode_base58btc` writes, up to `MAX_BASE58_CHARS` characters.

    Raises:
        InputError: ``multibase.malformed``, or ``multibase.too_large``.
    """
    if not text.startswith("z"):
        raise _malformed("base58btc with the prefix z", text)
    if len(text) > MAX_BASE58_CHARS:
        raise InputError(
            f"base58btc is read up to {MAX_BASE58_CHARS} characters, got {len(text)}", code="multibase.too_large"
        )
    body = text[1:]
    number = 0
    try:
        for character in body:
            number = number * 58 + _BASE58_DIGIT[character]
    except KeyError as error:
        raise _malformed("base58btc with the prefix z", text) from error
    zeros = len(body) - len(body.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _malformed(expected: str, text: str) -> InputError:
    return InputError(f"expected {expected}, got {text[:40]!r}", code="multibase.malformed")
