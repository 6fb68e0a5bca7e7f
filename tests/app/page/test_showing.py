"""What of a file reaches the page: plain, short, and only links that are links."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.app.page.words.shown_content import MAX_ITEMS, MAX_TEXT, safe_link, show
from tests.browser.payloads import LINKS, TEXTS
from tests.browser.reports import credential, report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "address",
    ["https://a.example", "http://a.example:8080/b?c=d&e=%20#f", "https://[2001:db8::1]/x", "https://a-b.c/~d"],
)
def test_an_ordinary_address_is_a_link(address: str) -> None:
    assert safe_link(address) == address


@pytest.mark.parametrize("address", LINKS)
def test_a_hostile_address_is_none(address: str) -> None:
    assert safe_link(address) == ""


@pytest.mark.parametrize("value", [None, 1, [], {}, "", "https://", "https://a b/", "https://a.example/" + "a" * 600])
def test_what_is_no_address_is_none(value: Any) -> None:
    assert safe_link(value) == ""


@given(value=JSON, member=st.sampled_from(["credentialSubject", "issuer", "evidence", "validFrom", "id", "name"]))
def test_any_json_can_be_shown_without_harm(value: Any, member: str) -> None:
    shown = show(credential(**{member: value}), report("genuine"))
    assert all(not item.link or item.link.startswith(("https://", "http://")) for item in shown.evidence)


@given(achievement=st.dictionaries(st.sampled_from(["name", "tag", "criteria", "alignment", "image"]), JSON))
def test_any_achievement_can_be_shown_without_harm(achievement: dict[str, Any]) -> None:
    shown = show(credential(credentialSubject={"achievement": achievement}), report("genuine"))
    assert not shown.picture or shown.picture.startswith("data:image/")


def test_texts_and_lists_have_an_end() -> None:
    about = {"achievement": {"description": "a" * 10_000, "tag": ["t"] * 100, "alignment": [{"targetName": "x"}] * 100}}
    shown = show(credential(credentialSubject=about), report("genuine"))
    assert len(shown.description) == MAX_TEXT
    assert len(shown.tags) == len(shown.alignment) == MAX_ITEMS


@pytest.mark.parametrize("text", TEXTS)
def test_controls_and_marks_that_reorder_are_dropped(text: str) -> None:
    shown = show(credential(credentialSubject={"achievement": {"name": text}}), report("genuine"))
    assert not set(shown.skill) & set(map(chr, [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), 0xFEFF]))


def test_letters_that_join_are_kept_for_the_scripts_that_need_them() -> None:
    name = "می\u200cخواهم क्\u200dष"
    about = {"identifier": [{"identityType": "name", "hashed": False, "identityHash": name}]}
    assert show(credential(credentialSubject=about), report("genuine")).holder == name
