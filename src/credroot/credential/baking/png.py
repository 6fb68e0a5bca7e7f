"""PNG pictures with a credential in one ``iTXt`` chunk, keyword ``openbadgecredential``.

The chunks are walked and their CRCs checked; no pixel is decoded and nothing of the picture is written anew. Written
text is never compressed; compressed text of others is inflated under a cap.

Source: Open Badges 3.0, section 5.3.1 (PNG); W3C Portable Network Graphics, sections 5 (datastream) and 11.3.3 (text).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from credroot.core.errors import InputError
from credroot.credential.baking.payload import (
    MAX_PAYLOAD_BYTES,
    already_baked,
    check_payload,
    check_picture_size,
    no_credential,
    open_badges_2,
    payload_too_large,
    two_credentials,
    without_space,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
LEGACY_KEYWORD = b"openbadges"
"""What Open Badges 2.0 (``iTXt``) and 1.0 (``tEXt``, an address) bake under."""

MAX_CHUNKS = 16_384
"""Chunks of a picture at most: those of 20 MiB in pieces of 1.3 kB, walked in some 30 ms."""
MAX_SIDE = 1 << 16
"""Pixels of a side at most, so that what is shown later is no decompression bomb by its own header."""

_CHUNKS_AT_ONCE = 256  # that are paid for before they are looked at
_MICROSECONDS_A_CHUNK = 4
_BYTES_A_MICROSECOND = 50  # that are inflated
_MOST_INFLATED = 1_032  # bytes out of one, as deflate has it
_HEADER_BYTES = 13
_FRAME_BYTES = 12  # length, type, CRC
_TEXT_TYPES = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True, slots=True)
class PngTemplate:
    """A clean picture, cut where the chunk goes, to be baked many times at the cost of one copy each."""

    head: bytes
    tail: bytes

    def bake(self, payload: bytes) -> bytes:
        """Return the picture with `payload` in it, a JSON credential or a compact JWT.

        Raises:
            InputError: ``baking.payload_too_large``, ``baking.not_a_credential``, ``baking.not_utf8``.
        """
        text = without_space(payload, check_payload(payload))
        # keyword NUL, compression flag and method, no language tag, no translated keyword, text
        return self.head + chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + text) + self.tail


def png_template(picture: bytes) -> PngTemplate:
    """Check a picture and prepare it for baking.

    Raises:
        InputError: as `extract_png` does for a malformed picture; ``baking.already_baked``.
    """
    after_header = len(SIGNATURE) + _FRAME_BYTES + _HEADER_BYTES
    for kind, body in _chunks(picture):
        if kind in _TEXT_TYPES and bytes(body[:80]).split(b"\0", 1)[0] in (KEYWORD, LEGACY_KEYWORD):
            raise already_baked()
    return PngTemplate(head=picture[:after_header], tail=picture[after_header:])


def bake_png(picture: bytes, payload: bytes) -> bytes:
    """Bake one credential into one picture: `png_template` and `PngTemplate.bake`."""
    return png_template(picture).bake(payload)


def extract_png(picture: bytes, *, paid: Callable[[int], None] = lambda _microseconds: None) -> bytes:
    """Return the credential that the picture carries, JSON or a compact JWT, as it was baked.

    `paid` is told the microseconds that chunks take, before some of them are looked at, and may raise.

    Raises:
        InputError: ``baking.picture_too_large``; ``baking.png_malformed``, ``baking.png_bad_crc``,
            ``baking.png_truncated``, ``baking.png_trailing_data``, ``baking.png_too_many_chunks``; the chunk itself:
            ``baking.no_credential``, ``baking.two_credentials``, ``baking.open_badges_2``,
            ``baking.png_wrong_chunk`` (not ``iTXt``), ``baking.png_bad_text``, ``baking.payload_too_large``,
            ``baking.not_a_credential``, ``baking.not_utf8``.
    """
    found: list[memoryview] = []
    legacy = misplaced = False
    for kind, body in _chunks(picture, paid):
        if kind not in _TEXT_TYPES:
            continue
        keyword = bytes(body[:80]).split(b"\0", 1)[0]
        legacy |= keyword == LEGACY_KEYWORD
        if keyword == KEYWORD and kind == b"iTXt":
            found.append(body)
        elif keyword == KEYWORD:
            misplaced = True
    if len(found) > 1 or (found and misplaced):
        raise two_credentials()
    if misplaced:
        raise InputError("the credential is in a tEXt or zTXt chunk, not in iTXt", code="baking.png_wrong_chunk")
    if not found:
        raise open_badges_2() if legacy else no_credential()
    text = _international_text(found[0], paid)
    return without_space(text, check_payload(text))


def chunk(kind: bytes, body: bytes) -> bytes:
    """Frame `body` as one chunk: length, type, body, CRC."""
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def _chunks(
    picture: bytes, paid: Callable[[int], None] = lambda _microseconds: None
) -> Iterator[tuple[bytes, memoryview]]:
    """Walk the chunks, each with its type and body, and check frame, CRC and order on the way."""
    check_picture_size(picture)
    if not picture.startswith(SIGNATURE):
        raise _malformed("the PNG signature is missing")
    view = memoryview(picture)
    at = len(SIGNATURE)
    data_seen = False
    for number in range(MAX_CHUNKS):
        if number % _CHUNKS_AT_ONCE == 0:
            paid(min(_CHUNKS_AT_ONCE, (len(view) - at) // _FRAME_BYTES) * _MICROSECONDS_A_CHUNK)
        if len(view) - at < _FRAME_BYTES:
            raise InputError("the picture ends before its IEND chunk", code="baking.png_truncated")
        length = int.from_bytes(view[at : at + 4], "big")
        end = at + _FRAME_BYTES + length
        if end > len(view):
            raise InputError("a chunk is longer than the picture", code="baking.png_truncated")
        kind = bytes(view[at + 4 : at + 8])
        if not kind.isalpha() or (kind == b"IHDR") != (number == 0):
            raise _malformed("IHDR is not the first chunk and the only one, or a chunk type is not four letters")
        if zlib.crc32(view[at + 4 : end - 4]) != int.from_bytes(view[end - 4 : end], "big"):
            raise InputError(f"the CRC of chunk {number} is wrong", code="baking.png_bad_crc")
        body = view[at + 8 : end - 4]
        if kind == b"IHDR":
            _check_header(body)
        data_seen |= kind == b"IDAT"
        if kind == b"IEND":
            if length or not data_seen:
                raise _malformed("IEND is not empty or comes before any IDAT")
            if end != len(view):
                raise InputError("data follows the IEND chunk", code="baking.png_trailing_data")
            return
        yield kind, body
        at = end
    raise InputError(f"a picture has at most {MAX_CHUNKS} chunks", code="baking.png_too_many_chunks")


def _check_header(body: memoryview) -> None:
    width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
    if len(body) != _HEADER_BYTES or not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE:
        raise _malformed("IHDR has another length than 13 or an impossible width or height")


def _international_text(body: memoryview, paid: Callable[[int], None]) -> bytes:
    """Return the text of an ``iTXt`` chunk, inflated where it is compressed."""
    rest = bytes(body[len(KEYWORD) + 1 :]) if len(body) <= 2 * MAX_PAYLOAD_BYTES else b""
    if not rest:
        raise payload_too_large(len(body)) if len(body) > 2 * MAX_PAYLOAD_BYTES else _bad_text()
    compressed, method, (language, *after) = rest[0], rest[1:2], rest[2:].split(b"\0", 2)
    if compressed not in (0, 1) or method != b"\0" or len(after) != 2 or not language.isascii():
        raise _bad_text()
    text = after[1]
    if not compressed:
        return text
    paid(min(MAX_PAYLOAD_BYTES, _MOST_INFLATED * len(text)) // _BYTES_A_MICROSECOND)
    return _inflate(text)


def _inflate(text: bytes) -> bytes:
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(text, MAX_PAYLOAD_BYTES + 1)
    except zlib.error as error:
        raise _bad_text() from error
    if len(plain) > MAX_PAYLOAD_BYTES:
        raise payload_too_large()
    if not inflate.eof or inflate.unused_data:
        raise _bad_text()
    return plain


def _malformed(message: str) -> InputError:
    return InputError(message, code="baking.png_malformed")


def _bad_text() -> InputError:
    return InputError("the iTXt chunk of the credential is malformed", code="baking.png_bad_text")
