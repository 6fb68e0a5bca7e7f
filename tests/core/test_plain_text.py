"""What strangers wrote, where people read it."""

from __future__ import annotations

import unicodedata

import pytest

from credroot.core.plain_text import on_screen, one_line

FORGERY = (
    "x)\r\x1b[2KVALID  diploma.json  (Doctor of Medicine)\n  ok  signature\u2028\x85\x9b8m\u202egnp\u2066\ufeff\u200b"
)


def test_a_text_is_one_line_and_steers_nothing() -> None:
    line = one_line(FORGERY)
    assert line == "x) [2KVALID  diploma.json  (Doctor of Medicine)   ok  signature 8mgnp"
    assert one_line("Łukasz \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 क्\u200dष") == (
        "Łukasz \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 क्\u200dष"
    )


@pytest.mark.parametrize("category", ["Cc", "Zl", "Zp"])
def test_no_control_and_no_separator_of_lines_is_left(category: str) -> None:
    characters = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == category]
    assert characters
    assert set("".join(map(one_line, characters))) <= {" "}
    assert set("".join(map(on_screen, characters))) <= {"\t", "\n"}


def test_marks_of_direction_and_the_invisible_are_dropped() -> None:
    joiners = {"\u200c", "\u200d"}
    formats = {chr(code) for code in range(0x20000) if unicodedata.bidirectional(chr(code)) in _DIRECTIONS}
    assert formats
    assert [one_line(mark) for mark in formats - joiners] == [""] * len(formats - joiners)


_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
