import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.credential.picture.lettering import MAX_CHARACTERS, Box, clean, fit

BOX = Box(width=200, height=100, largest=60, smallest=20, lines=4)


def width(text):
    return 0.6 * len(text)


def test_a_short_name_is_one_line_of_the_largest_size():
    setting = fit("SQL", BOX, width)
    assert (setting.lines, setting.size) == (("SQL",), 60)


def test_a_name_is_broken_evenly():
    assert fit("Introduction to Data Analytics", BOX, width).lines == ("Introduction", "to Data", "Analytics")


def test_a_long_word_is_divided_only_where_it_would_be_too_small_in_one_piece():
    wide = Box(width=300, height=100, largest=60, smallest=20, lines=4)
    assert fit("Projektmanagement", wide, width).lines == ("Projektmanagement",)
    assert fit("Projektmanagement", BOX, width).lines == ("Projektma-", "nagement")


def test_scripts_without_spaces_are_broken_between_characters():
    narrow = Box(width=100, height=100, largest=60, smallest=20, lines=3)
    assert fit("数据分析基础", narrow, len).lines == ("数据分", "析基础")


def test_what_can_not_fit_is_cut_with_an_ellipsis():
    setting = fit("very " * 60, BOX, width)
    assert setting.size >= BOX.smallest
    assert setting.lines[-1].endswith("\u2026")


@given(st.text(max_size=300), st.integers(1, 5))
def test_every_line_lies_in_its_box(text, lines):
    box = Box(width=200, height=100, largest=60, smallest=12, lines=lines)
    setting = fit(clean(text), box, width)
    assert len(setting.lines) <= lines
    assert all(width(line) * setting.size <= box.width + 1e-6 for line in setting.lines)


@given(st.text(max_size=900))
def test_a_clean_name_is_one_line_without_controls(text):
    cleaned = clean(text)
    assert len(cleaned) <= MAX_CHARACTERS
    assert cleaned == clean(cleaned)
    assert not set(cleaned) & set("\n\r\t\0\u202e\u2066\u200f\ufeff")


@pytest.mark.parametrize("text", ["", " ", "\u202e", "\x00"])
def test_a_name_of_nothing_visible_is_empty(text):
    assert clean(text) == ""
    assert fit(clean(text), BOX, width).lines == ()
