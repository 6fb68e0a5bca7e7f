"""Texts in cells that no spreadsheet runs: one rule for every table that is written."""

from __future__ import annotations

import unicodedata

_OPERATORS = frozenset("=+-@")
"""First characters by which spreadsheet programs take a cell for a formula."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn", "Zl", "Zp"})
"""Categories of what is not seen by itself: a program may drop it on import and find what stands behind it first."""
_SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Hangul that are not seen either."""


def begins_formula(text: str) -> bool:
    """Answer whether a spreadsheet could take `text` for a formula, after spaces too.

    So it does in full width and the other spellings that compatibility makes one with ``= + - @``; and whatever begins
    with something unseen, a byte order mark or a mark of direction, is taken for one that hides.

    Source: OWASP, CSV injection.
    """
    first = text.lstrip(_SPACES)[:1]
    if not first:
        return False
    if unicodedata.category(first) in _UNSEEN or first in _FILLERS:
        return True
    return unicodedata.normalize("NFKC", first)[:1] in _OPERATORS


def safe_cell(text: str) -> str:
    """Give a cell of one line that no spreadsheet takes for a formula: an apostrophe marks what could begin one."""
    flat = " ".join(text.split())
    return "'" + flat if begins_formula(text) or begins_formula(flat) else flat
