"""One report in one phrase: the heading that a person reads first. The codes decide, never the words of a message.

A heading never says more than the checks. "Genuine, but revoked" needs everything except the status to have passed;
otherwise it is just "Revoked".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.core.report import Outcome, Verdict

if TYPE_CHECKING:
    from credroot.core.report import Check, Report


class Tone(StrEnum):
    """The colour and the icon of a conclusion; never the only sign of it."""

    GOOD = "good"
    BAD = "bad"
    WITHDRAWN = "withdrawn"
    """It was good once."""
    UNSURE = "unsure"
    """Neither: something is not known."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a report comes down to."""

    name: str
    """Key of its wording, ``conclusion.<name>.heading`` and ``.sentence``."""
    tone: Tone
    check: Check | None = None
    """The check that decided; `None` where all passed."""


_FAILED: tuple[tuple[str, str, Tone], ...] = (
    ("format.other_file", "other_file", Tone.BAD),
    ("format.no_proof", "no_anchor", Tone.UNSURE),
    ("format.not_a_credential", "unreadable", Tone.UNSURE),
    ("inclusion.changed", "changed", Tone.BAD),
    ("anchor.not_found", "not_anchored", Tone.BAD),
    ("anchor.leaf_count", "not_anchored", Tone.BAD),
    ("signature.other_signer", "forged", Tone.BAD),
    ("signature.", "bad_signature", Tone.BAD),
    ("issuer.mismatch", "forged", Tone.BAD),
    ("key.distrusted", "distrusted", Tone.BAD),
    ("status.distrusted", "distrusted", Tone.BAD),
    ("status.revoked", "revoked", Tone.WITHDRAWN),
    ("status.suspended", "suspended", Tone.WITHDRAWN),
    ("validity.expired", "expired", Tone.WITHDRAWN),
    ("validity.not_yet", "not_yet", Tone.WITHDRAWN),
    ("recipient.", "not_valid", Tone.BAD),
)
"""Failed checks by the beginning of their code, the gravest first."""

_OPEN: tuple[tuple[str, str], ...] = (
    ("format.file_missing", "file_missing"),
    ("anchor.registry_unknown", "registry_unknown"),
    ("anchor.wrong_", "misconfigured"),
    ("anchor.", "unavailable"),
    ("finality.", "pending"),
    ("issuer.", "unknown_issuer"),
    ("status.too_costly", "unchecked"),
    ("status.", "unavailable"),
)
"""Checks without an answer, the one that explains the others first."""

STANDING_ONLY = ("revoked", "suspended", "expired", "not_yet")
"""What may be said as "genuine, but ...", where everything else passed."""

_DAMAGED = ("proof.", "multibase.", "tree.", "address.", "format.stray_", "format.many_", "format.outer_")
"""What could be read so far that it was a credential once: it is not intact."""

NAMES = (
    "genuine",
    *dict.fromkeys(name for _, name, _ in _FAILED),
    *(f"{name}_only" for name in STANDING_ONLY),
    *dict.fromkeys(name for _, name in _OPEN),
    "damaged",
    "unanchored",
)
"""Every conclusion; each has its wording in every language."""


def conclude(report: Report) -> Conclusion:
    """Give the phrase for a report."""
    if report.verdict is Verdict.VALID:
        return _of_valid(report)
    if report.verdict is Verdict.INVALID:
        failed = [check for check in report.checks if check.outcome is Outcome.FAILED and check.required]
        return _of_failed(report, failed)
    unknown = [check for check in report.checks if check.outcome is Outcome.UNKNOWN and check.required]
    for start, name in _OPEN:
        for check in unknown:
            if check.code.startswith(start):
                return Conclusion(name, Tone.UNSURE, check)
    return _of_unasked(report, unknown)


def _of_valid(report: Report) -> Conclusion:
    for check in report.checks:
        if check.id == "issuer" and check.outcome is Outcome.UNKNOWN:
            return Conclusion("unknown_issuer", Tone.UNSURE, check)
    warning = next((check for check in report.checks if check.outcome is Outcome.WARNING), None)
    return Conclusion("genuine", Tone.GOOD, warning)


def _of_unasked(report: Report, unknown: list[Check]) -> Conclusion:
    """Explain a verdict that is open because something could not even be asked."""
    outcomes = {check.id: check for check in report.checks}
    anchor, signature = outcomes.get("anchor"), outcomes.get("signature")
    if anchor is not None and anchor.code == "anchor.none" and anchor.required and signature is not None:
        name = "unanchored" if signature.outcome is Outcome.PASSED else "unchecked"
        return Conclusion(name, Tone.UNSURE, anchor)
    return Conclusion("unchecked", Tone.UNSURE, unknown[0] if unknown else None)


def _of_failed(report: Report, failed: list[Check]) -> Conclusion:
    for start, name, tone in _FAILED:
        for check in failed:
            if check.code.startswith(start):
                only = name in STANDING_ONLY and not _all_else_passed(report, failed)
                return Conclusion(f"{name}_only" if only else name, tone, check)
    for check in failed:
        if check.id == "format":
            is_damaged = check.code.startswith(_DAMAGED)
            return Conclusion("damaged" if is_damaged else "unreadable", Tone.BAD if is_damaged else Tone.UNSURE, check)
    return Conclusion("not_valid", Tone.BAD, failed[0] if failed else None)


def _all_else_passed(report: Report, failed: list[Check]) -> bool:
    settled = (Outcome.PASSED, Outcome.WARNING)
    only_standing = all(check.id in ("status", "validity") for check in failed)
    return only_standing and all(
        check.outcome in settled or check in failed for check in report.checks if check.required
    )
