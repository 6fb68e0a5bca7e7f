"""From bytes to text: which encoding a roster has, found out from all of its bytes and never from a preference.

What does not fit the encoding becomes a lone surrogate, which no text can hold otherwise. So one bad byte spoils one
cell, which is reported with its row, and not the file.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import BinaryIO

from credroot.core.errors import InputError

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Bytes of a roster: a million rows have some 100 MB."""
MAX_LINE_BYTES = 16 * 1024 * 1024
"""Bytes between two line ends. A line is held in memory; a row of the longest narratives has less than 1 MiB."""

_CHUNK = 1 << 20  # bytes read at once
_SAMPLE = 2048  # bytes looked at for zeros, which only UTF-16 has
_NOT_UTF8 = re.compile("[\udc80-\udcff]+")
_BEYOND_ASCII = re.compile("[^\x00-\x7f\ud800-\udfff]+")

# The first bytes of what people take for a CSV file, by the first bytes of each.
_OTHER_FILES = (
    (b"PK\x03\x04", "a spreadsheet or an archive (.xlsx, .ods, .zip)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file (.gz)"),
    (b"{\\rtf", "a text document (.rtf)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"<?xml", "an XML file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)
_SAVE_AS_CSV = "open it in a spreadsheet program and save the sheet as CSV (UTF-8)"


@dataclass(frozen=True, slots=True)
class TextForm:
    """How the bytes of one roster are to be read."""

    codec: str
    """Python's name of the encoding."""
    label: str
    """Its name for people."""
    errors: str
    """The error handler that makes lone surrogates of what does not fit."""
    skip: int
    """Bytes of the byte order mark."""
    size: int
    """Bytes to read, the mark included; a UTF-16 file cut inside a character is read without its last byte."""
    has_stray_bytes: bool
    """Whether some bytes do not fit the encoding."""
    cut: bool = False
    """Whether the file ends inside a character."""

    @property
    def is_guess(self) -> bool:
        """Whether nothing in the file proves it: any bytes are some Windows-1252 text."""
        return self.codec == "cp1252"


def find_text_form(source: BinaryIO) -> TextForm:
    """Read `source` to its end and say how to decode it.

    A byte order mark decides; then zeros at every other byte, which mean UTF-16; then whether all bytes are UTF-8.
    What is not UTF-8 is Windows-1252, unless more of its characters beyond ASCII are UTF-8 than are not: then it is
    UTF-8 with stray bytes.

    Raises:
        InputError: ``roster.too_large``; ``roster.line_too_long``, with the row; ``roster.not_csv``, another kind of
            file; ``roster.encoding``, UTF-32 or zeros.
    """
    source.seek(0)
    head = source.read(_SAMPLE)
    _refuse_other_files(head)
    mark = _byte_order_mark(head) or _utf16_without_mark(head)
    stray, fitting, size, zeros = _survey(source)
    if mark is not None:
        codec, label, skip = mark
        errors = "surrogatepass" if codec.startswith("utf-16") else "surrogateescape"
        cut = codec.startswith("utf-16") and size % 2 == 1
        return TextForm(codec, label, errors, skip, size - cut, has_stray_bytes=stray > 0, cut=cut)
    if zeros:
        raise InputError(
            "the file has zero bytes, so it is no text in an encoding known here; save it as CSV (UTF-8)",
            code="roster.encoding",
        )
    if stray <= fitting:
        return TextForm("utf-8", "UTF-8", "surrogateescape", 0, size, has_stray_bytes=stray > 0)
    return TextForm("cp1252", "Windows-1252", "surrogateescape", 0, size, has_stray_bytes=fitting > 0)


def open_text(source: BinaryIO, form: TextForm) -> io.TextIOWrapper:
    """Give the text of `source` from its beginning, line ends as they are; closing it leaves `source` open."""
    source.seek(form.skip)
    window = io.BufferedReader(_Window(source, form.size - form.skip), buffer_size=_CHUNK)
    return io.TextIOWrapper(window, encoding=form.codec, errors=form.errors, newline="")


def _refuse_other_files(head: bytes) -> None:
    for magic, kind in _OTHER_FILES:
        if head.startswith(magic):
            raise InputError(f"this is {kind} and no CSV file: {_SAVE_AS_CSV}", code="roster.not_csv")
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise InputError("the file is UTF-32, which is not read here: save it as CSV (UTF-8)", code="roster.encoding")


def _byte_order_mark(head: bytes) -> tuple[str, str, int] | None:
    """Give codec, label and length of the mark that `head` begins with."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", "UTF-8 with BOM", 3
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", "UTF-16 LE", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", "UTF-16 BE", 2
    return None


def _utf16_without_mark(head: bytes) -> tuple[str, str, int] | None:
    """Recognise UTF-16 by zeros in one half of the bytes only: Latin letters, separators and line ends make them."""
    even, odd = head[::2], head[1::2]
    even_zeros, odd_zeros = even.count(0), odd.count(0)
    if odd_zeros and not even_zeros and 4 * odd_zeros >= len(odd):
        return "utf-16-le", "UTF-16 LE without BOM", 0
    if even_zeros and not odd_zeros and 4 * even_zeros >= len(even):
        return "utf-16-be", "UTF-16 BE without BOM", 0
    return None


def _survey(source: BinaryIO) -> tuple[int, int, int, bool]:
    """Count runs of bytes that are not UTF-8, runs of UTF-8 beyond ASCII, and bytes; say whether any byte is zero.

    Where all is UTF-8 both runs are 0.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    size = row = line = 0
    zeros, is_utf8 = False, True
    source.seek(0)
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            raise InputError(f"a roster has at most {MAX_FILE_BYTES >> 20} MiB", code="roster.too_large")
        zeros = zeros or b"\0" in chunk
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        line = line + len(chunk) if last < 0 else len(chunk) - last - 1
        row += chunk.count(b"\n")
        if line > MAX_LINE_BYTES:
            raise InputError(
                f"the line after line {row} has more than {MAX_LINE_BYTES >> 20} MiB", code="roster.line_too_long"
            )
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    if is_utf8 and _decodes(decoder, b"", final=True):
        return 0, 0, size, zeros
    return *_count_runs(source), size, zeros


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _count_runs(source: BinaryIO) -> tuple[int, int]:
    """Count runs of bytes that are not UTF-8 and runs of UTF-8 beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    stray = fitting = 0
    source.seek(0)
    while chunk := source.read(_CHUNK):
        text = decoder.decode(chunk)
        stray += len(_NOT_UTF8.findall(text))
        fitting += len(_BEYOND_ASCII.findall(text))
    stray += bool(decoder.decode(b"", True))
    return stray, fitting


class _Window(io.RawIOBase):
    """The next bytes of a file, up to a number; the file stays open."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source = source
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self._source.read(min(len(view), self._left))
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)
