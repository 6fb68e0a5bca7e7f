from __future__ import annotations

import enum
import struct
import uuid
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.json.strict import loads
from tests.core.test_strict_json import SCALARS
from tests.core.vectors import needs_standards, published

# Keys and texts about the places where orjson and RFC 8785 could part.
EDGES = st.sampled_from('\x00\x08\x1f\x7f\x80"\\/\u2028\ud7ff\ue000\uffff\U00010000\U0010ffff') | st.characters(
    exclude_categories=["Cs"]
)
TEXTS = st.text(EDGES, max_size=4)
VALUES = st.recursive(
    SCALARS | TEXTS | st.decimals(-(10**6), 10**6, places=2).map(float),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)

# Source: RFC 8785, appendix B (IEEE 754 bits, then the text).
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@given(VALUES)
def test_canonical_bytes_are_those_of_the_authority(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(1e-5, 1e17) | st.integers(-9999, 9999).map(float))
def test_every_float_is_written_as_the_authority_does(number: float) -> None:
    assert canonical_bytes([number]) == rfc8785.dumps([number])


@given(VALUES)
def test_canonical_bytes_read_back_are_canonical(value: Any) -> None:
    canonical = canonical_bytes(value)
    number_may_be_long = any(
        len(run) > 15 for run in "".join(c if c.isdigit() else " " for c in canonical.decode()).split()
    )
    if not number_may_be_long:
        assert canonical_bytes(loads(canonical)) == canonical


@pytest.mark.parametrize(
    "number", [1.0, -0.0, 1e-7, -1.5e-7, 5e-324, 1e16, 1e21, 123456789012345680.0, 1.7976931348623157e308]
)
def test_a_document_of_many_numbers_is_written_without_the_slow_authority(
    number: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = {
        "\U0001f600": 1,
        "\uffff": 2,
        "é": [number] * 100,
        "b": {"d": [{"c": number, "d": None, "e": True, "f": 7, "g": "\U0001f600"}]},
    }
    expected = rfc8785.dumps(document)
    monkeypatch.setattr(rfc8785, "dumps", lambda _value: pytest.fail("the authority was asked"))
    assert canonical_bytes(document) == expected


def test_every_character_is_written_as_the_authority_does() -> None:
    for start in (*range(0, 0xD800, 0x800), *range(0xE000, 0x110000, 0x800)):
        text = "".join(map(chr, range(start, start + 0x800)))
        assert canonical_bytes(text) == rfc8785.dumps(text)


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_are_written_as_the_standard_lists_them(bits: str, text: str) -> None:
    assert canonical_bytes(struct.unpack(">d", bytes.fromhex(bits))[0]) == text.encode()


@needs_standards
@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_published_vectors_hold(name: str) -> None:
    value = loads(published(f"vectors/jcs/input/{name}.json").read_bytes())
    assert canonical_bytes(value) == bytes.fromhex(published(f"vectors/jcs/outhex/{name}.txt").read_text())


def test_keys_are_sorted_by_utf_16_where_code_points_would_sort_otherwise() -> None:
    assert canonical_bytes({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


class Named(enum.StrEnum):
    A = "a"


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        2**53,
        -(2**53),
        float("nan"),
        float("inf"),
        "\ud800",
        {"\ud800": 1},
        {1: 1},
        b"a",
        {"a"},
        uuid.UUID(int=0),
    ],
    ids=ascii,
)
def test_what_json_has_no_canonical_form_for_is_refused(value: Any) -> None:
    for nested in (value, [value], {"a": [{"b": value}]}):
        with pytest.raises(InputError) as caught:
            canonical_bytes(nested)
        assert caught.value.code == "jcs.value"


def test_the_largest_integers_still_have_a_form() -> None:
    assert canonical_bytes([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


def test_subclasses_of_text_are_texts() -> None:
    assert canonical_bytes({Text("k"): Text("v"), "e": Named.A}) == b'{"e":"a","k":"v"}'


def test_nesting_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InputError) as caught:
        canonical_bytes(endless)
    assert caught.value.code == "jcs.too_deep"
