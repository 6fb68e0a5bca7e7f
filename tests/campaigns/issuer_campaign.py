"""Campaign B as a function: so many histories from one seed, and what was found."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.campaigns.issuer_machine import IssuerMachine, Stage, Tally
from tests.campaigns.issuer_mutants import MUTANTS

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Found:
    """What a campaign did, and its failure if there was one."""

    tally: Tally
    seconds: float = 0.0
    failure: BaseException | None = None
    lines: list[str] = field(default_factory=list)
    """The failing history, step by step."""


def run_histories(
    histories: int, steps: int, number: int, folder: Path, *, mutant: str | None = None, shrink: bool = False
) -> Found:
    """Play `histories` of at most `steps` steps, drawn from the seed `number`; stop at the first failure."""
    stage = Stage(folder)
    machine = type("Machine", (IssuerMachine,), {"stage": stage})
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    found = Found(stage.tally)
    started = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        if mutant is not None:
            plant, rare = MUTANTS[mutant]
            stage.mutant, stage.rare = plant(patch), rare
        try:
            run_state_machine_as_test(seed(number)(machine), settings=chosen)
        except Exception as failure:
            found.failure, found.lines = failure, list(getattr(failure, "__notes__", []))
        finally:
            stage.close()
    found.seconds = time.monotonic() - started
    return found
