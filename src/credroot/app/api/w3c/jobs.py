"""What the VC-API's two verifying routes have done in the heavy lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from credroot.app.api.w3c.requests import (
    STATUS_CHECK,
    RefusedRequestError,
    json_answer,
    problem_members,
    read_demand,
    read_request,
)
from credroot.app.lane.job import Charge
from credroot.core.errors import CredrootError
from credroot.credential.keys.did import key_resolver
from credroot.credential.proof.data_integrity import ASSERTION_METHOD, ResolveKey
from credroot.credential.w3c.envelope import content_of, verify_any
from credroot.credential.w3c.presentation import (
    AUTHENTICATION,
    MAX_CREDENTIALS,
    held_credentials,
    verify_presentation,
)
from credroot.credential.w3c.problems import has_errors
from credroot.credential.w3c.verification import Demand, Means, is_anchored, too_costly

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import datetime

    from credroot.app.api.http.answers import Answer
    from credroot.app.lane.desk import Desk
    from credroot.app.lane.job import Step
    from credroot.core.budget import BudgetExceeded
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.credential.w3c.problems import VcProblem

ANCHOR_NOTICE = "Its anchor was not looked at, nor who its issuer is: POST /v1/verify judges both."


@dataclass(frozen=True, slots=True)
class VcCredentialJob:
    """Verify one credential."""

    data: bytes
    is_judged_file_by_file: ClassVar[bool] = False
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, Answer]:
        """Give the whole answer."""
        yield from ()
        try:
            return _credential(self.data, desk)
        except RefusedRequestError as refused:
            return json_answer(400, problem_members(refused.problems))

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> Answer:
        """Say that it was not verified."""
        return json_answer(400, problem_members([too_costly(error)]))


@dataclass(frozen=True, slots=True)
class VcPresentationJob:
    """Verify a presentation, and every credential in it."""

    data: bytes
    is_judged_file_by_file: ClassVar[bool] = False
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, Answer]:
        """Give the whole answer."""
        names = ("verifiablePresentation", "presentation")
        try:
            request = read_request(self.data, *names, max_bytes=desk.limits.body_bytes)
            demand = read_demand(request.options, AUTHENTICATION)
            held = held_credentials(request.document)
            yield Charge(min(len(held), MAX_CREDENTIALS))
        except RefusedRequestError as refused:
            return json_answer(400, problem_members(refused.problems))
        has_proof = request.name == "verifiablePresentation"
        found = verify_presentation(request.document, _Finder(desk).means(), demand, has_proof=has_proof)
        inner: list[JsonValue] = [problem_members(problems) for problems in found.credentials]
        body: JsonObject = {
            "checks": _checks(demand),
            **problem_members(found.all),
            "presentationResult": problem_members(found.own),
            "credentialResults": inner,
        }
        if request.options.get("returnPresentation") is True:
            body[request.name] = request.document
        return _answer(found.all, _with_notices(body, held))

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> Answer:
        """Say that it was not verified."""
        return json_answer(400, problem_members([too_costly(error)]))


def _credential(data: bytes, desk: Desk) -> Answer:
    request = read_request(data, "verifiableCredential", max_bytes=desk.limits.body_bytes)
    demand = read_demand(request.options, ASSERTION_METHOD)
    problems = verify_any(request.document, _Finder(desk).means(), demand)
    body = {"checks": _checks(demand), **problem_members(problems)}
    if request.options.get("returnCredential") is True:
        body["verifiableCredential"] = request.document
    return _answer(problems, _with_notices(body, [request.document]))


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds keys and status lists in a desk's documents."""

    desk: Desk

    def means(self) -> Means:
        desk = self.desk
        return Means(self._keys_for, self._find_list, desk.clock(), budget=desk.budget())

    def _keys_for(self, purpose: str) -> ResolveKey:
        """Find keys in DID documents; those for authentication are read as if they stood where assertions' do."""

        def document(did: str) -> JsonObject | None:
            documents = self.desk.documents
            try:
                found = None if documents is None else documents.did_document(did, fetch=self.desk.may_fetch)
            except CredrootError:
                return None
            if found is None or purpose == ASSERTION_METHOD:
                return found
            return {**found, ASSERTION_METHOD: found.get(purpose)}

        return key_resolver(document)

    def _find_list(self, url: str) -> tuple[JsonObject, datetime | None] | None:
        documents = self.desk.documents
        try:
            found = None if documents is None else documents.status_list(url, fetch=self.desk.may_fetch)
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
