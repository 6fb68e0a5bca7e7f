"""Campaigns C, D and F in their long form, as a command."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.campaigns.command import FOUND, SHARED_MEMORY
from tests.campaigns.verifier_fuzz.library import Tally, run_case, run_library
from tests.campaigns.verifier_fuzz.rdf_processes import run_rdf
from tests.campaigns.verifier_fuzz.server import HttpCampaign, HttpTally
from tests.workspaces import Workspace, run_credroot, stop_chain

BYTES_A_CASE = 10
"""Of so many cases, one more is a single changed byte."""


def main() -> None:
    """Run the campaign and print its figures."""
    chosen = _parser().parse_args()
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="campaign-", dir=parent))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {chosen.seed}", flush=True)
    is_clean = True
    if chosen.case is not None:
        is_clean = _report_library(run_case(chosen.seed, chosen.case), folder, chosen.seed)
    elif chosen.only not in ("http", "json-ld"):
        is_clean = _library(chosen, folder)
    if chosen.case is None and chosen.only in (None, "json-ld"):
        is_clean = _json_ld(chosen) and is_clean
    if chosen.case is None and chosen.only in (None, "http"):
        is_clean = _report_http(run_http(chosen.requests, chosen.seed, folder), folder, chosen.seed) and is_clean
    print(f"{'nothing found' if is_clean else 'FOUND'}; {folder}")
    sys.exit(0 if is_clean else FOUND)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="campaign_verifier", description="Mutants of everything that a verifier reads, and a live server."
    )
    parser.add_argument(
        "--cases", type=int, default=50_000, help="Mutants against the library; 1,000,000 in the long form."
    )
    parser.add_argument(
        "--mutants", type=int, default=20_000, help="Signed JSON-LD rewritten; 1,000,000 in the long form."
    )
    parser.add_argument("--requests", type=int, default=5_000, help="Requests to a server; 100,000 in the long form.")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32), help="Repeats a campaign.")
    parser.add_argument("--processes", type=int, default=2, help="For all but the server's part.")
    parser.add_argument("--only", choices=("library", "http", "bytes", "json-ld"), help="Do this part and no other.")
    parser.add_argument("--case", type=int, help="Run this one case of the library's part again.")
    parser.add_argument("--folder", type=Path, help="Where findings are kept.")
    return parser


def _library(chosen: argparse.Namespace, folder: Path) -> bool:
    began = time.monotonic()
    cases = 0 if chosen.only == "bytes" else chosen.cases
    of_bytes = 0 if chosen.only == "library" else chosen.cases if chosen.only == "bytes" else cases // BYTES_A_CASE
    tally = run_library(chosen.seed, cases, chosen.processes, of_bytes)
    seconds = time.monotonic() - began
    is_clean = _report_library(tally, folder, chosen.seed)
    print(f"{seconds:,.0f} s, {sum(tally.cases.values()) / seconds:,.0f} cases a second", flush=True)
    return is_clean


def _json_ld(chosen: argparse.Namespace) -> bool:
    began = time.monotonic()
    figures = run_rdf(chosen.mutants, chosen.seed, chosen.processes)
    print("\n".join([*figures.lines(), f"{time.monotonic() - began:,.0f} s"]), flush=True)
    return not figures.found


def _report_library(tally: Tally, folder: Path, seed: int) -> bool:
    print("\n".join(tally.lines()), flush=True)
    for number, found in enumerate([*tally.kept, {**tally.worst, "kind": "costliest"}] if tally.worst else tally.kept):
        keep(folder / f"library-{number:04d}-{found['kind'].replace(' ', '-')}", found, seed)
    return tally.is_clean


def _report_http(tally: HttpTally, folder: Path, seed: int) -> bool:
    print("\n".join(tally.lines()), flush=True)
    for number, found in enumerate(tally.kept):
        keep(folder / f"http-{number:04d}-{found['kind'].replace(' ', '-')}", found, seed)
    return tally.is_clean


def keep(place: Path, found: dict[str, Any], seed: int) -> None:
    """Write a finding down: its bytes as they are, and beside them how they came about."""
    place.with_suffix(".bin").write_bytes(found["data"])
    told = {name: value for name, value in found.items() if name not in ("data", "evidence")}
    told["evidence"] = [one.decode("latin-1") for one in found.get("evidence", ())]
    place.with_suffix(".json").write_text(json.dumps({"seed": seed, **told}, indent=1))


def run_http(requests: int, seed: int, folder: Path) -> HttpTally:
    """Run the demonstration in a folder, and the campaign against servers of it."""
    with tempfile.TemporaryDirectory(prefix="workspace-", dir=folder) as made:
        done = run_credroot(Path(made), "demo", "--no-serve", "--dir", "D")
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        workspace = Workspace(Path(made, "D"), done.stdout)
        campaign = HttpCampaign(workspace, seed)
        try:
            campaign.run(requests)
        finally:
            stop_chain(workspace.folder)
        return campaign.tally
