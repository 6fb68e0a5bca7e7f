"""Verdicts as rows for a spreadsheet, which must not run anything that stands in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.page.words.conclusion import conclude
from credroot.app.page.words.content_standing import Standing, standing_of
from credroot.core.text.spreadsheet import safe_cell

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from credroot.core.report import Report

HEADER = ("file", "verdict", "code", "skill", "holder", "issuer", "issuer_according_to", "network", "block", "message")
"""The columns; their names and order are for programs and stay."""


def table_writer(file: TextIO) -> Callable[[str, Report], None]:
    """Write `HEADER` and give the function that adds one file's row."""
    import csv

    writer = csv.writer(file)
    writer.writerow(HEADER)
    return lambda name, report: writer.writerow([safe_cell(cell) for cell in row(name, report)])


def row(name: str, report: Report) -> list[str]:
    """Give the cells of one file under `HEADER`, not made safe yet; what is not verified of its content is left out."""
    is_verified = standing_of(report) is Standing.VERIFIED
    subject = report.subject if is_verified else {}
    issuer = next((check.details for check in report.checks if check.id == "issuer"), {}) if is_verified else {}
    decisive = conclude(report).check
    block = report.network.get("block")
    return [
        name,
        report.verdict.value,
        decisive.code if decisive else "",
        *(str(subject.get(key, "")) for key in ("skill", "holder")),
        *(str(issuer.get(key, "")) for key in ("name", "source")),
        str(report.network.get("chain", "")),
        "" if block is None else str(block),
        decisive.message if decisive else "",
    ]
