from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.roster.dates import BadDate, DayOrder, DayOrderEvidence, parse_day
from tests.issuer.roster.rosters import entry_of, problems_of

DAY = date(2026, 1, 31)


def people(*days: str) -> list[tuple[str, str, str]]:
    return [("Jane", f"j{number}@example.org", day) for number, day in enumerate(days)]


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026-1-31",
        "2026/01/31",
        "2026.01.31",
        "31.01.2026",
        "31.1.2026",
        "31/01/2026",
        "31-01-2026",
        "01/31/2026",
        "2026-01-31T00:00:00Z",
        "2026-01-31 00:00:00",
        "2026-01-31T23:59:59.123+02:00",
        "31.01.2026 14:05",
        "1/31/2026 12:00:00 AM",
    ],
)
def test_a_date_with_one_reading_is_read_by_itself(text):
    entry, codes = entry_of(issued_on=text)
    assert codes == []
    assert entry is not None
    assert entry.issued_on == DAY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/2026", "date.impossible"),
        ("2026-02-29", "date.impossible"),
        ("2026-13-01", "date.impossible"),
        ("00.01.2026", "date.impossible"),
        ("32/13/2026", "date.impossible"),
        ("0226-01-31", "date.year"),
        ("31.01.3026", "date.year"),
        ("31.01.26", "date.two_digit_year"),
        ("1/2/26", "date.two_digit_year"),
        ("46053", "date.serial"),
        ("46053,5", "date.serial"),
        ("31 January 2026", "date.syntax"),
        ("2026-01", "date.syntax"),
        ("2026-01/31", "date.syntax"),
        ("٢٠٢٦-٠١-٣١", "date.syntax"),
        ("tomorrow", "date.syntax"),
        ("9" * 500, "date.syntax"),
        ("05/06/2026", "date.ambiguous"),
        ("", "value.missing"),
    ],
)
def test_what_is_no_day_or_no_certain_day_is_an_error(text, code):
    assert problems_of(*people(text)) == [(2, "issued_on", code)]


def test_one_day_above_twelve_tells_the_order_of_the_whole_column():
    assert problems_of(*people("05/06/2026", "31/01/2026", "07/08/2026")) == []
    assert problems_of(*people("05/06/2026", "01/31/2026", "07/08/2026")) == []


def test_the_order_that_was_told_decides():
    assert parse_day("05/06/2026", DayOrder.DAY_FIRST) == date(2026, 6, 5)
    assert parse_day("05/06/2026", DayOrder.MONTH_FIRST) == date(2026, 5, 6)


def test_a_column_that_tells_nothing_is_an_error_in_each_of_its_rows():
    assert problems_of(*people("05/06/2026", "2026-01-31", "07/08/2026", "09/09/2026")) == [
        (2, "issued_on", "date.ambiguous"),
        (4, "issued_on", "date.ambiguous"),
    ]


def test_a_column_that_contradicts_itself_is_never_guessed_at():
    assert problems_of(*people("05/06/2026", "31/01/2026", "01/31/2026")) == [(2, "issued_on", "date.mixed_order")]


def test_columns_of_one_file_may_have_different_habits():
    header = ("name", "email", "issued_on", "expires_on")
    rows = [("J", "a@b.org", "31/01/2026", "01/02/2027"), ("K", "b@b.org", "05/06/2026", "01/31/2027")]
    assert problems_of(*rows, header=header) == []


def test_expiry_before_issue_is_an_error_and_on_the_same_day_is_none():
    header = ("name", "email", "issued_on", "expires_on")
    assert problems_of(("J", "a@b.org", "2026-02-01", "2026-01-31"), header=header) == [
        (2, "expires_on", "date.expiry_before_issue")
    ]
    assert problems_of(("J", "a@b.org", "2026-02-01", "2026-02-01"), header=header) == []


def test_an_impossible_date_tells_the_order_as_well():
    evidence = DayOrderEvidence()
    evidence.look_at(["31/02/2026"])
    assert evidence.order is DayOrder.DAY_FIRST


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)), st.sampled_from(list(DayOrder)))
def test_every_day_is_read_back_from_forms_with_one_reading(day, order):
    assert parse_day(day.isoformat(), order) == day
    assert parse_day(f"{day:%d.%m.%Y}", order) == day


@given(st.text(max_size=60), st.sampled_from(list(DayOrder)))
def test_no_text_crashes_the_reading_of_a_day(text, order):
    assert isinstance(parse_day(text, order), date | BadDate)
