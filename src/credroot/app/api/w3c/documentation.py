"""The W3C VC-API in ``/openapi.json``, and its routes in the framework, for whatever the gate does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, Header, Path
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import Response

from credroot.app.api.documentation import responses
from credroot.app.api.framework import framework_response
from credroot.app.api.w3c.issuing import ISSUE, VcIssueRoute
from credroot.app.api.w3c.routes import VERIFY_CREDENTIAL, VERIFY_PRESENTATION, VcVerifyRoutes
from credroot.credential.w3c.problems import VcProblemType

if TYPE_CHECKING:
    from credroot.app.api.w3c.lists import StatusListRoute

TAG = "W3C VC-API"
MEANING = """\
`verified` is the VC-API's word, and says less than the verdict of `/v1/verify`: the document has the form of the data
model, a Data Integrity proof by a key of the issuer that it names holds, it is valid now, and its status lists do not
withdraw it. It does **not** say who that issuer is: no chain and no trust list is asked, and an anchor proof is passed
over. A document that is not verified is answered with 400, `verified` false, and problem details whose types are those
of W3C; `errors` and `warnings` have them apart. An empty or missing `options.checks` asks for everything; one that does
not name `credentialStatus` leaves status lists out.
"""
ISSUING = """\
Off unless the operator switched it on. The credential names this server's issuer, has no proof yet, and comes back with
an eddsa-rdfc-2022 proof by the issuer's key. It is **not anchored**: no registry dates it and none can revoke it.
"""
_TEXT = {"type": "string"}
_OBJECT = {"type": "object", "additionalProperties": True}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "detail", "code"],
    "properties": {
        "type": {"type": "string", "enum": [kind.value for kind in VcProblemType]},
        "title": {"type": "string", "description": "The end of the type's URL."},
        "detail": {"type": "string", "description": "One plain sentence; its wording may change."},
        "code": {"type": "string", "description": "What exactly; stable."},
        "pointer": {"type": "string", "description": "Where, as a JSON Pointer into the document."},
    },
}
_PROBLEMS = {"type": "array", "items": _PROBLEM}
_RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["verified", "problemDetails", "errors", "warnings"],
    "properties": {
        "verified": {"type": "boolean"},
        "checks": {"type": "array", "items": _TEXT},
        "problemDetails": _PROBLEMS,
        "errors": _PROBLEMS,
        "warnings": _PROBLEMS,
        "notices": {"type": "array", "items": _TEXT},
    },
}
_PRESENTATION_RESULT: dict[str, Any] = {
    **_RESULT,
    "properties": {
        **_RESULT["properties"],
        "presentationResult": _RESULT,
        "credentialResults": {"type": "array", "items": _RESULT},
    },
}
_OPTIONS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": True,
    "properties": {
        "checks": {"type": "array", "items": _TEXT},
        "challenge": _TEXT,
        "domain": {"oneOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
        "expectedProofPurpose": {"type": "string", "enum": ["assertionMethod", "authentication"]},
        "returnCredential": {"type": "boolean"},
        "returnPresentation": {"type": "boolean"},
    },
}
_Number = Annotated[str, Path(description="The list's number, from 1.")]
_Accept = Annotated[str, Header(description="With application/vc the list is given as that.")]


def add_vc_api(inner: FastAPI, verifying: VcVerifyRoutes, issuing: VcIssueRoute, lists: StatusListRoute) -> None:
    """Add the routes with their documentation to the framework's application."""

    @inner.post(VERIFY_CREDENTIAL, **_verifying("Verify a W3C credential", "verifiableCredential", _RESULT))
    async def verify_credential(request: Request) -> Response:
        return framework_response(await verifying.credential(request.scope, request.receive))

    @inner.post(
        VERIFY_PRESENTATION,
        **_verifying("Verify a W3C presentation", "verifiablePresentation", _PRESENTATION_RESULT, "presentation"),
    )
    async def verify_presentation(request: Request) -> Response:
        return framework_response(await verifying.presentation(request.scope, request.receive))

    bearer = Depends(HTTPBearer(auto_error=False))  # for the documentation: the route itself looks at the key

    @inner.post(ISSUE, status_code=201, dependencies=[bearer], **_ISSUE_DOCUMENTATION)
    async def issue(request: Request) -> Response:
        return framework_response(await issuing.issue(request.scope, request.receive))

    described = _documented("A status list of this server's issuer", "The signed list, a credential itself.", 404, 429)
    described["responses"][200] = _json("The status list credential.", _OBJECT)

    @inner.get("/credentials/status/{number}", **described)
    @inner.get("/status/{number}.json", **described)
    async def status_list(number: _Number, accept: _Accept = "") -> Response:
        return framework_response(await lists.answer(number, accept))


def _documented(summary: str, description: str, *problems: int) -> dict[str, Any]:
    return {"tags": [TAG], "summary": summary, "description": description, "responses": dict(responses(*problems))}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _verifying(summary: str, member: str, result: dict[str, Any], other: str | None = None) -> dict[str, Any]:
    described = _documented(summary, MEANING, 408, 413, 415, 429)
    described["responses"][200] = _json("It is verified, as the VC-API means it.", result)
    described["responses"][400] = _json("It is not verified, or can't be read.", result)
    properties = {member: _OBJECT, "options": _OPTIONS}
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": [member]}
    if other is not None:
        properties[other] = {**_OBJECT, "description": "In its place, one without a proof of its own."}
        schema = {"type": "object", "properties": properties, "oneOf": [{"required": [m]} for m in (member, other)]}
    return {**described, "openapi_extra": _body(schema)}


_ISSUE_DOCUMENTATION: dict[str, Any] = _documented("Issue a credential: sign it", ISSUING, 401, 404, 408, 413, 415, 429)
_ISSUE_DOCUMENTATION["responses"] |= {
    201: _json(
        "The credential with its proof.",
        {
            "type": "object",
            "required": ["verifiableCredential"],
            "properties": {"verifiableCredential": _OBJECT, "notices": {"type": "array", "items": _TEXT}},
        },
    ),
    400: _json("It can't be issued so.", _RESULT),
}
_ISSUE_DOCUMENTATION["openapi_extra"] = _body(
    {"type": "object", "required": ["credential"], "properties": {"credential": _OBJECT, "options": _OBJECT}}
)
