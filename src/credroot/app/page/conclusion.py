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


_FAILED: tuple[tuple[str, str, Tone], ...] = (
    ("format.other_file", "other_file", Tone.BAD),
    ("format.no_anchor_proof", "no_anchor", Tone.UNSURE),
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
)
"""Failed checks by the beginning of their code, the gravest first."""

_OPEN: tuple[tuple[str, str], ...] = (
    ("format.file_missing", "file_missing"),
    ("anchor.registry_unknown", "registry_unknown"),
    ("anchor.wrong_", "misconfigured"),
    ("anchor.", "unavailable"),
    ("finality.", "pending"),
    ("issuer.unknown", "unknown_issuer"),
    ("status.", "unavailable"),
)
"""Checks without an answer, the one that explains the others first."""

STANDING_ONLY = ("revoked", "suspended", "expired", "not_yet")
"""What may be said as "genuine, but ...", where everything else passed."""

_DAMAGED = ("proof.", "multibase.", "tree.", "address.", "format.stray_proof", "format.many_proofs")
"""What could be read so far that it was a credential once: it is not intact."""

NAMES = (
    "genuine",
    *dict.fromkeys(name for _, name, _ in _FAILED),
    *(f"{name}_only" for name in STANDING_ONLY),
    *dict.fromkeys(name for _, name in _OPEN),
    "damaged",
    "not_valid",
    "unchecked",
)
"""Every conclusion; each has its wording in every language."""


def conclude(report: Report) -> Conclusion:
    """Give the phrase for a report."""
    if report.verdict is Verdict.VALID:
        issuer = next((check for check in report.checks if check.id == "issuer"), None)
        if issuer is not None and issuer.outcome is Outcome.UNKNOWN:
            return Conclusion("unknown_issuer", Tone.UNSURE)
        return Conclusion("genuine", Tone.GOOD)
    failed = [check for check in report.checks if check.outcome is Outcome.FAILED]
    if report.verdict is Verdict.INVALID:
        return _of_failed(report, failed)
    unknown = [check.code for check in report.checks if check.outcome is Outcome.UNKNOWN and check.required]
    for start, name in _OPEN:
        if any(code.startswith(start) for code in unknown):
            return Conclusion(name, Tone.UNSURE)
    return Conclusion("unchecked", Tone.UNSURE)


def _of_failed(report: Report, failed: list[Check]) -> Conclusion:
    for start, name, tone in _FAILED:
        if any(check.code.startswith(start) for check in failed):
            if name in STANDING_ONLY and not _all_else_passed(report, failed):
                return Conclusion(f"{name}_only", Tone.WITHDRAWN)
            return Conclusion(name, tone)
    form = next((check.code for check in failed if check.id == "format"), None)
    if form is not None:
        damaged = form.startswith(_DAMAGED)
        return Conclusion("damaged", Tone.BAD) if damaged else Conclusion("unreadable", Tone.UNSURE)
    return Conclusion("not_valid", Tone.BAD)


def _all_else_passed(report: Report, failed: list[Check]) -> bool:
    settled = (Outcome.PASSED, Outcome.WARNING)
    only_standing = all(check.id in ("status", "validity") for check in failed)
    return only_standing and all(
        check.outcome in settled or check in failed for check in report.checks if check.required
    )
