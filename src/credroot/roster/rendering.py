"""A check of a roster in words for people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from credroot.core.text.plain_text import one_line
from credroot.roster.problems import Problem, Severity
from credroot.roster.roster import Roster

MAX_LINES = 50
"""Lines of problems that are shown; the rest is a number, and the machine-readable answer has it."""
_MAX_ROWS_NAMED = 8
_MARKS = {Severity.ERROR: "x", Severity.WARNING: "!"}
_DELIMITERS = {",": "',' separated", ";": "';' separated", "\t": "tab separated"}


def render_check(roster: Roster, name: str, *, corrected_copy: str = "") -> str:
    """Give the lines that a person sees: what the file is, each kind of problem with its rows, and what to do.

    `name` is the file's; `corrected_copy` the copy's, empty where none was written. No line end at the end.
    """
    lines = [_headline(roster, name)]
    matched = [column for column in roster.columns if column.header.casefold() != column.field.value]
    if matched:
        lines.append("columns: " + ", ".join(f"{column.header!r} is {column.field}" for column in matched))
    if roster.sample:
        lines.append(f"The encoding is a guess; judge by a name: {roster.sample}")
    problems = list(_problem_lines(roster.problems))
    lines += problems[:MAX_LINES]
    if len(problems) > MAX_LINES:
        lines.append(f"... and {len(problems) - MAX_LINES:,} lines more")
    ending = f"{_count(roster.errors, 'error')}, {_count(roster.warnings, 'warning')}."
    if roster.rows:
        ending += f" {roster.people:,} of {roster.rows:,} rows can be issued."
    if corrected_copy:
        ending += f" Corrected copy: {corrected_copy}"
    return "\n".join(map(one_line, [*lines, ending]))


def _headline(roster: Roster, name: str) -> str:
    parts = [
        roster.encoding,
        _DELIMITERS.get(roster.delimiter, ""),
        _count(roster.rows, "row") if roster.columns else "",
    ]
    known = ", ".join(part for part in parts if part)
    return f"{name}: {known}" if known else name


def _problem_lines(problems: tuple[Problem, ...]) -> Iterator[str]:
    """Give one line for each problem, or for each kind of it where the kind says the same of many rows."""

    def kind(problem: Problem) -> tuple[str, str, str, str]:
        return problem.severity.value, problem.column, problem.code, problem.message

    order = {group: index for index, group in enumerate(dict.fromkeys(map(kind, problems)))}
    for _, group in groupby(sorted(problems, key=lambda problem: order[kind(problem)]), key=kind):
        same = list(group)
        first = same[0]
        value = f'"{first.value}" ' if len(same) == 1 and first.value else ""
        place = _rows([problem.row for problem in same])
        yield f"{_MARKS[first.severity]} {place:<12} {first.column:<10} {value}{first.message}".rstrip()


def _rows(rows: list[int]) -> str:
    """Write rows as ``row 18`` or ``rows 40, 112-115``; many are cut to the first ones and their number."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    named = [str(first) if first == last else f"{first}-{last}" for first, last in runs[:_MAX_ROWS_NAMED]]
    more = f" ({len(rows):,} in all)" if len(runs) > _MAX_ROWS_NAMED else ""
    return "rows " + ", ".join(named) + more


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
