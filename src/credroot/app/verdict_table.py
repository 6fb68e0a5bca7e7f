"""Verdicts as rows for a spreadsheet, which must not run anything that stands in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.report import Outcome

if TYPE_CHECKING:
    from credroot.core.report import Report

HEADER = ("file", "verdict", "code", "skill", "holder", "issuer", "issuer_according_to", "network", "block", "message")
"""The columns; their names and order are for programs and stay."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_COVERED_BY = ("format", "inclusion", "anchor")
"""Checks without which nothing of a file's content is repeated."""


def safe_cell(text: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: an apostrophe goes before what could begin one.

    Source: OWASP, CSV injection.
    """
    flat = " ".join(text.split())
    return "'" + flat if flat.startswith(_FORMULA) or text.startswith(_FORMULA) else flat


def row(name: str, report: Report) -> list[str]:
    """Give the cells of one file under `HEADER`, not made safe yet; skill and holder only where they were verified."""
    outcomes = {check.id: check.outcome for check in report.checks}
    covered = all(outcomes.get(check) is Outcome.PASSED for check in _COVERED_BY)
    subject = report.subject if covered else {}
    issuer = next((check.details for check in report.checks if check.id == "issuer"), {})
    decisive = [check for check in report.checks if check.outcome is Outcome.FAILED and check.required]
    decisive += [check for check in report.checks if check.outcome is Outcome.UNKNOWN and check.required]
    network, block = report.network.get("chain"), report.network.get("block")
    return [
        name,
        report.verdict.value,
        decisive[0].code if decisive else "",
        *(str(subject.get(key, "")) for key in ("skill", "holder")),
        *(str(issuer.get(key, "")) for key in ("name", "source")),
        str(network or ""),
        "" if block is None else str(block),
        decisive[0].message if decisive else "",
    ]
