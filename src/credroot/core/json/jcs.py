"""The one byte string of a JSON value: RFC 8785, the JSON Canonicalization Scheme.

The rfc8785 package is the authority. orjson with sorted keys writes the same bytes many times faster, but for some
values, so it is used behind a guard. A number that the two spell differently is written here and put into what orjson
writes, so that a document of nothing but such numbers costs what its bytes say; for all else the authority is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import isfinite
from typing import Any, Final, NamedTuple

import orjson

from credroot.core.errors import InputError
from credroot.core.json.types import JsonValue

_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
_BYTES_A_MICROSECOND: Final = 32  # that are written, and looked at
_MICROSECONDS_A_NUMBER: Final = 3  # that orjson spells otherwise
_VALUES_A_MICROSECOND: Final = 2  # that are written again for the sake of one such number
_EXACT_TYPES: Final = frozenset({bool, int, type(None)})
_AS_THEY_ARE: Final = frozenset({str, bool, int, type(None)})
_PLAIN_MIN: Final = 1e-3  # fractions from here on and below _PLAIN_MAX have no exponent in either spelling
_PLAIN_MAX: Final = 1e15
_FIXED_BELOW: Final = 21  # digits before the point from which on ECMAScript writes an exponent
_FIXED_ABOVE: Final = -6  # and the zeros behind it
_BELOW_ASTRAL: Final = bytes(range(0xF0))  # what UTF-8 needs for characters up to U+FFFF


def canonical_bytes(value: JsonValue, *, paid: Callable[[int], None] = lambda _microseconds: None) -> bytes:
    """Give the canonical UTF-8 bytes of `value`.

    `paid` is told the microseconds that it takes, before what takes long, and may raise.

    Raises:
        InputError: ``jcs.value`` for what RFC 8785 has no bytes for: integers beyond 2^53 - 1, NaN and infinities,
            lone surrogates, keys that are no strings, other types; ``jcs.too_deep`` for nesting without end.
    """
    try:
        fast = orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return _by_authority(value)
    # orjson sorts keys by code point and RFC 8785 by UTF-16 unit: they differ only beyond U+FFFF.
    is_astral = not fast.isascii() and bool(fast.translate(None, _BELOW_ASTRAL))
    paid(len(fast) // _BYTES_A_MICROSECOND)
    try:
        survey = _survey(value, is_astral=is_astral)
    except _OtherTypeError:
        return _by_authority(value)
    if survey.is_plain:
        return fast
    paid(_MICROSECONDS_A_NUMBER * survey.numbers + survey.values // _VALUES_A_MICROSECOND)
    return orjson.dumps(_spelled(value), option=_OPTIONS & ~orjson.OPT_SORT_KEYS)


class _OtherTypeError(Exception):
    """There is a value that is of no type of JSON, or no number."""


class _Survey(NamedTuple):
    """What `value` has in it."""

    is_plain: bool
    """Whether both write all of it alike."""
    numbers: int
    """Those that they spell differently."""
    values: int


def _survey(value: JsonValue, *, is_astral: bool) -> _Survey:
    """Look at all of `value`, which orjson wrote.

    Raises:
        _OtherTypeError: no spelling of ours mends it.
    """
    in_order = True
    numbers = values = 0
    pending: list[Collection[Any]] = [[value]]
    for members in pending:
        values += len(members)
        for member in members:
            kind = type(member)
            if kind is str:
                continue
            if kind is dict:
                if is_astral and in_order:
                    in_order = all(name.isascii() or max(name) <= "\uffff" for name in member)
                pending.append(member.values())
            elif kind is list:
                pending.append(member)
            elif kind is float:
                if member.is_integer() or not _PLAIN_MIN <= abs(member) < _PLAIN_MAX:
                    if not isfinite(member):
                        raise _OtherTypeError
                    numbers += 1
            elif kind not in _EXACT_TYPES:
                raise _OtherTypeError
    return _Survey(in_order and not numbers, numbers, values)


def _spelled(value: JsonValue) -> Any:
    """Give a copy of `value`, which orjson wrote and which is so not too deep, as it is to be written: each object's
    keys in their order, and each fraction as it is spelled."""
    known: dict[float, orjson.Fragment] = {}

    def copy(member: Any) -> Any:
        kind = type(member)
        if kind is dict:
            names = sorted(member, key=_utf16)
            return {name: one if type(one := member[name]) in _AS_THEY_ARE else copy(one) for name in names}
        if kind is list:
            return [one if type(one) in _AS_THEY_ARE else copy(one) for one in member]
        if kind is not float:
            return member
        if member not in known:
            known[member] = orjson.Fragment(number_text(member))
        return known[member]

    return copy(value)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def number_text(number: float) -> str:
    """Write a finite number as ECMAScript does (RFC 8785, section 3.2.2.3): the shortest digits that give it back.

    Python finds the same digits; only where it puts an exponent, and how it writes one, differs.
    """
    mantissa, _, exponent = repr(number).partition("e")
    if not exponent:
        return "0" if number == 0 else mantissa.removesuffix(".0")
    sign = "-" if number < 0 else ""
    digits = mantissa.lstrip("-").replace(".", "")
    point = int(exponent) + 1  # the digits before the point, as if there were no zeros
    if 0 < point <= _FIXED_BELOW:
        return sign + digits.ljust(point, "0")  # Python writes an exponent only of more digits than a number can have
    if _FIXED_ABOVE < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def _by_authority(value: JsonValue) -> bytes:
    import rfc8785  # rarely needed, so it costs nothing in a process that lives for one verification

    try:
        return rfc8785.dumps(value)
    except RecursionError as error:
        raise InputError("the value is nested too deeply", code="jcs.too_deep") from error
    except ValueError as error:
        raise InputError(f"no canonical form: {error}", code="jcs.value") from error
