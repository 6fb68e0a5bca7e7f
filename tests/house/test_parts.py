"""No test is skipped unseen where every part is installed."""

from __future__ import annotations

import pytest

from tests.parts import EVERY_PART, hold_to_account


def skipped(reason: str) -> pytest.TestReport:
    where = ("tests/a.py", 1, f"Skipped: {reason}")
    return pytest.TestReport("tests/a.py::a", ("tests/a.py", 1, "a"), {}, "skipped", where, "setup")


@pytest.mark.parametrize(
    ("is_everything_there", "reason", "outcome"),
    [
        (True, "anvil is not installed", "failed"),
        (True, "CREDROOT_STANDARDS names no folder", "skipped"),
        (True, "only root with its own mounts may try this", "skipped"),
        (False, "anvil is not installed", "skipped"),
    ],
)
def test_a_part_that_is_missing_is_a_failure_where_all_are_installed(
    monkeypatch: pytest.MonkeyPatch, is_everything_there: bool, reason: str, outcome: str
) -> None:
    monkeypatch.setenv(EVERY_PART, "1" if is_everything_there else "")
    report = skipped(reason)
    hold_to_account(report)
    assert report.outcome == outcome
