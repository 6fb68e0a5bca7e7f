"""The long form of campaign B, as a command."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import traceback
from pathlib import Path

import pytest

from tests.campaigns.command import FOUND, SHARED_MEMORY
from tests.campaigns.issuer_campaign import run_histories
from tests.campaigns.issuer_mutants import MUTANTS


def main() -> None:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(prog="campaign_issuer")
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--mutant", choices=sorted(MUTANTS), help="Plant this bug, and stop when it is caught.")
    parser.add_argument("--folder", type=Path, help="Where histories leave what failed.")
    chosen = parser.parse_args()
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="campaign-", dir=parent))
    print(f"seed {chosen.seed}", flush=True)
    try:
        found = run_histories(
            chosen.histories,
            chosen.steps,
            chosen.seed,
            folder,
            mutant=chosen.mutant,
            shrink=chosen.mutant is None,
        )
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
    print("\n".join(found.tally.lines()))
    print(f"{found.seconds:.0f} s; {folder}")
    if found.failure is not None:
        traceback.print_exception(found.failure)
    sys.exit(0 if found.failure is None else FOUND)
