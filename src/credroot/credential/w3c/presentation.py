"""Verification of a presentation: its own proof, made by its holder for whoever asks, and every credential in it.

Source: W3C Verifiable Credentials Data Model 2.0, sections 4.13 and 7.1; Verifiable Credentials API, section on
verifying presentations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credroot.credential.proof.data_integrity import ASSERTION_METHOD
from credroot.credential.w3c.envelope import content_of, verify_any
from credroot.credential.w3c.problems import VcProblem, VcProblemType, has_errors, malformed
from credroot.credential.w3c.structure import (
    holder_of,
    issuer_of,
    presentation_problems,
    proof_problems,
)
from credroot.credential.w3c.values import Place, listed
from credroot.credential.w3c.verification import Demand, Means, proof_answers, signers_of

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

AUTHENTICATION = "authentication"
MAX_CREDENTIALS = 64
"""Credentials of one presentation: some seconds of work at worst."""


@dataclass(frozen=True, slots=True)
class PresentationAnswer:
    """What is wrong with a presentation, and with each credential in it, in order."""

    own: tuple[VcProblem, ...]
    credentials: tuple[tuple[VcProblem, ...], ...]

    @property
    def all(self) -> tuple[VcProblem, ...]:
        """Every problem, its pointer from the presentation."""
        return (*self.own, *(problem for problems in self.credentials for problem in problems))


def held_credentials(document: JsonObject) -> list[JsonObject]:
    """Give the credentials that a presentation holds, as far as they are objects."""
    value = document.get("verifiableCredential")
    return [] if value is None else [held for held in listed(value) if isinstance(held, dict)]


def verify_presentation(
    document: JsonObject, means: Means, demand: Demand, *, has_proof: bool = True
) -> PresentationAnswer:
    """Verify a presentation: with `has_proof` its own proof, which must be for `demand`, and each credential in it.

    Where the presentation has a holder, the proof is of the holder's key. Who asserts something about itself, in a
    credential that the same key signed, must be named as the holder.
    """
    own = list(presentation_problems(document))
    if has_proof:
        own += proof_problems(document)
    elif "proof" in document:
        own.append(malformed("vp.proof", "sent as one without a proof, it has none", "/proof"))
    held = held_credentials(document)
    if len(held) > MAX_CREDENTIALS:
        message = f"at most {MAX_CREDENTIALS} credentials are looked at"
        own.append(VcProblem("vp.too_many", VcProblemType.RANGE, message, "/verifiableCredential"))
    if has_errors(own):
        return PresentationAnswer(tuple(own), ())
    if has_proof:
        own += proof_answers(document, holder_of(document), means, demand)
        own += _self_asserted(document, held)
    inner = replace(demand, purpose=ASSERTION_METHOD, challenge=None, domain=None)
    value = document.get("verifiableCredential")
    answers = []
    for index, credential in enumerate(held):
        pointer = Place("/verifiableCredential", index, value).pointer
        answers.append(tuple(problem.under(pointer) for problem in verify_any(credential, means, inner)))
    return PresentationAnswer(tuple(own), tuple(answers))


def _self_asserted(document: JsonObject, held: list[JsonObject]) -> Iterator[VcProblem]:
    signers = set(signers_of(document))
    issuers = {issuer_of(content_of(credential)) for credential in held}
    if (issuers & signers) - {holder_of(document)}:
        yield malformed("vp.holder", "it holds what its signer says of itself, so that signer is its holder", "/holder")
