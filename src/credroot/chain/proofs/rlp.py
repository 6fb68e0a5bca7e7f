"""RLP, Ethereum's serialisation: byte strings and lists of them, with one spelling for each value.

Source: yellow paper, appendix B.
"""

from __future__ import annotations

from collections.abc import Sequence

from credroot.core.errors import ProofError

MAX_DEPTH = 8
"""Lists inside one another at most; a receipt has four."""
_SHORT = 55
"""Bytes of content up to which the length stands in the first byte."""

RlpItem = bytes | list["RlpItem"]


def encode_bytes(value: bytes) -> bytes:
    """Write a byte string."""
    if len(value) == 1 and value[0] < 0x80:
        return value
    return _with_length(0x80, value)


def encode_number(value: int) -> bytes:
    """Write a number that is not negative, without leading zeros."""
    return encode_bytes(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def encode_list(encoded: Sequence[bytes]) -> bytes:
    """Write a list of items that are encoded already."""
    return _with_length(0xC0, b"".join(encoded))


def _with_length(base: int, content: bytes) -> bytes:
    if len(content) <= _SHORT:
        return bytes((base + len(content),)) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((base + _SHORT + len(size),)) + size + content


def decode(data: bytes) -> RlpItem:
    """Read one item that fills `data`.

    Raises:
        ProofError: it is cut, followed by other bytes, not in its one spelling, or nested more than `MAX_DEPTH` deep.
    """
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise _malformed("bytes behind the end")
    return item


def _item(data: bytes, place: int, limit: int, depth: int) -> tuple[RlpItem, int]:
    if place >= limit:
        raise _malformed("cut")
    lead = data[place]
    if lead < 0x80:
        return data[place : place + 1], place + 1
    start, end = _content(data, place, limit, 0xC0 if lead >= 0xC0 else 0x80)
    if lead < 0xC0:
        content = data[start:end]
        if len(content) == 1 and content[0] < 0x80:
            raise _malformed("a byte with a length of its own")
        return content, end
    if depth >= MAX_DEPTH:
        raise _malformed("nested too deep")
    items: list[RlpItem] = []
    while start < end:
        item, start = _item(data, start, end, depth + 1)
        items.append(item)
    return items, end


def _content(data: bytes, place: int, limit: int, base: int) -> tuple[int, int]:
    """Give where the content of a string (`base` 0x80) or list (0xC0) begins and ends."""
    length = data[place] - base
    start = place + 1
    if length > _SHORT:
        size = length - _SHORT
        digits = data[start : start + size]
        start += size
        if len(digits) != size or digits[0] == 0:
            raise _malformed("a length that is cut or has leading zeros")
        length = int.from_bytes(digits, "big")
        if length <= _SHORT:
            raise _malformed("a short length in the long form")
    if start + length > limit:
        raise _malformed("cut")
    return start, start + length


def _malformed(reason: str) -> ProofError:
    return ProofError(f"RLP: {reason}", code="proof.rlp")
