"""The only way in for JSON: what two readers could understand differently, or could die of, is refused.

The nesting is measured on the bytes before any parser sees them, without recursion: parsers recurse, and where another
package has raised the recursion limit, deep nesting ends the process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Final, NoReturn

import orjson

from credroot.core.errors import InputError
from credroot.core.json_types import JsonValue

MAX_DOCUMENT_BYTES: Final = 1 << 20
"""Bytes in a document at most: a credential has some 4 kB, one with an embedded picture some 100 kB."""
MAX_DEPTH: Final = 32
"""Arrays and objects inside one another at most; Open Badges need about 10."""
MAX_INTEGER: Final = 2**53 - 1
"""The largest integer, and its negative the smallest, that every JSON reader takes for the same number."""

_BOM: Final = b"\xef\xbb\xbf"
_ONE_KIND: Final = bytes.maketrans(b"[]", b"{}")
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"{}[]"))
_NOT_OPENING: Final = bytes(set(range(256)) - set(b"{["))
_COMPACT: Final = orjson.OPT_STRICT_INTEGER
_INDENTED: Final = orjson.OPT_STRICT_INTEGER | orjson.OPT_INDENT_2
_NUMBER: Final = re.compile(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def loads(
    data: bytes | str, *, max_bytes: int = MAX_DOCUMENT_BYTES, max_depth: int = MAX_DEPTH, one_meaning: bool = True
) -> JsonValue:
    """Parse one JSON text (RFC 8259) that has exactly one meaning.

    A text given as `str` is taken as its UTF-8 bytes. ``-0`` is the integer 0, ``-0.0`` a float; both are canonically
    0 (RFC 8785). `max_depth` counts arrays and objects inside one another, 1 for ``[]``; at most 1,000. Without
    `one_meaning` the parser's own limit of depth, 1,024, holds, the last of duplicate keys is taken and large integers
    may be rounded: for large answers whose members are each checked, never for what is hashed.

    Raises:
        InputError: by code ``json.too_large``, more than `max_bytes`; ``json.bom``; ``json.too_deep``;
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
        _require_shallow(unescaped, max_depth)
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


def _require_shallow(unescaped: bytes, max_depth: int) -> None:
    """Refuse what is nested deeper than `max_depth`.

    Each turn takes the innermost brackets away. A pair that is left after that was too deep. What is left without any
    pair is no JSON: closing brackets, then opening ones, which the parser would enter before it finds out.
    """
    if len(unescaped.translate(None, _NOT_OPENING)) <= max_depth:
        return
    brackets = _outside_strings(unescaped).translate(_ONE_KIND, _NO_BRACKET)
    for _ in range(max_depth):
        before = len(brackets)
        brackets = brackets.replace(b"{}", b"")
        if len(brackets) == before:
            break
    if b"{}" in brackets or brackets.count(b"{") > max_depth:
        raise InputError(f"nested more than {max_depth} deep", code="json.too_deep")


def _outside_strings(unescaped: bytes) -> bytes:
    """Give the bytes that stand outside of strings, up to the first syntax error if there is one.

    `unescaped` is a text without its escaped backslashes and then without its escaped quotes, so that every quote left
    opens or closes a string.
    """
    return b"".join(unescaped.split(b'"')[::2])


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
    if large_float and any(map(_is_beyond_integers, _NUMBER.findall(_outside_strings(unescaped)))):
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


def _is_beyond_integers(number: bytes) -> bool:
    """Tell whether a number that orjson took is written as an integer, which is then beyond 64 bits if it is long."""
    return number.lstrip(b"-").isdigit() and len(number) > 17


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
