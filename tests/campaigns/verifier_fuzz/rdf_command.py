"""The long form of the campaign over signed JSON-LD, in two processes:

python -m tests.campaigns.verifier_fuzz.rdf_command [--mutants 1000000] [--seed SEED]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.campaigns.verifier_fuzz.rdf_oracle import Campaign, Figures

PROCESSES = 2
AT_ONCE = 10_000
"""Mutants of one piece of work; its seed is the campaign's and its number."""
FOUND = 3


def piece(seed: str) -> Figures:
    """Judge the mutants of one piece."""
    return Campaign(seed).run(AT_ONCE)


def main() -> None:
    """Run the campaign and print its figures."""
    parser = argparse.ArgumentParser(prog="rdf_command")
    parser.add_argument("--mutants", type=int, default=1_000_000)
    parser.add_argument("--seed", default=str(random.SystemRandom().getrandbits(32)))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    started = time.monotonic()
    figures = Figures()
    seeds = [f"{chosen.seed}/{number}" for number in range(-(-chosen.mutants // AT_ONCE))]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for one in pool.map(piece, seeds):
            figures.add(one)
            print(f"{figures.mutants} mutants, {len(figures.found)} found", flush=True)
    print("\n".join(figures.lines()))
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(FOUND if figures.found else 0)


if __name__ == "__main__":
    main()
