"""Rosters for tests, written as issuers' programs write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from credroot.roster.people import Entry
from credroot.roster.problems import Problem
from credroot.roster.roster import read_roster

HEADER = ("name", "email", "issued_on")
JANE = ("Jane Doe", "jane@example.org", "2026-01-31")


def csv_text(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",", newline: str = "\r\n") -> str:
    """Write a table with every cell in quotation marks."""
    quoted = ('"' + '","'.join(cell.replace('"', '""') for cell in row) + '"' for row in (header, *rows))
    return "".join(line.replace('","', f'"{delimiter}"') + newline for line in quoted)


def problems_of(*rows: Sequence[str], header: Sequence[str] = HEADER) -> list[tuple[int, str, str]]:
    """Give row, column and code of every problem of a table."""
    return places(read_roster(csv_text(*rows, header=header).encode("utf-8", "surrogatepass")).problems)


def places(problems: Iterable[Problem]) -> list[tuple[int, str, str]]:
    """Give row, column and code of problems."""
    return [(problem.row, problem.column, problem.code) for problem in problems]


def entries_of(data: bytes) -> list[Entry]:
    """Give the people of a roster."""
    return list(read_roster(data).entries())


def entry_of(**cells: str) -> tuple[Entry | None, list[str]]:
    """Give the person of a roster of one row, and the codes of its problems; a good row is the default."""
    row = dict(zip(HEADER, JANE, strict=True)) | cells
    roster = read_roster(csv_text(tuple(row.values()), header=tuple(row)).encode("utf-8", "surrogatepass"))
    return next(roster.entries(), None), [problem.code for problem in roster.problems]
