"""The long form of campaign A, as a command."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import pytest

from tests.campaigns.anchor_campaign import run_campaign
from tests.campaigns.mutants import MUTANTS

SHARED_MEMORY = Path("/dev/shm")
"""Where files cost nothing: processes are killed here, machines are not."""
FOUND = 3


def main() -> None:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(prog="campaign_anchor")
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seed", default=str(random.SystemRandom().getrandbits(32)))
    parser.add_argument("--mutant", choices=sorted(MUTANTS), help="Plant this bug, and stop when it is caught.")
    parser.add_argument("--folder", type=Path, help="Where runs leave what failed.")
    chosen = parser.parse_args()
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="campaign-", dir=parent))
    print(f"seed {chosen.seed}", flush=True)
    try:
        figures, seconds = run_campaign(
            chosen.runs, chosen.seed, folder, mutant=chosen.mutant, stop_at_failure=chosen.mutant is not None
        )
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
    print("\n".join(figures.lines()))
    print(f"{seconds:.0f} s; {folder}")
    sys.exit(0 if figures.is_clean else FOUND)
