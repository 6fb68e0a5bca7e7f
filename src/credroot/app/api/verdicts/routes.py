"""``POST /v1/verify`` and ``POST /v1/verify/batch``: from a request's bytes to reports.

The thread that serves everybody parses small bodies and judges what needs neither the chain nor a signature library. A
question to the chain, and a small document of a shape that is not known yet, is for a thread: what it learns of shapes
serves all. A large body, a picture, a batch, and whatever takes more work than a small document should, is a job of
the heavy lane.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from credroot.app.api.http.answers import JSON, Answer, problem_answer
from credroot.app.api.http.light_work import is_quick
from credroot.app.api.http.problems import MEDIA_TYPE, UNAVAILABLE, ProblemError
from credroot.app.api.http.request_budget import LIGHT_MICROSECONDS, QUICK_MICROSECONDS, LightBudget
from credroot.app.api.verdicts.jobs import BatchJob, VerifyJob, written
from credroot.app.api.verdicts.reading import read_document
from credroot.core.budget import Budget, Work
from credroot.verifier.gathering.fact_cache import NotCachedError
from credroot.verifier.judge import judge
from credroot.verifier.subject import TOO_COSTLY, Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.api.http.answers import Receive, Scope
    from credroot.app.api.http.request_body import BodyReader
    from credroot.app.api.http.workers import Workers
    from credroot.app.api.metrics import Metrics
    from credroot.app.api.verdicts.jobs import WrittenReport
    from credroot.app.lane.desk import Desk
    from credroot.app.lane.lanes import Lane
    from credroot.verifier.subject import Subject

INLINE_PARTS = 1_000
"""Parts of a small document that are read while nobody else is served: each takes one or two microseconds, and a client
may have 64 such documents read one after the other. A badge has 200."""
REPORTS_FORMAT = "credroot/verify/v1"
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


class VerdictRoutes:
    """The two routes that give verdicts."""

    def __init__(
        self,
        desk: Desk,
        lane: Lane,
        workers: Workers,
        bodies: BodyReader,
        metrics: Metrics,
        *,
        charge: Callable[[Scope, float], bool],
    ) -> None:
        """Judge by `desk`, in threads of `workers` or in `lane`.

        `charge` takes a cost from its client and says if there was room.
        """
        self._desk = desk
        self._lane = lane
        self._workers = workers
        self._bodies = bodies
        self._metrics = metrics
        self._charge = charge
        self._computing = 0
        """Threads that compute for more than a moment."""

    async def verify(self, scope: Scope, receive: Receive) -> Answer:
        """Judge one credential, picture, or receipt with a digest.

        Raises:
            ProblemError: the request can't be read, is too large, or there is no room for it.
        """
        is_file = _is_file(scope)
        data = await self._bodies.read(scope, receive, large=is_file)
        report = None
        if not is_file and len(data) <= self._desk.limits.inline_bytes:
            subject = read_document(data, self._desk.trust, self._desk.limits, Budget({Work.PARTS: INLINE_PARTS}))
            if not (isinstance(subject, Malformed) and subject.code == TOO_COSTLY):
                report = await self._judged_here(subject)
        if report is None:
            report = (await self._lane.run(VerifyJob(data, is_file))).value
        self._metrics.verdict(report.verdict)
        if report.is_only_an_outage:
            return _unavailable("report", orjson.Fragment(report.body))
        return Answer(200, report.body)

    async def verify_batch(self, scope: Scope, receive: Receive) -> Answer:
        """Judge many; errors as `verify`. One that can't be read is a report of its own and spoils no other."""
        if _is_file(scope):
            raise ProblemError(MEDIA_TYPE, "a batch is JSON", is_body_unread=True)
        data = await self._bodies.read(scope, receive, large=True)
        share = self._desk.limits.batch_rate_share
        done = await self._lane.run(BatchJob(data), lambda files: self._charge(scope, share * files))
        reports: list[WrittenReport] = [*done.told[1:], *done.value]
        for report in reports:
            self._metrics.verdict(report.verdict)
        bodies = [orjson.Fragment(report.body) for report in reports]
        if all(report.is_only_an_outage for report in reports):
            return _unavailable("reports", bodies)
        return Answer(200, orjson.dumps({"format": REPORTS_FORMAT, "reports": bodies}))

    async def _judged_here(self, subject: Subject) -> WrittenReport | None:
        """Judge what is small in this process; `None` where it turns out to take more work than that."""
        if self._desk.may_fetch or not is_quick(subject):
            return await self._judged_beside(subject)
        try:
            report = self._judged(subject, QUICK_MICROSECONDS, waiting=False)
        except NotCachedError:
            report = await self._workers.run(lambda: self._judged(subject, QUICK_MICROSECONDS))
        return report or await self._judged_beside(subject)

    async def _judged_beside(self, subject: Subject) -> WrittenReport | None:
        """Judge in a thread, where none computes already."""
        if self._computing >= self._desk.limits.computing_threads:
            return None
        self._computing += 1
        try:
            return await self._workers.run(lambda: self._judged(subject, LIGHT_MICROSECONDS))
        finally:
            self._computing -= 1

    def _judged(self, subject: Subject, microseconds: int, *, waiting: bool = True) -> WrittenReport | None:
        budget = LightBudget(self._desk.monotonic, microseconds=microseconds)
        report = judge(next(self._desk.evidence([subject], budget=budget, waiting=waiting)))
        return None if budget.has_refused else written(report)


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


def _unavailable(member: str, value: orjson.Fragment | list[orjson.Fragment]) -> Answer:
    return problem_answer(ProblemError(UNAVAILABLE, code="anchor.unavailable", members={member: value}))
