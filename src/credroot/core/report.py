"""The answer to "does this credential hold?": one outcome for every check, and one verdict.

A verdict is never stronger than its evidence. What could not be found out is `Outcome.UNKNOWN`, which is neither
`Outcome.FAILED` nor `Outcome.PASSED`, and a required check that was not passed keeps a report from being valid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

REPORT_FORMAT = "credroot/report/v1"


class Outcome(StrEnum):
    """What became of one question."""

    PASSED = "passed"
    """The evidence shows that it holds."""
    FAILED = "failed"
    """The evidence shows that it does not hold."""
    UNKNOWN = "unknown"
    """The evidence is missing: an outage, an issuer that nobody vouches for."""
    SKIPPED = "skipped"
    """It was not asked, because it does not apply or because the policy leaves it out."""
    WARNING = "warning"
    """It holds, with something that a person should know."""


class Verdict(StrEnum):
    """The words of ETSI EN 319 102-1, in lower case."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"


@dataclass(frozen=True, slots=True)
class Check:
    """One question about one credential, answered."""

    id: str
    """The question, stable for ever: ``format``, ``inclusion``, ``anchor``, ..."""
    outcome: Outcome
    code: str
    """The answer, stable for ever: ``<id>.<word>``."""
    message: str
    """One plain sentence; its wording may change."""
    required: bool = True
    """Whether a verdict of `Verdict.VALID` needs this check."""
    details: JsonObject = field(default_factory=dict)
    """Values behind the message, for programs."""

    def to_json(self) -> JsonObject:
        """Give the wire form: ``id, outcome, code, message, required`` and, where there are any, ``details``."""
        wire: JsonObject = {
            "id": self.id,
            "outcome": self.outcome.value,
            "code": self.code,
            "message": self.message,
            "required": self.required,
        }
        if self.details:
            wire["details"] = self.details
        return wire


@dataclass(frozen=True, slots=True)
class Report:
    """Every check of one credential in the order asked, with the facts that they rest on."""

    checks: tuple[Check, ...]
    subject: JsonObject = field(default_factory=dict)
    """What was verified, in words for people: credential id, skill, holder. Shown only as far as it was verified."""
    network: JsonObject = field(default_factory=dict)
    """Chain, registry and block of the facts; empty where no chain was asked."""
    notices: tuple[str, ...] = ()
    """Sentences that stand beside any verdict, such as the one of the local chain."""

    @property
    def verdict(self) -> Verdict:
        """Judge the checks: see `verdict_of`."""
        return verdict_of(self.checks)

    def check(self, check_id: str) -> Check:
        """Give the check named `check_id`; `KeyError` where it was not asked."""
        for check in self.checks:
            if check.id == check_id:
                return check
        raise KeyError(check_id)

    def to_json(self) -> JsonObject:
        """Give the wire form, ``credroot/report/v1``."""
        wire: JsonObject = {
            "format": REPORT_FORMAT,
            "verdict": self.verdict.value,
            "checks": [check.to_json() for check in self.checks],
        }
        if self.subject:
            wire["credential"] = self.subject
        if self.network:
            wire["network"] = self.network
        if self.notices:
            wire["notices"] = list(self.notices)
        return wire


def read_report(wire: JsonValue) -> Report:
    """Read a report's wire form, the verdict of which follows from its checks.

    Raises:
        InputError: ``report.format``, it is none of `REPORT_FORMAT`.
    """
    try:
        if not isinstance(wire, dict) or wire["format"] != REPORT_FORMAT:
            raise ValueError
        report = Report(
            tuple(_read_check(check) for check in _list(wire["checks"])),
            _object(wire.get("credential", {})),
            _object(wire.get("network", {})),
            tuple(str(notice) for notice in _list(wire.get("notices", []))),
        )
        if report.verdict != wire["verdict"]:
            raise ValueError
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"not a report of {REPORT_FORMAT}", code="report.format") from error
    return report


def _read_check(wire: JsonValue) -> Check:
    check = _object(wire)
    outcome = Outcome(str(check["outcome"]))
    required = check["required"] is not False
    details = _object(check.get("details", {}))
    return Check(str(check["id"]), outcome, str(check["code"]), str(check["message"]), required, details)


def _object(value: JsonValue) -> JsonObject:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise TypeError
    return value


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """Valid if every required check passed (a warning passes), invalid if one failed, else indeterminate.

    No check at all is no evidence at all, so it is indeterminate.
    """
    asked = [check for check in checks if check.required]
    if any(check.outcome is Outcome.FAILED for check in asked):
        return Verdict.INVALID
    if asked and all(check.outcome in (Outcome.PASSED, Outcome.WARNING) for check in asked):
        return Verdict.VALID
    return Verdict.INDETERMINATE
