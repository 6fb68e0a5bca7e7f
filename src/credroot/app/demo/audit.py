"""The demonstration's audit: two things are planted that do not fit, and both must be named."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.auditing.audit import ROSTER_FOLDER, Request, audit, desk, write_report
from credroot.app.issuing.workbench import keys_of, workbench
from credroot.auditor.checks.completeness import Depth
from credroot.chain.registry import calls as registry_calls
from credroot.core.report import Outcome
from credroot.core.values import Digest, Root
from credroot.issuer.sending.intent import Guards, Intent
from credroot.store.durable import PRIVATE, write_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.settings.settings import Settings
    from credroot.auditor.report.report import AuditReport

PLANTED_ROW = b"Grace Hopper,grace@students.example,2026-06-30,98,\r\n"
PLANTED_CREDENTIALS = 12
REPORT_FOLDER = "audit/report"
_LONG_HEX = re.compile(r"(0x[0-9a-fA-F]{4})[0-9a-fA-F]{30,}")


def demonstrate_audit(settings: Settings, roster: bytes, say: Callable[[str], None]) -> bool:
    """Plant a row that nobody anchored and a batch without a roster, audit the registry, and say what was found.

    `roster` is the file that the demonstration's batch was made from. Its copy with the planted row goes into
    ``rosters/``, the report into ``audit/report``. Answers whether the audit is complete and names exactly what was
    planted.
    """
    folder = settings.workspace / ROSTER_FOLDER
    folder.mkdir(exist_ok=True)
    write_file(folder / "registrar.csv", roster + PLANTED_ROW, mode=PRIVATE)
    _plant_batch(settings)
    with desk(settings) as at:
        report = audit(at, Request(depth=Depth.EVERY_BLOCK))
        target = settings.workspace / REPORT_FOLDER
        write_report(at, report, target)
    return _told(report, target, say)


def _plant_batch(settings: Settings) -> None:
    """Anchor a root of which no file tells, as somebody with the key could."""
    with workbench(settings) as (bench, _):
        root = Root(Digest(os.urandom(Digest.SIZE)))
        data = registry_calls.anchor(bench.issuer, root, PLANTED_CREDENTIALS)
        intent = Intent("anchor", "a batch without a roster", bench.deployment.address, data)
        bench.carry_out(keys_of(settings).signer(), intent, Guards())


def _told(report: AuditReport, folder: Path, say: Callable[[str], None]) -> bool:
    missing = [finding for finding in report.findings if finding.number == "R401"]
    unknown = [finding for finding in report.findings if finding.number == "R402"]
    chain_checks = [check for check in report.checks if check.id != "rosters"]
    complete = all(check.outcome is Outcome.PASSED for check in chain_checks)
    word = "complete and proven" if complete else "NOT COMPLETE"
    say(f"Audited         {report.ledger.events} events, {word}; contract is our build, no owner, no upgrade path")
    for finding in (*missing, *unknown):
        say(f"                {finding.rule.title}: {_short(finding.message)}")
    page = folder / "report.html"
    shown = os.path.relpath(page) if page.is_relative_to(Path.cwd()) else str(page)
    say(f"Audit report    {shown}")
    only_planted = report.errors == 1
    return complete and only_planted and len(missing) == len(unknown) == 1


def _short(text: str) -> str:
    """Show the beginning of each long number: the report has all of it."""
    return _LONG_HEX.sub(r"\1...", text)
