"""``POST /credentials/issue`` of the W3C VC-API: a signature by the workspace's key, for who has the operator's leave.

Off unless the settings say ``[api] issue = true`` and name the SHA-256 of a key; the caller sends that key as
``Authorization: Bearer KEY``. What is issued so is signed (eddsa-rdfc-2022) and not anchored: no registry dates it, no
registry can revoke it, and our own verdict on it is not ``valid`` where the verifier demands an anchor. Batches are
anchored from the command line.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from credroot.app.api.http.problems import NOT_FOUND, UNAUTHORIZED, ProblemError
from credroot.app.api.http.request_body import drain
from credroot.app.api.w3c.requests import (
    RefusedRequestError,
    header,
    json_answer,
    problem_members,
    read_json_body,
    read_request,
)
from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes
from credroot.credential.proof.data_integrity import sign
from credroot.credential.status.status_list import LIST_TYPE
from credroot.credential.w3c.problems import VcProblem, VcProblemType, has_errors, malformed
from credroot.credential.w3c.structure import credential_problems, issuer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credroot.app.api.event_log import EventLog
    from credroot.app.api.http.answers import Answer, Receive, Scope
    from credroot.app.api.http.request_body import BodyReader
    from credroot.app.api.http.workers import Workers
    from credroot.app.api.limits import Limits
    from credroot.app.settings.settings import Settings
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.credential.keys.signatures import SigningKey

ISSUE = "/credentials/issue"
NOT_ANCHORED_NOTICE = "It is signed and not anchored: no registry dates it or can revoke it."
RESERVED_TYPES = frozenset({LIST_TYPE, f"https://www.w3.org/ns/credentials/status#{LIST_TYPE}"})
"""What speaks for the issuer about its other credentials: whoever may issue must not lift revocations by it."""
_BEARER = "bearer "
_CHALLENGE = ((b"www-authenticate", b'Bearer realm="credroot"'),)


@dataclass(frozen=True, slots=True)
class ApiIssuer:
    """Who signs what is issued over HTTP, and for whom."""

    did: str
    key: SigningKey
    method: str
    """The verification method of `key`."""
    callers: frozenset[bytes]
    """SHA-256 of each bearer key that may issue."""

    def knows(self, bearer: str) -> bool:
        """Answer whether a caller's key is one of ours."""
        digest = sha256(bearer.encode("latin-1")).digest()
        return any(hmac.compare_digest(digest, known) for known in self.callers)


def open_api_issuer(settings: Settings) -> ApiIssuer | None:
    """Open the signing key where the settings switch issuing on; `None` where they do not.

    Raises:
        InputError: the workspace has no issuer, or its key can't be opened: errors as `open_signing_key`.
    """
    if not settings.api.issue:
        return None
    # Imported here: a server that only verifies needs nothing that opens keys.
    from credroot.app.workspace.passphrase import passphrase_source
    from credroot.issuer.identity.publication import method_of
    from credroot.issuer.identity.signing_key_file import open_signing_key

    issuer = settings.required_issuer()
    path = settings.workspace / "keys" / issuer.signing_key
    key = open_signing_key(path, passphrase_source(settings.passphrase_file))
    return ApiIssuer(issuer.did, key, method_of(issuer.did, key.multikey, issuer.signing_key), settings.api.issue_keys)


class VcIssueRoute:
    """The route that issues; without an issuer it answers as if it were not there."""

    def __init__(
        self,
        issuer: ApiIssuer | None,
        bodies: BodyReader,
        workers: Workers,
        limits: Limits,
        log: EventLog,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        """Sign as `issuer`; each signature is a line in `log`, with the digest of what was issued and nothing of it."""
        self._issuer = issuer
        self._bodies = bodies
        self._workers = workers
        self._limits = limits
        self._log = log
        self._clock = clock

    async def issue(self, scope: Scope, receive: Receive) -> Answer:
        """Sign ``{"credential": {...}, "options": {...}}``: 201 and the credential with its proof, or 400 and why not.

        Raises:
            ProblemError: ``not-found``, issuing is off; ``unauthorized``, no key or another; and as `read_json_body`.
        """
        issuer = self._issuer
        if issuer is None:
            await drain(receive)
            raise ProblemError(NOT_FOUND, "this server issues nothing", code="vc_api.issue_off", is_body_unread=True)
        authorization = header(scope, b"authorization")
        if not authorization.lower().startswith(_BEARER) or not issuer.knows(authorization[len(_BEARER) :].strip()):
            await drain(receive)
            raise ProblemError(UNAUTHORIZED, headers=_CHALLENGE, is_body_unread=True)
        data = await read_json_body(scope, receive, self._bodies)
        try:
            credential = await self._workers.run(lambda: self._signed(issuer, data))
        except RefusedRequestError as refused:
            return json_answer(400, {**problem_members(refused.problems), "verified": False})
        self._log.write("issued", sha256=sha256(canonical_bytes(credential)).hexdigest())
        return json_answer(201, {"verifiableCredential": credential, "notices": [NOT_ANCHORED_NOTICE]})

    def _signed(self, issuer: ApiIssuer, data: bytes) -> JsonObject:
        document = read_request(data, "credential", max_bytes=self._limits.body_bytes).document
        problems = list(credential_problems(document))
        if "proof" in document:
            problems.append(malformed("vc.proof", "a credential to be issued has no proof yet", "/proof"))
        if not has_errors(problems) and issuer_of(document) != issuer.did:
            problems.append(malformed("vc.issuer", f"this server signs for {issuer.did}", "/issuer"))
        if _names_reserved_type(document):
            problems.append(malformed("vc.reserved_type", "the issuer's own status lists are not signed here", "/type"))
        if has_errors(problems):
            raise RefusedRequestError(problems)
        try:
            signed = sign(document, issuer.key, verification_method=issuer.method, created=self._clock())
        except InputError as error:
            raise RefusedRequestError([VcProblem(error.code, VcProblemType.PROOF_GENERATION, str(error))]) from error
        proofs = signed["proof"]
        return {**signed, "proof": proofs[0]} if isinstance(proofs, list) else signed


def _names_reserved_type(document: JsonObject) -> bool:
    """Look wherever a type can stand: the same statements may be written from an inner object outwards."""
    pending: list[JsonValue] = [document]
    for value in pending:
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str) and value in RESERVED_TYPES:
            return True
    return False
