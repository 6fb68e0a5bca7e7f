"""What comes to the W3C VC-API routes, and the form of what goes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from credroot.app.api.http.answers import JSON, Answer
from credroot.app.api.http.problems import MEDIA_TYPE, ProblemError
from credroot.app.api.http.request_body import drain
from credroot.core.errors import InputError
from credroot.core.json.strict import MAX_DEPTH, loads
from credroot.credential.proof.data_integrity import ASSERTION_METHOD
from credroot.credential.w3c.presentation import AUTHENTICATION
from credroot.credential.w3c.problems import VcProblem, VcProblemType, malformed
from credroot.credential.w3c.verification import Demand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credroot.app.api.http.answers import Receive, Scope
    from credroot.app.api.http.request_body import BodyReader
    from credroot.core.json.types import JsonObject, JsonValue

ENVELOPE_LEVELS = 4
"""Levels of nesting that a request puts around a credential, at most: in a presentation, in a list, in the body."""
PURPOSES = (ASSERTION_METHOD, AUTHENTICATION)
STATUS_CHECK = "credentialStatus"


class RefusedRequestError(Exception):
    """The request can't be answered otherwise than with problems of it."""

    def __init__(self, problems: Iterable[VcProblem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class VcRequest:
    """One request of the VC-API."""

    name: str
    """The member that the document came in."""
    document: JsonObject
    options: JsonObject


async def read_json_body(scope: Scope, receive: Receive, bodies: BodyReader) -> bytes:
    """Give the body of a request whose media type is JSON or not named; errors as `BodyReader.read`."""
    media_type = header(scope, b"content-type").partition(";")[0].strip().lower()
    if media_type not in ("", "application/json", "application/vc", "application/vp") and not media_type.endswith(
        "+json"
    ):
        await drain(receive)
        raise ProblemError(MEDIA_TYPE, "the VC-API takes JSON", is_body_unread=True)
    return await bodies.read(scope, receive)


def header(scope: Scope, name: bytes) -> str:
    """Give the value of a header of a request, empty where it is not there, or is there more than once."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


def read_request(data: bytes, *names: str, max_bytes: int) -> VcRequest:
    """Read ``{"<name>": {...}, "options": {...}}`` with exactly one of `names`.

    Raises:
        RefusedRequestError: ``PARSING_ERROR`` with a code of `json.strict`, or ``vc.request``.
    """
    try:
        body = loads(data, max_bytes=max_bytes, max_depth=MAX_DEPTH + ENVELOPE_LEVELS)
    except InputError as error:
        raise RefusedRequestError([VcProblem(error.code, VcProblemType.PARSING, str(error))]) from error
    present = [name for name in names if isinstance(body, dict) and name in body]
    if not isinstance(body, dict) or len(present) != 1:
        raise _not_a_request(f"the body is an object with {' or '.join(names)}")
    document, options = body[present[0]], body.get("options", {})
    if not isinstance(document, dict):
        raise _not_a_request(f"{present[0]} is an object")
    if not isinstance(options, dict):
        raise _not_a_request("options is an object")
    return VcRequest(present[0], document, options)


def read_demand(options: JsonObject, purpose: str) -> Demand:
    """Read what the options ask for: ``challenge``, ``domain``, ``expectedProofPurpose``, ``checks``.

    Status lists are asked unless ``checks`` names some checks and not ``credentialStatus``; form, proof and validity
    always are. Other options mean nothing here.

    Raises:
        RefusedRequestError: ``vc.options``, one of them has another form.
    """
    wanted = _text(options, "expectedProofPurpose") or purpose
    if wanted not in PURPOSES:
        raise _wrong_option("expectedProofPurpose", f"is {' or '.join(PURPOSES)}")
    checks = options.get("checks", [])
    if not isinstance(checks, list) or not all(isinstance(check, str) for check in checks):
        raise _wrong_option("checks", "is a list of texts")
    return Demand(wanted, _text(options, "challenge"), _domains(options), not checks or STATUS_CHECK in checks)


def problem_members(problems: Iterable[VcProblem]) -> JsonObject:
    """Give the members that tell of problems: all of them, and errors and warnings apart."""
    told = tuple(problems)
    errors: list[JsonValue] = [problem.to_json() for problem in told if not problem.is_warning]
    warnings: list[JsonValue] = [problem.to_json() for problem in told if problem.is_warning]
    return {"verified": not errors, "problemDetails": [*errors, *warnings], "errors": errors, "warnings": warnings}


def json_answer(status: int, body: JsonObject) -> Answer:
    """Give an answer in JSON."""
    return Answer(status, orjson.dumps(body), JSON)


def _text(options: JsonObject, member: str) -> str | None:
    value = options.get(member)
    if value is not None and not isinstance(value, str):
        raise _wrong_option(member, "is text")
    return value


def _domains(options: JsonObject) -> tuple[str, ...] | None:
    value = options.get("domain")
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    domains = tuple(domain for domain in listed if isinstance(domain, str))
    if len(domains) != len(listed) or not domains:
        raise _wrong_option("domain", "is text, or a list of texts")
    return domains


def _wrong_option(member: str, wanted: str) -> RefusedRequestError:
    return RefusedRequestError([malformed("vc.options", f"{member} {wanted}", f"/options/{member}")])


def _not_a_request(message: str) -> RefusedRequestError:
    return RefusedRequestError([VcProblem("vc.request", VcProblemType.PARSING, message)])
