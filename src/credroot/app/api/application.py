"""The API put together from settings: routes, documentation, problems, and the gate around them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

import orjson
from fastapi import FastAPI, Path, Query
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from credroot.app.api.documentation import (
    DESCRIPTION,
    VERIFY_BATCH_DOCUMENTATION,
    VERIFY_DOCUMENTATION,
    keep_nulls,
    responses,
)
from credroot.app.api.events.documentation import add_event_pages
from credroot.app.api.events.pages import EventPages
from credroot.app.api.events.served_index import ServedIndex
from credroot.app.api.framework import framework_response
from credroot.app.api.http.answers import problem_answer
from credroot.app.api.http.gate import Gate
from credroot.app.api.http.problems import (
    INTERNAL,
    KINDS,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    UNPROCESSABLE,
    ProblemError,
    problem_page,
)
from credroot.app.api.http.rate_limit import RateLimit
from credroot.app.api.http.request_body import BodyReader
from credroot.app.api.http.workers import SHARE, Workers
from credroot.app.api.metrics import CONTENT_TYPE, Metrics
from credroot.app.api.registries.facts import Readiness, RegistryFacts
from credroot.app.api.registries.final_blocks import FinalBlocks
from credroot.app.api.verdicts.routes import VerdictRoutes
from credroot.app.api.w3c.documentation import add_vc_api
from credroot.app.api.w3c.issuing import ISSUE, VcIssueRoute, open_api_issuer
from credroot.app.api.w3c.lists import StatusListRoute
from credroot.app.api.w3c.routes import VERIFY_CREDENTIAL, VERIFY_PRESENTATION, VcVerifyRoutes
from credroot.app.api.wire import BatchWire, HealthWire, ReadinessWire, StatusWire
from credroot.app.lane.bounds import Bounds, processes_can_be_bounded
from credroot.app.lane.desk import Plan
from credroot.app.lane.lanes import ProcessLane, ThreadLane
from credroot.app.page.routes import PageRoutes
from credroot.app.page.sealed_reports import new_seal_key

if TYPE_CHECKING:
    from credroot.app.api.event_log import EventLog
    from credroot.app.api.limits import Limits
    from credroot.app.api.registries.sources import RegistrySources
    from credroot.app.lane.desk import Desk
    from credroot.app.lane.lanes import Lane
    from credroot.app.settings.settings import Settings
    from credroot.verifier.trust import Trust

VERIFY = "/v1/verify"
VERIFY_BATCH = "/v1/verify/batch"

_Issuer = Annotated[str, Path(description="The issuer's account: 0x and 40 hex digits.")]
_Root = Annotated[str, Path(description="The batch's root: 0x and 64 hex digits.")]
_Index = Annotated[str, Path(description="The leaf index, from 0.")]
_Network = Annotated[str | None, Query(description="Short name of a pinned network; the server's own where absent.")]


def create_api(
    settings: Settings, limits: Limits, log: EventLog, *, allow_origins: frozenset[str] | None = None
) -> Gate:
    """Give the ASGI application that serves `settings`: its pinned registries, trust and policy, read once.

    `allow_origins` stands in for those of the settings.
    """
    warm_up()
    plan = Plan(settings, limits, new_seal_key())
    desk = plan.desk(log)
    trust, cache, sources = desk.trust, desk.cache, desk.sources
    metrics = Metrics()
    workers = Workers(limits.threads, limits.queue)
    lane = open_lane(plan, desk)
    rate = RateLimit(limits.rate_per_s, limits.rate_burst, limits.clients, time.monotonic)
    inner = FastAPI(
        title="Credroot",
        version=version("credroot"),
        summary="Verifies credentials that are anchored on a chain.",
        description=DESCRIPTION,
        docs_url=None,  # the page loads scripts from elsewhere
        redoc_url=None,
        openapi_url=None,  # what the framework serves there is written anew for every request
        redirect_slashes=False,
    )
    bodies = BodyReader(limits, lambda scope, cost: gate.charge(scope, cost))
    verdicts = VerdictRoutes(desk, lane, workers, bodies, metrics, charge=lambda scope, cost: gate.charge(scope, cost))
    vc_verifying = VcVerifyRoutes(lane, bodies, limits, charge=lambda scope, cost: gate.charge(scope, cost))
    vc_issuing = VcIssueRoute(open_api_issuer(settings), bodies, workers, limits, log, clock=_now)
    page = PageRoutes(
        desk,
        lane,
        bodies,
        count_verdict=metrics.verdict,
        charge=lambda scope, cost: gate.charge(scope, cost),
    )
    gate = Gate(
        inner,
        {
            ("POST", VERIFY): verdicts.verify,
            ("POST", VERIFY_BATCH): verdicts.verify_batch,
            ("POST", VERIFY_CREDENTIAL): vc_verifying.credential,
            ("POST", VERIFY_PRESENTATION): vc_verifying.presentation,
            ("POST", ISSUE): vc_issuing.issue,
            **page.direct(),
        },
        rate=rate,
        bodies=bodies,
        limits=limits,
        metrics=metrics,
        log=log,
        monotonic=time.monotonic,
        allow_origins=settings.api.allow_origins if allow_origins is None else allow_origins,
        lane=lane,
    )
    _add_verdict_routes(inner, verdicts)
    add_vc_api(inner, vc_verifying, vc_issuing, StatusListRoute(settings.workspace, workers))
    _add_fact_routes(inner, RegistryFacts(trust, settings.network, cache, workers, settings.policy(), clock=_now))
    add_event_pages(inner, _event_pages(settings, trust, sources, limits, log))
    readiness = Readiness(trust, sources, workers, time.monotonic, settings.policy(), clock=_now)
    _add_operator_routes(inner, readiness, metrics)
    _add_problems(inner)
    keep_nulls(inner)
    _add_description(inner)
    _watch(metrics, gate, bodies, desk, lane, workers)
    return gate


def open_lane(plan: Plan, desk: Desk) -> Lane:
    """Give the heavy lane: processes where this system can bound them and the limits name some, else threads."""
    limits = plan.limits
    if limits.processes and processes_can_be_bounded():
        return ProcessLane(plan, desk, limits.processes, limits.queue, Bounds())
    return ThreadLane(desk, Workers(SHARE, limits.queue))


def _event_pages(
    settings: Settings, trust: Trust, sources: RegistrySources, limits: Limits, log: EventLog
) -> EventPages:
    return EventPages(
        {deployment.network: deployment for deployment in trust.registries},
        settings.network,
        ServedIndex(settings),
        FinalBlocks(sources, monotonic=time.monotonic, max_age_s=limits.fact_age_s),
        Workers(limits.index_threads, limits.index_queue),
        log,
        max_lag_s=settings.api.max_index_lag_s,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _add_verdict_routes(inner: FastAPI, verdicts: VerdictRoutes) -> None:
    """Document the verdict routes. The gate answers them before they get here, by the same functions."""

    @inner.post(VERIFY, **VERIFY_DOCUMENTATION)
    async def verify(request: Request) -> Response:
        return framework_response(await verdicts.verify(request.scope, request.receive))

    @inner.post(VERIFY_BATCH, **VERIFY_BATCH_DOCUMENTATION)
    async def verify_batch(request: Request) -> Response:
        return framework_response(await verdicts.verify_batch(request.scope, request.receive))


def _add_fact_routes(inner: FastAPI, facts: RegistryFacts) -> None:
    @inner.get(
        "/v1/batches/{issuer}/{root}",
        tags=["registry"],
        responses=responses(404, 422, 429, 503),
        response_model_exclude_unset=True,
    )
    async def batch(issuer: _Issuer, root: _Root, network: _Network = None) -> BatchWire:
        """What the registry says about a batch, at the block that the answer names."""
        return await facts.batch(issuer, root, network)

    @inner.get(
        "/v1/status/{issuer}/{root}/{index}",
        tags=["registry"],
        responses=responses(404, 422, 429, 503),
        response_model_exclude_unset=True,
    )
    async def status(issuer: _Issuer, root: _Root, index: _Index, network: _Network = None) -> StatusWire:
        """What the registry says about one credential of a batch, at the block that the answer names."""
        return await facts.status(issuer, root, index, network)


def _add_operator_routes(inner: FastAPI, readiness: Readiness, metrics: Metrics) -> None:
    @inner.get("/healthz", tags=["operation"])
    async def healthz() -> HealthWire:
        """Whether the process answers; it asks nobody else."""
        return HealthWire(version=inner.version)

    @inner.get("/readyz", tags=["operation"], responses=responses(503), response_model_exclude_none=True)
    async def readyz() -> ReadinessWire:
        """Whether every pinned registry can be read: its endpoint answers, with the right chain id and code."""
        return await readiness.answer()

    @inner.get("/metrics", tags=["operation"], response_class=PlainTextResponse)
    async def metrics_text() -> Response:
        """Counters in the text format of Prometheus."""
        return Response(metrics.text(), headers={"content-type": CONTENT_TYPE})

    @inner.get("/problems/{name}", tags=["problems"], response_class=PlainTextResponse, responses=responses(404))
    async def problem(name: str) -> Response:
        """What a problem type means and what to do about it."""
        if name not in KINDS:
            raise ProblemError(NOT_FOUND)
        return PlainTextResponse(problem_page(KINDS[name]))


def _add_description(inner: FastAPI) -> None:
    written: list[bytes] = []

    async def openapi(_request: Request) -> Response:
        if not written:
            written.append(orjson.dumps(inner.openapi()))
        return Response(written[0], media_type="application/json")

    inner.add_route("/openapi.json", openapi, include_in_schema=False)


def _add_problems(inner: FastAPI) -> None:
    """Turn what the framework refuses into problems. What it sent is not repeated: it may be anything."""

    async def refused(_: Request, error: Exception) -> Response:
        if isinstance(error, ProblemError):
            return framework_response(problem_answer(error))
        if isinstance(error, HTTPException):
            kind = {404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}.get(error.status_code, UNPROCESSABLE)
            headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
            return framework_response(problem_answer(ProblemError(kind, headers=headers)))
        return framework_response(problem_answer(ProblemError(UNPROCESSABLE, "a parameter has another form")))

    async def failed(_request: Request, _error: Exception) -> Response:
        return framework_response(problem_answer(ProblemError(INTERNAL)))

    from fastapi.exceptions import RequestValidationError

    for kind in (ProblemError, HTTPException, RequestValidationError):
        inner.add_exception_handler(kind, refused)
    inner.add_exception_handler(Exception, failed)


def warm_up() -> None:
    """Load what the first signature would load otherwise, while somebody waits: some 0.2 s."""
    import credroot.credential.proof.data_integrity  # noqa: F401
    from credroot.credential.rdf.shapes.cache import default_shape_cache

    default_shape_cache()


def _watch(metrics: Metrics, gate: Gate, bodies: BodyReader, desk: Desk, lane: Lane, workers: Workers) -> None:
    def queries() -> dict[str, float]:
        here, there = desk.cache.counts, lane.counts.facts
        return {
            'result="kept"': here.hits + there.hits,
            'result="asked"': here.misses + there.misses,
            'result="shared"': here.shared + there.shared,
            'result="outage"': here.outages + there.outages,
        }

    def requests() -> dict[str, float]:
        return {"": desk.sources.rpc_requests + lane.counts.rpc_requests}

    simple: list[tuple[str, str, str, Any]] = [
        (
            "credroot_fact_queries_total",
            "counter",
            "Facts that verdicts needed, by where they came from.",
            queries,
        ),
        ("credroot_rpc_requests_total", "counter", "Requests to endpoints.", requests),
        ("credroot_requests_under_way", "gauge", "Requests being answered.", lambda: {"": gate.under_way}),
        ("credroot_body_bytes_held", "gauge", "Bytes of bodies in memory.", lambda: {"": bodies.held}),
        (
            "credroot_work_under_way",
            "gauge",
            "Work in threads and processes, or in line.",
            lambda: {"": workers.under_way + lane.under_way},
        ),
    ]
    for name, kind, about, values in simple:
        metrics.add_source(name, kind, about, values)
