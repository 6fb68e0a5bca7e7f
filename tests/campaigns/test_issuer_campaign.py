"""Campaign B in short, and the proof that it catches what it is for. The long form: scripts/campaign_issuer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.campaigns.issuer_campaign import run_histories
from tests.campaigns.issuer_mutants import MUTANTS
from tests.campaigns.test_anchor_campaign import folder, seed  # noqa: F401  # fixtures

if TYPE_CHECKING:
    from pathlib import Path

HISTORIES, STEPS = 20, 50
"""About half a minute on two cores."""
HISTORIES_TO_CATCH = 200
"""The bug that is hardest to see was caught after 6 to 12 histories."""


def test_chain_journal_files_and_model_say_the_same_after_any_history(folder: Path, seed: str) -> None:  # noqa: F811
    found = run_histories(HISTORIES, STEPS, int(seed), folder)
    print("\n".join(found.tally.lines()), f"{found.seconds:.0f} s", sep="\n")
    assert found.failure is None, "\n".join([f"{found.failure}", *found.lines])
    assert found.tally.histories + found.tally.broken_nodes >= HISTORIES
    assert found.tally.promises > HISTORIES


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_planted_bug_is_caught_by_the_model(folder: Path, seed: str, mutant: str) -> None:  # noqa: F811
    found = run_histories(HISTORIES_TO_CATCH, STEPS, int(seed), folder, mutant=mutant)
    print(f"{mutant}: caught after {found.tally.histories} histories, {found.seconds:.0f} s: {found.failure}")
    assert found.failure is not None
