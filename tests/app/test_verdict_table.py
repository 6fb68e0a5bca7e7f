"""Tables that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import csv
import io

import pytest

from credroot.app.verdict_table import HEADER, row, table_writer
from credroot.core.spreadsheet import safe_cell
from tests.browser.reports import report


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "  =1", "\u00a0=1"]
)
def test_what_could_begin_a_formula_is_a_text(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["", "Ana", "a=b", "Müller, Anna", '"quoted"', "王小明"])
def test_an_ordinary_text_stays(text: str) -> None:
    assert safe_cell(text) == text


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
