"""The judge of the judge: what a report may say of a mutant, from what was signed or anchored and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from credroot.core.report import Outcome, Report, Verdict
from credroot.core.values import Digest
from tests.campaigns.verifier_fuzz.estate import Estate
from tests.campaigns.verifier_fuzz.originals import AS_OF_BLOCK, OFFLINE, PINNED, QUORUM, STRICT, W3C, Cover, Original
from tests.campaigns.verifier_fuzz.reading import DoubledError, is_same, repeats, says, seen

ANCHOR_SUITE = "merkle-registry-2026"
UNCOMPARED = frozenset({"schema", "carrier"})
"""Checks that no verdict depends on, and that another spelling of the same may answer otherwise."""
INTERNAL = "internal.error"
"""The code of what a verifier could not do by its own fault: an exception, whatever became of it."""
CHANGED_AROUND = frozenset({PINNED, QUORUM})
"""Policies whose sources differ from case to case, so that only verdict and content are compared."""

ANCHORED_ONLY = frozenset({STRICT, AS_OF_BLOCK, OFFLINE, QUORUM})
"""Policies under which an issuer that is known by its account needs an anchor."""
SHOWN = ("kind", "id", "skill", "endorses", "holder", "claimedIssuer", "validFrom", "validUntil", "sha256")
"""What a report tells of a file's content."""

Judged = dict[str, str]


@dataclass(frozen=True)
class Wrong:
    """What should not be."""

    kind: str
    """``shown``, ``withdrawn``, ``policy``, ``unsigned``, ``stripped``, ``judged``, ``refused``, ``doubted``."""
    text: str


def judged(report: Report) -> Judged:
    """Give what the checks said, without the words for people."""
    told = {check.id: check.code for check in report.checks if check.id not in UNCOMPARED}
    told["issuer named"] = str(report.check("issuer").details.get("name"))
    return told


def incident(report: Report) -> Wrong | None:
    """Tell of an exception that a verifier caught."""
    told = [check.message for check in report.checks if check.code == INTERNAL]
    return Wrong(INTERNAL, told[0]) if told else None


class Oracle:
    """Holds reports against an estate."""

    def __init__(self, estate: Estate, baseline: dict[tuple[str, str], Judged]) -> None:
        """Compare with `baseline`: policy and original's name -> what a report of the file itself says."""
        self._estate = estate
        self._baseline = baseline
        self._says: dict[str, Any] = {}
        self._by_shown = {one.shown.get("id", one.shown.get("sha256")): one for one in estate.originals}

    def of_genuine(self, original: Original, report: Report, policy: str) -> Wrong | None:
        """Judge the report of a file as it was issued."""
        is_valid = report.verdict is Verdict.VALID
        if is_valid and not original.may_be_valid(policy):
            return Wrong("withdrawn", f"{original.name} reads valid under {policy}")
        if not is_valid and original.holds and policy in original.valid_under:
            if policy not in CHANGED_AROUND:
                return Wrong("refused", f"{original.name} reads {report.verdict} under {policy}: {report.to_json()}")
            if policy == QUORUM and report.verdict is Verdict.INVALID:
                return Wrong("doubted", f"one odd endpoint made {original.name} invalid: {failed(report)}")
        return None

    def of_mutant(self, data: bytes, digest: Digest | None, report: Report, policy: str) -> Wrong | None:
        """Judge the report of anything else."""
        if report.verdict is not Verdict.VALID:
            return None
        original = self._shown_by(report.subject)
        if original is None:
            return Wrong("shown", f"valid under {policy}, and nobody signed what it shows: {report.subject}")
        if not original.may_be_valid(policy):
            kind = "policy" if original.holds else "withdrawn"
            return Wrong(kind, f"{original.name} was changed and reads valid under {policy}")
        wrong = self.of_content(data, original)
        if wrong is not None:
            return wrong
        if digest != original.digest:
            return Wrong("shown", f"the receipt {original.name} is valid for another file")
        if policy not in CHANGED_AROUND:
            return self._of_checks(report, original, policy)
        return None

    def of_insider(self, document: dict[str, Any], report: Report, policy: str) -> Wrong | None:
        """Judge what an issuer that anchors has signed and never anchored."""
        if report.verdict is Verdict.VALID and policy in ANCHORED_ONLY and not is_endorsement(document):
            return Wrong("policy", f"never anchored, and reads valid under {policy}: {report.subject}")
        return None

    def _shown_by(self, subject: dict[str, Any]) -> Original | None:
        """Find whose content a report shows: all that it tells is told of that one file, or less."""
        found = self._by_shown.get(subject.get("id") or subject.get("sha256"))
        if found is None:
            return None
        told = {name: subject[name] for name in SHOWN if name in subject}
        return found if all(found.shown.get(name) == value for name, value in told.items()) else None

    def of_w3c(self, data: bytes) -> Wrong | None:
        """Judge a document that the VC-API verified."""
        try:
            document = seen(data)
            inner = seen(document["id"].partition(",")[2].encode()) if _is_envelope(document) else document
        except DoubledError:
            return Wrong("unsigned", "verified, and a member stands twice")
        except (ValueError, RecursionError, AttributeError):
            return Wrong("unsigned", "verified, and no other program can read it")
        original = self._by_shown.get(inner.get("id", inner.get("jti")))
        if original is None:
            return Wrong("shown", f"verified, and nobody signed what it shows: {inner.get('id')}")
        if not original.may_be_valid(W3C):
            return Wrong("withdrawn", f"{original.name} was changed and is verified")
        return self.of_content(data, original, is_anchored=False)

    def of_content(self, data: bytes, original: Original, *, is_anchored: bool = True) -> Wrong | None:
        """Tell whether a reader of the file sees what is not covered, or does not see what is."""
        try:
            value = seen(data)
        except DoubledError:
            return Wrong("unsigned", f"{original.name} reads valid with a member that stands twice")
        except (ValueError, RecursionError) as error:
            return Wrong("unsigned", f"{original.name} reads valid, and no other program can read it: {error}")
        if not isinstance(value, dict):
            return Wrong("unsigned", f"{original.name} reads valid and is no object")
        return self._of_value(value, original, is_anchored=is_anchored)

    def _of_value(self, value: dict[str, Any], original: Original, *, is_anchored: bool) -> Wrong | None:
        if original.cover is Cover.RECEIPT:
            told = {name: member for name, member in value.items() if name != "witness"}
            return None if is_same(told, original.meaning) else _unsigned(original)
        if original.cover in (Cover.TOKEN, Cover.AROUND):
            return self._of_token(value, original)
        bare = {name: member for name, member in value.items() if name != "proof"}
        if original.cover is Cover.ANCHOR:
            return self._of_anchored(value, bare, original, is_anchored=is_anchored)
        if original.cover is Cover.JSON:
            return None if is_same(bare, original.meaning) else _unsigned(original)
        return None if is_same(says(value), self._meaning(original)) else _unsigned(original)

    def _of_anchored(
        self, value: dict[str, Any], bare: dict[str, Any], original: Original, *, is_anchored: bool
    ) -> Wrong | None:
        proofs = value.get("proof", [])
        listed = proofs if isinstance(proofs, list) else [proofs]
        anchors = [proof for proof in listed if isinstance(proof, dict) and proof.get("cryptosuite") == ANCHOR_SUITE]
        if not anchors or not is_anchored:
            if original.is_bound and is_anchored:
                return Wrong("stripped", f"{original.name} reads valid without the anchor that belongs to it")
            return None if is_same(says(value), self._meaning(original)) else _unsigned(original)
        others = [proof for proof in listed if proof not in anchors]
        if not is_same(bare, original.meaning) or not is_same(others, list(original.others)):
            return _unsigned(original)
        return None

    def _of_token(self, value: dict[str, Any], original: Original) -> Wrong | None:
        if "proof" in value:
            around = says(value)
            return None if repeats(around, self._meaning(original)) else _unsigned(original)
        if _is_envelope(value):
            if value.keys() - {"@context", "type", "id"}:
                return _unsigned(original)
            value = seen(value["id"].partition(",")[2].encode())
        return None if is_same(value, original.meaning) else _unsigned(original)

    def _of_checks(self, report: Report, original: Original, policy: str) -> Wrong | None:
        expected, told = self._baseline[policy, original.name], judged(report)
        is_bare = told.get("inclusion") == "inclusion.skipped" and expected.get("inclusion") != "inclusion.skipped"
        if told == expected or is_bare:  # without its anchor, where that may be left out, it is another file
            return None
        differing = {name: (expected.get(name), told.get(name)) for name in expected.keys() | told.keys()}
        differing = {name: pair for name, pair in differing.items() if pair[0] != pair[1]}
        return Wrong("judged", f"{original.name} under {policy} is judged otherwise: {differing}")

    def _meaning(self, original: Original) -> Any:
        if original.name not in self._says:
            self._says[original.name] = says(original.document)
        return self._says[original.name]


def failed(report: Report) -> list[str]:
    """Give the codes of what failed."""
    return [check.code for check in report.checks if check.outcome is Outcome.FAILED]


def is_endorsement(document: dict[str, Any]) -> bool:
    """Tell an endorsement and nothing else, which stands by its signature: only badges are anchored."""
    subject = document.get("credentialSubject")
    types = sorted(document.get("type", []))
    if not isinstance(subject, dict) or types != ["EndorsementCredential", "VerifiableCredential"]:
        return False
    return subject.get("type") == ["EndorsementSubject"] and subject.keys() <= {"id", "type", "endorsementComment"}


def _is_envelope(value: Any) -> bool:
    types = value.get("type") if isinstance(value, dict) else None
    return "EnvelopedVerifiableCredential" in (types if isinstance(types, list) else [types])


def _unsigned(original: Original) -> Wrong:
    return Wrong("unsigned", f"{original.name} reads valid and says to a reader what was not signed, or less")
