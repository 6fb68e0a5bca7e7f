"""A credential attached to a PDF. Only embedded files are looked at; nothing of the document is interpreted or run.

Embedded files are streams, and streams always stand as objects of their own, never inside compressed object streams. So
they are found by their ``/Type /EmbeddedFile`` without following any table, whichever program wrote the file. What is
searched for is a plain word, and patterns see what stands around it, so that no file is searched more than once.

Source: ISO 32000-2, sections 7.3.8 (streams) and 7.11.4 (embedded file streams).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from credroot.core.errors import InputError
from credroot.credential.baking.payload import (
    MAX_PAYLOAD_BYTES,
    PayloadKind,
    check_picture_size,
    payload_kind,
    payload_too_large,
    two_credentials,
)

MAX_ATTACHMENTS = 64
MAX_ATTACHED_BYTES = 4 * 2**20
"""Bytes of all attachments, unpacked: a certificate has one of 4 kB."""
MAX_DICTIONARY_BYTES = 4_096
MAX_MENTIONS = 1_000
"""Places that speak of an embedded file; a document has one for each, and a few besides."""
MAX_OBJECTS = 50_000
"""Objects of a document of which a number is looked for; a certificate has 50, a book of 500 pages some 10,000."""
_MICROSECONDS_A_MENTION = 4
_MICROSECONDS_AN_ATTACHMENT = 50
_MICROSECONDS_AN_OBJECT = 7
_EMBEDDED = b"/EmbeddedFile"
_TYPE_BEFORE = re.compile(rb"/Type\s{0,32}\Z")
_INTEGER_BEFORE = re.compile(rb"(?<!\d)(\d{1,9})\s{1,8}(\d{1,5})\s{1,8}obj\s{1,8}(\d{1,9})\s{1,8}\Z")
_BEFORE_BYTES = 64
_LENGTH = re.compile(rb"/Length\s+(\d{1,9})(?:\s+(\d{1,5})\s+R)?")
_FILTER = re.compile(rb"/Filter\s*(?:/([A-Za-z0-9]+)|\[\s*/([A-Za-z0-9]+)\s*\])")
_START = re.compile(rb"stream(?:\r\n|\n)")


def extract_pdf(
    data: bytes,
    *,
    unpacked: Callable[[int], None] = lambda _bytes: None,
    paid: Callable[[int], None] = lambda _microseconds: None,
) -> bytes:
    """Return the JSON of the one credential that is attached; `unpacked` is told the size of each attachment.

    `paid` is told the microseconds that looking for them takes, beforehand; either may raise.

    Raises:
        InputError: ``baking.picture_too_large``; ``pdf.encrypted``; ``pdf.no_credential``; ``pdf.malformed``, an
            attachment that is cut or pressed in a way that is not known; ``baking.two_credentials``;
            ``baking.payload_too_large``.
    """
    check_picture_size(data)
    if b"/Encrypt" in data:
        raise InputError("the PDF is encrypted", code="pdf.encrypted")
    integers = cache(lambda: _integers(data, paid))
    credential: bytes | None = None
    left = MAX_ATTACHED_BYTES
    for place in _attachments(data, paid):
        content = _stream(data, place, integers)
        unpacked(len(content))
        left -= len(content)
        if left < 0:
            raise _malformed("it has more attached to it than is looked at")
        if payload_kind(content) is PayloadKind.JSON:
            if credential not in (None, content):
                raise two_credentials()
            credential = content
    if credential is None:
        raise InputError("no credential is attached to the PDF", code="pdf.no_credential")
    return credential


def _attachments(data: bytes, paid: Callable[[int], None]) -> Iterator[int]:
    """Give the place of each ``/Type /EmbeddedFile``."""
    found, place = 0, -1
    for _ in range(MAX_MENTIONS):
        paid(_MICROSECONDS_A_MENTION)
        place = data.find(_EMBEDDED, place + 1)
        if place < 0:
            return
        begin = _TYPE_BEFORE.search(data, max(0, place - _BEFORE_BYTES), place)
        if begin is None or data[place + len(_EMBEDDED) : place + len(_EMBEDDED) + 1].isalpha():
            continue
        found += 1
        if found > MAX_ATTACHMENTS:
            break
        paid(_MICROSECONDS_AN_ATTACHMENT)
        yield begin.start()
    raise _malformed("it has more attachments than are looked at")


def _stream(data: bytes, place: int, integers: Callable[[], Mapping[tuple[int, int], int]]) -> bytes:
    """Give the content of the stream whose dictionary is around `place`."""
    begin = data.rfind(b"obj", max(0, place - MAX_DICTIONARY_BYTES), place)
    start = _START.search(data, place, place + MAX_DICTIONARY_BYTES)
    if begin < 0 or start is None:
        raise _malformed("an attachment has no stream")
    dictionary = data[begin : start.start()]
    length = _LENGTH.search(dictionary)
    if length is None:
        raise _malformed("an attachment has no length")
    size: int | None = int(length[1])
    if length[2] is not None:
        size = integers().get((int(length[1]), int(length[2])))
    if size is None:
        raise _malformed("the length of an attachment is missing")
    raw = data[start.end() : start.end() + size]
    if len(raw) != size or b"endstream" not in data[start.end() + size : start.end() + size + 16]:
        raise _malformed("an attachment is cut")
    return _plain(raw, dictionary)


def _integers(data: bytes, paid: Callable[[int], None]) -> dict[tuple[int, int], int]:
    """Give every object that is an integer, by number and generation; the first of each counts."""
    objects = data.count(b"endobj")
    if objects > MAX_OBJECTS:
        raise _malformed("it has more objects than are looked at")
    paid(_MICROSECONDS_AN_OBJECT * objects)
    found: dict[tuple[int, int], int] = {}
    place = data.find(b"endobj")
    while place >= 0:
        before = _INTEGER_BEFORE.search(data, max(0, place - _BEFORE_BYTES), place)
        if before is not None:
            found.setdefault((int(before[1]), int(before[2])), int(before[3]))
        place = data.find(b"endobj", place + 1)
    return found


def _plain(raw: bytes, dictionary: bytes) -> bytes:
    if b"/Filter" not in dictionary:
        if len(raw) > MAX_PAYLOAD_BYTES:
            raise payload_too_large(len(raw))
        return raw
    named = _FILTER.search(dictionary)
    if named is None or (named[1] or named[2]) != b"FlateDecode" or b"/DecodeParms" in dictionary:
        raise _malformed("an attachment is pressed in a way that is not known here")
    expand = zlib.decompressobj()
    try:
        plain = expand.decompress(raw, MAX_PAYLOAD_BYTES + 1)
    except zlib.error as error:
        raise _malformed("an attachment can't be unpacked") from error
    if len(plain) > MAX_PAYLOAD_BYTES:
        raise payload_too_large()
    if not expand.eof:
        raise _malformed("an attachment is cut")
    return plain


def _malformed(reason: str) -> InputError:
    return InputError(reason, code="pdf.malformed")
