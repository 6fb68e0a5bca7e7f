"""The page's own routes on a real server, with a verifier that says what it is told to."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import uvicorn

from credroot.app.api.http.answers import problem_answer, send_answer
from credroot.app.api.http.problems import ProblemError
from credroot.app.api.http.request_body import BodyReader
from credroot.app.api.http.workers import Workers
from credroot.app.api.limits import Limits
from credroot.app.lane.lanes import ThreadLane
from credroot.app.page import report_pdf
from credroot.app.page.code_reader import CodeReader
from credroot.app.page.routes import PageRoutes
from credroot.app.page.sealed_reports import Sealer
from credroot.core.budget import Budget
from credroot.verifier.trust import Trust
from tests.browser.reports import verdicts
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
EXPLORERS = {"polygon": "https://polygonscan.com/tx/"}


class StubDesk:
    """The means of a desk that the page uses, with verdicts that are made up."""

    def __init__(self, *, extras: bool) -> None:
        self.limits = Limits()
        self.trust = Trust()
        self.explorers = EXPLORERS
        self.sealer = Sealer() if extras and report_pdf.is_available() else None
        self.codes = CodeReader() if extras and CodeReader.is_available() else None

    def budget(self) -> Budget:
        return Budget({})

    def clock(self) -> datetime:
        return NOW

    def verify_in_turn(self, files: Any, *, budget: Budget) -> Any:
        return verdicts(files)


class StubSite:
    """The ASGI application. `paths` lists what was asked for, with its query."""

    def __init__(self, *, extras: bool = True) -> None:
        """Serve with or without what the extras of the package add."""
        self.paths: list[str] = []
        self.pause_s = 0.0
        desk: Any = StubDesk(extras=extras)
        page = PageRoutes(
            desk,
            ThreadLane(desk, Workers(2, 64)),
            BodyReader(Limits()),
            count_verdict=lambda _: None,
            charge=lambda _scope, _cost: True,
        )
        self._routes = page.direct()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        query = scope["query_string"].decode()
        self.paths.append(scope["path"] + (f"?{query}" if query else ""))
        await asyncio.sleep(self.pause_s)
        route = self._routes.get((scope["method"], scope["path"]))
        try:
            if route is None:
                raise ProblemError(_not_found())
            answer = await route(scope, receive)
        except ProblemError as problem:
            answer = problem_answer(problem)
        await send_answer(send, answer, ((b"access-control-allow-origin", b"*"),))


def _not_found() -> Any:
    from credroot.app.api.http.problems import NOT_FOUND

    return NOT_FOUND


@contextmanager
def served(site: StubSite) -> Iterator[str]:
    """Serve on a free port of loopback and give the address."""
    config = uvicorn.Config(site, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the server's start")
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
