"""The page's routes, for whoever serves them: paths to functions from a request to a complete answer.

``GET /`` is the page, ``POST /check`` answers a form with a page, and ``POST /v1/page`` answers the page's own script
with the same result as a fragment. ``POST /report.pdf`` sets a report that was given out before as a PDF, and
``/v1/code`` reads the QR code in one picture of a camera. Nothing that is checked is kept, and no name of a file
reaches a log.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from credroot.app.api.http.answers import JSON, Answer
from credroot.app.api.http.problems import NOT_FOUND, RATE, ProblemError
from credroot.app.page.embedding import MODULE, module
from credroot.app.page.html.document import page
from credroot.app.page.jobs import HTML, CodeJob, PageJob, PaperJob
from credroot.app.page.words.catalogue import choose_language, wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from credroot.app.api.http.answers import Headers, Receive, Scope
    from credroot.app.api.http.request_body import BodyReader
    from credroot.app.lane.desk import Desk
    from credroot.app.lane.lanes import Lane
    from credroot.core.json.types import JsonObject

    Route = Callable[[Scope, Receive], Awaitable[Answer]]

CODE_FORMAT = "credroot/code/v1"
CODE = "/v1/code"
COST_OF_PICTURE = 2.0
COST_OF_PAPER = 10.0
"""Of a client's share, beside a request's 1: each takes a second of a processor, or a good part of one."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do with the page: its own script and style, pictures inside of it, and nothing of anybody else."""
STATIC = {
    f"/{MODULE}": b"text/javascript; charset=utf-8",
    "/page.css": b"text/css; charset=utf-8",
    "/page.js": b"text/javascript; charset=utf-8",
    "/icon.svg": b"image/svg+xml",
}
_HEADERS: Headers = (
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
)


class PageRoutes:
    """The page of one server."""

    def __init__(
        self,
        desk: Desk,
        lane: Lane,
        bodies: BodyReader,
        *,
        count_verdict: Callable[[str], None],
        charge: Callable[[Scope, float], bool],
    ) -> None:
        """Judge in `lane`, where jobs have the means that `desk` has here.

        `charge` takes a cost from its client and says if there was room.
        """
        self._desk = desk
        self._lane = lane
        self._bodies = bodies
        self._count_verdict = count_verdict
        self._charge = charge
        self._static = {path: _static(path[1:]) for path in STATIC}

    def direct(self) -> dict[tuple[str, str], Route]:
        """Give every route, by method and path."""
        routes: dict[tuple[str, str], Route] = {
            ("GET", "/"): self.home,
            ("GET", "/check"): self.back,
            ("POST", "/check"): self.form,
            ("POST", "/v1/page"): self.script,
            ("GET", CODE): self.code_reader,
            ("POST", CODE): self.code,
            ("POST", "/report.pdf"): self.paper,
        }
        routes |= {("GET", path): self.static for path in STATIC}
        routes |= {("HEAD", path): route for (method, path), route in routes.items() if method == "GET"}
        return routes

    async def home(self, scope: Scope, receive: Receive) -> Answer:
        """Give the empty page, in the language asked for."""
        return Answer(200, page(wording(_language(scope))).encode(), HTML, _HEADERS)

    async def back(self, scope: Scope, receive: Receive) -> Answer:
        """Lead somebody who reloads a result's address back to the beginning."""
        return Answer(303, b"", HTML, ((b"location", b"/"),))

    async def static(self, scope: Scope, receive: Receive) -> Answer:
        """Give a file of the page."""
        path = scope["path"]
        return Answer(200, self._static[path], STATIC[path], _HEADERS)

    async def form(self, scope: Scope, receive: Receive) -> Answer:
        """Answer a form with a page: what happens without JavaScript; errors as `script`."""
        return await self._answered(scope, receive, is_page=True)

    async def script(self, scope: Scope, receive: Receive) -> Answer:
        """Answer the page's script: ``format``, ``title``, ``html``, ``verdicts``; or the component's, with a `brief`.

        Raises:
            ProblemError: the body is no form, too large, or holds too many files; or there is no room for it.
        """
        return await self._answered(scope, receive, is_page=False)

    async def _answered(self, scope: Scope, receive: Receive, *, is_page: bool) -> Answer:
        body = await self._bodies.read(scope, receive, large=True)
        job = PageJob(body, _header(scope, b"content-type"), _header(scope, b"accept-language"), is_page)
        share = self._desk.limits.batch_rate_share
        written = (await self._lane.run(job, lambda files: self._charge(scope, share * files))).value
        for verdict in written.verdicts:
            self._count_verdict(verdict)
        return Answer(200, written.body, written.media_type, _HEADERS if is_page else ())

    async def code_reader(self, scope: Scope, receive: Receive) -> Answer:
        """Say whether QR codes are read here."""
        return _json({"format": CODE_FORMAT, "available": self._desk.codes is not None})

    async def code(self, scope: Scope, receive: Receive) -> Answer:
        """Read one picture, the body: ``link`` is the private link in it, or null.

        Raises:
            ProblemError: it is none, or too large; codes are not read here; there is no room for it.
        """
        picture = await self._bodies.read(scope, receive, large=True)
        if self._desk.codes is None:
            raise ProblemError(NOT_FOUND, "QR codes are not read here")
        if not self._charge(scope, COST_OF_PICTURE):
            raise ProblemError(RATE, "a picture counts as many requests")
        link = (await self._lane.run(CodeJob(picture))).value
        return _json({"format": CODE_FORMAT, "link": link})

    async def paper(self, scope: Scope, receive: Receive) -> Answer:
        """Set a report as a PDF: one that this server gave out, with its seal.

        Raises:
            ProblemError: it has no seal of this server, can't be set, or there are no PDFs here.
        """
        body = await self._bodies.read(scope, receive, large=True)
        if self._desk.sealer is None:
            raise ProblemError(NOT_FOUND, "PDFs are not made here")
        if not self._charge(scope, COST_OF_PAPER):
            raise ProblemError(RATE, "a PDF counts as many requests")
        job = PaperJob(body, _header(scope, b"content-type"), _header(scope, b"accept-language"))
        made = (await self._lane.run(job)).value
        saved = ((b"content-disposition", b'attachment; filename="credroot-report.pdf"'),)
        return Answer(200, made, b"application/pdf", saved)


def _json(wire: JsonObject) -> Answer:
    return Answer(200, json.dumps(wire, ensure_ascii=False).encode(), JSON)


def _static(name: str) -> bytes:
    return module() if name == MODULE else (files("credroot.app.page") / "static" / name).read_bytes()


def _language(scope: Scope) -> str:
    query = parse_qs(scope.get("query_string", b"")[:200].decode("latin-1"))
    return choose_language(query.get("lang", [None])[0], _header(scope, b"accept-language"))


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
