"""Lines of N-Quads with slots: which order they have whatever the values are, and how to write them fast.

A line is a row of pieces. To write lines is to pick their pieces from one list, which holds the values, then the labels
of blank nodes, then the constant texts, each in UTF-8, and to join them. Bytes of UTF-8 sort as their characters do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeAlias

Piece: TypeAlias = str | int
"""A part of a line: a constant text, or the number of the slot whose text stands here."""
Filler: TypeAlias = Callable[[list[bytes]], bytes]
"""Writes lines from the list of slots."""
Picker: TypeAlias = Callable[[list[bytes]], tuple[bytes, ...]]
"""Picks some of the slots."""


class RepeatedLineError(Exception):
    """Two values made one line twice, so lines can't simply be strung together."""


class Line(NamedTuple):
    """A statement, ended by LF. A tuple, since a cold verdict makes some hundred and the class is made in no time."""

    pieces: tuple[Piece, ...]
    blank_nodes: tuple[str, ...] = ()
    """Which ones it names where `pieces` don't tell: lines that differ only there are two statements."""

    @property
    def opening(self) -> str:
        """The text before the first slot."""
        first = self.pieces[0]
        return first if isinstance(first, str) else ""


class LineWriter:
    """Makes fillers, and collects the constants that they pick."""

    def __init__(self, first_constant: int) -> None:
        self._first = first_constant
        self._constants: dict[str, int] = {}

    @property
    def constants(self) -> tuple[bytes, ...]:
        """The texts for the slots from `first_constant` on."""
        return tuple(text.encode() for text in self._constants)

    def unordered(self, lines: Iterable[Line]) -> Filler:
        """Write the lines as they come."""
        places = [self._slot(piece) for piece in _merged(piece for line in lines for piece in line.pieces)]
        pick = picker(places)
        return lambda slots: b"".join(pick(slots))

    def block(self, lines: Sequence[Line]) -> Filler:
        """Write the lines of one subject in order; the filler raises `RepeatedLineError` for two that are equal."""
        head = lines[0].pieces[:2]
        if isinstance(head[1], int):
            # Every line begins with the same slot, the subject; the order is that of what follows it.
            return self._in_order([Line(line.pieces[2:]) for line in lines], self._group, head)
        return self._in_order(lines, self._group, ())

    def node(self, lines: Sequence[Line]) -> Filler:
        """Write in order the lines of one blank node as its first-degree hash sees them."""
        return self._in_order(lines, self._node_group, ())

    def _in_order(
        self,
        lines: Sequence[Line],
        group_filler: Callable[[Sequence[Line]], Filler],
        head: tuple[Piece, ...],
    ) -> Filler:
        fillers: list[Filler] = []
        settled: list[Line] = []
        for group in _groups(lines):
            whole = [Line((*head, *line.pieces), line.blank_nodes) for line in group]
            if len(group) == 1:
                settled += whole
                continue
            if settled:
                fillers.append(self.unordered(settled))
                settled = []
            fillers.append(group_filler(whole))
        if settled:
            fillers.append(self.unordered(settled))
        if len(fillers) == 1:
            return fillers[0]
        return lambda slots: b"".join([filler(slots) for filler in fillers])

    def _group(self, group: Sequence[Line]) -> Filler:
        unordered = self.unordered(group)

        def fill(slots: list[bytes]) -> bytes:
            lines = unordered(slots)[:-1].split(b"\n")
            if len(set(lines)) != len(lines):
                raise RepeatedLineError
            lines.sort()
            return b"\n".join(lines) + b"\n"

        return fill

    def _node_group(self, group: Sequence[Line]) -> Filler:
        fillers = [(self.unordered([line]), line.blank_nodes) for line in group]

        def fill(slots: list[bytes]) -> bytes:
            # The same statement twice counts once; two that differ only in their blank nodes count twice.
            distinct = {(filler(slots), blank_nodes) for filler, blank_nodes in fillers}
            return b"".join(sorted([text for text, _ in distinct]))

        return fill

    def _slot(self, piece: Piece) -> int:
        if isinstance(piece, int):
            return piece
        return self._first + self._constants.setdefault(piece, len(self._constants))


def picker(places: Sequence[int]) -> Picker:
    """Give what picks the slots at `places`, always as a tuple."""
    if not places:
        return lambda _: ()
    pick = itemgetter(*places)
    return pick if len(places) > 1 else lambda slots: (pick(slots),)


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Sort lines as far as their texts before the first slot decide; where values decide, lines share a group."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.opening):
        if groups and line.opening.startswith(groups[-1][0].opening):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbouring constants."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and isinstance(piece, str) and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
