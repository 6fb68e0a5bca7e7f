"""What is wrong with a roster, place by place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_PROBLEMS = 100_000
"""Problems kept of one roster; more are counted only, so that a hostile file can't fill the memory."""
MAX_EXCERPT = 60
"""Characters of a bad value that a problem repeats."""


class Severity(StrEnum):
    """Whether a row can be issued."""

    ERROR = "error"
    """The row, or the whole file, can't be used as it is."""
    WARNING = "warning"
    """The row is used, as mended or as it stands; a person should look."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in one place."""

    row: int
    """The row as a spreadsheet counts, the header being row 1. What concerns the whole file is said of row 1."""
    column: str
    """The column by its name in the file, or by ours where the file has none; empty for the whole row."""
    severity: Severity
    code: str
    """Stable for ever: ``<area>.<word>``."""
    message: str
    """A sentence without its subject, which is the place; its wording may change."""
    value: str = ""
    """The beginning of the value, unprintable characters escaped."""

    def to_json(self) -> dict[str, str | int | list[object] | None]:
        """Give the wire form; ``value`` only where there is one."""
        wire: dict[str, str | int | list[object] | None] = {
            "row": self.row,
            "column": self.column,
            "severity": self.severity.value,
            "code": self.code,
            "message": self.message,
        }
        if self.value:
            wire["value"] = self.value
        return wire


class ProblemLog:
    """Collects problems, the first `MAX_PROBLEMS` in full and the rest as a number."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self.errors = 0
        """Errors seen, kept or not."""
        self.warnings = 0
        """Warnings seen, kept or not."""

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        if problem.severity is Severity.ERROR:
            self.errors += 1
        else:
            self.warnings += 1
        if len(self._kept) < MAX_PROBLEMS:
            self._kept.append(problem)

    @property
    def kept(self) -> tuple[Problem, ...]:
        """The problems that were kept, by row."""
        return tuple(sorted(self._kept, key=lambda problem: problem.row))

    @property
    def left_out(self) -> int:
        """How many were only counted."""
        return self.errors + self.warnings - len(self._kept)


def excerpt(value: str) -> str:
    """Give the beginning of `value` so that it can be printed anywhere: control and bidi characters are escaped."""
    head = value[:MAX_EXCERPT]
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in head)
    return shown + "…" if len(value) > MAX_EXCERPT else shown
