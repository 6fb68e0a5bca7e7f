from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.json.strict import MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_INTEGER, loads
from tests.core.vectors import vectors

SAFE_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
) | SAFE_TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(SAFE_TEXT, inner), max_leaves=20)
# Pieces that, put together, are often almost JSON.
PIECES = st.sampled_from([*'{}[],:"\\ 1', '"a"', '"b"', '"a":', '"\\u0061":', "01", "-0", "1.5", "1e5", "1e999"]) | (
    st.sampled_from(["9007199254740992", "18446744073709551616", "true", "null", "NaN", "-Infinity", "\ufeff", "\x00"])
    | st.sampled_from(["\\\\", '\\"', "\\ud800", "\\udc00", "é"])
)


def refusal(data: bytes | str, **limits: int) -> str:
    with pytest.raises(InputError) as caught:
        loads(data, **limits)
    return caught.value.code


@pytest.mark.parametrize("vector", vectors("json"))
def test_a_text_is_read_or_refused_as_its_vector_says(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"]) if "hex" in vector else vector["text"].encode()
    if vector["valid"]:
        value = loads(data)
        assert (value, repr(value)) == (vector["value"], repr(vector["value"]))
    else:
        assert refusal(data) == vector["code"]


def by_the_standard_library(text: str) -> Any:
    """Read `text` under the same rules, in the slow way."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("duplicate")
        return dict(pairs)

    def bounded(digits: str) -> int:
        if abs(int(digits)) > MAX_INTEGER:
            raise ValueError("integer")
        return int(digits)

    def finite(digits: str) -> float:
        if not math.isfinite(float(digits)):
            raise ValueError("float")
        return float(digits)

    value = json.loads(text, object_pairs_hook=unique, parse_int=bounded, parse_float=finite, parse_constant=bounded)
    json.dumps(value, ensure_ascii=False).encode()
    return value


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_whatever_the_standard_library_writes_is_read_back(value: Any, escape: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=escape, indent=indent)
    assert repr(loads(text)) == repr(loads(text.encode())) == repr(json.loads(text))


@given(st.lists(PIECES, max_size=12).map("".join))
def test_reader_and_standard_library_under_the_same_rules_agree_on_any_text(text: str) -> None:
    try:
        expected = by_the_standard_library(text)
    except ValueError:
        assert refusal(text).startswith("json.")
    else:
        assert repr(loads(text)) == repr(expected)


@given(st.binary(max_size=40))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes) -> None:
    with contextlib.suppress(InputError):
        loads(data)


@given(st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=3), max_leaves=40), st.integers(0, 8))
def test_the_depth_is_that_of_the_deepest_bracket(value: list[Any], allowed: int) -> None:
    def depth(item: list[Any]) -> int:
        return 1 + max(map(depth, item), default=0)

    text = json.dumps(value)
    if depth(value) <= allowed:
        assert loads(text, max_depth=allowed) == value
    else:
        assert refusal(text, max_depth=allowed) == "json.too_deep"


def test_depth_is_counted_and_refused_before_a_parser_runs() -> None:
    deepest = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert loads(deepest) == json.loads(deepest)
    assert refusal(f"[{deepest}]") == "json.too_deep"
    assert refusal('{"a":' * 33 + "1" + "}" * 33) == "json.too_deep"
    assert refusal("[" * 500_000) == "json.too_deep"
    assert refusal('[{"":' * 100_000) == "json.too_deep"
    assert refusal("]" * 99 + "[" * 99) == "json.too_deep"
    assert refusal("]" * 99 + "[" * 9) == "json.syntax"


def test_brackets_in_strings_and_behind_escapes_are_no_depth() -> None:
    inside = "[{" * 100
    for text in (json.dumps([inside]), json.dumps(["\\" + inside, '"' + inside, '\\"' + inside + "\\"])):
        assert loads(text) == json.loads(text)


def test_wide_is_not_deep() -> None:
    assert loads("[" + "[]," * 999 + "[]]") == [[]] * 1000


def test_escapes_do_not_hide_depth() -> None:
    assert refusal('["\\\\",' * 40 + "1" + "]" * 40) == "json.too_deep"


def test_size_is_counted_in_bytes_before_anything_else() -> None:
    assert loads('"é"', max_bytes=4) == "é"
    assert refusal('"é"', max_bytes=3) == "json.too_large"
    assert refusal(b"\xff" * (MAX_DOCUMENT_BYTES + 1)) == "json.too_large"
    assert len(loads('"' + "a" * (MAX_DOCUMENT_BYTES - 2) + '"')) == MAX_DOCUMENT_BYTES - 2  # type: ignore[arg-type]


def test_a_text_with_half_a_character_is_refused_as_such() -> None:
    assert refusal('"\ud800"') == "json.surrogate"


def test_a_text_with_a_byte_order_mark_is_refused_as_such() -> None:
    assert refusal("\ufeff1") == refusal(b"\xef\xbb\xbf1") == "json.bom"


def test_an_integer_of_thousands_of_digits_is_a_number_and_no_crash() -> None:
    assert refusal("[" + "9" * 5000 + "]") == refusal("9" * 300) == "json.number"


def structure_of(value: Any) -> int:
    """Count brackets that open, and commas, of a text without white space in strings."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(0, len(value) - 1) + sum(map(structure_of, inner))
    return 0


@given(VALUES, st.booleans(), st.integers(0, 12))
def test_values_are_counted_outside_of_strings(value: Any, escape: bool, allowed: int) -> None:
    text = json.dumps(value, ensure_ascii=escape)
    if structure_of(value) <= allowed:
        assert loads(text, max_values=allowed) == json.loads(text)
    else:
        assert refusal(text, max_values=allowed, max_depth=1_000) == "json.too_many"


@pytest.mark.parametrize("filler", ["{}", "[]", "0", '""', '{"a":0}', '[[{"":{}}]]'])
def test_a_document_of_the_largest_size_that_is_all_structure_is_refused_before_a_parser_sees_it(filler: str) -> None:
    many = ",".join([filler] * ((MAX_DOCUMENT_BYTES - 2) // (len(filler) + 1)))
    assert refusal(f"[{many}]") == "json.too_many"


def test_a_text_full_of_commas_and_brackets_is_one_value() -> None:
    for text in ("," * 900_000, "[{" * 400_000, '",' * 200_000, "\\" * 400_000 + "," * 100_000):
        assert loads(json.dumps([text])) == [text]


def test_quotes_without_end_are_refused_without_being_taken_apart() -> None:
    assert refusal("[[" + '""' * 400_000 + "," * 60_000) == "json.too_many"


def test_what_is_allowed_grows_with_the_size_that_is_allowed() -> None:
    text = "[" + "0," * 60_000 + "0]"
    assert refusal(text) == "json.too_many"
    assert loads(text, max_bytes=2 * MAX_DOCUMENT_BYTES) == [0] * 60_001
    assert loads("[" + "0," * 900 + "0]", max_bytes=4_000) == [0] * 901
