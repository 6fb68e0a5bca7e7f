"""The outermost layer: whoever comes in passes here, and whatever goes out.

It answers the verdict routes itself, because they are called most and need nothing of a framework; all else goes to
the FastAPI application. No failure gets past it: what a route did not answer becomes a problem.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from credroot.app.api.http.answers import CLOSE, NO_STORE, SECURITY_HEADERS, Answer, problem_answer, send_answer
from credroot.app.api.http.clients import ASKING, NOBODY, asking_client
from credroot.app.api.http.problems import BUSY, INTERNAL, RATE, SHUTTING_DOWN, ProblemError
from credroot.app.api.http.request_body import ClientGoneError
from credroot.app.settings.api import EVERY_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from credroot.app.api.event_log import EventLog
    from credroot.app.api.http.answers import Headers, Message, Receive, Scope, Send
    from credroot.app.api.http.rate_limit import RateLimit
    from credroot.app.api.http.request_body import BodyReader
    from credroot.app.api.limits import Limits
    from credroot.app.api.metrics import Metrics
    from credroot.app.lane.lanes import Lane

    DirectRoute = Callable[[Scope, Receive], Awaitable[Answer]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

API_PREFIX = "/v1/"
SHARED = (API_PREFIX, "/credroot-verify.js")
"""Beginnings of the paths that pages of other origins may use, where any may."""
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by the operator's own machinery, often from one address."""
PREFLIGHT_S = b"86400"
UNKNOWN_ROUTE = "-"
_ALLOW = b"access-control-allow-origin"
_EXPOSE = (b"access-control-expose-headers", b"retry-after")


class Gate:
    """An ASGI application around another one."""

    def __init__(
        self,
        inner: Application,
        direct: Mapping[tuple[str, str], DirectRoute],
        *,
        rate: RateLimit,
        bodies: BodyReader,
        limits: Limits,
        metrics: Metrics,
        log: EventLog,
        monotonic: Callable[[], float],
        allow_origins: frozenset[str],
        lane: Lane,
    ) -> None:
        """Serve `direct` by (method, path) and leave the rest to `inner`.

        `allow_origins` are the origins whose pages may use `SHARED`, ``*`` for every one. Pages never bring
        credentials: there is nothing here that they would open.
        """
        self._inner = inner
        self.lane = lane
        """Where costly work is done: whoever runs the server starts and closes it."""
        self._direct = dict(direct)
        self._paths = {path for _, path in direct}
        self._rate = rate
        self._bodies = bodies
        self._limits = limits
        self._requests_of: dict[str, int] = {}
        self._metrics = metrics
        self._log = log
        self._monotonic = monotonic
        self._allow_origins = allow_origins
        self.under_way = 0
        """Requests that are being answered."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Lifespan events go to the inner application."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        exchange = _Exchange(scope, send, self._cors(scope))
        began = self._monotonic()
        client = asking_client(scope)
        ASKING.set(client)
        self.under_way += 1
        self._requests_of[client] = self._requests_of.get(client, 0) + 1
        try:
            await self._answer(exchange, receive)
        finally:
            self.under_way -= 1
            self._leave(client)
            self._bodies.release(scope)
            seconds = self._monotonic() - began
            route = exchange.route
            self._metrics.request(scope["method"], route, exchange.status, seconds)
            if self._log.requests:
                self._log.write(
                    "request", method=scope["method"], route=route, status=exchange.status, ms=round(seconds * 1e3, 2)
                )

    def _leave(self, client: str) -> None:
        self._requests_of[client] -= 1
        if not self._requests_of[client]:
            del self._requests_of[client]

    async def _answer(self, exchange: _Exchange, receive: Receive) -> None:
        try:
            try:
                await self._admitted(exchange, receive)
            except ProblemError as problem:
                await exchange.send_answer(problem_answer(problem))
            except ClientGoneError:
                exchange.status = 499
            except Exception as error:
                self._log.failure(exchange.route, error)
                if not exchange.is_begun:
                    await exchange.send_answer(problem_answer(ProblemError(INTERNAL)))
                elif not exchange.is_complete:
                    raise
        except asyncio.CancelledError:
            # The server is being stopped and this request took too long. A last word, if there is time for it.
            if not exchange.is_begun:
                await exchange.send_answer(problem_answer(ProblemError(SHUTTING_DOWN, is_body_unread=True)))

    async def _admitted(self, exchange: _Exchange, receive: Receive) -> None:
        scope = exchange.scope
        path, method = scope["path"], scope["method"]
        if path not in UNLIMITED:
            if not self.charge(scope, 1.0):
                raise ProblemError(RATE, is_body_unread=_has_body(scope))
            if self._is_full(scope):
                raise ProblemError(BUSY, is_body_unread=_has_body(scope))
        direct = self._direct.get((method, path))
        if direct is not None:
            exchange.route = path
            await exchange.send_answer(await direct(scope, receive))
        elif method == "OPTIONS" and any(name == _ALLOW for name, _ in exchange.cors) and _is_preflight(scope):
            exchange.route = API_PREFIX
            await exchange.send_answer(self._preflight())
        else:
            inner_scope = dict(scope, method="GET") if method == "HEAD" else dict(scope)
            exchange.inner_scope = inner_scope
            if _has_body(scope):
                exchange.more = (CLOSE,)  # no other route reads a body, so the connection can't be used again
            await self._inner(inner_scope, receive, exchange.send)

    def _is_full(self, scope: Scope) -> bool:
        """Tell whether there is no place for a request: in all, of those that wait for an answer, or of its client.

        Whoever waits for a body takes no place from others, only from its own client's.
        """
        client = asking_client(scope)
        if client != NOBODY and self._requests_of[client] > self._limits.requests_of_client:
            return True
        return self.under_way - self._bodies.reading > self._limits.requests_at_once

    def charge(self, scope: Scope, cost: float) -> bool:
        """Take `cost` of the client's share; answer whether there was enough."""
        client = scope.get("client")
        return client is None or self._rate.allows(client[0], cost)

    def _cors(self, scope: Scope) -> Headers:
        """Say whether the page that asks may read the answer. Where it depends on the page, caches are told so."""
        allowed = self._allow_origins
        if not allowed or not scope["path"].startswith(SHARED):
            return ()
        if EVERY_ORIGIN in allowed:
            return ((_ALLOW, b"*"), _EXPOSE)
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        vary = (b"vary", b"origin")
        return ((_ALLOW, origin), _EXPOSE, vary) if origin.decode("latin-1") in allowed else (vary,)

    def _preflight(self) -> Answer:
        headers = (
            (b"access-control-allow-methods", b"GET, HEAD, POST"),
            (b"access-control-allow-headers", b"content-type"),
            (b"access-control-max-age", PREFLIGHT_S),
        )
        return Answer(204, b"", headers=headers)


class _Exchange:
    """One request and what became of it."""

    __slots__ = ("_send", "cors", "inner_scope", "is_begun", "is_complete", "more", "route_name", "scope", "status")

    def __init__(self, scope: Scope, send: Send, cors: Headers) -> None:
        self.scope = scope
        self.cors = cors
        self.more: Headers = ()
        self.inner_scope: Scope | None = None
        self.is_begun = False
        self.is_complete = False
        self.status = 0
        self.route_name: str | None = None
        self._send = send

    @property
    def route(self) -> str:
        """The route's template, never the path that was asked for."""
        if self.route_name is None and self.inner_scope is not None:
            found = getattr(self.inner_scope.get("route"), "path", None)
            return found if isinstance(found, str) else UNKNOWN_ROUTE
        return self.route_name or UNKNOWN_ROUTE

    @route.setter
    def route(self, name: str) -> None:
        self.route_name = name

    async def send_answer(self, answer: Answer) -> None:
        """Send a complete answer."""
        self.is_begun = True
        self.status = answer.status
        if answer.status == 204:
            headers = [*SECURITY_HEADERS, *answer.headers, *self.cors]
            await self._send({"type": "http.response.start", "status": 204, "headers": headers})
            await self._send({"type": "http.response.body", "body": b""})
            return
        await send_answer(self._send, answer, self.cors)

    async def send(self, message: Message) -> None:
        """Pass a message of the inner application on, with the headers of every response."""
        if message["type"] == "http.response.start":
            self.is_begun = True
            self.status = message["status"]
            headers = list(message["headers"])
            given = {name for name, _ in headers}
            headers += [(name, value) for name, value in (NO_STORE, *SECURITY_HEADERS, *self.cors) if name not in given]
            headers += self.more
            message = {**message, "headers": headers}
        await self._send(message)
        self.is_complete = message["type"] == "http.response.body" and not message.get("more_body")


def _is_preflight(scope: Scope) -> bool:
    return any(name == b"access-control-request-method" for name, _ in scope["headers"])


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope["headers"]
    )
