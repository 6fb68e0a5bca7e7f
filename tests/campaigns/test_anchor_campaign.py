"""Campaign A in short, and the proof that it catches what it is for. The long form: scripts/campaign_anchor."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.anchor_campaign import run_campaign
from tests.campaigns.anvil import anvil_program
from tests.campaigns.command import SHARED_MEMORY
from tests.campaigns.mutants import MUTANTS

RUNS = 60
RUNS_TO_CATCH = 150
"""The bug that is hardest to see was caught after 11 runs and after 20."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that costs no disk, where there is one; it is kept where a test fails."""
    anvil_program()
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="campaign-", dir=parent) as made:
        yield Path(made)


@pytest.fixture
def seed() -> str:
    """Give the seed of this campaign, which a failure shows."""
    chosen = os.environ.get("CREDROOT_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"CREDROOT_SEED={chosen}")
    return chosen


def test_whatever_is_killed_cut_or_reorganised_a_batch_is_anchored_once(folder: Path, seed: str) -> None:
    figures, seconds = run_campaign(RUNS, seed, folder)
    print("\n".join(figures.lines()), f"{seconds:.0f} s", sep="\n")
    assert figures.failures == []
    assert (figures.lost, figures.doubled, figures.differing, figures.unwritten, figures.crashed) == (0, 0, 0, 0, 0)
    assert figures.runs == RUNS
    assert figures.kills > RUNS // 4
    assert figures.faults.total() > RUNS
    assert figures.reorganisations > RUNS


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_planted_bug_is_caught(folder: Path, seed: str, mutant: str) -> None:
    figures, seconds = run_campaign(RUNS_TO_CATCH, seed, folder, mutant=mutant, stop_at_failure=True)
    print(f"{mutant}: caught after {figures.runs} runs, {seconds:.0f} s", *figures.failures, sep="\n")
    assert figures.failures != []
