"""What strangers wrote, where people read it."""

from __future__ import annotations

import json
import unicodedata

import pytest

from credroot.core.text.plain_text import MAX_NAME, as_name, on_screen, one_line

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


@pytest.mark.parametrize("name", ["badge.json", "a/b c.json", "Łukasz \u5b66.png"])
def test_an_ordinary_name_is_told_as_it_is(name: str) -> None:
    assert as_name(name) == name


@pytest.mark.parametrize(
    "name", ["a.json  (Doctor of Medicine, Mallory)", "a  b", " a", "a ", 'a"b', "a [format.credential]", "a\n b"]
)
def test_a_name_that_reads_like_words_of_ours_is_quoted(name: str) -> None:
    assert json.loads(as_name(name)) == one_line(name)


def test_a_long_name_pushes_nothing_out_of_sight() -> None:
    told = as_name("begin" + "x" * 1_000 + "end")
    assert (told[:5], told[-3:], len(told) <= MAX_NAME + 1) == ("begin", "end", True)
    assert len(as_name("a" + " " * 1_000 + "b")) <= MAX_NAME + 3


_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
