"""``POST /v1/verify`` and ``POST /v1/verify/batch``: from a request's bytes to reports.

The thread that serves everybody parses small bodies and judges what needs neither the chain nor a signature library.
Everything else goes to the workers: a question to the chain, a signature, a large body, a picture, a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from credroot.app.api.answers import JSON, Answer, problem_answer
from credroot.app.api.inline import is_quick
from credroot.app.api.problems import MEDIA_TYPE, NOT_JSON, RATE, TOO_LARGE, UNAVAILABLE, UNPROCESSABLE, ProblemError
from credroot.app.api.request_budget import request_budget
from credroot.core.errors import InputError
from credroot.core.report import Outcome, Verdict
from credroot.core.strict_json import MAX_DEPTH, loads
from credroot.core.values import Digest
from credroot.verifier.document_memory import DocumentMemory
from credroot.verifier.fact_cache import NotCachedError
from credroot.verifier.gather import gather_in_turn
from credroot.verifier.judge import judge
from credroot.verifier.subject import Malformed, read_subject, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from datetime import datetime

    from credroot.app.api.answers import Receive, Scope
    from credroot.app.api.limits import Limits
    from credroot.app.api.metrics import Metrics
    from credroot.app.api.problems import ProblemKind
    from credroot.app.api.request_body import BodyReader
    from credroot.app.api.workers import Workers
    from credroot.core.budget import Budget
    from credroot.core.json_types import JsonObject, JsonValue
    from credroot.core.report import Report
    from credroot.verifier.documents import DocumentSource
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.fact_cache import FactCache
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Policy, Trust

REPORTS_FORMAT = "credroot/verify/v1"
READ_AT_ONCE = 50
"""Credentials of a batch that are hashed, after which others have their turn."""
TURN_US = 30_000
"""Microseconds of work, as `Work` prices it, after which others have their turn."""
_FILES = frozenset(
    {
        b"image/png",
        b"image/svg+xml",
        b"application/pdf",
        b"application/vc+jwt",
        b"application/vc-ld+jwt",
        b"application/jwt",
        b"application/octet-stream",
    }
)
"""What is looked into for a credential; everything else that is taken is JSON."""
_WRAPPER = frozenset({"receipt", "sha256"})
_NEED_THE_CHAIN = frozenset({"anchor", "finality", "key", "status"})


class VerdictRoutes:
    """The two routes that give verdicts."""

    def __init__(
        self,
        trust: Trust,
        policy: Policy,
        cache: FactCache,
        workers: Workers,
        bodies: BodyReader,
        limits: Limits,
        metrics: Metrics,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        charge: Callable[[Scope, float], bool],
        documents: DocumentSource | None = None,
        memory: DocumentMemory | None = None,
        may_fetch: bool = False,
    ) -> None:
        """Judge by `trust` and `policy`; `charge` takes a cost from its client and says if there was room.

        `may_fetch` says whether `documents` may take its time; `memory` is what others know of documents already.
        """
        self._documents = documents
        self._memory = memory or DocumentMemory()
        self._may_fetch = may_fetch
        self._trust = trust
        self._policy = policy
        self._cache = cache
        self._workers = workers
        self._bodies = bodies
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._monotonic = monotonic
        self._charge = charge

    async def verify(self, scope: Scope, receive: Receive) -> Answer:
        """Judge one credential, picture, or receipt with a digest.

        Raises:
            ProblemError: the request can't be read, is too large, or there is no room for it.
        """
        is_file = _is_file(scope)
        data = await self._bodies.read(scope, receive, large=is_file)
        if is_file or len(data) > self._limits.inline_bytes:
            read = self._read_file if is_file else self._read
            report = await self._workers.run(lambda: self._judge_waiting(read(data)))
        else:
            report = await self._judge(self._read(data))
        wire = report.to_json()
        self._count(wire)
        if is_only_an_outage(wire):
            return _unavailable({"report": wire})
        return Answer(200, orjson.dumps(wire))

    async def verify_batch(self, scope: Scope, receive: Receive) -> Answer:
        """Judge many; errors as `verify`. One that can't be read is a report of its own and spoils no other."""
        if _is_file(scope):
            raise ProblemError(MEDIA_TYPE, "a batch is JSON", is_body_unread=True)
        data = await self._bodies.read(scope, receive, large=True)
        items = await self._workers.run(lambda: self._items(data))
        if not self._charge(scope, self._limits.batch_rate_share * len(items)):
            raise ProblemError(RATE, "the credentials of a batch count as requests too")
        reports = await self._workers.run_in_turns(self._judge_many(items))
        for report in reports:
            self._count(report)
        wire: list[JsonValue] = [*reports]
        if all(map(is_only_an_outage, reports)):
            return _unavailable({"reports": wire})
        return Answer(200, orjson.dumps({"format": REPORTS_FORMAT, "reports": wire}))

    def _count(self, report: JsonObject) -> None:
        self._metrics.verdict(str(report["verdict"]))

    async def _judge(self, subject: Subject) -> Report:
        if not self._may_fetch and is_quick(subject):
            try:
                return judge(next(self._evidence([subject], waiting=False)))
            except NotCachedError:
                pass
        return await self._workers.run(lambda: self._judge_waiting(subject))

    def _judge_waiting(self, subject: Subject) -> Report:
        return judge(next(self._evidence([subject], waiting=True)))

    def _judge_many(self, items: Sequence[JsonValue]) -> Generator[None, None, list[JsonObject]]:
        """Judge one after the other; others have their turn after each `TURN_US` of work."""
        budget = request_budget(self._monotonic)
        reports: list[JsonObject] = []
        subjects: list[Subject] = []
        for item in items:
            subjects.append(self._item(item))
            if len(subjects) % READ_AT_ONCE == 0:
                yield
        turn_ends = budget.price + TURN_US
        for evidence in self._evidence(subjects, waiting=True, budget=budget):
            reports.append({"index": len(reports), **judge(evidence).to_json()})
            if budget.price >= turn_ends:
                turn_ends = budget.price + TURN_US
                yield
        return reports

    def _evidence(
        self, subjects: Sequence[Subject], *, waiting: bool, budget: Budget | None = None
    ) -> Iterator[Evidence]:
        source_of = self._cache.registry if waiting else self._cache.known
        return gather_in_turn(
            subjects,
            self._trust,
            self._policy,
            source_of,
            self._clock(),
            documents=self._documents,
            memory=self._memory,
            budget=budget or request_budget(self._monotonic),
        )

    def _read_file(self, data: bytes) -> Subject:
        """Read a JWT, a picture, or JSON under no name of its own."""
        subject = read_subject(data, self._trust)
        if isinstance(subject, Malformed) and subject.code.startswith(("json.", "baking.")):
            raise ProblemError(_kind_of(subject.code), subject.message, code=subject.code)
        return subject

    def _read(self, data: bytes) -> Subject:
        document = parse(data, max_bytes=self._limits.body_bytes)
        if not isinstance(document, dict):
            raise ProblemError(UNPROCESSABLE, "the body is a JSON object: a credential or a receipt")
        return self._subject(document)

    def _subject(self, document: JsonObject) -> Subject:
        """Tell a receipt with its file's digest from a credential, by a member that no credential has."""
        if "receipt" not in document or "type" in document:
            return subject_of(document, self._trust)
        receipt, digest = document["receipt"], document.get("sha256")
        if not isinstance(receipt, dict) or document.keys() - _WRAPPER:
            raise ProblemError(UNPROCESSABLE, 'a receipt is sent as {"receipt": {...}, "sha256": "<64 hex digits>"}')
        return subject_of(receipt, self._trust, file_digest=None if digest is None else _digest(digest))

    def _items(self, data: bytes) -> list[JsonValue]:
        limits = self._limits
        document = parse(
            data, max_bytes=limits.large_body_bytes, max_depth=MAX_DEPTH + 2, max_values=limits.batch_values
        )
        items = document.get("credentials") if isinstance(document, dict) and len(document) == 1 else None
        if not isinstance(items, list) or not items:
            raise ProblemError(UNPROCESSABLE, 'a batch is {"credentials": [...]} with one credential at least')
        if len(items) > limits.batch_credentials:
            raise ProblemError(
                TOO_LARGE, f"{len(items)} credentials; at most {limits.batch_credentials}", code="batch.too_many"
            )
        return items

    def _item(self, item: JsonValue) -> Subject:
        """Read one of a batch: a credential, a receipt with a digest, or the text of a file."""
        try:
            if isinstance(item, str):
                return read_subject(item.encode(), self._trust)
            if not isinstance(item, dict):
                return Malformed("format.not_an_object", "it is not a JSON object")
            return self._subject(item)
        except ProblemError as problem:
            return Malformed(problem.code or "format.malformed", problem.detail)


def warm_up() -> None:
    """Load what the first signature would load otherwise, while somebody waits: some 0.2 s."""
    import credroot.credential.data_integrity  # noqa: F401
    from credroot.credential.rdfc_cache import default_shape_cache

    default_shape_cache()


def is_only_an_outage(report: JsonObject) -> bool:
    """Tell whether the chain's silence is all that keeps a report, in its wire form, from a verdict.

    Then asking again may help. Where another required check is open as well, it would not.
    """
    checks: Any = report["checks"]
    if report["verdict"] != Verdict.INDETERMINATE:
        return False
    open_checks = {
        check["id"]: check["code"]
        for check in checks
        if check["required"] and check["outcome"] not in (Outcome.PASSED, Outcome.WARNING)
    }
    return open_checks.get("anchor") == "anchor.unavailable" and open_checks.keys() <= _NEED_THE_CHAIN


def parse(data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, max_values: int | None = None) -> JsonValue:
    """Parse a body. Raises `ProblemError`: ``not-json``, or ``too-large``."""
    try:
        return loads(data, max_bytes=max_bytes, max_depth=max_depth, max_values=max_values)
    except InputError as error:
        raise ProblemError(_kind_of(error.code), str(error), code=error.code) from error


def _is_file(scope: Scope) -> bool:
    """Tell whether the body is a file to look into, by its media type; none at all is taken for JSON."""
    for name, value in scope["headers"]:
        if name == b"content-type":
            media_type = value.partition(b";")[0].strip().lower()
            if media_type in _FILES:
                return True
            if media_type not in (JSON, b"application/vc", b"") and not media_type.endswith(b"+json"):
                raise ProblemError(MEDIA_TYPE, is_body_unread=True)
    return False


def _kind_of(code: str) -> ProblemKind:
    """Give the problem that an unreadable file is."""
    if code in ("json.too_large", "json.too_many", "baking.picture_too_large", "baking.payload_too_large"):
        return TOO_LARGE
    if code.startswith(("baking.is_", "baking.unknown")):
        return MEDIA_TYPE
    return NOT_JSON if code.startswith("json.") else UNPROCESSABLE


def _digest(text: JsonValue) -> Digest:
    try:
        if isinstance(text, str):
            return Digest.from_hex(text if text.startswith("0x") else "0x" + text)
    except InputError:
        pass
    raise ProblemError(UNPROCESSABLE, "sha256 is the file's SHA-256 in 64 hex digits", code="receipt.digest")


def _unavailable(members: JsonObject) -> Answer:
    return problem_answer(ProblemError(UNAVAILABLE, code="anchor.unavailable", members=members))
