"""The index of events in the framework and in ``/openapi.json``: parameters, answers, and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.requests import Request
from starlette.responses import Response

from credroot.app.api.documentation import answer_examples, responses
from credroot.app.api.framework import framework_response
from credroot.app.api.http.problems import UNPROCESSABLE, ProblemError
from credroot.app.api.wire import Hex32, Moment, Wire
from credroot.auditor.index.cursor import MAX_BLOCK
from credroot.auditor.index.pages import MAX_PAGE

if TYPE_CHECKING:
    from credroot.app.api.events.pages import EventPages

EVENTS, ISSUER = "/v1/events", "/v1/issuers/{account}"
TAG = "audit"
_ACCOUNT = "0x and 40 hex digits, or CAIP-10 of the registry's chain."
Kind = Literal[
    "BatchAnchored",
    "StatusChanged",
    "BatchStatusChanged",
    "BatchRatified",
    "KeySet",
    "KeyDistrusted",
    "ProfileSet",
    "Accredited",
    "NonceUsed",
]


class _Query(BaseModel):
    """A misspelt parameter must not silently ask for something else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventsQuery(_Query):
    """Which events, and which page of them."""

    issuer: str | None = Field(None, description=f"Only events of this account: {_ACCOUNT}")
    kind: Kind | None = Field(None, description="Only events of this name.")
    from_block: int = Field(0, ge=0, le=MAX_BLOCK, description="The first block.")
    to_block: int | None = Field(None, ge=0, le=MAX_BLOCK, description="The last block.")
    after: str | None = Field(None, max_length=64, description="What an earlier page gave as `next` or `end`.")
    limit: int = Field(100, ge=1, le=MAX_PAGE, description="Events on a page.")
    network: str | None = Field(None, description="Short name of a pinned network; the server's own where absent.")


class IssuerQuery(_Query):
    """Which page of an issuer's batches."""

    after: int = Field(0, ge=0, le=MAX_BLOCK, description="Batches behind this sequence number; `next` of a page.")
    limit: int = Field(100, ge=1, le=MAX_PAGE, description="Batches on a page.")
    network: str | None = Field(None, description="Short name of a pinned network; the server's own where absent.")


class IndexNetworkWire(Wire):
    """Of which registry an answer is, and as of which block: every event up to it is known, none behind it."""

    name: str
    chain: str = Field(description="CAIP-2.")
    registry: str
    from_block: int = Field(description="The block of the registry's deployment.")
    block: int
    block_hash: Hex32
    block_time: Moment


class EventWire(Wire):
    """One event, as `credroot audit events` writes it."""

    format: Literal["credroot/event/v1"]
    event: Kind
    arguments: dict[str, JsonValue] = Field(description="Numbers beyond 2^53-1 as texts.")
    block: int
    block_hash: Hex32
    time: Moment
    transaction: Hex32
    log_index: int


class EventsWire(Wire):
    """A page of events in the order of the chain."""

    format: Literal["credroot/events/v1"]
    network: IndexNetworkWire
    events: list[EventWire]
    next: str | None = Field(description="Cursor of the next page; null where there is none yet.")
    end: str | None = Field(description="Cursor of this page's end, to go on from there at another time.")
    seconds_behind: int | None = Field(description="From `block` to the last final block; null where nobody can say.")
    notices: list[str]


class IssuerCountsWire(Wire):
    """Over all batches of the issuer."""

    batches: int
    credentials: int
    revoked: int
    suspended: int


class IssuerWire(Wire):
    """What the events say of one issuer. Entries are those of `credroot audit ledger`."""

    format: Literal["credroot/issuer/v1"]
    network: IndexNetworkWire
    account: str = Field(description="CAIP-10.")
    counts: IssuerCountsWire
    profile: dict[str, JsonValue] | None
    keys: list[dict[str, JsonValue]]
    accreditations: list[dict[str, JsonValue]] = Field(description="Those that it gave and those that it got.")
    batches: list[dict[str, JsonValue]] = Field(description="By sequence; status words as hex by word index.")
    next: int | None = Field(description="`after` of the next page of batches; null where there is none.")
    seconds_behind: int | None = Field(description="From `block` to the last final block; null where nobody can say.")
    notices: list[str]


EVENTS_DOCUMENTATION: dict[str, Any] = {
    "tags": [TAG],
    "summary": "Every event of the registry, page by page",
    "description": "From the index that `credroot audit sync` fills, final blocks only, in the order of the chain. "
    "Follow `next` until it is null; keep `end` to ask for what came since. A cursor holds whatever is added and "
    "whatever the filter is; where a reorganisation took its block away the answer is 410.",
    "response_class": Response,
    "responses": {
        200: {
            "model": EventsWire,
            "description": "A page, as of the block that it names.",
            "content": {"application/json": {"examples": answer_examples("events", "withdrawals")}},
        },
        **responses(404, 410, 422, 429, 503),
    },
}
ISSUER_DOCUMENTATION: dict[str, Any] = {
    "tags": [TAG],
    "summary": "What the events say of one issuer",
    "description": "Counts, profile, keys, accreditations, and its batches page by page, each with its status words.",
    "response_class": Response,
    "responses": {
        200: {
            "model": IssuerWire,
            "description": "As of the block that it names.",
            "content": {"application/json": {"examples": answer_examples("issuer")}},
        },
        **responses(404, 422, 429, 503),
    },
}


def add_event_pages(inner: FastAPI, pages: EventPages) -> None:
    """Put the routes into the framework."""

    @inner.get(EVENTS, **EVENTS_DOCUMENTATION)
    async def events(request: Request, query: Annotated[EventsQuery, Query()]) -> Response:
        _require_single(request)
        return framework_response(await pages.events(query))

    @inner.get(ISSUER, **ISSUER_DOCUMENTATION)
    async def issuer(
        request: Request,
        account: Annotated[str, Path(description=f"The issuer's account: {_ACCOUNT}")],
        query: Annotated[IssuerQuery, Query()],
    ) -> Response:
        _require_single(request)
        return framework_response(await pages.issuer(account, query))


def _require_single(request: Request) -> None:
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) != len(names):
        raise ProblemError(UNPROCESSABLE, "a parameter is there twice")
