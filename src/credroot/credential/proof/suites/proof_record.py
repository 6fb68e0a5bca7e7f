"""One Data Integrity proof as it stands in a document: its members, checked for form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from credroot.core.errors import InputError, ProofError
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.clock import parse_time
from credroot.core.text.multibase import decode_base58btc
from credroot.credential.proof.suites.suite import SUITES, Suite, suite_name

MAX_PROOFS = 16
"""Proofs of one document; more are refused before anything is computed."""
MAX_PROOF_VALUE_CHARS = 256
"""Characters of a signature; the longest here, P-384's, has 132."""
MAX_MEMBERS = 32
"""Members of a proof, and values of a list in it; one in use has 5 to 10."""


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """The members of a proof of a suite that we know; everything else in it is signed but has no meaning here."""

    proof: JsonObject
    """The proof as it stands."""
    suite: Suite
    """How it signs."""
    verification_method: str
    """The URL of the key that it claims."""
    purpose: str
    """``assertionMethod``, ``authentication``, ..."""
    created: datetime | None
    """When it says it was made; nobody vouches for that but the signer."""
    expires: datetime | None
    """From when on it no longer holds."""
    previous: tuple[str, ...]
    """Ids of the proofs that it signs together with the document."""

    @classmethod
    def read(cls, proof: JsonObject) -> ProofRecord:
        """Read a proof.

        Raises:
            ProofError: ``proof.suite_unsupported``, ``proof.malformed``, ``proof.time_malformed``.
        """
        name = suite_name(proof)
        suite = SUITES.get(name or "")
        if suite is None:
            raise ProofError(f"no support for proofs of {name!s:.60}", code="proof.suite_unsupported")
        _check_form(proof)
        return cls(
            proof=proof,
            suite=suite,
            verification_method=_text(proof, "verificationMethod"),
            purpose=_text(proof, "proofPurpose"),
            created=_time(proof, "created"),
            expires=_time(proof, "expires"),
            previous=_previous(proof.get("previousProof")),
        )

    def signature(self) -> bytes:
        """Give the bytes of ``proofValue``; `ProofError` ``proof.malformed``."""
        value = _text(self.proof, "proofValue")
        if len(value) > MAX_PROOF_VALUE_CHARS:
            raise ProofError(f"a proofValue of {len(value)} characters is no signature")
        try:
            return decode_base58btc(value)
        except InputError as error:
            raise ProofError(f"proofValue: {error}") from error

    def set_of(self, member: str) -> frozenset[str]:
        """Give the values of a member that is a text or a list of texts; none where it is not there."""
        value = self.proof.get(member)
        return frozenset() if value is None else frozenset(str(item) for item in _listed(value))

    def options(self, document_context: JsonValue) -> JsonObject:
        """Give what the signature covers of the proof, under the ``@context`` that applies.

        Raises:
            ProofError: ``proof.context_mismatch``, it has contexts that the document does not begin with.
        """
        options = {key: value for key, value in self.proof.items() if key != "proofValue"}
        own = options.get("@context")
        if own is None:
            if self.suite.is_rdfc:
                options["@context"] = document_context
        elif _listed(document_context)[: len(_listed(own))] != _listed(own):
            raise ProofError("the proof's @context is not how the document's begins", code="proof.context_mismatch")
        return options


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


def _check_form(proof: JsonObject) -> None:
    """Refuse what would make the options a document of its own: nesting, and lists without end."""
    if len(proof) <= MAX_MEMBERS and set(map(type, proof.values())) == {str}:
        return  # as nearly all are
    listed = [_listed(value) for value in proof.values()]
    small = len(proof) <= MAX_MEMBERS and all(len(values) <= MAX_MEMBERS for values in listed)
    if not small or not all(isinstance(value, str) for values in listed for value in values):
        raise ProofError("a proof has text in its members, or lists of text")


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _text(proof: JsonObject, member: str) -> str:
    value = proof.get(member)
    if not isinstance(value, str) or not value:
        raise ProofError(f"a proof needs {member} as text")
    return value


def _time(proof: JsonObject, member: str) -> datetime | None:
    value = proof.get(member)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ProofError(f"{member} is a time as text", code="proof.time_malformed")
    try:
        return parse_time(value)
    except InputError as error:
        raise ProofError(f"{member}: {error}", code="proof.time_malformed") from error


def _previous(value: JsonValue) -> tuple[str, ...]:
    if value is None:
        return ()
    ids = [item for item in _listed(value) if isinstance(item, str)]
    if len(ids) != len(_listed(value)) or not ids:
        raise ProofError("previousProof is the id of a proof, or a list of ids")
    return tuple(ids)
