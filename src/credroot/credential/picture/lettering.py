"""Lines of text in a box: clean the name, break it evenly, and set it as large as it fits.

Sizes and widths are in units of the picture; a measure gives the width of a text set at size 1.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

Measure = Callable[[str], float]

MAX_CHARACTERS = 160
"""Characters of a name that are looked at; more can't be read on a badge."""
LEADING = 1.1
"""Distance of two baselines, as a share of the size."""

_ELLIPSIS = "\u2026"
# Line ends and tabs become spaces; controls, bidi controls, surrogates and unassigned characters are dropped.
_DROPPED = ("Cc", "Cf", "Cs", "Co", "Cn")
_JOINERS = "\u200c\u200d"  # Arabic and Indic scripts are spelled with them


@dataclass(frozen=True, slots=True)
class Setting:
    """A text, broken into lines and sized."""

    lines: tuple[str, ...]
    size: float


@dataclass(frozen=True, slots=True)
class Box:
    """The room for a text."""

    width: float
    height: float
    largest: float
    """The size that is not exceeded."""
    smallest: float
    """The size below which the text is cut instead."""
    lines: int
    """Lines at most."""


def clean(text: str) -> str:
    """Normalise a name to one line of visible characters (NFC), of at most `MAX_CHARACTERS`."""
    spaced = "".join(" " if char.isspace() else char for char in text[: 4 * MAX_CHARACTERS])
    kept = (char for char in spaced if unicodedata.category(char) not in _DROPPED or char in _JOINERS)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())[:MAX_CHARACTERS].rstrip()


def fit(text: str, box: Box, measure: Measure) -> Setting:
    """Set `text`, cleaned, as large as `box` allows; where the smallest size is too large, cut it with an ellipsis."""
    if not text:
        return Setting((), box.largest)
    whole = _best(_pieces(text), box, measure)
    if whole.size >= box.smallest:
        return whole
    broken = _best(_pieces(text, longest=10), box, measure)
    if broken.size >= box.smallest:
        return broken
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _best(_pieces(_cut(text, middle), longest=10), box, measure).size >= box.smallest:
            low = middle
        else:
            high = middle - 1
    return _best(_pieces(_cut(text, low), longest=10), box, measure)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    glue: str
    """What joins it to the piece before, on one line."""
    hyphen: str = ""
    """What it ends with where a line ends after it."""


def _pieces(text: str, *, longest: int = MAX_CHARACTERS) -> list[_Piece]:
    """Split at spaces, around the wide characters of East Asia, and words beyond `longest` into even parts."""
    pieces: list[_Piece] = []
    for word in text.split(" "):
        glue = " "
        for part in _by_width(word):
            count = -(-len(part) // longest)
            step = -(-len(part) // count)
            for at in range(0, len(part), step):
                last = at + step >= len(part)
                pieces.append(_Piece(part[at : at + step], glue, "" if last else "-"))
                glue = ""
    return pieces


def _by_width(word: str) -> list[str]:
    parts: list[str] = []
    open_part = False
    for char in word:
        wide = unicodedata.east_asian_width(char) in "WF"
        if wide or not open_part:
            parts.append(char)
        else:
            parts[-1] += char
        open_part = not wide
    return parts


def _best(pieces: list[_Piece], box: Box, measure: Measure) -> Setting:
    """Try every number of lines and keep the largest size; of nearly equal ones, the one of fewer lines."""
    best = Setting((), 0.0)
    for count in range(1, min(box.lines, len(pieces)) + 1):
        lines = _balanced(pieces, count, measure)
        widest = max(measure(line) for line in lines)
        size = min(box.largest, box.width / max(widest, 0.01), box.height / (1 + LEADING * (count - 1)))
        if size > best.size * 1.04:
            best = Setting(tuple(lines), size)
    return best


def _balanced(pieces: list[_Piece], count: int, measure: Measure) -> list[str]:
    """Break into `count` lines whose widest is as narrow as can be."""
    total = len(pieces)
    widths = [[0.0] * (total + 1) for _ in range(total)]
    each = [measure(piece.text) for piece in pieces]
    space = measure(" ")
    for begin in range(total):
        width = 0.0
        for end in range(begin, total):
            width += each[end] + (space if end > begin and pieces[end].glue else 0.0)
            widths[begin][end + 1] = width
    least = widths[0][:]
    breaks: list[list[int]] = []
    for _ in range(count - 1):
        row, chosen = [float("inf")] * (total + 1), [0] * (total + 1)
        for end in range(1, total + 1):
            for begin in range(1, end):
                width = max(least[begin], widths[begin][end])
                if width < row[end]:
                    row[end], chosen[end] = width, begin
        least = row
        breaks.append(chosen)
    ends = [total]
    for chosen in reversed(breaks):
        ends.append(chosen[ends[-1]])
    bounds = [0, *reversed(ends)]
    return [_line(pieces[begin:end]) for begin, end in pairwise(bounds) if end > begin]


def _line(pieces: list[_Piece]) -> str:
    text = pieces[0].text + "".join(piece.glue + piece.text for piece in pieces[1:])
    return text + pieces[-1].hyphen


def _cut(text: str, length: int) -> str:
    """Keep `length` characters and an ellipsis, back to the end of a word where one is near."""
    if length >= len(text):
        return text
    kept = text[:length]
    words = kept.rpartition(" ")[0]
    return (words if len(words) > 0.7 * length else kept).rstrip(" ,;:-") + _ELLIPSIS
