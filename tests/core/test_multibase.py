from __future__ import annotations

import base64
import contextlib

import base58
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.text.multibase import (
    MAX_BASE58_CHARS,
    decode_base58btc,
    decode_base64url,
    encode_base58btc,
    encode_base64url,
)

# Source: draft-msporny-base58, test vectors.
BASE58 = {
    "48656c6c6f20576f726c6421": "z2NEpo7TZRRrLZSi2U",
    "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e": (
        "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"
    ),
    "0000287fb4cd": "z11233QC4",
}


@pytest.mark.parametrize(("data", "text"), BASE58.items())
def test_base58btc_gives_the_published_answers(data: str, text: str) -> None:
    assert encode_base58btc(bytes.fromhex(data)) == text
    assert decode_base58btc(text).hex() == data


@given(st.binary(max_size=200))
def test_base58btc_equals_another_implementation(data: bytes) -> None:
    text = encode_base58btc(data)
    assert text == "z" + base58.b58encode(data).decode()
    assert decode_base58btc(text) == data


@given(st.binary(max_size=200))
def test_base64url_equals_another_implementation(data: bytes) -> None:
    text = encode_base64url(data)
    assert text == "u" + base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert decode_base64url(text) == data


@pytest.mark.parametrize(
    "text",
    ["", "AAAA", "zAAAA", "uA", "uAA==", "uAB", "uA A", "uAA\n", "uA+A", "uA/A", "u=", "uAAAAA", "uÄÄÄÄ", "uAA!A"],
    ids=ascii,
)
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_base64url(text)
    assert caught.value.code == "multibase.malformed"


@given(st.text(st.sampled_from("ABQgwz059-_=+/ \n\x00é"), max_size=9))
def test_any_text_that_is_read_is_the_one_spelling_of_what_was_read(body: str) -> None:
    with contextlib.suppress(InputError):
        assert encode_base64url(decode_base64url("u" + body)) == "u" + body


@pytest.mark.parametrize(
    "text", ["", "2NEpo7TZRRrLZSi2U", "u2N", "z0", "zO", "zI", "zl", "z 2", "z2\n", "z\u0661"], ids=ascii
)
def test_base58btc_has_one_spelling(text: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_base58btc(text)
    assert caught.value.code == "multibase.malformed"


def test_nothing_is_a_value_too() -> None:
    assert (encode_base64url(b""), encode_base58btc(b"")) == ("u", "z")
    assert (decode_base64url("u"), decode_base58btc("z")) == (b"", b"")


def test_base58btc_is_read_only_as_far_as_its_cost_is_small() -> None:
    assert len(decode_base58btc("z" + "z" * (MAX_BASE58_CHARS - 1))) > 2990
    with pytest.raises(InputError) as caught:
        decode_base58btc("z" + "z" * MAX_BASE58_CHARS)
    assert caught.value.code == "multibase.too_large"
