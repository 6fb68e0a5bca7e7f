"""Data Integrity: sign a document, and check the signatures of others.

A document may carry several proofs. Each of them covers the document without any proof, so adding or removing one
changes nothing for the others; only a proof that names previous proofs covers those as well (a chain). An anchor
proof (``merkle-registry-2026``) is therefore not covered by the Ed25519 signature; it covers that signature instead,
and it is judged elsewhere.

Source: W3C Verifiable Credential Data Integrity 1.0, section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

from credroot.core.budget import Budget
from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.clock import format_time
from credroot.core.text.multibase import encode_base58btc
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.suites.held_signatures import HeldSignatures
from credroot.credential.proof.suites.priced import priced
from credroot.credential.proof.suites.proof_judge import (
    MAX_CLOCK_SKEW,
    Canonicalize,
    ProofJudge,
    ProofOutcome,
    ProofResult,
    ResolveKey,
)
from credroot.credential.proof.suites.proof_record import MAX_PROOFS, proofs_of, without_proofs
from credroot.credential.proof.suites.suite import DATA_INTEGRITY_PROOF, EDDSA_RDFC_2022, hash_data, suite_name

__all__ = [
    "ANCHOR_SUITE",
    "ASSERTION_METHOD",
    "MAX_CLOCK_SKEW",
    "MAX_PROOFS",
    "Canonicalize",
    "ProofOutcome",
    "ProofResult",
    "ProofSigner",
    "ResolveKey",
    "portable",
    "proofs_of",
    "sign",
    "verify_proofs",
    "without_proofs",
]

ASSERTION_METHOD = "assertionMethod"
ANCHOR_SUITE = "merkle-registry-2026"


def sign(
    document: JsonObject,
    key: SigningKey,
    *,
    verification_method: str,
    created: datetime,
    proof_purpose: str = ASSERTION_METHOD,
    domain: str | None = None,
    canonicalize: Canonicalize | None = None,
) -> JsonObject:
    """Give a copy of `document` with an eddsa-rdfc-2022 proof before all others in its list of proofs.

    The signature covers the document without its proofs. `created` is cut to whole seconds. `domain` is what the proof
    is for: of a credential that will be anchored, `AnchorPlace.domain`.

    Raises:
        InputError: a code of `rdfc`; ``rdfc.not_portable``, other implementations would hash it differently.

    Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.
    """
    signer = ProofSigner(
        key,
        verification_method=verification_method,
        created=created,
        proof_purpose=proof_purpose,
        domain=domain,
        canonicalize=canonicalize,
    )
    return signer.sign(document)


class ProofSigner:
    """Signs documents with one key, at one moment; what their proofs have in common is canonicalised once."""

    def __init__(
        self,
        key: SigningKey,
        *,
        verification_method: str,
        created: datetime,
        proof_purpose: str = ASSERTION_METHOD,
        domain: str | None = None,
        canonicalize: Canonicalize | None = None,
    ) -> None:
        """See `sign`."""
        self._key = key
        self._rdfc = portable(priced(canonicalize, None))
        self._options: JsonObject = {
            "type": DATA_INTEGRITY_PROOF,
            "cryptosuite": EDDSA_RDFC_2022,
            "created": format_time(created),
            "verificationMethod": verification_method,
            "proofPurpose": proof_purpose,
        }
        if domain is not None:
            self._options["domain"] = domain
        self._canonical_options: tuple[JsonValue, bytes] | None = None

    def sign(self, document: JsonObject) -> JsonObject:
        """Give a copy of `document` with the proof before all others; raises as the function `sign`."""
        unsecured = without_proofs(document)
        message = hash_data(
            self._key.multikey.key_type,
            options=self._options_under(document.get("@context")),
            document=self._rdfc(unsecured),
        )
        proof: JsonObject = {**self._options, "proofValue": encode_base58btc(self._key.sign(message))}
        return {**unsecured, "proof": [proof, *proofs_of(document)]}

    def _options_under(self, context: JsonValue) -> bytes:
        """Give the canonical bytes of the options, which hang on the document's context; those of the last are kept."""
        kept = self._canonical_options
        if kept is None or kept[0] != context:
            kept = (deepcopy(context), self._rdfc({**self._options, "@context": context}))
            self._canonical_options = kept
        return kept[1]


def verify_proofs(
    document: JsonObject,
    resolve_key: ResolveKey,
    *,
    now: datetime,
    proof_purpose: str = ASSERTION_METHOD,
    challenge: str | None = None,
    domain: str | tuple[str, ...] | None = None,
    canonicalize: Canonicalize | None = None,
    held: HeldSignatures | None = None,
    budget: Budget | None = None,
) -> tuple[ProofResult, ...]:
    """Check every proof of `document` but its anchor proofs, in order, and say what became of each.

    A proof of a chain is verified only together with the previous proofs that it names. `now` is for ``created`` and
    ``expires``. `challenge` and `domain` are demanded of each proof where they are given. `held` has signatures that
    need not be computed again; results are the same. What is computed is paid for out of `budget`.

    Raises:
        BudgetExceeded: `budget` has no room for what is left to be looked at.
        ProofError: ``proof.too_many``, more than `MAX_PROOFS`; ``proof.malformed``, ``proof`` holds no objects.

    Source: W3C Verifiable Credential Data Integrity 1.0, section 4.4; a set is section 4.5.
    """
    proofs = proofs_of(document)
    domains = (domain,) if isinstance(domain, str) else domain
    demanded = {"challenge": None if challenge is None else (challenge,), "domain": domains}
    canonical = priced(canonicalize, budget)
    judge = ProofJudge(document, proofs, resolve_key, now, proof_purpose, demanded, canonical, held, budget)
    return tuple(judge.result(i) for i, proof in enumerate(proofs) if suite_name(proof) != ANCHOR_SUITE)


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
