"""The exit statuses of every command. They are frozen: scripts depend on them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from credroot.core.errors import (
    AnchorRejected,
    ChainMismatch,
    ChainUnavailable,
    CredrootError,
    GuardRefused,
    SignerUnavailable,
)
from credroot.core.report import Outcome, Report, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable


class Exit(IntEnum):
    """What a command's end means."""

    OK = 0
    """Done, or valid."""
    INTERNAL = 1
    """Our fault."""
    USAGE = 2
    """The command line, a setting or a file that it names is wrong."""
    PROBLEM = 3
    """A problem was found: tampered, not anchored, roster errors, audit mismatch."""
    WITHDRAWN = 4
    """Revoked or suspended."""
    OUT_OF_TIME = 5
    """Expired, or not yet valid."""
    UNKNOWN = 6
    """Could not check."""
    REFUSED = 7
    """A guard refused: cost cap, wrong chain, empty batch."""
    PARTLY = 8
    """Partly done: run ``resume``."""


_WORST_FIRST = (Exit.PROBLEM, Exit.WITHDRAWN, Exit.OUT_OF_TIME, Exit.UNKNOWN, Exit.OK)
_BY_CHECK = {"status": Exit.WITHDRAWN, "validity": Exit.OUT_OF_TIME}


def exit_of_report(report: Report) -> Exit:
    """Give the status for one report: the worst of what failed."""
    if report.verdict is Verdict.VALID:
        return Exit.OK
    failed = [_BY_CHECK.get(check.id, Exit.PROBLEM) for check in report.checks if check.outcome is Outcome.FAILED]
    return worst(failed) if failed else Exit.UNKNOWN


def worst(exits: Iterable[Exit]) -> Exit:
    """Give the worst of several, `Exit.OK` of none."""
    found = set(exits)
    return next((code for code in _WORST_FIRST if code in found), Exit.OK)


def exit_of_error(error: CredrootError) -> Exit:
    """Give the status for an error that ends a command."""
    if isinstance(error, (ChainUnavailable, SignerUnavailable)):
        return Exit.UNKNOWN
    if isinstance(error, (GuardRefused, ChainMismatch, AnchorRejected)) or error.code in ("lock.held",):
        return Exit.REFUSED
    if error.code.startswith(("roster.", "batch.second_opinion", "journal.")):
        return Exit.PROBLEM
    return Exit.USAGE
