"""The campaign against the library: cases in blocks, judged as a server judges them, and held against the oracle."""

from __future__ import annotations

import gc
import json
import multiprocessing
import random
import resource
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from credroot.app.verifying.given_files import open_file
from credroot.chain.reading.saved_facts import SavedFacts
from credroot.core.errors import InputError
from credroot.core.report import Report
from credroot.credential.baking.private_link import credential_in, is_link
from credroot.verifier.verifier import Verifier
from tests.campaigns.verifier_fuzz.cases import BLOCK, Case, CaseMaker
from tests.campaigns.verifier_fuzz.estate import Estate
from tests.campaigns.verifier_fuzz.oracle import Judged, Oracle, Wrong, incident, judged
from tests.campaigns.verifier_fuzz.originals import PINNED, QUORUM, W3C, Original
from tests.campaigns.verifier_fuzz.policies import Bench, parses

CHANGES_A_BYTE = 10
"""Eight flips, a deletion, and an exchange with the next byte."""
SLOW_S = 1.0
"""Seconds of a processor that one file may cost at most."""
MAX_KEPT = 20
"""Findings of one kind, format and policy that are written down; all are counted."""
LOOK_FROM_S = 0.5
"""Seconds of a processor from which on a block is judged again, file by file, to find the costly one."""


@dataclass
class Tally:
    """What was done, and what was found."""

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By format and policy."""
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By format and verdict."""
    found: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By kind, format and policy."""
    kept: list[dict[str, Any]] = field(default_factory=list)
    """Findings as they are written down."""
    worst_s: float = 0.0
    worst: dict[str, Any] = field(default_factory=dict)
    """The costliest case."""
    growth_mib: float = 0.0
    """By how much a process grew after its first blocks."""

    def add(self, other: Tally) -> None:
        self.cases.update(other.cases)
        self.verdicts.update(other.verdicts)
        self.found.update(other.found)
        self.kept += other.kept
        if other.worst_s > self.worst_s:
            self.worst_s, self.worst = other.worst_s, other.worst
        self.growth_mib = max(self.growth_mib, other.growth_mib)

    @property
    def is_clean(self) -> bool:
        return not self.found

    def lines(self) -> Iterator[str]:
        """Give the figures as text."""
        formats, policies = sorted({f for f, _ in self.cases}), sorted({p for _, p in self.cases})
        yield f"{sum(self.cases.values()):,} cases".ljust(18) + "".join(policy.rjust(17) for policy in policies)
        for one in formats:
            yield one.ljust(18) + "".join(f"{self.cases[one, policy]:,}".rjust(17) for policy in policies)
        yield "verdicts: " + ", ".join(
            f"{verdict} {sum(count for (_, v), count in self.verdicts.items() if v == verdict):,}"
            for verdict in sorted({verdict for _, verdict in self.verdicts})
        )
        worst = f"{self.worst_s * 1000:,.0f} ms of CPU ({self.worst.get('about', '')})"
        yield f"costliest {worst}, growth {self.growth_mib:,.1f} MiB"
        for (kind, one, policy), count in sorted(self.found.items(), key=str):
            yield f"FOUND {count:,} x {kind}: {one} under {policy}"


class Campaign:
    """One process's part."""

    def __init__(self, estate: Estate) -> None:
        self.maker = CaseMaker(estate)
        self.bench = Bench(estate)
        self.tally = Tally()
        self.oracle = Oracle(estate, self._baseline(estate))

    def _baseline(self, estate: Estate) -> dict[tuple[str, str], Judged]:
        """Judge every genuine file under every policy whose sources stay; what is wrong then is found already."""
        told: dict[tuple[str, str], Judged] = {}
        oracle = Oracle(estate, {})
        for policy, verifier in self.bench.kept.items():
            reports = verifier.verify_many((one.data, one.digest) for one in estate.originals)
            for original, report in zip(estate.originals, reports, strict=True):
                told[policy, original.name] = judged(report)
                wrong = oracle.of_genuine(original, report, policy)
                if wrong is not None:
                    self._found(Case(-1, policy, "genuine", "none", original.data, original.digest, original), wrong)
        return told

    def run(self, numbers: Iterable[int]) -> None:
        """Run cases, whole blocks at a time."""
        block: list[Case] = []
        for number in numbers:
            case = self.maker.case(number)
            if block and (case.number // BLOCK != block[0].number // BLOCK):
                self._run_block(block)
                block = []
            block.append(case)
        if block:
            self._run_block(block)

    def run_bytes(self, worker: int, processes: int, cases: int) -> None:
        """Run campaign D: bytes of every issued file flipped, taken away and exchanged with their neighbours."""
        originals, policies = self.maker.estate.originals, sorted(self.bench.kept)
        share = -(-cases // (len(originals) * processes))
        for place, original in enumerate(originals):
            rng = random.Random(f"{self.maker.estate.seed} bytes {place} {worker}")
            changes = len(original.data) * CHANGES_A_BYTE
            chosen = sorted(rng.sample(range(worker, changes, processes), min(share, changes // processes)))
            policy = policies[(place + worker) % len(policies)]
            for start in range(0, len(chosen), BLOCK):
                numbers = chosen[start : start + BLOCK]
                self._run_block([self._of_byte(original, policy, number) for number in numbers])

    def _of_byte(self, original: Original, policy: str, number: int) -> Case:
        spot, change = divmod(number, CHANGES_A_BYTE)
        data = byte_changed(original.data, spot, change)
        return Case(number, policy, "every byte", f"{original.name} {spot} {change}", data, original.digest)

    def _run_block(self, block: list[Case]) -> None:
        together = [case for case in block if _is_plain(case) and case.policy in self.bench.kept]
        if together:
            began = time.process_time()
            try:
                verifier = self.bench.kept[together[0].policy]
                reports: Iterable[Report] = verifier.verify_many((case.data, case.digest) for case in together)
            except Exception:
                reports = []
            if reports and time.process_time() - began < LOOK_FROM_S:
                for case, report in zip(together, reports, strict=True):
                    self._judge(case, report)
                together = []
        rest = [case for case in block if case in together or not (_is_plain(case) and case.policy in self.bench.kept)]
        for case in rest:
            self._run_one(case)

    def _run_one(self, case: Case) -> None:
        began = time.process_time()
        try:
            answers = list(self._answers(case))
            spent = time.process_time() - began
        except Exception as error:
            self._found(case, Wrong(f"uncaught {type(error).__name__}", traceback.format_exc()))
            self.tally.cases[case.format, case.policy] += 1
            return
        if spent > self.tally.worst_s:
            self.tally.worst_s, self.tally.worst = spent, written_down(case, f"{case.format}: {case.change}")
        if spent > SLOW_S:
            self._found(case, Wrong("slow", f"{spent:.2f} s of CPU"))
        if not answers:
            self.tally.cases[case.format, case.policy] += 1
        for part, answer in answers:
            if isinstance(answer, bool):
                self._judge_w3c(case, part, is_verified=answer)
            else:
                self._judge(case, answer, part)

    def _answers(self, case: Case) -> Iterator[tuple[bytes, Report | bool]]:
        """Give what is said of a case, and of which bytes."""
        if case.presentation:
            if parses(case.presentation):
                yield case.data, self.bench.w3c_presents(case.presentation, has_proof=case.has_proof)
            return
        for part in opened(case.data) if case.is_opened else [case.data]:
            if case.policy == W3C:
                yield part, self.bench.w3c_verifies(part)
            else:
                yield part, self._verifier(case).verify(part, file_digest=case.digest)

    def _verifier(self, case: Case) -> Verifier:
        rng = self.maker.sources(case.number)
        if case.policy == QUORUM:
            return self.bench.quorum(rng)
        if case.policy == PINNED:
            return self.bench.pinned(rng)
        return self.bench.offline(_saved(case)) if case.evidence else self.bench.kept[case.policy]

    def _judge(self, case: Case, report: Report, part: bytes | None = None) -> None:
        self.tally.cases[case.format, case.policy] += 1
        self.tally.verdicts[case.format, report.verdict.value] += 1
        report.to_json()
        wrong = incident(report)
        if wrong is not None:
            pass
        elif case.genuine is not None:
            wrong = self.oracle.of_genuine(case.genuine, report, case.policy)
        elif case.insider:
            wrong = self.oracle.of_insider(case.insider, report, case.policy)
        else:
            data = case.data if part is None else part
            # What stands beside it was changed: its verdict may rest on other words, but on nothing else.
            policy = PINNED if case.evidence and report.check("anchor").code != "anchor.ok" else case.policy
            wrong = self.oracle.of_mutant(data, case.digest, report, policy)
        if wrong is not None:
            self._found(case, wrong)

    def _judge_w3c(self, case: Case, part: bytes, *, is_verified: bool) -> None:
        self.tally.cases[case.format, case.policy] += 1
        self.tally.verdicts[case.format, "verified" if is_verified else "refused"] += 1
        wrong = None
        if case.presentation:
            wrong = self._of_presentation(case) if is_verified else None
        elif case.insider:
            wrong = None  # no anchor is asked for there, and the signature is genuine
        elif is_verified:
            wrong = self.oracle.of_w3c(part)
        elif case.genuine is not None and case.genuine.holds and W3C in case.genuine.valid_under:
            wrong = Wrong("refused", f"{case.genuine.name} is not verified")
        if wrong is not None:
            self._found(case, wrong)

    def _of_presentation(self, case: Case) -> Wrong | None:
        value = case.presentation.get("verifiableCredential", [])
        for held in value if isinstance(value, list) else [value]:
            wrong = self.oracle.of_w3c(json.dumps(held).encode()) if isinstance(held, dict) else None
            if wrong is not None:
                return wrong
        return None

    def _found(self, case: Case, wrong: Wrong) -> None:
        key = (wrong.kind, case.format, case.policy)
        self.tally.found[key] += 1
        if self.tally.found[key] <= MAX_KEPT:
            self.tally.kept.append(written_down(case, wrong.text) | {"kind": wrong.kind})


def _is_plain(case: Case) -> bool:
    return not (case.is_opened or case.presentation or case.evidence)


def byte_changed(data: bytes, spot: int, change: int) -> bytes:
    """Flip one of 8 bits, take the byte away, or exchange it with its neighbour."""
    if change < 8:
        return data[:spot] + bytes([data[spot] ^ 1 << change]) + data[spot + 1 :]
    if change == 8:
        return data[:spot] + data[spot + 1 :]
    return data[:spot] + data[spot + 1 : spot + 2] + data[spot : spot + 1] + data[spot + 2 :]


def opened(data: bytes) -> list[bytes]:
    """Open a file as the page does."""
    if data[:200].isascii() and is_link(data.decode("latin-1")):
        try:
            return [credential_in(data.decode("ascii"))]
        except (InputError, UnicodeDecodeError):
            return []
    return [part.data for part in open_file("given", data) if part.problem is None]


def _saved(case: Case) -> list[SavedFacts]:
    found = []
    for data in case.evidence:
        try:
            found.append(SavedFacts.loads(data))
        except InputError:
            continue
    return found


def written_down(case: Case, about: str) -> dict[str, Any]:
    """Give what is kept of a case."""
    return {
        "case": case.number,
        "policy": case.policy,
        "format": case.format,
        "change": case.change,
        "about": about,
        "data": case.data,
        "digest": None if case.digest is None else str(case.digest),
        "evidence": case.evidence,
    }


def numbers_of(worker: int, processes: int, cases: int) -> Iterator[int]:
    """Give the cases of one process: every so many-th block."""
    for block in range(worker, -(-cases // BLOCK), processes):
        yield from range(block * BLOCK, min((block + 1) * BLOCK, cases))


WARM_UP = 2_000
"""Cases after which a process should have what it keeps."""


def work(seed: int, worker: int, processes: int, cases: int, of_bytes: int) -> Tally:
    """Do one process's part of a campaign: so many cases, and so many single bytes."""
    with tempfile.TemporaryDirectory(prefix="verifier-campaign-") as folder:
        estate = Estate(seed, Path(folder))
        try:
            campaign = Campaign(estate)
            numbers = list(numbers_of(worker, processes, cases))
            campaign.run(numbers[:WARM_UP])
            gc.collect()
            before = resident_mib()
            campaign.run(numbers[WARM_UP:])
            campaign.run_bytes(worker, processes, of_bytes)
            gc.collect()
            campaign.tally.growth_mib = resident_mib() - before
            return campaign.tally
        finally:
            estate.close()


def run_library(seed: int, cases: int, processes: int, of_bytes: int) -> Tally:
    """Run a campaign; with one process in this one."""
    tally = Tally()
    if processes == 1:
        tally.add(work(seed, 0, 1, cases, of_bytes))
        return tally
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for part in pool.starmap(work, [(seed, worker, processes, cases, of_bytes) for worker in range(processes)]):
            tally.add(part)
    return tally


def run_case(seed: int, number: int) -> Tally:
    """Run one case again."""
    with tempfile.TemporaryDirectory(prefix="verifier-campaign-") as folder:
        estate = Estate(seed, Path(folder))
        try:
            campaign = Campaign(estate)
            campaign.run([number])
            return campaign.tally
        finally:
            estate.close()


def resident_mib() -> float:
    """Give the size of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
