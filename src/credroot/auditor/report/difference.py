"""What changed from one audit to the next: batches, statuses, keys, findings; and whether the past was rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from credroot.auditor.report.report import REPORT_FORMAT
from credroot.core.errors import InputError
from credroot.core.json.strict import loads

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

DIFFERENCE_FORMAT = "credroot/audit-difference/v1"
MAX_REPORT_BYTES = 2**29
_KEYS = {
    "batch": ("issuer", "root"),
    "key": ("issuer", "account"),
    "accreditation": ("accreditor", "subject", "scope"),
    "profile": ("issuer",),
    "nonce": ("signer",),
}
_FOREVER = ("key", "leafCount", "sequence", "anchoredAt", "block", "transaction")
"""Members of a batch that never change; `block` and the others may where a chain was reorganised."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The later audit against the earlier one; entries as they stand in the later."""

    added: tuple[JsonObject, ...]
    changed: tuple[tuple[JsonObject, JsonObject], ...]
    """Each as it was and as it is."""
    gone: tuple[JsonObject, ...]
    rewritten: tuple[tuple[JsonObject, JsonObject], ...]
    """Batches of which something changed that can't: one of the audits was lied to, or the chain was reorganised."""
    new_findings: tuple[JsonObject, ...]
    settled_findings: tuple[JsonObject, ...]

    @property
    def is_suspicious(self) -> bool:
        """Whether the past is not what it was."""
        return bool(self.gone or self.rewritten)

    def to_json(self) -> JsonObject:
        """Give the wire form."""
        return {
            "format": DIFFERENCE_FORMAT,
            "suspicious": self.is_suspicious,
            "added": list(self.added),
            "changed": [{"before": before, "after": after} for before, after in self.changed],
            "gone": list(self.gone),
            "rewritten": [{"before": before, "after": after} for before, after in self.rewritten],
            "newFindings": list(self.new_findings),
            "settledFindings": list(self.settled_findings),
        }


def read_report(data: bytes, *, source: str) -> JsonObject:
    """Read a report's file; `source` is named in the `InputError` (``audit.report``) for anything else."""
    value = loads(data, max_bytes=MAX_REPORT_BYTES)
    if not isinstance(value, dict) or value.get("format") != REPORT_FORMAT:
        raise InputError(f"{source}: not a {REPORT_FORMAT} file", code="audit.report")
    return value


def compare(earlier: JsonObject, later: JsonObject) -> Difference:
    """Compare two reports of one registry, by their members and not by their texts.

    Raises:
        InputError: ``audit.other_registry``, they are about different ones; ``audit.report``, a member is missing.
    """
    try:
        places = [_place(one) for one in (earlier, later)]
        before, after = _entries(earlier), _entries(later)
        findings = [{item["id"]: item for item in cast("list[Any]", one["findings"])} for one in (earlier, later)]
    except (KeyError, TypeError) as error:
        raise InputError(f"a report without {error}", code="audit.report") from error
    if places[0] != places[1]:
        raise InputError("the reports are about different registries", code="audit.other_registry")
    both = [(before[key], after[key]) for key in after.keys() & before.keys() if before[key] != after[key]]
    both.sort(key=lambda pair: str(sorted(pair[1].items(), key=str)))
    rewritten = [(old, new) for old, new in both if any(old.get(name) != new.get(name) for name in _forever(new))]
    return Difference(
        added=tuple(after[key] for key in after if key not in before),
        changed=tuple(pair for pair in both if pair not in rewritten),
        gone=tuple(before[key] for key in before if key not in after),
        rewritten=tuple(rewritten),
        new_findings=tuple(item for key, item in findings[1].items() if key not in findings[0]),
        settled_findings=tuple(item for key, item in findings[0].items() if key not in findings[1]),
    )


def _entries(report: JsonObject) -> dict[tuple[Any, ...], JsonObject]:
    entries = cast("list[dict[str, Any]]", report["ledger"])
    return {(entry["entry"], *(entry[name] for name in _KEYS[entry["entry"]])): entry for entry in entries}


def _forever(entry: JsonObject) -> tuple[str, ...]:
    return _FOREVER if entry.get("entry") == "batch" else ()


def _place(report: JsonObject) -> tuple[Any, Any]:
    checkpoint = cast("dict[str, Any]", report["checkpoint"])
    return checkpoint["chain"], checkpoint["registry"]
