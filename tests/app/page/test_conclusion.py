"""One phrase for a report, never stronger than its checks."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from credroot.app.page.words.conclusion import NAMES, STANDING_ONLY, Tone, conclude
from credroot.app.page.words.content_standing import Standing, standing_of
from credroot.core.report import Outcome, Report, Verdict
from tests.browser.reports import BY_CONCLUSION, report


@pytest.mark.parametrize("name", BY_CONCLUSION)
def test_each_state_has_its_own_conclusion(name: str) -> None:
    assert conclude(report(name)).name == name


def test_every_conclusion_is_tried() -> None:
    assert set(NAMES) == set(BY_CONCLUSION)


def with_outcome(base: Report, check_id: str, outcome: Outcome) -> Report:
    checks = tuple(replace(check, outcome=outcome) if check.id == check_id else check for check in base.checks)
    return replace(base, checks=checks)


def test_only_a_valid_report_is_called_genuine_and_green() -> None:
    for name, outcome in product(BY_CONCLUSION, Outcome):
        for check in report(name).checks:
            changed = with_outcome(report(name), check.id, outcome)
            conclusion = conclude(changed)
            if conclusion.tone is Tone.GOOD:
                assert changed.verdict is Verdict.VALID
            if conclusion.name in STANDING_ONLY:
                others = [c for c in changed.checks if c.id not in ("status", "validity")]
                assert all(c.outcome in (Outcome.PASSED, Outcome.WARNING) for c in others)


def test_an_unknown_issuer_that_is_allowed_is_still_not_green() -> None:
    checks = tuple(
        replace(check, outcome=Outcome.UNKNOWN, code="issuer.unknown", required=False)
        if check.id == "issuer"
        else check
        for check in report("genuine").checks
    )
    allowed = replace(report("unknown_issuer"), checks=checks)
    assert allowed.verdict is Verdict.VALID
    assert conclude(allowed).tone is Tone.UNSURE
    assert standing_of(allowed) is Standing.CLAIMED


def test_nothing_is_shown_as_verified_unless_every_check_of_content_passed() -> None:
    for check_id, outcome in product(
        ("format", "signature", "inclusion", "anchor", "finality", "issuer", "key"), (Outcome.FAILED, Outcome.UNKNOWN)
    ):
        assert standing_of(with_outcome(report("genuine"), check_id, outcome)) is not Standing.VERIFIED
    for check_id in ("status", "validity"):
        assert standing_of(with_outcome(report("genuine"), check_id, Outcome.FAILED)) is Standing.VERIFIED


def test_an_outage_is_not_called_forgery() -> None:
    assert conclude(report("unavailable")).tone is Tone.UNSURE
    assert conclude(report("misconfigured")).tone is Tone.UNSURE


def test_a_further_check_that_failed_decides_nothing() -> None:
    endorsed = replace(report("genuine").checks[0], id="endorsement", code="endorsement.failed", required=False)
    endorsed = replace(endorsed, outcome=Outcome.FAILED)
    both = replace(report("revoked"), checks=(*report("revoked").checks, endorsed))
    assert conclude(both).name == "revoked"
