"""Tables that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io

import pytest

from credroot.app.verifying.verdict_table import HEADER, row, table_writer
from credroot.core.text.spreadsheet import safe_cell
from tests.browser.reports import report


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "  =1", "\u00a0=1"]
)
def test_what_could_begin_a_formula_is_a_text(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("sign", [*"=+-@", *"＝＋－＠", *"﹦﹢﹣﹫", *"⁼⁺₌₊"])
@pytest.mark.parametrize(
    "before",
    ["", " ", "\u3000", "\u2003", "\ufeff", "\u202e", "\u2066", "\u200b", "\u00ad", "\u034f", "\u3164", "\u2028"],
)
def test_no_spelling_of_a_sign_and_nothing_unseen_before_it_makes_a_formula(before: str, sign: str) -> None:
    assert safe_cell(f"{before}{sign}1+1").startswith("'")


@pytest.mark.parametrize("text", ["\ufefftext", "\u202etext", "\u2069text", "\u200ftext", "\u200btext", "\x00text"])
def test_what_begins_with_something_unseen_is_a_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "Ana", "ניר", "محمد", "ｎａｍｅ", "\u00a0", "a=b", "Müller, Anna", '"quoted"', "王小明"]
)
def test_an_ordinary_text_stays(text: str) -> None:
    assert safe_cell(text) == text.strip()


def test_a_cell_is_one_line() -> None:
    assert safe_cell("a\r\nb\tc") == "a b c"


def test_a_row_says_who_and_why() -> None:
    file = io.StringIO()
    write = table_writer(file)
    write("=a.json", report("revoked"))
    write("b.json", report("changed"))
    file.seek(0)
    header, revoked, changed = csv.reader(file)
    assert tuple(header) == HEADER
    assert revoked[:6] == [
        "'=a.json",
        "invalid",
        "status.revoked",
        "Claimed skill",
        "Claimed holder",
        "Example University",
    ]
    assert changed[:7] == ["b.json", "invalid", "inclusion.changed", "", "", "", ""]


def test_nothing_unverified_is_in_a_row() -> None:
    for conclusion in ("changed", "forged", "unavailable", "unknown_issuer", "not_anchored"):
        assert "Claimed skill" not in row("a", report(conclusion))
        assert "Example University" not in row("a", report(conclusion))
