"""Quantities and data as nodes spell them, and as they must not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.chain.rpc.hex_codec import (
    MAX_QUANTITY,
    MAX_UINT64,
    data,
    parse_address,
    parse_data,
    parse_digest,
    parse_quantity,
    quantity,
)
from credroot.core.errors import ChainUnavailable
from credroot.core.json.types import JsonValue


@given(st.integers(0, MAX_QUANTITY))
def test_every_quantity_is_read_back_as_it_was_written(number: int) -> None:
    assert parse_quantity(quantity(number)) == number


@given(st.binary(max_size=100))
def test_all_data_is_read_back_as_it_was_written(value: bytes) -> None:
    assert parse_data(data(value)) == value


@pytest.mark.parametrize(
    "wrong",
    [
        *("-0x10", "0x-10", "0x", "0x00", "0x01", "10", "0X1", "0x1g", " 0x1", "0x1\n", "0x1_0", ""),
        *(None, 1, True, ["0x1"], "0x1" + "0" * 64, "0x\u0661"),
    ],
)
def test_what_is_not_the_one_spelling_of_a_number_is_refused(wrong: JsonValue) -> None:
    with pytest.raises(ChainUnavailable) as caught:
        parse_quantity(wrong)
    assert caught.value.code == "chain.bad_answer"


def test_a_quantity_is_held_against_its_bound() -> None:
    assert parse_quantity(hex(MAX_UINT64), maximum=MAX_UINT64) == MAX_UINT64
    with pytest.raises(ChainUnavailable):
        parse_quantity(hex(MAX_UINT64 + 1), maximum=MAX_UINT64)


@pytest.mark.parametrize("wrong", ["", "00", "0x0", "0x0g", "0x00 ", "0x00 00", "0x00\n", None, 0, b"0x00"])
def test_what_is_not_whole_bytes_of_hex_is_refused(wrong: JsonValue) -> None:
    with pytest.raises(ChainUnavailable) as caught:
        parse_data(wrong)
    assert caught.value.code == "chain.bad_answer"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_digest_has_32_bytes(size: int) -> None:
    with pytest.raises(ChainUnavailable):
        parse_digest("0x" + "ab" * size)
    assert parse_digest("0x" + "ab" * 32) == b"\xab" * 32


@pytest.mark.parametrize("size", [0, 19, 21, 32])
def test_an_address_has_20_bytes_whatever_the_case_of_its_digits(size: int) -> None:
    with pytest.raises(ChainUnavailable):
        parse_address("0x" + "ab" * size)
    assert parse_address("0x" + "Ab" * 20) == b"\xab" * 20
