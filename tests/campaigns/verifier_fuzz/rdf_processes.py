"""The campaign over signed JSON-LD in its long form: pieces of work for several processes."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

from tests.campaigns.verifier_fuzz.rdf_oracle import Campaign, Figures

AT_ONCE = 10_000
"""Mutants of one piece of work; its seed is the campaign's and its number."""


def run_rdf(mutants: int, seed: int, processes: int) -> Figures:
    """Judge so many mutants, in whole pieces, and print how far it is."""
    figures = Figures()
    seeds = [f"{seed}/{number}" for number in range(-(-mutants // AT_ONCE))]
    with ProcessPoolExecutor(processes) as pool:
        for one in pool.map(_piece, seeds):
            figures.add(one)
            print("\n".join([*one.found, f"{figures.mutants:,} mutants, {len(figures.found)} found"]), flush=True)
    return figures


def _piece(seed: str) -> Figures:
    return Campaign(seed).run(AT_ONCE)
