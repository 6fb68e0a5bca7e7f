import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.picture.colour import (
    BLACK,
    MINIMUM_CONTRAST,
    WHITE,
    Colour,
    contrast,
    mix,
    parse_colour,
    readable_on,
    shade_until_readable,
)

COLOURS = st.builds(Colour, *[st.integers(0, 255)] * 3)


def test_colours_are_read_in_both_lengths():
    assert parse_colour("#1d4e89") == Colour(0x1D, 0x4E, 0x89)
    assert parse_colour("#FA0") == Colour(0xFF, 0xAA, 0)
    assert parse_colour("#1D4e89").css == "#1d4e89"


@pytest.mark.parametrize("text", ["", "red", "1d4e89", "#1d4e8", "#1d4e89ff", "#1d4e8g", "#\u0661\u0661\u0661"])
def test_anything_else_is_no_colour(text):
    with pytest.raises(InputError) as caught:
        parse_colour(text)
    assert caught.value.code == "picture.colour"


def test_contrast_is_that_of_wcag():
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(WHITE, WHITE) == 1
    assert contrast(Colour(0x77, 0x77, 0x77), WHITE) == pytest.approx(4.48, abs=0.01)


@given(COLOURS)
def test_text_can_be_read_on_every_colour(background):
    assert contrast(readable_on(background), background) >= MINIMUM_CONTRAST


@given(COLOURS, COLOURS)
def test_a_shade_of_any_colour_can_be_read_on_any_other(colour, background):
    assert contrast(shade_until_readable(colour, background), background) >= MINIMUM_CONTRAST


def test_a_mix_runs_from_one_colour_to_the_other():
    assert mix(BLACK, WHITE, 0) == BLACK
    assert mix(BLACK, WHITE, 1) == WHITE
