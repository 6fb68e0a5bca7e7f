"""The only way in for JSON: what two readers could understand differently, or could die of, is refused.

Nesting and the number of values are measured on the bytes before any parser sees them, without recursion. Parsers
recurse, and where another package has raised the recursion limit, deep nesting ends the process; and three bytes of
``{},`` become an object of 72.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import Final, NoReturn

import orjson

from credroot.core.errors import InputError
from credroot.core.json.types import JsonValue

MAX_DOCUMENT_BYTES: Final = 1 << 20
"""Bytes in a document at most: a credential has some 4 kB, one with an embedded picture some 100 kB."""
MAX_DEPTH: Final = 32
"""Arrays and objects inside one another at most; Open Badges need about 10."""
BYTES_A_VALUE: Final = 20
"""A document may have one value for so many of the bytes that are allowed: real ones have one for 25 to 40."""
ALWAYS_VALUES: Final = 1_000
"""Values that a document may have however few bytes are allowed."""
MAX_INTEGER: Final = 2**53 - 1
"""The largest integer, and its negative the smallest, that every JSON reader takes for the same number."""

_BOM: Final = b"\xef\xbb\xbf"
_ONE_KIND: Final = bytes.maketrans(b"[]", b"{}")
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"{}[]"))
_NO_STRUCTURE: Final = bytes(set(range(256)) - set(b"{}[],"))
_WINDOW_BYTES: Final = 1 << 16  # of a text that is taken apart at once, so that a large one is not there twice
_QUOTES_A_VALUE: Final = 4  # a value is a member's, with its name, and a text itself
_VALUES_A_MICROSECOND: Final = 2  # that are made, and looked at, twice in places
_COMPACT: Final = orjson.OPT_STRICT_INTEGER
_INDENTED: Final = orjson.OPT_STRICT_INTEGER | orjson.OPT_INDENT_2
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG: Final = b"0" * 18  # what is beyond 64 bits has 19 digits and more
_LONG_INTEGER: Final = re.compile(rb"(?<![0-9.eE+-])-?[0-9]{18,}+(?![.eE])")


def loads(
    data: bytes | str,
    *,
    max_bytes: int = MAX_DOCUMENT_BYTES,
    max_depth: int = MAX_DEPTH,
    max_values: int | None = None,
    one_meaning: bool = True,
    paid: Callable[[int], None] = lambda _microseconds: None,
) -> JsonValue:
    """Parse one JSON text (RFC 8259) that has exactly one meaning.

    A text given as `str` is taken as its UTF-8 bytes. ``-0`` is the integer 0, ``-0.0`` a float; both are canonically
    0 (RFC 8785). `max_depth` counts arrays and objects inside one another, 1 for ``[]``; at most 1,000. `max_values`
    counts commas and opening brackets, which are as many as the values or a few more; without it one is allowed for
    each `BYTES_A_VALUE` of `max_bytes`, and `ALWAYS_VALUES`. Without `one_meaning` the parser's own limit of depth,
    1,024, holds, values are not counted, the last of duplicate keys is taken and large integers may be rounded: for
    large answers of an endpoint of ours, whose members are each checked, never for what is hashed. `paid` is told the
    microseconds that values take beside what their bytes do, before they are parsed, and may raise.

    Raises:
        InputError: by code ``json.too_large``, more than `max_bytes`; ``json.bom``; ``json.too_deep``;
            ``json.too_many``, more than `max_values`;
            ``json.not_utf8``; ``json.syntax``; ``json.surrogate``, half a character, also when escaped;
            ``json.number``, an integer beyond `MAX_INTEGER`, a float that is not finite, NaN or Infinity;
            ``json.duplicate_key``.

    Source: I-JSON (RFC 7493), stricter about numbers.
    """
    data = _as_utf8(data)
    if len(data) > max_bytes:
        raise InputError(f"the document has {len(data)} bytes, {max_bytes} are allowed", code="json.too_large")
    if data.startswith(_BOM):
        raise InputError("the document starts with a byte order mark", code="json.bom")
    unescaped = data
    if one_meaning:
        unescaped = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
        wanted = max(ALWAYS_VALUES, max_bytes // BYTES_A_VALUE) if max_values is None else max_values
        paid(_require_bounded(unescaped, max_depth, wanted) // _VALUES_A_MICROSECOND)
    try:
        value: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        _explain(data, error)
    if one_meaning and not _is_how_we_write(value, data):
        _require_one_meaning(value, unescaped)
    return value


def _as_utf8(data: bytes | str) -> bytes:
    if not isinstance(data, str):
        return data
    try:
        return data.encode()
    except UnicodeEncodeError as error:
        raise InputError("the text has half a character (a lone surrogate)", code="json.surrogate") from error


def _require_bounded(unescaped: bytes, max_depth: int, max_values: int) -> int:
    """Refuse what has more values, or is nested deeper; return how many there may be.

    `unescaped` is as `_outside_strings` takes it.

    What stands in strings is counted too at first, which is cheap: hardly any text has so many brackets and commas.
    """
    opening = values = quotes = 0
    for window in _windows(unescaped):
        found = window.count(b"{") + window.count(b"[")
        opening += found
        values += found + window.count(b",")
        quotes += window.count(b'"')
        if quotes > _QUOTES_A_VALUE * (max_values + 1):
            raise _too_many(max_values)
        if values > max_values:
            break
    if opening <= max_depth and values <= max_values:
        return values
    parts: list[bytes] = []
    values = size = 0
    for window in _outside_strings(unescaped, without=_NO_STRUCTURE):
        parts.append(window)
        size += len(window)
        values += window.count(b"{") + window.count(b"[") + window.count(b",")
        # So many closing brackets close more than was opened: no parser gets beyond them.
        if values > max_values or size > 3 * max_values + _WINDOW_BYTES:
            break
    _require_shallow(b"".join(parts).translate(_ONE_KIND, _NO_BRACKET), max_depth)
    if values > max_values:
        raise _too_many(max_values)
    return values


def _require_shallow(brackets: bytes, max_depth: int) -> None:
    """Refuse brackets, all of one kind, that are nested deeper than `max_depth`.

    Each turn takes the innermost brackets away. A pair that is left after that was too deep. What is left without any
    pair is no JSON: closing brackets, then opening ones, which the parser would enter before it finds out.
    """
    for _ in range(max_depth):
        before = len(brackets)
        brackets = brackets.replace(b"{}", b"")
        if len(brackets) == before:
            break
    if b"{}" in brackets or brackets.count(b"{") > max_depth:
        raise InputError(f"nested more than {max_depth} deep", code="json.too_deep")


def _outside_strings(unescaped: bytes, *, without: bytes = b"") -> Iterator[bytes]:
    """Give the bytes that stand outside of strings, up to the first syntax error if there is one, `without` some.

    `unescaped` is a text without its escaped backslashes and then without its escaped quotes, so that every quote left
    opens or closes a string. It is taken apart in windows, and what is given is of one window.
    """
    inside = 0
    for window in _windows(unescaped):
        pieces = window.split(b'"')
        yield b"".join(pieces[inside::2]).translate(None, without)
        inside = (inside + len(pieces) - 1) % 2


def _windows(data: bytes) -> Iterator[bytes]:
    return (data[start : start + _WINDOW_BYTES] for start in range(0, len(data), _WINDOW_BYTES))


def _is_how_we_write(value: JsonValue, data: bytes) -> bool:
    """Tell whether `data` is `value` as orjson writes it: then nothing was lost in reading it.

    A duplicate key or a rounded integer would not come back, and integers beyond `MAX_INTEGER` are not written. Most
    files are written so, and this takes a third of the time of looking at every value.
    """
    try:
        if data[1:2] == b"\n":
            return orjson.dumps(value, option=_INDENTED) == data.removesuffix(b"\n")
        return orjson.dumps(value, option=_COMPACT) == data
    except orjson.JSONEncodeError:  # such an integer, or nesting beyond what is written
        return False


def _require_one_meaning(value: JsonValue, unescaped: bytes) -> None:
    """Refuse what orjson takes silently: duplicate keys, of which the last wins, and integers that get rounded."""
    strings, large_float = _survey(value)
    if unescaped.count(b'"') != 2 * strings:
        raise InputError("an object has the same key twice", code="json.duplicate_key")
    if large_float and _has_long_integer(b"".join(_outside_strings(unescaped))):
        raise _out_of_range()


def _survey(value: JsonValue) -> tuple[int, bool]:
    """Count the strings, keys too, and tell whether a float may have been an integer too large for 64 bits.

    Raises `InputError` for an integer beyond `MAX_INTEGER`.
    """
    strings = 0
    large_float = False
    pending: list[Collection[JsonValue]] = [[value]]
    for group in pending:
        for item in group:
            kind = type(item)
            if kind is str:
                strings += 1
            elif kind is dict:
                strings += len(item)  # type: ignore[arg-type]
                pending.append(item.values())  # type: ignore[union-attr]
            elif kind is list:
                pending.append(item)  # type: ignore[arg-type]
            elif kind is int and not -MAX_INTEGER <= item <= MAX_INTEGER:  # type: ignore[operator]
                raise _out_of_range()
            elif kind is float and not -MAX_INTEGER <= item <= MAX_INTEGER:  # type: ignore[operator]
                large_float = True
    return strings, large_float


def _has_long_integer(structure: bytes) -> bool:
    """Tell whether a number is written as an integer that is too long for 64 bits; `structure` stands in no string."""
    return _LONG in structure.translate(_DIGITS) and _LONG_INTEGER.search(structure) is not None


def _too_many(max_values: int) -> InputError:
    return InputError(f"more than {max_values} values", code="json.too_many")


def _out_of_range() -> InputError:
    return InputError(f"an integer is beyond {MAX_INTEGER} (2^53 - 1)", code="json.number")


def _explain(data: bytes, refusal: orjson.JSONDecodeError) -> NoReturn:
    """Say why orjson refused `data`, with the help of the standard library's reader, which takes more.

    The nesting is known to be small here, so that its recursion is harmless.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", code="json.not_utf8") from error
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InputError(f"no JSON: {error}", code="json.syntax") from error
    except ValueError as error:  # digits beyond Python's own limit for integers
        raise _out_of_range() from error
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError("a string has half a character (a lone surrogate)", code="json.surrogate") from error
    raise InputError(f"a number is beyond what a float holds: {refusal}", code="json.number") from refusal


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no JSON number", code="json.number")
