"""What is wrong with a W3C credential or presentation, under the problem types that the specifications name.

Source: W3C Verifiable Credentials Data Model 2.0, section 7.2; Verifiable Credential Data Integrity 1.0, section 4.7;
Bitstring Status List 1.0, section 3.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

_VC = "https://www.w3.org/TR/vc-data-model#"
_SECURITY = "https://w3id.org/security#"
_STATUS = "https://www.w3.org/ns/credentials/status-list#"
MAX_MESSAGE = 500
"""Characters of a message, which may quote what was sent."""


class VcProblemType(StrEnum):
    """The types of RFC 9457 problem details that verifiers of W3C credentials share."""

    PARSING = _VC + "PARSING_ERROR"
    """What was sent is not of the form that can be read at all."""
    CRYPTOGRAPHIC_SECURITY = _VC + "CRYPTOGRAPHIC_SECURITY_ERROR"
    """No proof shows that it is unchanged and its issuer's."""
    MALFORMED_VALUE = _VC + "MALFORMED_VALUE_ERROR"
    """A member has a value that the data model does not allow, or is missing."""
    RANGE = _VC + "RANGE_ERROR"
    """A value lies outside of its range: a time, an index."""
    PROOF_GENERATION = _SECURITY + "PROOF_GENERATION_ERROR"
    """It can't be signed so that everybody reads the same."""
    PROOF_VERIFICATION = _SECURITY + "PROOF_VERIFICATION_ERROR"
    """A proof can't be verified: another purpose, an unknown suite or key, an end that has passed."""
    PROOF_TRANSFORMATION = _SECURITY + "PROOF_TRANSFORMATION_ERROR"
    """It has no canonical form: an unknown context, a word that no context defines."""
    INVALID_DOMAIN = _SECURITY + "INVALID_DOMAIN_ERROR"
    """The proof was made for another domain."""
    INVALID_CHALLENGE = _SECURITY + "INVALID_CHALLENGE_ERROR"
    """The proof answers another challenge."""
    STATUS_RETRIEVAL = _STATUS + "STATUS_RETRIEVAL_ERROR"
    """The status list is not to be had."""
    STATUS_VERIFICATION = _STATUS + "STATUS_VERIFICATION_ERROR"
    """The status list does not hold, or withdraws the credential."""
    STATUS_LIST_LENGTH = _STATUS + "STATUS_LIST_LENGTH_ERROR"
    """The status list is shorter than privacy demands."""

    @property
    def short_name(self) -> str:
        """The name at the end of the URL."""
        return self.value.rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class VcProblem:
    """One thing that is wrong."""

    code: str
    """Stable for ever: ``vc.issuer``, ``proof.signature_wrong``, ``status.revoked``, ..."""
    type: VcProblemType
    message: str
    pointer: str = ""
    """Where it is, as a JSON Pointer (RFC 6901) into the document; empty for the whole of it."""
    is_warning: bool = False
    """Whether the document may be verified all the same."""

    def under(self, prefix: str) -> VcProblem:
        """Give the problem as it is seen from a document that holds this one at `prefix`."""
        return VcProblem(self.code, self.type, self.message, prefix + self.pointer, self.is_warning)

    def to_json(self) -> JsonObject:
        """Give the problem details: ``type``, ``title``, ``detail``, ``code``, and ``pointer`` where there is one."""
        wire: JsonObject = {
            "type": self.type.value,
            "title": self.type.short_name,
            "detail": self.message[:MAX_MESSAGE],
            "code": self.code,
        }
        return {**wire, "pointer": self.pointer} if self.pointer else wire


def malformed(code: str, message: str, pointer: str = "") -> VcProblem:
    """Give a problem of type ``MALFORMED_VALUE_ERROR``."""
    return VcProblem(code, VcProblemType.MALFORMED_VALUE, message, pointer)


def has_errors(problems: Iterable[VcProblem]) -> bool:
    """Answer whether any of `problems` is more than a warning."""
    return any(not problem.is_warning for problem in problems)
