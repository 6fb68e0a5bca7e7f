"""Credentials in links."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.baking import private_link
from credroot.credential.baking.private_link import credential_in, fragment_of, is_link
from tests.browser.reports import credential

WORDS_DIGEST = "ead948d8ef1de53ca63deea999dcc914f8a7ce4e0339fd49194454433766cea8"
"""Of the dictionary: links that were printed depend on it."""
VALUES = st.dictionaries(
    st.text(max_size=8), st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans(), max_size=6
)


@given(value=VALUES)
def test_any_credential_comes_out_as_it_went_in(value: dict[str, Any]) -> None:
    fragment = fragment_of(value)
    assert json.loads(credential_in(fragment)) == value
    assert json.loads(credential_in(f" https://verify.example/#{fragment}\n")) == value


def test_the_words_of_version_1_never_change() -> None:
    assert hashlib.sha256(private_link._WORDS).hexdigest() == WORDS_DIGEST


def test_a_badge_is_short_enough_for_a_code_in_print() -> None:
    assert len(fragment_of(credential())) < 1_000


@pytest.mark.parametrize(
    "text", ["", "c1=", "c1=!!!!", "c2=AAAA", "https://a.example/#x=1", "c1=AAAA", "{}", "c1=" + "A" * 600_000]
)
def test_what_is_no_complete_link_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        credential_in(text)
    assert caught.value.code == "link.malformed"


def test_every_cut_link_is_refused() -> None:
    fragment = fragment_of(credential())
    for end in range(3, len(fragment)):
        with pytest.raises(InputError):
            credential_in(fragment[:end])


def test_a_bomb_stops_at_the_cap() -> None:
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = press.compress(bytes(50_000_000)) + press.flush()
    with pytest.raises(InputError) as caught:
        credential_in("c1=" + urlsafe_b64encode(bomb).decode().rstrip("="))
    assert caught.value.code == "link.too_large"


def test_ordinary_text_is_no_link() -> None:
    assert not is_link('{"a": "#c1=AAAA"}')
    assert is_link("#c1=AAAA")
