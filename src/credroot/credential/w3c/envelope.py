"""A credential in an envelope: an object whose ``id`` is a data URL with a VC-JWT, and which says nothing itself.

Source: W3C Verifiable Credentials Data Model 2.0, section 4.13.2 (EnvelopedVerifiableCredential).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.budget import BudgetExceeded, Work
from credroot.core.errors import InputError
from credroot.credential.proof.jwt import agrees_with_outer, is_vc_jwt, read_vc_jwt, verify_vc_jwt
from credroot.credential.w3c.problems import VcProblem, VcProblemType, has_errors
from credroot.credential.w3c.structure import ENVELOPED_TYPE, credential_problems, issuer_of
from credroot.credential.w3c.values import type_names
from credroot.credential.w3c.verification import status_problems, too_costly, validity_problems, verify_credential

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.json.types import JsonObject
    from credroot.credential.keys.jws import RsaKey
    from credroot.credential.keys.multikey import Multikey
    from credroot.credential.w3c.verification import Demand, Means

MEDIA = "data:application/vc+jwt,"
_TIMES = ("jwt.not_yet_valid", "jwt.expired")


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope that was opened; nothing in it is checked yet."""

    token: str
    credential: JsonObject


def is_envelope(document: JsonObject) -> bool:
    """Answer whether a document says that it is an envelope."""
    return ENVELOPED_TYPE in type_names(document)


def open_envelope(document: JsonObject) -> Envelope:
    """Take the JWT out of an envelope, and the credential out of the JWT.

    Raises:
        InputError: codes of `read_vc_jwt`; ``vc.enveloped``, it holds no JWT, or says something itself.
    """
    url = document.get("id")
    token = url.removeprefix(MEDIA) if isinstance(url, str) else ""
    if token == url or not is_vc_jwt(token) or not agrees_with_outer({}, document):
        raise InputError(f"an envelope has @context, type and an id that begins {MEDIA}", code="vc.enveloped")
    return Envelope(token, read_vc_jwt(token))


def content_of(document: JsonObject) -> JsonObject:
    """Give the credential that a document holds: what is in an envelope that can be opened, or the document."""
    if not is_envelope(document):
        return document
    try:
        return open_envelope(document).credential
    except InputError:
        return document


def verify_any(document: JsonObject, means: Means, demand: Demand) -> tuple[VcProblem, ...]:
    """Give all that is wrong with a credential, whether it comes as it is or in an envelope, as `verify_credential`."""
    try:
        means.spend(Work.FILES)
    except BudgetExceeded as error:
        return (too_costly(error),)
    if not is_envelope(document):
        return verify_credential(document, means, demand)
    try:
        envelope = open_envelope(document)
    except InputError as error:
        return (VcProblem(error.code, VcProblemType.PARSING, str(error)),)
    found = list(credential_problems(envelope.credential))
    if not has_errors(found):
        found += _signature_problems(envelope, means, demand)
    if not has_errors(found):
        found += validity_problems(envelope.credential, means.now)
    if not has_errors(found):
        found += status_problems(envelope.credential, means, demand)
    return tuple(found)


def _signature_problems(envelope: Envelope, means: Means, demand: Demand) -> Iterator[VcProblem]:
    """Tell what is wrong with the JWT's signature, which must be of a key that its ``kid`` names and its issuer has."""
    if demand.challenge is not None or demand.domain is not None:
        message = "the JWT of a credential is for nobody in particular, and answers no challenge"
        yield VcProblem("proof.challenge", VcProblemType.INVALID_CHALLENGE, message, "/id")
        return
    issuer = issuer_of(envelope.credential)
    find = means.keys_for(demand.purpose)
    methods: list[str] = []

    def resolve(key_id: str) -> Multikey | RsaKey | None:
        methods.append(issuer + key_id if key_id.startswith("#") else key_id)
        return find(methods[-1])

    kind = VcProblemType.CRYPTOGRAPHIC_SECURITY
    try:
        means.spend(Work.PROOFS)
        verify_vc_jwt(envelope.token, resolve, now=means.now)
    except BudgetExceeded as error:
        yield too_costly(error, "/id")
        return
    except InputError as error:
        kind = VcProblemType.RANGE if error.code in _TIMES else kind
        yield VcProblem(error.code, kind, str(error), "/id")
        return
    if not methods or methods[0].partition("#")[0] != issuer:
        yield VcProblem("proof.other_signer", kind, f"no signature is of a key of {issuer[:120]!r}", "/id")
