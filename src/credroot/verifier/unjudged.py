"""The report of a file that nobody looked at: what is left when there is nothing left to be spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.report import Check, Outcome, Report
from credroot.verifier.subject import INTERNAL, TOO_COSTLY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credroot.core.budget import BudgetExceeded
    from credroot.verifier.subject import Malformed


def unjudged(error: BudgetExceeded, names: Iterable[str]) -> Report:
    """Say that a file could not be checked, nor anything that `names` ask; that is neither failure nor success."""
    message = f"It was not looked at: {error}."
    return _unasked(Check("format", Outcome.UNKNOWN, TOO_COSTLY, message, details={"reason": error.code}), names)


def failed_here(incident: Malformed, names: Iterable[str]) -> Report:
    """Say that a file could not be checked by a fault of this program."""
    return _unasked(
        Check("format", Outcome.UNKNOWN, INTERNAL, f"It could not be checked, by {incident.message}."), names
    )


def _unasked(form: Check, names: Iterable[str]) -> Report:
    unasked = [
        Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: the file was not looked at.")
        for name in names
        if name != form.id
    ]
    return Report((form, *unasked))
