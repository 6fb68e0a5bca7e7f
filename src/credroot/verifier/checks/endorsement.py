"""Who else vouches: the endorsements that a credential, its achievement or its issuer's profile carries.

The anchor and the issuer's signature cover them as text; each has a signature of its own besides, by the endorser. No
verdict depends on them, but what does not hold is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from credroot.core.anchor.domain import anchor_places
from credroot.core.budget import BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.credential.badge.endorsement_form import is_endorsement, subject_of_endorsement
from credroot.verifier.checks.anchor import check_inclusion
from credroot.verifier.checks.signature import check_signature
from credroot.verifier.checks.validity_period import DEFAULT_SKEW, period_of
from credroot.verifier.identity.binding import key_book
from credroot.verifier.identity.keys import did_of
from credroot.verifier.subject import CredentialSubject, issuer_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.budget import Budget
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.identity.keys import KeyBook

ENDORSEMENT = "endorsement"
MAX_ENDORSEMENTS = 8
"""Endorsements of one credential that are checked; each costs a canonicalisation."""
_UNKNOWN = frozenset(
    {
        *("proof.verified", "proof.key_unknown", "proof.suite_unsupported", "rdfc.not_covered", "rdfc.relative_iri"),
        *("proof.mixed_suites", "anchor.missing", "status.list_unasked", "signature.key_removed"),
    }
)
"""What became of one that is not wrong: nobody knows the signer, or nobody could check whether it still holds."""


def check_endorsements(evidence: Evidence) -> Check | None:
    """Check every endorsement's own signature; not asked where there is none, or the credential does not hold."""
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject):
        return None
    found = list(endorsements_of(subject.document))
    if not found:
        return None
    if Outcome.FAILED in (check_inclusion(evidence).outcome, check_signature(evidence).outcome):
        message = "Not asked: the credential that carries the endorsements does not hold."
        return Check(ENDORSEMENT, Outcome.SKIPPED, "endorsement.skipped", message, False)
    keys = key_book(evidence)
    told: list[JsonObject] = []
    for carried in found[:MAX_ENDORSEMENTS]:
        told.append(_told(evidence, keys, carried))
        if str(told[-1].get("reason", "")).startswith(("rdfc.", "budget.")):
            # Made to be costly, or worthless, or there is nothing left to be spent: one of them is enough.
            break
    details: JsonObject = {"endorsements": list(told)}
    outcomes = {entry["outcome"] for entry in told}
    if "failed" in outcomes:
        message = "An endorsement that it carries does not hold."
        return Check(ENDORSEMENT, Outcome.FAILED, "endorsement.failed", message, False, details)
    if "unknown" in outcomes or len(found) > MAX_ENDORSEMENTS:
        message = "It carries endorsements that could not be checked, or not by anybody who is known."
        return Check(ENDORSEMENT, Outcome.UNKNOWN, "endorsement.unknown", message, False, details)
    names = ", ".join(str(entry["name"]) for entry in told)
    return Check(ENDORSEMENT, Outcome.PASSED, "endorsement.ok", f"Endorsed by {names}.", False, details)


class CarriedEndorsement(NamedTuple):
    """What stands in a credential as an endorsement, and where."""

    under: str
    """``credential``, ``achievement`` or ``issuer``."""
    endorsed: JsonValue
    """The id of what it stands under."""
    document: JsonObject


def endorsements_of(document: JsonObject) -> Iterator[CarriedEndorsement]:
    """Give each endorsement with what it stands under."""
    subject = document.get("credentialSubject")
    about = subject[0] if isinstance(subject, list) and subject else subject
    holders: tuple[tuple[str, JsonValue], ...] = (
        ("credential", document),
        ("achievement", about.get("achievement") if isinstance(about, dict) else None),
        ("issuer", document.get("issuer")),
    )
    for name, holder in holders:
        listed = holder.get("endorsement") if isinstance(holder, dict) else None
        for entry in listed if isinstance(listed, list) else [listed]:
            if isinstance(entry, dict):
                yield CarriedEndorsement(name, holder.get("id") if isinstance(holder, dict) else None, entry)


def endorser_of(endorsement: JsonObject, budget: Budget) -> str:
    """Give the DID or URL that an endorsement claims for its issuer; empty where it claims none, or costs too much."""
    from credroot.credential.proof.settled_form import settled

    try:
        return issuer_id(settled(endorsement, budget))
    except (InputError, BudgetExceeded):
        return ""


def _told(evidence: Evidence, keys: KeyBook, carried: CarriedEndorsement) -> JsonObject:
    endorser = endorser_of(carried.document, evidence.budget)
    entry = next((issuer for issuer in evidence.trust.issuers if endorser and issuer.did == endorser), None)
    told: JsonObject = {"of": carried.under, "by": endorser[:200]}
    try:
        evidence.budget.spend(Work.ENDORSEMENTS)
        reason = _misplaced(carried, evidence) or _of_signature(evidence, keys, endorser, carried.document)
    except (InputError, BudgetExceeded) as error:
        reason = error.code
    if reason == "proof.verified" and entry is not None:
        return {**told, "outcome": "passed", "name": entry.name, "source": entry.source}
    outcome = "unknown" if reason in _UNKNOWN or reason.startswith("budget.") else "failed"
    return {**told, "outcome": outcome, "reason": "issuer.unknown" if reason == "proof.verified" else reason}


def _misplaced(carried: CarriedEndorsement, evidence: Evidence) -> str | None:
    """Say why a document is no endorsement of what it stands under, whatever its signature; `None` where it is one.

    Else any credential of somebody known would count as praise, and so would what was said of another. Raises
    `InputError` for one that can't be read, `BudgetExceeded` for one that costs too much to be read.
    """
    from credroot.credential.proof.settled_form import settled

    now = evidence.now
    document = settled(carried.document, evidence.budget)
    begins, ends = period_of(document)
    if not is_endorsement(document):
        return "endorsement.not_one"
    if subject_of_endorsement(document)["id"] != carried.endorsed:
        return "endorsement.of_another"
    if anchor_places(carried.document):
        return "anchor.missing"
    if document.get("credentialStatus") is not None:
        return "status.list_unasked"
    if begins is not None and begins > now + DEFAULT_SKEW:
        return "validity.not_yet"
    return "validity.expired" if ends is not None and ends <= now else None


def _of_signature(evidence: Evidence, keys: KeyBook, endorser: str, endorsement: JsonObject) -> str:
    """Give the code of what became of the endorser's own signature; errors as `verify_proofs`."""
    from credroot.credential.proof.data_integrity import ProofOutcome, verify_proofs
    from credroot.credential.proof.settled_form import is_rdfc_suite

    results = verify_proofs(
        endorsement,
        keys.multikey,
        now=evidence.now,
        canonicalize=evidence.canonicalize,
        held=evidence.memory.held,
        budget=evidence.budget,
    )
    bad = [result for result in results if result.outcome is ProofOutcome.FAILED]
    own = [result for result in results if did_of(result.verification_method or "") == endorser]
    held = [result for result in own if result.outcome is ProofOutcome.VERIFIED]
    if bad or not own:
        return bad[0].code if bad else "proof.other_signer"
    if held and any(is_rdfc_suite(result.suite) for result in results):
        # Then it was read as its statements say, so one that covers the JSON itself vouches for something else.
        held = [result for result in held if is_rdfc_suite(result.suite)]
        if not held:
            return "proof.mixed_suites"
    found = [keys.find(result.verification_method or "") for result in held]
    if held and all(key is not None and key.removed_at is not None and key.removed_at <= evidence.now for key in found):
        return "signature.key_removed"
    return "proof.verified" if held else own[0].code
