from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.core.text.clock import format_time, parse_time

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T12:00:00Z",
        "2026-01-01T12:00:00.000Z",
        "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00-00:00",
        "2026-01-01T13:30:00+01:30",
        "2025-12-31T23:00:00-13:00",
    ],
)
def test_one_moment_may_be_written_with_any_offset(text: str) -> None:
    assert parse_time(text) == NOON
    assert parse_time(text).tzinfo is UTC


def test_fractions_are_read_and_cut_to_microseconds() -> None:
    assert parse_time("2026-01-01T12:00:00.5Z") == NOON + timedelta(milliseconds=500)
    assert parse_time("2026-01-01T12:00:00.123456999Z") == NOON + timedelta(microseconds=123456)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-01-01T12:00:00", "time.naive"),
        ("2026-06-30T23:59:60Z", "time.leap_second"),
        ("2026-02-30T00:00:00Z", "time.impossible"),
        ("2026-13-01T00:00:00Z", "time.impossible"),
        ("2026-01-01T24:00:00Z", "time.impossible"),
        ("2026-01-01T00:60:00Z", "time.impossible"),
        ("2026-01-01T00:00:61Z", "time.impossible"),
        ("0000-01-01T00:00:00Z", "time.impossible"),
        ("0001-01-01T00:00:00+01:00", "time.impossible"),
        ("9999-12-31T23:59:59-01:00", "time.impossible"),
        ("2026-W01-4T00:00:00Z", "time.syntax"),
        ("2026-001T00:00:00Z", "time.syntax"),
        ("20260101T000000Z", "time.syntax"),
        ("2026-01-01", "time.syntax"),
        ("2026-01-01 00:00:00Z", "time.syntax"),
        ("2026-01-01t00:00:00Z", "time.syntax"),
        ("2026-01-01T00:00:00z", "time.syntax"),
        ("2026-01-01T00:00Z", "time.syntax"),
        ("2026-01-01T00:00:00,5Z", "time.syntax"),
        ("2026-01-01T00:00:00.Z", "time.syntax"),
        ("2026-01-01T00:00:00+0100", "time.syntax"),
        ("2026-01-01T00:00:00+24:00", "time.syntax"),
        ("2026-01-01T00:00:00+01:60", "time.syntax"),
        ("2026-01-01T00:00:00Z\n", "time.syntax"),
        ("+2026-01-01T00:00:00Z", "time.syntax"),
        ("٢٠٢٦-01-01T00:00:00Z", "time.syntax"),
        ("2026-01-01T00:00:00." + "0" * 80 + "Z", "time.syntax"),
        ("", "time.syntax"),
    ],
)
def test_what_is_no_time_with_an_offset_is_refused_by_reason(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_time(text)
    assert caught.value.code == code


def test_a_time_is_written_in_utc_and_whole_seconds() -> None:
    assert format_time(NOON + timedelta(microseconds=999_999)) == "2026-01-01T12:00:00Z"
    assert format_time(NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))) == "2026-01-01T12:00:00Z"
    assert format_time(NOON.replace(year=7)) == "0007-01-01T12:00:00Z"


def test_a_time_without_offset_or_outside_of_all_years_cannot_be_written() -> None:
    for moment, code in [
        (NOON.replace(tzinfo=None), "time.naive"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "time.impossible"),
    ]:
        with pytest.raises(InputError) as caught:
            format_time(moment)
        assert caught.value.code == code


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_is_written_reads_as_the_same_second(moment: datetime) -> None:
    assert parse_time(format_time(moment)) == moment.replace(microsecond=0)
