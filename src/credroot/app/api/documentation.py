"""The words and examples of ``/openapi.json``. The examples are real: a test sends them to a live server."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from credroot.app.api.http.problems import KINDS
from credroot.app.api.wire import BatchRequestWire, ProblemWire, ReceiptRequestWire, ReportsWire, ReportWire
from credroot.core.json.strict import loads

if TYPE_CHECKING:
    from fastapi import FastAPI

DESCRIPTION = """\
Verifies Open Badges and W3C credentials, and receipts of files, against the registries that this server has pinned.

A credential that does not hold is answered with 200 and a report: one outcome for each check, and a verdict of
`valid`, `invalid` or `indeterminate`. 4xx means that the request itself is wrong. 503 with `Retry-After` means that
nothing could be checked because the chain gave no answer, and that this is the only reason: the body is a problem with
the report of every check that needs no chain. Where another reason leaves the verdict open as well, such as an issuer
that nobody vouches for, asking again would not help, and the answer is 200 with `indeterminate`.

Facts of the chain are kept for some seconds; each answer names the block that it is as of. Errors are problem details
(RFC 9457) whose `type` leads to a text. Pages of any origin may ask below `/v1/`, without credentials.
"""
EXAMPLES_FILE = "examples.json"
_JSON = "application/json"
_PROBLEM_JSON = "application/problem+json"


@cache
def examples() -> dict[str, Any]:
    """Give by name: ``requests`` with summary and body, ``queries`` whose summary is the URL, and ``answers``."""
    value = loads((files(__package__) / EXAMPLES_FILE).read_bytes())
    if not isinstance(value, dict):
        raise TypeError("the examples are an object")
    return value


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a route may answer with."""
    told: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        kinds = [kind for kind in KINDS.values() if kind.status == status]
        retry = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
        told[status] = {
            "description": " / ".join(kind.title for kind in kinds),
            "content": {_PROBLEM_JSON: {"schema": ProblemWire.model_json_schema()}},
            **({"headers": retry} if any(kind.retry_after_s for kind in kinds) else {}),
        }
    return told


def _bodies(*names: str) -> dict[str, Any]:
    return {name: examples()["requests"][name] for name in names}


def answer_examples(*names: str) -> dict[str, Any]:
    """Give the examples of answers by these names, as a response's content has them."""
    queries = examples()["queries"]
    return {name: {**queries.get(name, {}), "value": examples()["answers"][name]} for name in names}


def keep_nulls(inner: FastAPI) -> None:
    """Give examples of answers in ``/openapi.json`` as they are: the framework leaves out members that are null."""
    generate = inner.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        operations = (one for path in document["paths"].values() for one in path.values())
        for answer in (answer for one in operations for answer in one["responses"].values()):
            for name, example in answer.get("content", {}).get(_JSON, {}).get("examples", {}).items():
                example["value"] = examples()["answers"].get(name, example["value"])
        return document

    inner.openapi = openapi  # type: ignore[method-assign]


_ANY_OBJECT = {
    "type": "object",
    "description": "A credential with an anchor proof.",
    "additionalProperties": True,
}
_PICTURE = {"schema": {"type": "string", "format": "binary"}}

VERIFY_DOCUMENTATION: dict[str, Any] = {
    "tags": ["verify"],
    "summary": "Verify a credential, a badge picture, or a receipt with its file's digest",
    "description": "The body is the credential itself, as it was handed out. "
    "The file that a receipt is of stays with you: only its SHA-256 is sent.",
    "responses": {
        200: {
            "model": ReportWire,
            "description": "The report, whatever the verdict.",
            "content": {_JSON: {"examples": answer_examples("credential", "changed", "receipt")}},
        },
        **responses(400, 408, 413, 415, 422, 429, 503),
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                _JSON: {
                    "schema": {"anyOf": [_ANY_OBJECT, ReceiptRequestWire.model_json_schema()]},
                    "examples": _bodies("credential", "changed", "receipt"),
                },
                "application/vc+ld+json": {"schema": _ANY_OBJECT},
                "application/vc": {"schema": _ANY_OBJECT},
                "image/png": _PICTURE,
                "image/svg+xml": _PICTURE,
                "application/octet-stream": _PICTURE,
            },
        }
    },
}
VERIFY_BATCH_DOCUMENTATION: dict[str, Any] = {
    "tags": ["verify"],
    "summary": "Verify many at once",
    "description": "At most 1,000, each a credential, a receipt with its digest, or a string with a file's text. "
    "One that can't be read gets a report that says so; the others are not affected.",
    "responses": {
        200: {
            "model": ReportsWire,
            "description": "One report for each, in order.",
            "content": {_JSON: {"examples": answer_examples("batch")}},
        },
        **responses(400, 408, 413, 415, 422, 429, 503),
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": BatchRequestWire.model_json_schema(), "examples": _bodies("batch")}},
        }
    },
}
