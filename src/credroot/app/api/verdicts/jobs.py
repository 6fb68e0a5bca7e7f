"""The verdict routes' share of the heavy lane: one large or unknown file, and a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from credroot.app.api.http.problems import TOO_LARGE, ProblemError
from credroot.app.api.verdicts.reading import read_batch, read_document, read_file, read_item
from credroot.app.lane.job import Charge, Told
from credroot.core.report import Outcome, Verdict
from credroot.verifier.judge import CHECKS, judge
from credroot.verifier.unjudged import unjudged

if TYPE_CHECKING:
    from collections.abc import Generator

    from credroot.app.lane.desk import Desk
    from credroot.app.lane.job import Step
    from credroot.core.budget import BudgetExceeded
    from credroot.core.json.types import JsonObject
    from credroot.core.report import Report

_NEED_THE_CHAIN = frozenset({"anchor", "finality", "key", "status"})


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report in its wire form, and what the server wants to know of it."""

    body: bytes
    verdict: str
    is_only_an_outage: bool
    """Whether the chain's silence is all that keeps it from a verdict."""


@dataclass(frozen=True, slots=True)
class VerifyJob:
    """Judge one file."""

    data: bytes
    is_file: bool
    """Whether it is looked into for a credential; else it is JSON."""
    is_judged_file_by_file: ClassVar[bool] = False
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, WrittenReport]:
        """Read it and judge it; `ProblemError` where it can't be read."""
        yield from ()
        budget = desk.budget()
        if self.is_file:
            subject = read_file(self.data, desk.trust, budget.for_reading())
        else:
            subject = read_document(self.data, desk.trust, desk.limits, budget.for_reading())
        return written(judge(next(desk.evidence([subject], budget=budget))))

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> WrittenReport:
        """Say that it could not be checked."""
        return written(_unjudged(error))


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Judge many files, and tell each report; what is left to be told is the result."""

    data: bytes
    is_judged_file_by_file: ClassVar[bool] = True
    cpu_share: ClassVar[float] = 1.0

    def steps(self, desk: Desk) -> Generator[Step, bool, list[WrittenReport]]:
        """Judge one after the other; `ProblemError` where the batch can't be read."""
        items = read_batch(self.data, desk.limits)
        yield Charge(len(items))
        yield Told(len(items))
        budget = desk.budget()
        subjects = [read_item(item, desk.trust, budget.for_reading()) for item in items]
        for index, evidence in enumerate(desk.evidence(subjects, budget=budget)):
            yield Told(written(judge(evidence), index))
        return []

    def cut(self, told: list[Any], error: BudgetExceeded, desk: Desk) -> list[WrittenReport]:
        """Say of all that have no report yet that they could not be checked."""
        if not told:
            raise ProblemError(TOO_LARGE, f"it was not read: {error}", code=error.code)
        count, reports = told[0], told[1:]
        left = _unjudged(error)
        return [written(left, index) for index in range(len(reports), count)]


def written(report: Report, index: int | None = None) -> WrittenReport:
    """Write a report, with its place in a batch where it has one."""
    wire = report.to_json()
    body = orjson.dumps(wire if index is None else {"index": index, **wire})
    return WrittenReport(body, report.verdict.value, is_only_an_outage(wire))


def _unjudged(error: BudgetExceeded) -> Report:
    return unjudged(error, (name for name, _ in CHECKS))


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
