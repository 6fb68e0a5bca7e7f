"""As what the content of a file may be shown, by what a report says of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.core.report import Outcome

if TYPE_CHECKING:
    from credroot.core.report import Report

_OF_CONTENT = ("format", "signature", "inclusion", "anchor", "finality", "issuer", "key")
"""Checks of who says what; the others ask whether it still counts."""


class Standing(StrEnum):
    """As what the content of a file may be shown."""

    VERIFIED = "verified"
    """It is unchanged, anchored, and no check of who made it failed or is open."""
    CLAIMED = "claimed"
    """It is unchanged in itself, but something about it could not be found out."""
    HIDDEN = "hidden"


def standing_of(report: Report) -> Standing:
    """Decide as what the content may be shown: see `Standing`.

    Something has to vouch for the content: a record that it leads to, or, where none is demanded, a signature.
    """
    checks = {check.id: check for check in report.checks}
    outcome = {name: check.outcome for name, check in checks.items()}
    of_content = [outcome.get(name) for name in _OF_CONTENT]
    inclusion, signature = outcome.get("inclusion"), outcome.get("signature")
    if Outcome.FAILED in of_content or Outcome.PASSED not in (inclusion, signature):
        return Standing.HIDDEN
    needs_record = checks["anchor"].required if "anchor" in checks else True
    is_recorded = inclusion is Outcome.PASSED and outcome.get("anchor") is Outcome.PASSED
    is_vouched_for = is_recorded or (not needs_record and signature is Outcome.PASSED)
    is_known = outcome.get("issuer") in (Outcome.PASSED, Outcome.WARNING)
    if is_vouched_for and is_known and Outcome.UNKNOWN not in of_content:
        return Standing.VERIFIED
    return Standing.CLAIMED
