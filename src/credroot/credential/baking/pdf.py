"""A credential attached to a PDF. Only embedded files are looked at; nothing of the document is interpreted or run.

Embedded files are streams, and streams always stand as objects of their own, never inside compressed object streams. So
they are found by their ``/Type /EmbeddedFile`` without following any table, whichever program wrote the file.

Source: ISO 32000-2, sections 7.3.8 (streams) and 7.11.4 (embedded file streams).
"""

from __future__ import annotations

import re
import zlib

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
MAX_DICTIONARY_BYTES = 4_096
_EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile(?![A-Za-z])")
_LENGTH = re.compile(rb"/Length\s+(\d{1,9})(?:\s+(\d{1,5})\s+R)?")
_FILTER = re.compile(rb"/Filter\s*(?:/([A-Za-z0-9]+)|\[\s*/([A-Za-z0-9]+)\s*\])")
_START = re.compile(rb"stream(?:\r\n|\n)")


def extract_pdf(data: bytes) -> bytes:
    """Return the JSON of the one credential that is attached.

    Raises:
        InputError: ``baking.picture_too_large``; ``pdf.encrypted``; ``pdf.no_credential``; ``pdf.malformed``, an
            attachment that is cut or pressed in a way that is not known; ``baking.two_credentials``;
            ``baking.payload_too_large``.
    """
    check_picture_size(data)
    if b"/Encrypt" in data:
        raise InputError("the PDF is encrypted", code="pdf.encrypted")
    found: set[bytes] = set()
    for number, match in enumerate(_EMBEDDED.finditer(data)):
        if number >= MAX_ATTACHMENTS:
            raise _malformed("it has more attachments than are looked at")
        content = _stream(data, match.start())
        if payload_kind(content) is PayloadKind.JSON:
            found.add(content)
    if len(found) > 1:
        raise two_credentials()
    if not found:
        raise InputError("no credential is attached to the PDF", code="pdf.no_credential")
    return found.pop()


def _stream(data: bytes, place: int) -> bytes:
    """Give the content of the stream whose dictionary is around `place`."""
    begin = data.rfind(b"obj", max(0, place - MAX_DICTIONARY_BYTES), place)
    start = _START.search(data, place, place + MAX_DICTIONARY_BYTES)
    if begin < 0 or start is None:
        raise _malformed("an attachment has no stream")
    dictionary = data[begin : start.start()]
    length = _LENGTH.search(dictionary)
    if length is None:
        raise _malformed("an attachment has no length")
    size = int(length[1]) if length[2] is None else _referred(data, int(length[1]), int(length[2]))
    raw = data[start.end() : start.end() + size]
    if len(raw) != size or b"endstream" not in data[start.end() + size : start.end() + size + 16]:
        raise _malformed("an attachment is cut")
    return _plain(raw, dictionary)


def _referred(data: bytes, number: int, generation: int) -> int:
    """Give the integer object that a length refers to."""
    found = re.search(rb"(?<!\d)%d\s+%d\s+obj\s+(\d{1,9})\s+endobj" % (number, generation), data)
    if found is None:
        raise _malformed("the length of an attachment is missing")
    return int(found[1])


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
