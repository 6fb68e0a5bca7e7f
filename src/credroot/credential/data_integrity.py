"""Data Integrity: sign a document, and check the signatures of others.

A document may carry several proofs. Each of them covers the document without any proof, so adding or removing one
changes nothing for the others; only a proof that names previous proofs covers those as well (a chain). An anchor
proof (``merkle-registry-2026``) is therefore not covered by the Ed25519 signature; it covers that signature instead,
and it is judged elsewhere.

Source: W3C Verifiable Credential Data Integrity 1.0, section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from credroot.core.clock import format_time
from credroot.core.errors import InputError, ProofError
from credroot.core.jcs import canonical_bytes
from credroot.core.json_types import JsonObject, JsonValue
from credroot.core.multibase import encode_base58btc
from credroot.credential.keys import SigningKey, signature_holds
from credroot.credential.multikey import Multikey
from credroot.credential.suites.proof_record import ProofRecord
from credroot.credential.suites.suite import (
    DATA_INTEGRITY_PROOF,
    EDDSA_RDFC_2022,
    Suite,
    hash_data,
    suite_name,
)

if TYPE_CHECKING:
    from credroot.credential.canonical_form import CanonicalForm

ASSERTION_METHOD = "assertionMethod"
ANCHOR_SUITE = "merkle-registry-2026"
MAX_PROOFS = 16
"""Proofs of one document; more are refused before anything is computed."""
MAX_SECURED_FORMS = 6
"""Forms of one document that its proofs cover: by suite, by context, by previous proofs. Each is canonicalised once."""
MAX_CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of our clock a proof may say that it was made."""

Canonicalize: TypeAlias = Callable[[JsonObject], "CanonicalForm"]
ResolveKey: TypeAlias = Callable[[str], Multikey | None]
"""From a verification method's URL to the key that may sign assertions by it; None where nobody knows."""


class ProofOutcome(StrEnum):
    """What became of one proof."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
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


def sign(
    document: JsonObject,
    key: SigningKey,
    *,
    verification_method: str,
    created: datetime,
    proof_purpose: str = ASSERTION_METHOD,
    canonicalize: Canonicalize | None = None,
) -> JsonObject:
    """Give a copy of `document` with an eddsa-rdfc-2022 proof before all others in its list of proofs.

    The signature covers the document without its proofs. `created` is cut to whole seconds.

    Raises:
        InputError: a code of `rdfc`; ``rdfc.not_portable``, other implementations would hash it differently.

    Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.
    """
    rdfc = portable(canonicalize or _default_canonicalize())
    unsecured = without_proofs(document)
    options: JsonObject = {
        "type": DATA_INTEGRITY_PROOF,
        "cryptosuite": EDDSA_RDFC_2022,
        "created": format_time(created),
        "verificationMethod": verification_method,
        "proofPurpose": proof_purpose,
    }
    message = hash_data(
        key.multikey.key_type,
        options=rdfc({**options, "@context": document.get("@context")}),
        document=rdfc(unsecured),
    )
    proof: JsonObject = {**options, "proofValue": encode_base58btc(key.sign(message))}
    return {**unsecured, "proof": [proof, *proofs_of(document)]}


def verify_proofs(
    document: JsonObject,
    resolve_key: ResolveKey,
    *,
    now: datetime,
    proof_purpose: str = ASSERTION_METHOD,
    challenge: str | None = None,
    domain: str | None = None,
    canonicalize: Canonicalize | None = None,
) -> tuple[ProofResult, ...]:
    """Check every proof of `document` but its anchor proofs, in order, and say what became of each.

    A proof of a chain is verified only together with the previous proofs that it names. `now` is for ``created`` and
    ``expires``. `challenge` and `domain` are demanded of each proof where they are given.

    Raises:
        ProofError: ``proof.too_many``, more than `MAX_PROOFS`; ``proof.malformed``, ``proof`` holds no objects.

    Source: W3C Verifiable Credential Data Integrity 1.0, section 4.4; a set is section 4.5.
    """
    proofs = proofs_of(document)
    judge = _Judge(document, proofs, resolve_key, now, proof_purpose, canonicalize or _default_canonicalize())
    demanded = {"challenge": challenge, "domain": domain}
    results = {
        index: judge.result(index, demanded) for index, proof in enumerate(proofs) if suite_name(proof) != ANCHOR_SUITE
    }
    return tuple(_with_chain(result, proofs, results) for result in results.values())


def proofs_of(document: JsonObject) -> tuple[JsonObject, ...]:
    """List the document's proofs: none, its one object, or its list.

    Raises:
        ProofError: ``proof.too_many``; ``proof.malformed``.
    """
    value = document.get("proof")
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    if len(listed) > MAX_PROOFS:
        raise ProofError(f"{len(listed)} proofs; at most {MAX_PROOFS} are read", code="proof.too_many")
    proofs = tuple(proof for proof in listed if isinstance(proof, dict))
    if len(proofs) != len(listed):
        raise ProofError("a proof is a JSON object")
    return proofs


def without_proofs(document: JsonObject) -> JsonObject:
    """Give a copy of `document` that has no ``proof``."""
    return {key: value for key, value in document.items() if key != "proof"}


def portable(canonicalize: Canonicalize) -> Callable[[JsonObject], bytes]:
    """Wrap `canonicalize` so that it refuses, with ``rdfc.not_portable``, what implementations hash differently."""

    def portable_bytes(document: JsonObject) -> bytes:
        form = canonicalize(document)
        if not form.is_portable:
            raise InputError(
                "other implementations would hash this differently: two things in it can't be told apart, "
                "or it has a tab, or characters that are sorted in two ways",
                code="rdfc.not_portable",
            )
        return form.nquads

    return portable_bytes


@dataclass(frozen=True, slots=True)
class _Judge:
    document: JsonObject
    proofs: tuple[JsonObject, ...]
    resolve_key: ResolveKey
    now: datetime
    purpose: str
    canonicalize: Canonicalize
    secured: dict[object, bytes | InputError] = field(default_factory=dict)

    def result(self, index: int, demanded: dict[str, str | None]) -> ProofResult:
        """Check one proof by itself."""
        proof = self.proofs[index]
        outcome, code, message = ProofOutcome.VERIFIED, "proof.verified", "the signature holds"
        record: ProofRecord | None = None
        key: Multikey | None = None
        try:
            record = ProofRecord.read(proof)
            self._check_terms(record, demanded)
            key = self._key(record.verification_method)
            self._check_signature(record, key)
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

    def _check_terms(self, record: ProofRecord, demanded: dict[str, str | None]) -> None:
        if record.purpose != self.purpose:
            raise ProofError(f"its purpose is {record.purpose[:40]!r}, not {self.purpose!r}", code="proof.purpose")
        if record.created is not None and record.created > self.now + MAX_CLOCK_SKEW:
            raise ProofError(f"made in the future: {record.created}", code="proof.created_in_future")
        if record.expires is not None and record.expires <= self.now:
            raise ProofError(f"no longer holds since {record.expires}", code="proof.expired")
        for member, wanted in demanded.items():
            if wanted is not None and record.proof.get(member) != wanted:
                raise ProofError(f"its {member} is not the one that was asked for", code=f"proof.{member}")

    def _key(self, verification_method: str) -> Multikey:
        try:
            key = self.resolve_key(verification_method)
        except InputError as error:
            raise ProofError(f"{error.code}: {error}", code="proof.key_unknown") from error
        if key is None:
            raise ProofError(f"nobody knows the key {verification_method[:120]!r}", code="proof.key_unknown")
        return key

    def _check_signature(self, record: ProofRecord, key: Multikey) -> None:
        if key.key_type not in record.suite.key_types:
            raise ProofError(f"{record.suite.name} takes no key of {key.key_type.name}", code="proof.key_type")
        signature = record.signature()
        options = record.options(self.document.get("@context"))
        context = options.get("@context", self.document.get("@context"))
        if record.previous:
            # A document that has no canonical form by itself has none with previous proofs either.
            self._secured(record.suite, context, ())
        secured = self._secured(record.suite, context, record.previous)
        message = hash_data(key.key_type, options=self._canonical(record.suite, options), document=secured)
        if not signature_holds(key, signature, message):
            raise ProofError("the document was changed, or another key signed it", code="proof.signature_wrong")

    def _secured(self, suite: Suite, context: JsonValue, previous: tuple[str, ...]) -> bytes:
        """Give the canonical bytes of the document as a proof covers it; each form is computed, or fails, once."""
        key = (suite.is_rdfc, repr(context), previous)
        if key not in self.secured:
            if len(self.secured) == MAX_SECURED_FORMS:
                raise ProofError(f"its proofs cover more than {MAX_SECURED_FORMS} forms of it", code="proof.too_many")
            document = without_proofs(self.document)
            if context is not None:
                document["@context"] = context
            try:
                if previous:
                    document["proof"] = self._previous(previous)
                self.secured[key] = self._canonical(suite, document)
            except InputError as error:
                self.secured[key] = error
        result = self.secured[key]
        if isinstance(result, InputError):
            raise result
        return result

    def _canonical(self, suite: Suite, document: JsonObject) -> bytes:
        return self.canonicalize(document).nquads if suite.is_rdfc else canonical_bytes(document)

    def _previous(self, ids: tuple[str, ...]) -> list[JsonValue]:
        found: list[JsonValue] = [proof for proof in self.proofs if proof.get("id") in ids]
        if len(found) != len(set(ids)):
            raise ProofError("a previous proof is missing, or there twice", code="proof.previous_missing")
        return found


_OUTCOME_OF = {
    "proof.suite_unsupported": ProofOutcome.UNSUPPORTED,
    "proof.key_unknown": ProofOutcome.KEY_UNKNOWN,
}


def _with_chain(result: ProofResult, proofs: tuple[JsonObject, ...], results: dict[int, ProofResult]) -> ProofResult:
    """Turn a verified proof into a failed one where a proof that it builds on, near or far, did not verify."""
    if result.outcome is not ProofOutcome.VERIFIED:
        return result
    pending, seen = [result.index], set[int]()
    while pending:
        index = pending.pop()
        if index in seen:
            continue
        seen.add(index)
        if index not in results or results[index].outcome is not ProofOutcome.VERIFIED:
            return replace(
                result,
                outcome=ProofOutcome.FAILED,
                code="proof.previous_failed",
                message="a proof that it builds on does not hold",
            )
        previous = proofs[index].get("previousProof")
        ids = previous if isinstance(previous, list) else [previous]
        pending += [place for place, proof in enumerate(proofs) if proof.get("id") is not None and proof["id"] in ids]
    return result


def _default_canonicalize() -> Canonicalize:
    # PyLD takes longer to load than the rest of a verification, and a JCS proof needs none of it.
    from credroot.credential.rdfc_cache import default_shape_cache

    return default_shape_cache().canonical_form
