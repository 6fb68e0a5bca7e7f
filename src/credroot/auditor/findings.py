"""Findings: one rule that applied, to what, and where; and which of them somebody accepted with a note."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from credroot.auditor.rules import RULES, Rule, Severity
from credroot.core.errors import InputError
from credroot.core.json.strict import loads

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

ACCEPTED_FORMAT = "credroot/audit-accepted/v1"
MAX_ACCEPTED_BYTES = 2**22
ID_DIGITS = 12
"""Hex digits of a finding's id: enough to tell some thousand findings apart, short enough to type."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found."""

    number: str
    """Of its rule."""
    message: str
    """What, in one sentence with all values; free to change from release to release."""
    about: Mapping[str, str | int] = field(default_factory=dict)
    """What it is about, by stable names and values: this and the rule make the id."""
    note: str = ""
    """Why somebody accepted it; empty where nobody did."""

    @property
    def rule(self) -> Rule:
        """The rule that applied."""
        return RULES[self.number]

    @property
    def severity(self) -> Severity:
        """How grave it is; an accepted one is no more than a note."""
        return Severity.NOTE if self.note else self.rule.severity

    @property
    def id(self) -> str:
        """The same for the same finding in every run, such as ``R401-3f2c81a09b7e``."""
        text = "\n".join(f"{name}={self.about[name]}" for name in sorted(self.about))
        return f"{self.number}-{hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]}"

    def to_json(self) -> JsonObject:
        """Give the wire form."""
        members: JsonObject = {
            "id": self.id,
            "rule": self.number,
            "severity": str(self.severity),
            "title": self.rule.title,
            "message": self.message,
            "about": dict(self.about),
        }
        if self.note:
            members["accepted"] = self.note
        return members


def errors_in(findings: Iterable[Finding]) -> int:
    """Count the findings that nobody can accept by keeping quiet: the errors."""
    return sum(finding.severity is Severity.ERROR for finding in findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort: errors first, then by rule, then as they were found; the same finding twice is one."""
    ranks = {severity: rank for rank, severity in enumerate(Severity)}
    unique: dict[str, Finding] = {}
    for finding in findings:
        unique.setdefault(finding.id, finding)
    return tuple(sorted(unique.values(), key=lambda finding: (ranks[finding.severity], finding.number)))


def accepted_notes(data: bytes, *, source: str) -> dict[str, str]:
    """Read the file of accepted findings: id -> note. `source` is named in the `InputError` for anything else."""
    value = loads(data, max_bytes=MAX_ACCEPTED_BYTES)
    entries = value.get("accepted") if isinstance(value, dict) and value.get("format") == ACCEPTED_FORMAT else None
    if not isinstance(entries, dict):
        raise InputError(f"{source}: not a {ACCEPTED_FORMAT} file", code="audit.accepted")
    notes = {identifier: note for identifier, note in entries.items() if isinstance(note, str) and note.strip()}
    if len(notes) != len(entries):
        raise InputError(f"{source}: every accepted finding needs a note", code="audit.accepted")
    return notes


def with_notes(findings: Iterable[Finding], notes: Mapping[str, str]) -> tuple[Finding, ...]:
    """Put the notes on the findings that were accepted."""
    return tuple(replace(finding, note=notes.get(finding.id, "")) for finding in findings)
