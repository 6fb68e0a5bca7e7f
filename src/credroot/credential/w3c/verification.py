"""Verification as W3C means it: is the form right, do the proofs hold and are they the issuer's, is it valid now, and
was it withdrawn by its status lists?

That is less than our own verdict asks. Nobody says here who the issuer is, and no chain is asked: a credential of an
issuer whom nobody knows is verified where its proof holds. Anchor proofs are left to the verifier.

Source: W3C Verifiable Credentials Data Model 2.0, section 7.1; Verifiable Credential Data Integrity 1.0, section 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from credroot.core.anchor.domain import anchor_places
from credroot.core.budget import Budget, BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.core.text.clock import format_time
from credroot.credential.proof.data_integrity import (
    ANCHOR_SUITE,
    ASSERTION_METHOD,
    MAX_CLOCK_SKEW,
    Canonicalize,
    ProofOutcome,
    ProofResult,
    ResolveKey,
    proofs_of,
    verify_proofs,
)
from credroot.credential.proof.suites.suite import suite_name
from credroot.credential.status.answer import Conclusion, status_at
from credroot.credential.status.status_list import ENTRY_TYPE, suspension_entry
from credroot.credential.w3c.problems import VcProblem, VcProblemType, has_errors
from credroot.credential.w3c.structure import credential_problems, issuer_of, proof_problems, validity_of
from credroot.credential.w3c.values import Place, listed, type_names

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

MAX_STATUS_ENTRIES = 8
"""Status entries of one credential that are looked at; it usually has one."""
MAX_LIST_AGE = timedelta(days=31)
"""How old a status list may be that was not fetched."""
_TYPE_OF = {
    "proof.signature_wrong": VcProblemType.CRYPTOGRAPHIC_SECURITY,
    "proof.domain": VcProblemType.INVALID_DOMAIN,
    "proof.challenge": VcProblemType.INVALID_CHALLENGE,
    "proof.malformed": VcProblemType.MALFORMED_VALUE,
    "proof.time_malformed": VcProblemType.MALFORMED_VALUE,
}


@dataclass(frozen=True, slots=True)
class Means:
    """What a verification may ask, and the moment that it is for."""

    keys_for: Callable[[str], ResolveKey]
    """From a proof purpose to whoever finds the keys that may be used for it."""
    find_list: Callable[[str], tuple[JsonObject, datetime | None] | None]
    """From the address of a status list to the list and when it was fetched, `None` for a file; `None` for no list."""
    now: datetime
    canonicalize: Canonicalize | None = None
    budget: Budget | None = None
    """What the verification may cost."""

    def spend(self, work: Work, amount: int = 1) -> None:
        """Pay for a piece of work; `BudgetExceeded` where there is nothing left."""
        if self.budget is not None:
            self.budget.spend(work, amount)


@dataclass(frozen=True, slots=True)
class Demand:
    """What the caller wants of one document."""

    purpose: str = ASSERTION_METHOD
    challenge: str | None = None
    domain: tuple[str, ...] | None = None
    """Every domain that the proof is for, and no other."""
    check_status: bool = True
    """Whether status lists are asked."""


def verify_credential(document: JsonObject, means: Means, demand: Demand) -> tuple[VcProblem, ...]:
    """Give all that is wrong with a credential; it is verified where `has_errors` says no.

    What is malformed is not checked further. Status lists are asked only for once the proof holds: before, the
    addresses in it are anybody's.
    """
    found = [*credential_problems(document), *proof_problems(document)]
    if not has_errors(found):
        found += proof_answers(document, issuer_of(document), means, demand)
        found += validity_problems(document, means.now)
        found += _taken_away(document)
    if not has_errors(found):
        found += status_problems(document, means, demand)
    return tuple(found)


def proof_answers(document: JsonObject, signer: str, means: Means, demand: Demand) -> Iterator[VcProblem]:
    """Tell what is wrong with the proofs of `document`, of which one at least must be of a key of `signer`.

    An empty `signer` takes the key of anybody. A proof of a kind that is unknown here, or of a key that can't be found
    out, is a warning beside one that holds.
    """
    keys = means.keys_for(demand.purpose)
    try:
        results = verify_proofs(
            document,
            keys,
            now=means.now,
            proof_purpose=demand.purpose,
            challenge=demand.challenge,
            domain=demand.domain,
            canonicalize=means.canonicalize,
            budget=means.budget,
        )
    except InputError as error:
        yield VcProblem(error.code, _proof_type(error.code), str(error), "/proof")
        return
    except BudgetExceeded as error:
        yield too_costly(error, "/proof")
        return
    held = [result for result in results if result.outcome is ProofOutcome.VERIFIED and _is_of(result, signer)]
    for result in results:
        if result.outcome is not ProofOutcome.VERIFIED:
            is_warning = bool(held) and result.outcome is not ProofOutcome.FAILED
            pointer = Place("/proof", result.index, document.get("proof")).pointer
            yield VcProblem(result.code, _proof_type(result.code), result.message, pointer, is_warning)
    if not held and all(result.outcome is ProofOutcome.VERIFIED for result in results):
        code, message = ("proof.other_signer", f"no proof is of a key of {signer[:120]!r}")
        if not results:
            code, message = "proof.missing", "an anchor proof is no signature"
        yield VcProblem(code, VcProblemType.CRYPTOGRAPHIC_SECURITY, message, "/proof")


def too_costly(error: BudgetExceeded, pointer: str = "") -> VcProblem:
    """Give the problem of what could not be verified because it takes more work than is done."""
    return VcProblem(error.code, VcProblemType.PROOF_VERIFICATION, f"it was not verified: {error}", pointer)


def is_anchored(document: JsonObject) -> bool:
    """Answer whether a document has an anchor proof, which is not looked at here; errors as `proofs_of`."""
    return any(suite_name(proof) == ANCHOR_SUITE for proof in proofs_of(document))


def _taken_away(document: JsonObject) -> Iterator[VcProblem]:
    """Refuse a file whose signature says that an anchor belongs to it and which has none: it is not the whole file."""
    if anchor_places(document) and not is_anchored(document):
        message = "its signature names the registry that it is anchored in, and the anchor proof is missing"
        yield VcProblem("anchor.missing", VcProblemType.CRYPTOGRAPHIC_SECURITY, message, "/proof")


def signers_of(document: JsonObject) -> tuple[str, ...]:
    """Give the DIDs, or URLs, whose keys the proofs of a document name."""
    methods = (proof.get("verificationMethod") for proof in proofs_of(document))
    return tuple(method.partition("#")[0] for method in methods if isinstance(method, str))


def validity_problems(document: JsonObject, now: datetime) -> Iterator[VcProblem]:
    """Tell whether a credential without problems of form is not yet, or no longer, valid."""
    start, end = validity_of(document)
    if start is not None and start > now + MAX_CLOCK_SKEW:
        message = f"it is not valid before {format_time(start)}"
        yield VcProblem("validity.not_yet", VcProblemType.RANGE, message)
    if end is not None and end < now:
        yield VcProblem("validity.expired", VcProblemType.RANGE, f"it was valid until {format_time(end)}")


def _is_of(result: ProofResult, signer: str) -> bool:
    return not signer or (result.verification_method or "").partition("#")[0] == signer


def _proof_type(code: str) -> VcProblemType:
    if code.startswith(("rdfc.", "context.", "jcs.")):
        return VcProblemType.PROOF_TRANSFORMATION
    return _TYPE_OF.get(code, VcProblemType.PROOF_VERIFICATION)


def status_problems(document: JsonObject, means: Means, demand: Demand) -> Iterator[VcProblem]:
    """Tell whether the status lists of a credential withdraw it, or leave that open; nothing where none is asked for.

    Its signature must hold: before, the addresses in it are anybody's.
    """
    stated = document.get("credentialStatus")
    if stated is None or not demand.check_status:
        return
    entries = listed(stated)
    if len(entries) > MAX_STATUS_ENTRIES:
        message = f"at most {MAX_STATUS_ENTRIES} status entries are looked at"
        yield VcProblem("status.entries", VcProblemType.RANGE, message, "/credentialStatus")
        return
    for place, entry in enumerate(entries):
        if isinstance(entry, dict):
            pointer = Place("/credentialStatus", place, stated).pointer
            for asked in filter(None, (entry, suspension_entry(entry))):
                yield from (problem.under(pointer) for problem in _entry_problems(asked, issuer_of(document), means))


def _entry_problems(entry: JsonObject, issuer: str, means: Means) -> Iterator[VcProblem]:
    if ENTRY_TYPE not in type_names(entry):
        message = "this kind of status is not known here, so nothing says that it is not withdrawn"
        yield VcProblem("status.unsupported", VcProblemType.STATUS_VERIFICATION, message)
        return
    found = means.find_list(str(entry.get("statusListCredential")))
    if found is None:
        message = "its status list is not at hand, and this server may not fetch it"
        yield VcProblem("status.list_missing", VcProblemType.STATUS_RETRIEVAL, message)
        return
    document, retrieved = found
    try:
        means.spend(Work.LISTS)
    except BudgetExceeded as error:
        yield too_costly(error)
        return
    refusal = _list_refusal(document, issuer, means)
    if refusal is not None:
        yield refusal
        return
    max_age = MAX_LIST_AGE if retrieved is None else None
    answer = status_at(document, entry, now=means.now, retrieved=retrieved, max_age=max_age)
    for problem in answer.problems:
        is_warning = answer.conclusion is not Conclusion.UNKNOWN
        yield VcProblem(problem.code, VcProblemType(problem.type.value), problem.message, "", is_warning)
    if answer.withdrawn:
        is_final = answer.purpose == "revocation"
        code, word = ("status.revoked", "revoked") if is_final else ("status.suspended", "suspended")
        yield VcProblem(code, VcProblemType.STATUS_VERIFICATION, f"its status list says {word}")


def _list_refusal(document: JsonObject, issuer: str, means: Means) -> VcProblem | None:
    """Say why a list is not the issuer's own word; `None` where it is."""
    kind = VcProblemType.STATUS_VERIFICATION
    if issuer_of(document) != issuer:
        return VcProblem("status.list_of_another", kind, "the status list is of another issuer")
    problems = [*credential_problems(document), *proof_problems(document)]
    if not has_errors(problems):
        problems += proof_answers(document, issuer, means, Demand())
    wrong = next((problem for problem in problems if not problem.is_warning), None)
    return None if wrong is None else replace(wrong, code="status.list_refused", type=kind, pointer="")
