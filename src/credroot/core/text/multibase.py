"""Bytes as text that names its own base: ``u`` for base64url without padding, ``z`` for base58btc.

Every value has one spelling; any other text for it is refused.

Source: W3C Controlled Identifiers 1.0, section 2.4 (Multibase).
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from functools import cache, lru_cache

from credroot.core.errors import InputError

MAX_BASE58_CHARS = 4096
"""Characters of base58btc that are read at most: no key or signature needs more."""

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
# The standard alphabet's own characters and the padding become one that neither alphabet has, so they are refused.
_FROM_URL_SAFE = bytes.maketrans(b"-_+/=", b"+/!!!")
# Characters that may end a text of 4 n + 2 or 4 n + 3 characters: those whose unused bits are zero.
_LAST_OF_2, _LAST_OF_3 = "AQgw", "AEIMQUYcgkosw048"
_BASE58 = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_NO_DIGIT = 0xFF
_BASE58_DIGITS = bytes(_BASE58.find(character) & _NO_DIGIT for character in range(256))


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
    written = _base58_pairs()
    pairs = []
    while number:
        number, pair = divmod(number, len(written))
        pairs.append(written[pair])
    pairs.reverse()
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + b"".join(pairs).lstrip(b"1").decode()


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
    digits = text[1:].encode(errors="replace").translate(_BASE58_DIGITS)
    if _NO_DIGIT in digits:
        raise _malformed("base58btc with the prefix z", text)
    zeros = len(digits) - len(digits.lstrip(b"\0"))
    number = _number_of(digits)
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


@cache
def _base58_pairs() -> list[bytes]:
    """Give every pair of digits; made when first needed, since who verifies only reads."""
    return [bytes((high, low)) for high in _BASE58 for low in _BASE58]


def _number_of(digits: bytes) -> int:
    """Give the number with these digits in base 58.

    Neighbours are joined all at once, in lanes of one large integer: digits to pairs, pairs to fours, and so on. That
    is some six times as fast as digit by digit.
    """
    lanes = int.from_bytes(digits, "big")
    width, base = 8, 58
    while width < 8 * len(digits):
        low = _low_lanes(width, len(digits))
        lanes = (lanes & low) + (lanes >> width & low) * base
        width *= 2
        base *= base
    return lanes


@lru_cache(maxsize=64)
def _low_lanes(width: int, size: int) -> int:
    """Give the mask of every second lane of `width` bits, from the lowest on, over at least `size` bytes."""
    pairs = -(-8 * size // (2 * width))
    return ((1 << 2 * width * pairs) - 1) // ((1 << width) + 1)


def _malformed(expected: str, text: str) -> InputError:
    return InputError(f"expected {expected}, got {text[:40]!r}", code="multibase.malformed")
