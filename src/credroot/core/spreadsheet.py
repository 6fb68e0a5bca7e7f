"""Texts in cells that no spreadsheet runs."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""First characters by which spreadsheet programs take a cell for a formula."""


def safe_cell(text: str) -> str:
    """Give a cell of one line that no spreadsheet takes for a formula: an apostrophe goes before what could begin one.

    Source: OWASP, CSV injection.
    """
    flat = " ".join(text.split())
    return "'" + flat if flat.startswith(_FORMULA) or text.startswith(_FORMULA) else flat
