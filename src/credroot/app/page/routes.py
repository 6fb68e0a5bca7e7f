"""The page's routes, for whoever serves them: paths to functions from a request to a complete answer.

``GET /`` is the page, ``POST /check`` answers a form with a page, and ``POST /v1/page`` answers the page's own script
with the same result as a fragment. ``POST /report.pdf`` sets a report that was given out before as a PDF, and
``/v1/code`` reads the QR code in one picture of a camera. Nothing that is checked is kept, and no name of a file
reaches a log.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from credroot.app.api.answers import JSON, Answer
from credroot.app.api.problems import BUSY, MEDIA_TYPE, NOT_FOUND, RATE, TOO_LARGE, UNPROCESSABLE, ProblemError
from credroot.app.api.request_budget import request_budget
from credroot.app.page import report_pdf
from credroot.app.page.checking import Entries, Given, check_in_turns
from credroot.app.page.code_reader import CodeReader, ReaderBusyError
from credroot.app.page.document import page
from credroot.app.page.embedding import MODULE, brief, module
from credroot.app.page.results import ResultWriter
from credroot.app.page.sealing import Sealer
from credroot.app.page.table import TableWriter
from credroot.app.page.uploads import Part, read_form
from credroot.app.page.wording import choose_language, wording
from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
    from datetime import datetime

    from credroot.app.api.answers import Headers, Receive, Scope
    from credroot.app.api.request_body import BodyReader
    from credroot.app.api.workers import Workers
    from credroot.app.page.checking import Checked
    from credroot.app.page.markup import Markup
    from credroot.core.budget import Budget
    from credroot.core.json_types import JsonObject
    from credroot.core.report import Report

    Route = Callable[[Scope, Receive], Awaitable[Answer]]

PAGE_FORMAT = "credroot/page/v1"
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
SMALL_FORM_BYTES = 64 * 1_024
"""A larger form is taken apart by a thread: nobody is served meanwhile."""
HTML = b"text/html; charset=utf-8"
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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one form says."""

    language: str
    given: tuple[Given, ...]
    is_brief: bool
    """Whether the answer is for a component in a page of somebody else."""


class PageRoutes:
    """The page of one server."""

    def __init__(
        self,
        verify_many: Callable[..., Sequence[Report]],
        bodies: BodyReader,
        workers: Workers,
        *,
        explorers: Mapping[str, str],
        count_verdict: Callable[[str], None],
        charge: Callable[[Scope, float], bool],
        cost_of_file: float = 0.25,
        monotonic: Callable[[], float] = time.monotonic,
        clock: Callable[[], datetime],
        sealer: Sealer | None = None,
        codes: CodeReader | None = None,
    ) -> None:
        """Judge by `verify_many`, as `Verifier` has it, in a thread of `workers`.

        `explorers` maps a network's name to its explorer. Without a `sealer` no report is set as a PDF, and without
        `codes` no QR code is read.
        """
        self._monotonic = monotonic
        self._verify_many = verify_many
        self._bodies = bodies
        self._workers = workers
        self._explorers = explorers
        self._count_verdict = count_verdict
        self._charge = charge
        self._cost_of_file = cost_of_file
        self._clock = clock
        self._sealer = sealer
        self._codes = codes
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
        asked = await self._read(scope, receive)
        words = wording(asked.language)
        if not asked.given:
            return Answer(200, page(words, notice=words.texts["busy.nothing"]).encode(), HTML, _HEADERS)
        _, title, result = await self._checked(scope, asked)
        return Answer(200, page(words, title=title, result=result).encode(), HTML, _HEADERS)

    async def script(self, scope: Scope, receive: Receive) -> Answer:
        """Answer the page's script: ``format``, ``title``, ``html``, ``verdicts``; or the component's, with a `brief`.

        Raises:
            ProblemError: the body is no form, too large, or holds too many files; or there is no room for it.
        """
        asked = await self._read(scope, receive)
        if not asked.given:
            raise ProblemError(UNPROCESSABLE, "nothing was given", code="page.nothing")
        checked, title, result = await self._checked(scope, asked)
        if asked.is_brief:
            if len(checked) != 1:
                raise ProblemError(UNPROCESSABLE, "a brief answer is about one file", code="page.not_one")
            wire = brief(checked[0], wording(asked.language))
        else:
            wire = {
                "format": PAGE_FORMAT,
                "title": title,
                "html": str(result),
                "verdicts": [entry.report.verdict.value for entry in checked],
            }
        return _json(wire)

    async def code_reader(self, scope: Scope, receive: Receive) -> Answer:
        """Say whether QR codes are read here."""
        return _json({"format": CODE_FORMAT, "available": self._codes is not None})

    async def code(self, scope: Scope, receive: Receive) -> Answer:
        """Read one picture, the body: ``link`` is the private link in it, or null.

        Raises:
            ProblemError: it is none, or too large; codes are not read here; there is no room for it.
        """
        picture = await self._bodies.read(scope, receive, large=True)
        if self._codes is None:
            raise ProblemError(NOT_FOUND, "QR codes are not read here")
        if not self._charge(scope, COST_OF_PICTURE):
            raise ProblemError(RATE, "a picture counts as many requests")
        reader = self._codes
        try:
            link = await self._workers.run(lambda: reader.link_in(picture))
        except InputError as error:
            kind = TOO_LARGE if error.code == "code.too_large" else MEDIA_TYPE
            raise ProblemError(kind, str(error), code=error.code) from error
        except ReaderBusyError as error:
            raise ProblemError(BUSY, str(error), code=error.code) from error
        return _json({"format": CODE_FORMAT, "link": link})

    async def paper(self, scope: Scope, receive: Receive) -> Answer:
        """Set a report as a PDF: one that this process gave out, with its seal.

        Raises:
            ProblemError: it has no seal of this process, can't be set, or there are no PDFs here.
        """
        parts = await self._parts(scope, receive)
        sealed = next((part.data for part in parts if part.field == "report"), b"")
        if self._sealer is None:
            raise ProblemError(NOT_FOUND, "PDFs are not made here")
        if not self._charge(scope, COST_OF_PAPER):
            raise ProblemError(RATE, "a PDF counts as many requests")
        try:
            kept = self._sealer.open(sealed)
            words = wording(choose_language(_field(parts, "lang"), _header(scope, b"accept-language")))
            made = await self._workers.run(
                lambda: report_pdf.report_pdf(kept.report, words, at=kept.at, file=kept.file)
            )
        except InputError as error:
            raise ProblemError(UNPROCESSABLE, str(error), code=error.code) from error
        saved = ((b"content-disposition", b'attachment; filename="credroot-report.pdf"'),)
        return Answer(200, made, b"application/pdf", saved)

    async def _parts(self, scope: Scope, receive: Receive) -> tuple[Part, ...]:
        body = await self._bodies.read(scope, receive, large=True)
        content_type = _header(scope, b"content-type")
        try:
            if len(body) <= SMALL_FORM_BYTES:
                return read_form(body, content_type)
            return await self._workers.run(lambda: read_form(body, content_type))
        except InputError as error:
            raise ProblemError(UNPROCESSABLE, str(error), code=error.code) from error

    async def _read(self, scope: Scope, receive: Receive) -> _Asked:
        parts = await self._parts(scope, receive)
        language = choose_language(_field(parts, "lang"), _header(scope, b"accept-language"))
        return _Asked(language, tuple(_given(parts)), is_brief=_field(parts, "view") == "brief")

    async def _checked(self, scope: Scope, asked: _Asked) -> tuple[tuple[Checked, ...], str, Markup]:
        try:
            budget = request_budget(self._monotonic)
            entries = await self._workers.run(lambda: Entries(asked.given, budget=budget))
            if not self._charge(scope, self._cost_of_file * len(entries)):
                raise ProblemError(RATE, "many files count as many requests")
            checked, title, result = await self._workers.run_in_turns(self._work(asked.language, entries, budget))
        except InputError as error:
            raise ProblemError(TOO_LARGE, str(error), code=error.code) from error
        except ReaderBusyError as error:
            raise ProblemError(BUSY, str(error), code=error.code) from error
        for entry in checked:
            self._count_verdict(entry.report.verdict.value)
        return checked, title, result

    def _work(
        self, language: str, entries: Entries, budget: Budget
    ) -> Generator[None, None, tuple[tuple[Checked, ...], str, Markup]]:
        read_code = self._codes.link_in if self._codes else None
        verify_many = partial(self._verify_many, budget=budget)
        checked = yield from check_in_turns(entries, verify_many, budget=budget, read_code=read_code)
        sealer, now = self._sealer, self._clock()
        seal = None if sealer is None else lambda report, name: sealer.seal(report, now, name)
        writer = ResultWriter(wording(language), self._explorers, seal, now)
        if len(checked) == 1:
            return checked, writer.telling(checked[0].report).heading, writer.result(checked[0])
        table = TableWriter(writer)
        return checked, table.title(checked), table.table(checked)


def _json(wire: JsonObject) -> Answer:
    return Answer(200, json.dumps(wire, ensure_ascii=False).encode(), JSON)


def _field(parts: Sequence[Part], name: str) -> str | None:
    """Give a short text field, the last of its name."""
    found = [part.data[:8].decode("ascii", "replace") for part in parts if part.field == name]
    return found[-1] if found else None


def _static(name: str) -> bytes:
    return module() if name == MODULE else (files("credroot.app.page") / "static" / name).read_bytes()


def _given(parts: Sequence[Part]) -> list[Given]:
    """Take files and pasted text out of a form; a file field that was left empty is nothing."""
    given = []
    for part in parts:
        if part.field == "file" and (part.file_name or part.data):
            given.append(Given(part.data, part.file_name or ""))
        elif part.field == "text" and (pasted := part.data.strip()):
            given.append(Given(pasted))
    return given


def _language(scope: Scope) -> str:
    query = parse_qs(scope.get("query_string", b"")[:200].decode("latin-1"))
    return choose_language(query.get("lang", [None])[0], _header(scope, b"accept-language"))


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
