"""What becomes of each Data Integrity proof of a document, by itself and in its chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from credroot.core.budget import Budget, Work
from credroot.core.errors import InputError, ProofError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.json.types import JsonObject, JsonValue
from credroot.credential.keys.multikey import KeyType, Multikey
from credroot.credential.keys.signatures import signature_holds
from credroot.credential.proof.suites.held_signatures import HeldSignature, HeldSignatures, fingerprint
from credroot.credential.proof.suites.plain_members import require_one_place
from credroot.credential.proof.suites.proof_record import ProofRecord, without_proofs
from credroot.credential.proof.suites.suite import Suite, hash_data, suite_name

if TYPE_CHECKING:
    from credroot.credential.rdf.canonical_form import CanonicalForm

MAX_SECURED_FORMS = 4
"""Forms of one document that its proofs cover: by suite, by context, by previous proofs. Each is canonicalised once."""
MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of our clock a proof may say that it was made."""

Canonicalize: TypeAlias = Callable[[JsonObject], "CanonicalForm"]
"""RDFC-1.0; raises `InputError` for a document that has no canonical form."""
ResolveKey: TypeAlias = Callable[[str], Multikey | None]
"""From a verification method's URL to the key that may sign assertions by it; None where nobody knows."""


class ProofOutcome(StrEnum):
    """What became of one proof."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    """A kind of proof, or a document, that can't be checked here."""
    KEY_UNKNOWN = "key_unknown"


@dataclass(frozen=True, slots=True)
class ProofResult:
    """The answer about one proof."""

    outcome: ProofOutcome
    """Whether it holds; `ProofOutcome.VERIFIED` says so, and nothing else does."""
    code: str
    """The reason, stable for ever: ``proof.verified``, ``proof.signature_wrong``, ``rdfc.undefined_term``, ..."""
    message: str
    """One sentence; its wording may change."""
    index: int
    """Place in the document's list of proofs, from 0."""
    suite: str | None
    """The cryptosuite, or the proof's type."""
    verification_method: str | None = None
    """The key that it claims; whether that is the issuer's is another question."""
    created: datetime | None = None
    """When it says it was made."""
    key: Multikey | None = None
    """The key that it was checked with."""


@dataclass(frozen=True, slots=True)
class ProofJudge:
    """Checks the proofs of one document; canonicalises each form of it once, however many proofs cover it."""

    document: JsonObject
    proofs: tuple[JsonObject, ...]
    resolve_key: ResolveKey
    now: datetime
    purpose: str
    demanded: Mapping[str, tuple[str, ...] | None]
    """Members that each proof must have, with their values in any order; one value may stand without a list."""
    canonicalize: Canonicalize
    held: HeldSignatures | None = None
    """Signatures that need not be computed again; `None` to keep none."""
    budget: Budget | None = None
    """What signatures and forms are paid out of; `canonicalize` pays for itself."""
    results: dict[int, ProofResult] = field(default_factory=dict)
    under_way: set[int] = field(default_factory=set)
    secured: dict[object, bytes | InputError] = field(default_factory=dict)
    fingerprints: list[bytes] = field(default_factory=list)

    def result(self, index: int) -> ProofResult:
        """Check the proof at `index`, and before it the previous proofs that it builds on."""
        if index not in self.results:
            self.under_way.add(index)
            self.results[index] = self._judged(index)
        return self.results[index]

    def _judged(self, index: int) -> ProofResult:
        proof = self.proofs[index]
        outcome, code, message = ProofOutcome.VERIFIED, "proof.verified", "the signature holds"
        record: ProofRecord | None = None
        key: Multikey | None = None
        try:
            record = ProofRecord.read(proof)
            self._check_terms(record)
            self._check_previous(record.previous)
            key = self._key(record.verification_method)
            self._check_signature_once(record, index, key)
        except InputError as error:
            outcome = _OUTCOME_OF.get(error.code, ProofOutcome.FAILED)
            code, message = error.code, str(error)
        method = proof.get("verificationMethod")
        return ProofResult(
            outcome,
            code,
            message,
            index,
            suite_name(proof),
            verification_method=method if isinstance(method, str) else None,
            created=record.created if record is not None else None,
            key=key,
        )

    def _check_terms(self, record: ProofRecord) -> None:
        if record.purpose != self.purpose:
            raise ProofError(f"its purpose is {record.purpose[:40]!r}, not {self.purpose!r}", code="proof.purpose")
        if record.created is not None and record.created > self.now + MAX_CLOCK_SKEW:
            raise ProofError(f"made in the future: {record.created}", code="proof.created_in_future")
        if record.expires is not None and record.expires <= self.now:
            raise ProofError(f"no longer holds since {record.expires}", code="proof.expired")
        for member, wanted in self.demanded.items():
            if wanted is not None and record.set_of(member) != frozenset(wanted):
                raise ProofError(f"its {member} is not the one that was asked for", code=f"proof.{member}")

    def _check_previous(self, ids: tuple[str, ...]) -> None:
        places = [place for place, proof in enumerate(self.proofs) if proof.get("id") in ids]
        if len(places) != len(set(ids)):
            raise ProofError("a previous proof is missing, or there twice", code="proof.previous_missing")
        for place in places:
            in_circle = place in self.under_way and place not in self.results
            if in_circle or self.result(place).outcome is not ProofOutcome.VERIFIED:
                raise ProofError("a proof that it builds on does not hold", code="proof.previous_failed")

    def _key(self, verification_method: str) -> Multikey:
        try:
            key = self.resolve_key(verification_method)
        except InputError as error:
            raise ProofError(f"{error.code}: {error}", code="proof.key_unknown") from error
        if key is None:
            raise ProofError(f"nobody knows the key {verification_method[:120]!r}", code="proof.key_unknown")
        return key

    def _check_signature_once(self, record: ProofRecord, index: int, key: Multikey) -> None:
        if self.held is None:
            return self._check_signature(record, key)
        signature = HeldSignature(self._fingerprint(), index, key)
        if signature not in self.held:
            self._check_signature(record, key)
            self.held.add(signature)
        return None

    def _fingerprint(self) -> bytes:
        """Give the document's, taken once: it costs as much as reading the document."""
        if not self.fingerprints:
            self.fingerprints.append(fingerprint(self.document))
        return self.fingerprints[0]

    def _spend(self, work: Work, amount: int = 1) -> None:
        if self.budget is not None:
            self.budget.spend(work, amount)

    def _check_signature(self, record: ProofRecord, key: Multikey) -> None:
        if key.key_type not in record.suite.key_types:
            raise ProofError(f"{record.suite.name} takes no key of {key.key_type.name}", code="proof.key_type")
        self._spend(Work.PROOFS, _PRICE.get(key.key_type, 1))
        signature = record.signature()
        options = record.options(self.document.get("@context"))
        context = options.get("@context", self.document.get("@context"))
        secured = self._secured(record.suite, context, record.previous)
        stated = secured if isinstance(secured, bytes) else _stated(secured)
        message = hash_data(key.key_type, options=self._canonical(record.suite, options), document=stated)
        if not signature_holds(key, signature, message):
            raise ProofError("the document was changed, or another key signed it", code="proof.signature_wrong")
        if isinstance(secured, InputError):
            raise secured

    def _secured(self, suite: Suite, context: JsonValue, previous: tuple[str, ...]) -> bytes | InputError:
        """Give the canonical bytes of the document as a proof covers it, or why it has none; each form once."""
        key = (suite.is_rdfc, self._context_key(context), previous)
        if key not in self.secured:
            if len(self.secured) == MAX_SECURED_FORMS:
                raise ProofError(f"its proofs cover more than {MAX_SECURED_FORMS} forms of it", code="proof.too_many")
            self._spend(Work.FORMS)
            document = without_proofs(self.document)
            if context is not None:
                document["@context"] = context
            try:
                if suite.is_rdfc:
                    require_one_place(document)
                if previous:
                    document["proof"] = [proof for proof in self.proofs if proof.get("id") in previous]
                self.secured[key] = self._canonical(suite, document)
            except InputError as error:
                self.secured[key] = error
        return self.secured[key]

    def _context_key(self, context: JsonValue) -> object:
        """Tell contexts apart without writing the document's own, which may be large: a proof's are few, and text."""
        if context is self.document.get("@context") or context == self.document.get("@context"):
            return None
        return (list, *context) if isinstance(context, list) else context

    def _canonical(self, suite: Suite, document: JsonObject) -> bytes:
        if suite.is_rdfc:
            return self.canonicalize(document).nquads
        return canonical_bytes(document, paid=lambda microseconds: self._spend(Work.PARTS, microseconds))


def _stated(refusal: InputError) -> bytes:
    """Give what a document states that also says what no signature covers: a signature may be wrong even for that."""
    stated: bytes | None = getattr(refusal, "nquads", None)
    if stated is None:
        raise refusal
    return stated


_PRICE = {KeyType.P256: 2, KeyType.P384: 9}
"""What checking a signature costs beside one of Ed25519."""
_OUTCOME_OF = {
    "proof.suite_unsupported": ProofOutcome.UNSUPPORTED,
    "proof.key_unknown": ProofOutcome.KEY_UNKNOWN,
    # What has no canonical form was not compared with the signature: it may be of anybody, or changed by anybody.
    "rdfc.not_covered": ProofOutcome.UNSUPPORTED,
    "rdfc.relative_iri": ProofOutcome.UNSUPPORTED,
}
