"""``POST /credentials/verify`` and ``POST /presentations/verify`` of the W3C VC-API.

``verified`` here is the VC-API's word and not our verdict. It says that the document has the form of the data model,
that a Data Integrity proof of the key of the issuer that it names holds, or the JWT in an envelope, that it is valid
now, and that its status lists, where it has any, do not withdraw it. It does not say who that issuer is: whoever makes
a key can sign as the did:key of it. No chain is asked and no trust list, and an anchor proof is passed over. Whoever
wants to know whether to rely on a credential asks ``POST /v1/verify``.

A document that is not verified is answered with 400 and ``verified`` false, for so the W3C test suites ask it.

Source: W3C Verifiable Credentials API; problem types as in `credential.vc_problems`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.app.api.problems import RATE, ProblemError
from credroot.app.api.request_budget import request_budget
from credroot.app.api.vc_api_requests import (
    STATUS_CHECK,
    RefusedRequestError,
    json_answer,
    problem_members,
    read_demand,
    read_json_body,
    read_request,
)
from credroot.core.errors import CredrootError
from credroot.credential.data_integrity import ASSERTION_METHOD, ResolveKey
from credroot.credential.did import key_resolver
from credroot.credential.vc_envelope import content_of, verify_any
from credroot.credential.vc_presentation import (
    AUTHENTICATION,
    MAX_CREDENTIALS,
    held_credentials,
    verify_in_turns,
)
from credroot.credential.vc_problems import has_errors
from credroot.credential.vc_verification import Demand, Means, is_anchored

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from credroot.app.api.answers import Answer, Receive, Scope
    from credroot.app.api.limits import Limits
    from credroot.app.api.request_body import BodyReader
    from credroot.app.api.vc_api_requests import VcRequest
    from credroot.app.api.workers import Workers
    from credroot.core.json_types import JsonObject, JsonValue
    from credroot.credential.vc_problems import VcProblem
    from credroot.verifier.documents import DocumentSource

VERIFY_CREDENTIAL = "/credentials/verify"
VERIFY_PRESENTATION = "/presentations/verify"
ANCHOR_NOTICE = "Its anchor was not looked at, nor who its issuer is: POST /v1/verify judges both."


class VcVerifyRoutes:
    """The two routes that verify as the VC-API means it."""

    def __init__(
        self,
        documents: DocumentSource,
        bodies: BodyReader,
        workers: Workers,
        limits: Limits,
        *,
        clock: Callable[[], datetime],
        charge: Callable[[Scope, float], bool],
        may_fetch: bool,
    ) -> None:
        """Find keys and status lists in `documents`; `charge` takes a cost from its client and says if there was room.

        `may_fetch` says whether `documents` may look beyond what is at hand.
        """
        self._documents = documents
        self._bodies = bodies
        self._workers = workers
        self._limits = limits
        self._clock = clock
        self._charge = charge
        self._may_fetch = may_fetch

    async def credential(self, scope: Scope, receive: Receive) -> Answer:
        """Verify ``{"verifiableCredential": {...}, "options": {...}}``: 200, or 400 and why not.

        Raises:
            ProblemError: the body can't be had or is too large, or there is no room for it.
        """
        data = await read_json_body(scope, receive, self._bodies)
        try:
            return await self._workers.run(lambda: self._credential(data))
        except RefusedRequestError as refused:
            return json_answer(400, problem_members(refused.problems))

    async def presentation(self, scope: Scope, receive: Receive) -> Answer:
        """Verify ``{"verifiablePresentation": {...}, "options": {...}}`` as `credential` does.

        A presentation without a proof comes as ``presentation`` instead; only its credentials are verified then.
        """
        data = await read_json_body(scope, receive, self._bodies)
        names = ("verifiablePresentation", "presentation")
        try:
            request = await self._workers.run(lambda: read_request(data, *names, max_bytes=self._limits.body_bytes))
            held = min(len(held_credentials(request.document)), MAX_CREDENTIALS)
            if not self._charge(scope, self._limits.batch_rate_share * held):
                raise ProblemError(RATE, "the credentials of a presentation count as requests too")
            return await self._workers.run_in_turns(self._presentation(request))
        except RefusedRequestError as refused:
            return json_answer(400, problem_members(refused.problems))

    def _credential(self, data: bytes) -> Answer:
        request = read_request(data, "verifiableCredential", max_bytes=self._limits.body_bytes)
        demand = read_demand(request.options, ASSERTION_METHOD)
        problems = verify_any(request.document, self._means(), demand)
        body = {"checks": _checks(demand), **problem_members(problems)}
        if request.options.get("returnCredential") is True:
            body["verifiableCredential"] = request.document
        return _answer(problems, _with_notices(body, [request.document]))

    def _presentation(self, request: VcRequest) -> Generator[None, None, Answer]:
        demand = read_demand(request.options, AUTHENTICATION)
        has_proof = request.name == "verifiablePresentation"
        found = yield from verify_in_turns(request.document, self._means(), demand, has_proof=has_proof)
        inner: list[JsonValue] = [problem_members(problems) for problems in found.credentials]
        body: JsonObject = {
            "checks": _checks(demand),
            **problem_members(found.all),
            "presentationResult": problem_members(found.own),
            "credentialResults": inner,
        }
        if request.options.get("returnPresentation") is True:
            body[request.name] = request.document
        return _answer(found.all, _with_notices(body, held_credentials(request.document)))

    def _means(self) -> Means:
        return Means(self._keys_for, self._find_list, self._clock(), budget=request_budget())

    def _keys_for(self, purpose: str) -> ResolveKey:
        """Find keys in DID documents; those for authentication are read as if they stood where assertions' do."""

        def document(did: str) -> JsonObject | None:
            try:
                found = self._documents.did_document(did, fetch=self._may_fetch)
            except CredrootError:
                return None
            if found is None or purpose == ASSERTION_METHOD:
                return found
            return {**found, ASSERTION_METHOD: found.get(purpose)}

        return key_resolver(document)

    def _find_list(self, url: str) -> tuple[JsonObject, datetime | None] | None:
        try:
            found = self._documents.status_list(url, fetch=self._may_fetch)
        except CredrootError:
            return None
        return None if found is None else (found.document, found.retrieved)


def _checks(demand: Demand) -> list[JsonValue]:
    return ["proof", "validity", *([STATUS_CHECK] if demand.check_status else [])]


def _answer(problems: tuple[VcProblem, ...], body: JsonObject) -> Answer:
    return json_answer(400 if has_errors(problems) else 200, body)


def _with_notices(body: JsonObject, credentials: list[JsonObject]) -> JsonObject:
    """Say beside ``verified`` true that an anchor was passed over."""
    if body["verified"] is True and any(is_anchored(content_of(credential)) for credential in credentials):
        return {**body, "notices": [ANCHOR_NOTICE]}
    return body
