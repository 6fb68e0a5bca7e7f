"""What arrives at the page: the parts of a form, as files.

Source: RFC 7578 (multipart/form-data), and RFC 2046 for the boundaries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from credroot.core.errors import InputError
from credroot.core.text.plain_text import on_screen

MAX_PARTS = 1_010
MAX_PART_HEAD = 4_096
MAX_PREAMBLE = 4_096
"""Bytes of white space that may stand before the first part."""
_NO_BREAKS = dict.fromkeys(map(ord, "\t\n"))
MAX_NAME = 120
"""Characters of a file's name that are shown."""
_BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary=(?:"([^"\r\n]{1,70})"|([^\s;",]{1,70}))', re.I)
_FIELD = re.compile(r'[;\s]name="([^"]*)"')
_FILE = re.compile(r'[;\s]filename="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form."""

    field: str
    data: bytes
    file_name: str | None = None
    """The last part of the name that the sender gave, without controls; `None` for a text field."""


def read_form(body: bytes, content_type: str) -> tuple[Part, ...]:
    """Take a form apart, in order.

    Raises:
        InputError: ``form.type``, not multipart/form-data with a boundary; ``form.malformed``; ``form.too_many``.
    """
    found = _BOUNDARY.match(content_type)
    if found is None:
        raise InputError("not a multipart form", code="form.type")
    delimiter = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    return tuple(_part(body, begin, end) for begin, end in _pieces(body, delimiter))


def _pieces(body: bytes, delimiter: bytes) -> list[tuple[int, int]]:
    """Give where each part begins and ends. Nothing is copied: a form may be as large as all that is taken."""
    mark = delimiter[2:]
    first = 0 if body.startswith(mark) else body.find(delimiter) + 2
    if first == 1 or body[: min(first, MAX_PREAMBLE)].strip() or first > MAX_PREAMBLE:
        raise _incomplete()
    begin, found = first + len(mark), []
    while (end := body.find(delimiter, begin)) >= 0:
        found.append((begin, end))
        if len(found) > MAX_PARTS:
            raise InputError(f"a form has at most {MAX_PARTS} parts", code="form.too_many")
        begin = end + len(delimiter)
    if body[begin : begin + 2] != b"--":
        raise _incomplete()
    return found


def _part(body: bytes, begin: int, end: int) -> Part:
    head_ends = body.find(b"\r\n\r\n", begin, min(end, begin + MAX_PART_HEAD + 4))
    if head_ends < 0 or body[begin : begin + 2] != b"\r\n":
        raise InputError("a part of the form has no head", code="form.malformed")
    head = body[begin:head_ends].decode("utf-8", "replace")
    disposition = next((line for line in head.split("\r\n") if line[:20].lower() == "content-disposition:"), "")
    field, file = _FIELD.search(disposition), _FILE.search(disposition)
    if field is None:
        raise InputError("a part of the form has no name", code="form.malformed")
    return Part(field[1], body[head_ends + 4 : end], None if file is None else shown_name(file[1]))


def _incomplete() -> InputError:
    return InputError("the form is not complete", code="form.malformed")


def shown_name(name: str) -> str:
    """Give the last part of a path as it may be shown: no controls, no reordering, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    clean = on_screen(last).translate(_NO_BREAKS)
    return clean if len(clean) <= MAX_NAME else clean[: MAX_NAME - 1] + "\u2026"


def shown_path(name: str) -> str:
    """Give a path inside an archive as it may be shown: its parts as `shown_name`, the last ones where it is long."""
    clean = "/".join(
        part for part in (shown_name(part) for part in re.split(r"[/\\]", name)) if part not in ("", "..", ".")
    )
    return clean if len(clean) <= MAX_NAME else "\u2026" + clean[1 - MAX_NAME :]
