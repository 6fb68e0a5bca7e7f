"""What a file is, by its first bytes, and the credential in it.

File names and media types are what somebody says; the bytes are what a verifier reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from credroot.core.budget import Budget, Work
from credroot.core.errors import InputError
from credroot.credential.baking.payload import (
    MAX_PAYLOAD_BYTES,
    PayloadKind,
    check_payload,
    check_picture_size,
    payload_kind,
    payload_too_large,
    without_space,
)
from credroot.credential.baking.png import SIGNATURE, extract_png

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_PICTURES = {b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture", b"RIFF": "a WebP picture"}
_SVG_WINDOW_BYTES = 64 * 1024
"""Bytes at the start in which the ``<svg`` tag is looked for: comments and a DOCTYPE may come before it."""


class FileKind(StrEnum):
    """What credentials come in."""

    JSON = "json"
    JWT = "jwt"
    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    ZIP = "zip"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Extracted:
    """A credential as it was found."""

    kind: FileKind
    """What it came in."""
    payload: bytes
    """The credential itself: JSON text or a compact JWT, UTF-8."""
    payload_kind: PayloadKind


def detect(data: bytes) -> FileKind:
    """Tell what `data` is by its first bytes; nothing is parsed."""
    if data.startswith(SIGNATURE):
        return FileKind.PNG
    if data.startswith(b"%PDF-"):
        return FileKind.PDF
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return FileKind.ZIP
    start = data[:_SVG_WINDOW_BYTES]
    if start.startswith(_UTF16_MARKS):
        start = start.replace(b"\0", b"")[2:]
    bare = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if bare.startswith(b"<") and (b"<svg" in bare or b":svg" in bare):
        return FileKind.SVG
    if bare[:1] in (b"{", b"["):
        return FileKind.JSON
    return FileKind.JWT if payload_kind(data) is PayloadKind.JWT else FileKind.UNKNOWN


def read_credential_bytes(data: bytes, *, budget: Budget | None = None) -> Extracted:
    """Find the one credential in `data`: JSON or a compact JWT as it is, or baked into a PNG or SVG picture.

    What the parts of a picture take is paid for out of `budget`, that of one file.

    Raises:
        InputError: what `extract_png` and `extract_svg` raise; ``baking.picture_too_large``, over 20 MiB whatever it
            is; ``baking.payload_too_large``; ``baking.not_a_credential``; ``baking.not_utf8``; ``baking.empty``;
            ``baking.is_pdf`` and ``baking.is_zip``, which other readers open; ``baking.unknown_file``.
    """
    budget = budget or Budget()
    check_picture_size(data)
    kind = detect(data)
    match kind:
        case FileKind.JSON:  # whatever else is wrong with it, the strict loader names more exactly
            if len(data) > MAX_PAYLOAD_BYTES:
                raise payload_too_large(len(data))
            return Extracted(kind, data, PayloadKind.JSON)
        case FileKind.JWT:
            payload = data
        case FileKind.PNG:
            payload = extract_png(data, paid=lambda microseconds: budget.spend(Work.PARTS, microseconds))
        case FileKind.SVG:
            # Its parser is imported for pictures only.
            from credroot.credential.baking.svg import extract_svg

            payload = extract_svg(data, paid=lambda microseconds: budget.spend(Work.PARTS, microseconds))
        case FileKind.PDF | FileKind.ZIP:
            raise InputError(f"a {kind} file is opened by its own reader", code=f"baking.is_{kind}")
        case FileKind.UNKNOWN:
            raise _unknown(data)
    found = check_payload(payload)
    return Extracted(kind, without_space(payload, found), found)


def _unknown(data: bytes) -> InputError:
    if not data.strip():
        return InputError("the file is empty", code="baking.empty")
    for magic, name in _OTHER_PICTURES.items():
        if data.startswith(magic):
            return InputError(f"{name} can't carry a badge; PNG and SVG can", code="baking.unknown_file")
    return InputError("not JSON, a JWT, a PNG or an SVG", code="baking.unknown_file")
