"""The bits of a status list, and their text: entries of equal size, gzipped, in multibase base64url.

Entry 0 starts at the left-most bit of the first byte. The text comes from strangers, so it is inflated under a cap.

Source: W3C Bitstring Status List v1.0, sections 3.3 (Bitstring Generation) and 3.4 (Bitstring Expansion).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from credroot.core.errors import InputError
from credroot.core.text.multibase import decode_base64url, encode_base64url

MINIMUM_ENTRIES = 131_072
"""Entries of the shortest list that conforms: a crowd for each holder to hide in."""
MAX_ENTRY_BITS = 8
"""Bits of one entry at most; the specification sets no bound, and nobody tells more than 256 states apart."""
MAX_LIST_BYTES = 16 * 1024 * 1024
"""Inflated bytes of a list at most: 134 million one-bit entries, inflated in well under 250 ms."""
MAX_ENCODED_CHARS = 8 * 1024 * 1024
"""Characters of an ``encodedList`` at most."""

_GZIP = 16 + zlib.MAX_WBITS
# No name, no time, operating system "Unix" whatever this one is: the same bits always give the same header.
_GZIP_HEADER = bytes.fromhex("1f8b0800000000000003")


@dataclass(frozen=True, slots=True)
class DecodedBits:
    """A bit string that was read from its text."""

    bits: bytes
    multibase: bool
    """Whether the text had the one spelling that the specification asks for: prefix ``u`` and no padding."""


def pack(values: Mapping[int, int], *, entries: int = MINIMUM_ENTRIES, entry_bits: int = 1) -> bytes:
    """Lay out `entries` entries, each of `entry_bits` bits, all zero but those that `values` names by index.

    Raises:
        InputError: ``status_list.range``, an index outside the list or a value that needs more bits;
            ``status_list.entry_size``; ``status_list.too_large``, over `MAX_LIST_BYTES`.
    """
    _check_entry_bits(entry_bits)
    size = -(-entries * entry_bits // 8)
    if size > MAX_LIST_BYTES:
        raise InputError(f"a list has at most {MAX_LIST_BYTES} bytes, got {size}", code="status_list.too_large")
    bits = bytearray(size + 1)  # one byte more, so that the window of the last entry lies inside
    for index, value in values.items():
        if not 0 <= index < entries or not 0 <= value < 1 << entry_bits:
            raise InputError(
                f"entry {index} = {value} does not fit {entries} entries of {entry_bits} bits", code="status_list.range"
            )
        start, offset = divmod(index * entry_bits, 8)
        shift = 16 - offset - entry_bits
        mask = ((1 << entry_bits) - 1) << shift
        window = int.from_bytes(bits[start : start + 2], "big") & ~mask | value << shift
        bits[start : start + 2] = window.to_bytes(2, "big")
    return bytes(bits[:size])


def value_at(bits: bytes, index: int, *, entry_bits: int = 1) -> int:
    """Read entry `index`, its first bit the most significant.

    Raises:
        InputError: ``status_list.range``, the entry does not lie inside `bits`; ``status_list.entry_size``.
    """
    entries = entry_count(bits, entry_bits=entry_bits)
    if not 0 <= index < entries:
        raise InputError(f"entry {index} of a list that has {entries}", code="status_list.range")
    start, offset = divmod(index * entry_bits, 8)
    window = int.from_bytes(bits[start : start + 2].ljust(2, b"\0"), "big")
    return window >> 16 - offset - entry_bits & (1 << entry_bits) - 1


def entry_count(bits: bytes, *, entry_bits: int = 1) -> int:
    """Count the whole entries of `entry_bits` bits.

    Raises:
        InputError: ``status_list.entry_size``.
    """
    _check_entry_bits(entry_bits)
    return len(bits) * 8 // entry_bits


def encode(bits: bytes) -> str:
    """Write `bits` as the text of ``encodedList``: ``u``, then base64url of gzip.

    The same bits give the same text for one release of zlib: the gzip header holds no time and no name.
    """
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflate.compress(bits) + deflate.flush()
    trailer = zlib.crc32(bits).to_bytes(4, "little") + (len(bits) & 0xFFFFFFFF).to_bytes(4, "little")
    return encode_base64url(_GZIP_HEADER + body + trailer)


def decode(text: str) -> DecodedBits:
    """Read the text of an ``encodedList`` of anyone, and say whether it had the multibase form.

    A missing prefix and base64 padding are tolerated, as older issuers write them.

    Raises:
        InputError: ``status_list.too_large``, over `MAX_ENCODED_CHARS` or `MAX_LIST_BYTES`, found without inflating
            more than that; ``status_list.encoding``, not base64url of exactly one gzip member.
    """
    if len(text) > MAX_ENCODED_CHARS:
        raise InputError(
            f"an encoded list has at most {MAX_ENCODED_CHARS} characters, got {len(text)}", code="status_list.too_large"
        )
    # No gzip file starts with the byte that base64 writes as u, so the first character tells the forms apart.
    body = text[1:] if text.startswith("u") else text
    bare = body.rstrip("=")
    try:
        packed = decode_base64url("u" + bare)
    except InputError as error:
        raise InputError("the encoded list is not base64url", code="status_list.encoding") from error
    return DecodedBits(bits=_inflate(packed), multibase=text == "u" + bare)


def _inflate(packed: bytes) -> bytes:
    inflate = zlib.decompressobj(wbits=_GZIP)
    try:
        bits = inflate.decompress(packed, MAX_LIST_BYTES + 1)
    except zlib.error as error:
        raise InputError("the encoded list is not gzip", code="status_list.encoding") from error
    if len(bits) > MAX_LIST_BYTES:
        raise InputError(f"the encoded list inflates to more than {MAX_LIST_BYTES} bytes", code="status_list.too_large")
    if not inflate.eof or inflate.unused_data:
        raise InputError("the encoded list is not exactly one gzip member", code="status_list.encoding")
    return bits


def _check_entry_bits(entry_bits: int) -> None:
    if not 1 <= entry_bits <= MAX_ENTRY_BITS:
        raise InputError(f"an entry has 1 to {MAX_ENTRY_BITS} bits, got {entry_bits}", code="status_list.entry_size")
