"""Parts from outside that tests need: without them a test is skipped on a desk, and fails where all are installed."""

from __future__ import annotations

import os

import pytest

EVERY_PART = "CREDROOT_EVERY_PART"
"""Set by `.ci/run`, which installs them: a test that is skipped there for want of one would never be missed."""
MAY_LACK = ("CREDROOT_STANDARDS", "only root ")
"""Beginnings of reasons that hold there too: the official vectors lie beside the project, and not everybody may mount
a file system."""


def is_allowed(reason: str) -> bool:
    """Return whether a test may be skipped for `reason` here."""
    return not os.environ.get(EVERY_PART) or reason.removeprefix("Skipped: ").startswith(MAY_LACK)


def hold_to_account(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Let a report of a skipped test be one of a failed test, where it may not be skipped."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if not is_allowed(reason):
        report.outcome = "failed"
        report.longrepr = f"not run where every part is installed: {reason}"
