"""The one byte string of a JSON value: RFC 8785, the JSON Canonicalization Scheme.

The rfc8785 package is the authority. orjson with sorted keys writes the same bytes many times faster, but only for some
values, so it is used behind a guard and its result thrown away where the two could differ.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import orjson

from credroot.core.errors import InputError
from credroot.core.json_types import JsonValue

_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
_EXACT_TYPES: Final = frozenset({bool, int, type(None)})
_PLAIN_MIN: Final = 1e-3  # fractions from here on and below _PLAIN_MAX have no exponent in either spelling
_PLAIN_MAX: Final = 1e15
_BELOW_ASTRAL: Final = bytes(range(0xF0))  # what UTF-8 needs for characters up to U+FFFF


def canonical_bytes(value: JsonValue) -> bytes:
    """Give the canonical UTF-8 bytes of `value`.

    Raises:
        InputError: ``jcs.value`` for what RFC 8785 has no bytes for: integers beyond 2^53 - 1, NaN and infinities,
            lone surrogates, keys that are no strings, other types; ``jcs.too_deep`` for nesting without end.
    """
    try:
        fast = orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return _by_authority(value)
    # orjson sorts keys by code point and RFC 8785 by UTF-16 unit: they differ only beyond U+FFFF.
    if (fast.isascii() or not fast.translate(None, _BELOW_ASTRAL)) and _is_plain(value):
        return fast
    return _by_authority(value)


def _is_plain(value: JsonValue) -> bool:
    """Tell whether `value`, which orjson wrote, has nothing but values that both write alike."""
    pending: list[Collection[JsonValue]] = [[value]]
    for members in pending:
        for member in members:
            kind = type(member)
            if kind is str:
                continue
            if kind is dict:
                pending.append(member.values())  # type: ignore[union-attr]
            elif kind is list:
                pending.append(member)  # type: ignore[arg-type]
            elif kind is float:
                if member.is_integer() or not _PLAIN_MIN <= abs(member) < _PLAIN_MAX:  # type: ignore[union-attr,arg-type]
                    return False
            elif kind not in _EXACT_TYPES:
                return False
    return True


def _by_authority(value: JsonValue) -> bytes:
    import rfc8785  # rarely needed, so it costs nothing in a process that lives for one verification

    try:
        return rfc8785.dumps(value)
    except RecursionError as error:
        raise InputError("the value is nested too deeply", code="jcs.too_deep") from error
    except ValueError as error:
        raise InputError(f"no canonical form: {error}", code="jcs.value") from error
