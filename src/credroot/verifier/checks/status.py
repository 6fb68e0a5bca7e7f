"""Was it withdrawn? The registry says so for what is anchored, a status list for everything; the stricter word holds.

The registry is authoritative for its own: a list that is not at hand leaves nothing open there. Without an anchor the
lists are all there is, and one that can't be asked leaves the question open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.budget import BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.core.status import Status
from credroot.core.text.clock import format_time
from credroot.verifier.identity.authority import speaks_for_issuer
from credroot.verifier.identity.binding import key_book
from credroot.verifier.identity.keys import did_of
from credroot.verifier.subject import CredentialSubject, issuer_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.verifier.documents import ListCopy
    from credroot.verifier.evidence import Evidence

STATUS = "status"
ENTRY_TYPE = "BitstringStatusListEntry"
MAX_ENTRIES = 8
"""Status entries of one credential that are looked at; it usually has one."""
DEFAULT_MAX_AGE = timedelta(days=31)
"""How old a status list in a file may be; one that was fetched is as young as its server says."""
EVIDENCE_MAX_AGE = timedelta(days=1)
"""How old saved evidence may be to say that something was not withdrawn."""

_CHAIN = {
    Status.ACTIVE: (Outcome.PASSED, "status.active", "It was not withdrawn."),
    Status.SUSPENDED: (Outcome.FAILED, "status.suspended", "The issuer has suspended it for the time being."),
    Status.REVOKED: (Outcome.FAILED, "status.revoked", "The issuer has revoked it."),
    Status.DISTRUSTED: (Outcome.FAILED, "status.distrusted", "The issuer distrusts the key that anchored it."),
}
_TELLING = ("message", "refresh")
"""Purposes of which a set entry withdraws nothing."""
_WITHDRAWN = {"revocation": Status.REVOKED, "suspension": Status.SUSPENDED}


@dataclass(frozen=True, slots=True)
class ListWord:
    """What one status entry comes to."""

    purpose: str
    status: Status
    """`Status.ACTIVE` where the list withdraws nothing, `Status.UNKNOWN` where it does not tell."""
    reason: str
    message: str | None = None
    """The text that the entry gives for its value."""

    def to_json(self) -> JsonObject:
        """Give the wire form."""
        wire: JsonObject = {"purpose": self.purpose, "says": self.status.name.lower(), "reason": self.reason}
        if self.message is not None:
            wire["message"] = self.message
        return wire


def check_status(evidence: Evidence) -> Check:
    """Pass a credential that the registry calls active and no list withdraws, or, unanchored, that its lists clear."""
    try:
        words = tuple(list_words(evidence))
    except BudgetExceeded as error:
        return _too_costly(evidence, error)
    facts = evidence.chain
    is_anchored = not isinstance(evidence.subject, CredentialSubject) or evidence.subject.claim is not None
    if isinstance(facts, ChainFacts) and facts.batch is not None:
        if facts.status is Status.ACTIVE and not speaks_for_issuer(evidence):
            return _by_another_account(facts, words)
        return _as_saved(_of_both(facts, words), evidence, facts)
    withdrawn = [word for word in words if word.status in (Status.REVOKED, Status.SUSPENDED)]
    if withdrawn:
        return _withdrawn_by_list(_worst(withdrawn), words)
    if is_anchored:
        message = "Whether it was withdrawn could not be found out."
        return Check(STATUS, Outcome.UNKNOWN, "status.unknown", message, details=_details(None, words))
    return _by_lists_alone(words)


def _too_costly(evidence: Evidence, error: BudgetExceeded) -> Check:
    """Leave open what the lists would say; what the registry withdraws is withdrawn whatever they say."""
    facts = evidence.chain
    if isinstance(facts, ChainFacts) and facts.batch is not None and facts.status is not Status.ACTIVE:
        return _as_saved(_of_both(facts, ()), evidence, facts)
    message = f"Whether it was withdrawn was not found out: {error}."
    return Check(STATUS, Outcome.UNKNOWN, "status.too_costly", message, details={"reason": error.code})


def entries_of(document: JsonObject) -> list[JsonObject]:
    """Give a credential's status entries, at most `MAX_ENTRIES`, and the entries of suspensions that they refer to."""
    entries = _stated(document)
    if not entries:
        return []
    # Imported where it is needed, as below: most verdicts need no list.
    from credroot.credential.status.status_list import suspension_entry

    return [*entries, *filter(None, map(suspension_entry, entries))]


def _stated(document: JsonObject) -> list[JsonObject]:
    value = document.get("credentialStatus")
    listed: list[JsonValue] = value if isinstance(value, list) else [value]
    return [entry for entry in listed if isinstance(entry, dict)][:MAX_ENTRIES]


def list_words(evidence: Evidence) -> Iterator[ListWord]:
    """Ask every status entry of a credential for its word."""
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject):
        return
    stated = subject.document.get("credentialStatus")
    count = len(stated) if isinstance(stated, list) else 1
    for entry in entries_of(subject.document):
        yield _word(evidence, issuer_id(subject.document), entry)
    if stated is not None and count != len(_stated(subject.document)):
        yield ListWord("", Status.UNKNOWN, "status.entries")


def _word(evidence: Evidence, issuer: str, entry: JsonObject) -> ListWord:
    purpose = str(entry.get("statusPurpose", ""))[:40]
    types = entry.get("type")
    if ENTRY_TYPE not in (types if isinstance(types, list) else [types]):
        return ListWord(purpose, Status.UNKNOWN, "status.unsupported")
    url = entry.get("statusListCredential")
    copy = evidence.documents.status_lists.get(url) if isinstance(url, str) else None
    if copy is None:
        is_problem = isinstance(url, str) and url in evidence.documents.problems
        reason = "status.list_unavailable" if is_problem else "status.list_missing"
        return ListWord(purpose, Status.UNKNOWN, reason)
    if not evidence.memory.has_seen(copy.document):
        evidence.budget.spend(Work.LISTS)
    refusal = _refusal(evidence, issuer, copy)
    if refusal is not None:
        return ListWord(purpose, Status.UNKNOWN, refusal)
    return _answer(evidence, entry, copy, purpose)


def _answer(evidence: Evidence, entry: JsonObject, copy: ListCopy, purpose: str) -> ListWord:
    from credroot.credential.status.answer import Conclusion, status_at

    max_age = evidence.policy.status_list_max_age or DEFAULT_MAX_AGE
    answer = status_at(
        evidence.memory.settled(copy.document, evidence.budget),
        entry,
        now=evidence.now,
        retrieved=copy.retrieved,
        max_age=max_age if copy.retrieved is None else None,
        decode=evidence.memory.bits,
    )
    if answer.conclusion is Conclusion.UNKNOWN:
        reason = answer.problems[-1].code if answer.problems else "status_list.unknown"
        return ListWord(purpose, Status.UNKNOWN, reason)
    if answer.conclusion is Conclusion.SET and purpose not in (*_WITHDRAWN, *_TELLING):
        return ListWord(purpose, Status.UNKNOWN, "status_list.purpose", answer.message)
    status = _WITHDRAWN.get(purpose, Status.ACTIVE) if answer.withdrawn else Status.ACTIVE
    return ListWord(purpose, status, "status_list.read", answer.message)


def _refusal(evidence: Evidence, issuer: str, copy: ListCopy) -> str | None:
    """Say why a list is not the issuer's word; `None` where it is: signed with a key of the credential's own issuer."""
    from credroot.credential.proof.data_integrity import ProofOutcome, verify_proofs

    try:
        if issuer_id(evidence.memory.settled(copy.document, evidence.budget)) != issuer:
            return "status.list_of_another"
    except InputError:
        return "status.list_malformed"
    keys = key_book(evidence)
    try:
        results = verify_proofs(
            copy.document,
            keys.multikey,
            now=evidence.now,
            canonicalize=evidence.canonicalize,
            held=evidence.memory.held,
            budget=evidence.budget,
        )
    except InputError:
        return "status.list_malformed"
    own = [result for result in results if did_of(result.verification_method or "") == issuer]
    for result in own:
        found = keys.find(result.verification_method or "")
        is_current = found is None or found.removed_at is None or evidence.now < found.removed_at
        if result.outcome is ProofOutcome.VERIFIED and is_current:
            return None
    return "status.list_unsigned"


def _as_saved(check: Check, evidence: Evidence, facts: ChainFacts) -> Check:
    """Say of saved evidence only what it can say: not what became of a credential after its block.

    Revocation is for ever, so that word stands at any age.
    """
    may_have_changed = check.code in ("status.active", "status.suspended")
    if facts.basis.pinned_by is None or evidence.policy.as_of_block or not may_have_changed:
        return check
    seen = datetime.fromtimestamp(facts.head.timestamp, UTC)
    at, word = format_time(seen), facts.status.name.lower()
    details: JsonObject = {**check.details, "registry": word, "asOf": at}
    if evidence.now - seen > (evidence.policy.evidence_max_age or EVIDENCE_MAX_AGE):
        message = f"It was {word} at {at}, when the evidence was saved; what became of it since is not known."
        return Check(STATUS, Outcome.UNKNOWN, "status.outdated", message, details=details)
    if check.outcome is Outcome.PASSED:
        message = f"It was not withdrawn at {at}, when the evidence was saved."
        return Check(STATUS, Outcome.WARNING, check.code, message, details=details)
    return check


def _of_both(facts: ChainFacts, words: tuple[ListWord, ...]) -> Check:
    """Put the registry's word beside the lists': where they differ, the stricter holds and the report says so."""
    chain = facts.status
    details = _details(chain, words)
    known = [word for word in words if word.status is not Status.UNKNOWN and word.purpose in _WITHDRAWN]
    withdrawn = [word for word in known if word.status is not Status.ACTIVE]
    if chain is Status.REVOKED or chain is Status.DISTRUSTED:
        differs = any(word.status is Status.ACTIVE and word.purpose == "revocation" for word in known)
        if differs:
            details["disagreement"] = True
        return _of_registry(facts, details, " The status list at hand does not say so." if differs else "")
    worst = _worst(withdrawn)
    if worst is not None and (worst.status is Status.REVOKED or chain is Status.ACTIVE):
        if worst.status is not chain:
            details["disagreement"] = True
        by_list = _withdrawn_by_list(worst, words)
        told = f"{by_list.message} The registry does not say so; the stricter word holds."
        return Check(STATUS, Outcome.FAILED, by_list.code, told, details=details)
    if chain is Status.ACTIVE and words:
        return _active(words, known, details)
    return _of_registry(facts, details)


def _of_registry(facts: ChainFacts, details: JsonObject, more: str = "") -> Check:
    """Give the registry's own word, with the day and the reason of a withdrawal where they are known."""
    unknown = (Outcome.UNKNOWN, "status.unknown", "The registry has no status for it.")
    outcome, code, message = _CHAIN.get(facts.status, unknown)
    if facts.withdrawal is not None:
        moment = datetime.fromtimestamp(facts.withdrawal.at, UTC)
        message = f"{message.removesuffix('.')}, on {moment:%Y-%m-%d}: {_why(facts.withdrawal.reason)}."
        details |= {"withdrawnAt": format_time(moment), "reason": facts.withdrawal.reason}
    return Check(STATUS, outcome, code, message + more, details=details)


def _why(reason: int) -> str:
    from credroot.core.reasons import Reason, describe_reason

    return "no reason given" if reason == Reason.UNSPECIFIED else describe_reason(reason)


def _active(words: tuple[ListWord, ...], known: list[ListWord], details: JsonObject) -> Check:
    unusable = [word for word in words if word.status is Status.UNKNOWN and word.reason != "status.list_missing"]
    if unusable:
        message = "It was not withdrawn, by the registry; its status list could not be relied on."
        return Check(STATUS, Outcome.WARNING, "status.active", message, details=details)
    if known:
        message = "It was not withdrawn: registry and status list agree."
        return Check(STATUS, Outcome.PASSED, "status.active", message, details=details)
    message = "It was not withdrawn, by the registry; its status list was not asked."
    return Check(STATUS, Outcome.PASSED, "status.active", message, details=details)


def _by_another_account(facts: ChainFacts, words: tuple[ListWord, ...]) -> Check:
    """Go by the lists alone: whoever anchors a file of another issuer can't say what that one withdrew."""
    withdrawn = [word for word in words if word.status in (Status.REVOKED, Status.SUSPENDED)]
    if withdrawn:
        return _withdrawn_by_list(_worst(withdrawn), words)
    if words:
        return _by_lists_alone(words)
    message = (
        "The registry does not call it withdrawn, but nothing shows that the account that anchored it is its issuer's."
    )
    return Check(
        STATUS, Outcome.WARNING, "status.account_unbound", message, details={"registry": facts.status.name.lower()}
    )


def _by_lists_alone(words: tuple[ListWord, ...]) -> Check:
    details = _details(None, words)
    if not words:
        message = "It names no status list, so its issuer has no way to withdraw it."
        return Check(STATUS, Outcome.WARNING, "status.none", message)
    if any(word.status is Status.UNKNOWN for word in words):
        message = "Whether it was withdrawn could not be found out: its status list was not to be had, or not usable."
        return Check(STATUS, Outcome.UNKNOWN, "status.unknown", message, details=details)
    return Check(STATUS, Outcome.PASSED, "status.clear", "Its status list does not withdraw it.", details=details)


def _withdrawn_by_list(word: ListWord | None, words: tuple[ListWord, ...]) -> Check:
    details = _details(None, words)
    if word is not None and word.status is Status.REVOKED:
        return Check(STATUS, Outcome.FAILED, "status.revoked", "Its status list says revoked.", details=details)
    return Check(STATUS, Outcome.FAILED, "status.suspended", "Its status list says suspended.", details=details)


def _worst(words: list[ListWord]) -> ListWord | None:
    return max(words, key=lambda word: word.status, default=None)


def _details(chain: Status | None, words: tuple[ListWord, ...]) -> JsonObject:
    details: JsonObject = {}
    if chain is not None and words:
        details["registry"] = chain.name.lower()
    if words:
        details["lists"] = [word.to_json() for word in words]
    return details
