"""Campaign A: kill points x faults of the endpoint x reorganisations, against a real node.

Each run is one issuer with one batch. Its processes are killed, its endpoint fails, its blocks vanish; at the end the
batch must be on the chain once, paid once, and its published files must lead to what the event says.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credroot.chain.registry.events import read_events
from credroot.chain.rpc.client import Rpc
from credroot.chain.writing.keystore import signer_from_key
from credroot.core.anchor.proof import decode_proof_value, leaf_of, split_proofs
from credroot.core.tree.merkle import root_from_proof
from tests.campaigns.anvil import PROJECT, Anvil, deploy_registry, running_anvil, test_key
from tests.campaigns.desk import PEOPLE
from tests.campaigns.fault_proxy import FaultProxy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.values import Address

CONFIRMATIONS = 4
RUNS_OF_ONE_NODE = 25
"""Behind a thousand blocks, a reorganisation now and then makes anvil lose its state."""
PATIENCE_PROCESSES = 8
"""After so many processes without a result it is asked whether anvil broke."""
KILLABLE_HITS = 26
MOST_KILLS = 3
MOST_PROCESSES = 60
HUNG_AFTER_S, MUTANT_HUNG_AFTER_S = 60.0, 15.0
"""A process that has not ended by then, with blocks coming every few milliseconds, waits in vain."""
DEEP_REORGANISATION_SHARE = 0.1
BLOCK_PAUSE_S = (0.001, 0.02)
GWEI = 10**9


@dataclass
class Figures:
    """What a campaign did and found."""

    runs: int = 0
    kills: int = 0
    processes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    reorganisations: int = 0
    deep: int = 0
    bumps: int = 0
    lost: int = 0
    doubled: int = 0
    differing: int = 0
    unwritten: int = 0
    crashed: int = 0
    broken_nodes: int = 0
    """Runs that were thrown away because anvil itself had lost the registry."""
    endings: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.failures

    def lines(self) -> list[str]:
        """Say it for people."""
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return [
            f"runs {self.runs}, processes {self.processes}, kills {self.kills}, faults {self.faults.total()}, "
            f"reorganisations {self.reorganisations} ({self.deep} behind finality), replacements {self.bumps}",
            f"lost {self.lost}, doubled {self.doubled}, differing {self.differing}, "
            f"sent before written {self.unwritten}, crashed {self.crashed}; "
            f"{self.broken_nodes} runs thrown away because anvil broke",
            f"faults: {faults}",
            "processes ended: " + ", ".join(f"{name} {count}" for name, count in sorted(self.endings.items())),
            *self.failures,
        ]


class NodeBrokeError(Exception):
    """anvil lost its state: the registry's code is gone, which no reorganisation of ours can do."""


class World(threading.Thread):
    """The one thread that mines and reorganises while issuers work."""

    def __init__(self, anvil: Anvil, rng: random.Random, figures: Figures, floor: int) -> None:
        super().__init__()
        self._anvil = anvil
        self._rng = rng
        self._figures = figures
        self._floor = floor
        """The block below which nothing is taken away: the issuer's money is there."""
        self._ending = threading.Event()

    def run(self) -> None:
        """Move until `end`."""
        while not self._ending.wait(self._rng.uniform(*BLOCK_PAUSE_S)):
            chance = self._rng.random()
            if chance < 0.08:
                self._reorganise(self._rng.randint(1, CONFIRMATIONS - 1))
            elif chance < 0.12:
                self._anvil.ask("anvil_dropAllTransactions")
            elif chance < 0.2:
                self._anvil.set_base_fee(self._rng.randint(1, 40) * GWEI)
                self._anvil.mine()
            else:
                self._anvil.mine()

    def _reorganise(self, depth: int) -> None:
        if self._anvil.head - depth > self._floor:
            self._anvil.reorganise(depth)
            self._figures.reorganisations += 1

    def end(self) -> None:
        """Let the chain stand still again."""
        self._ending.set()
        self.join()


@contextmanager
def running_worker() -> Iterator[subprocess.Popen[str]]:
    """Run the process that issuers are forked from."""
    command = [sys.executable, "-m", "tests.campaigns.worker"]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait()
        process.stdout.close()


class Campaign:
    """Runs on one node. `seed` fixes everything but the timing of processes."""

    def __init__(self, folder: Path, seed: str, figures: Figures, *, mutant: str | None = None) -> None:
        self._folder = folder
        self._seed = seed
        self._figures = figures
        self._mutant = mutant
        self._stack = ExitStack()

    def __enter__(self) -> Campaign:
        self._anvil = self._stack.enter_context(running_anvil())
        self._deployment = deploy_registry(self._anvil, self._folder)
        self._anvil.mine(2 * CONFIRMATIONS)
        self._deployment_file = self._folder / "deployment.json"
        self._deployment_file.write_text(json.dumps(self._deployment.to_json()))
        self._proxy = self._stack.enter_context(FaultProxy(self._anvil.url, random.Random(self._seed)).running())
        self._worker = self._stack.enter_context(running_worker())
        return self

    def __exit__(self, *_error: object) -> None:
        self._figures.faults += self._proxy.faults
        self._stack.close()

    def run(self, number: int) -> bool:
        """Make one run; answer whether it ended as it must."""
        rng = random.Random(f"{self._seed}/{number}")
        key = test_key(f"campaign {self._seed} {number}")
        account = signer_from_key(key).address
        folder = self._folder / f"run-{number}"
        self._anvil.fund(account)
        self._anvil.mine(2 * CONFIRMATIONS + 4)
        self._proxy.journal, self._proxy.unwritten = folder / "journal.db", 0
        world = World(self._anvil, rng, self._figures, self._anvil.head)
        world.start()
        try:
            # Every third run dies first at the next point in order, so that each of them has its turn.
            directed = number // 3 % KILLABLE_HITS if number % 3 == 0 else None
            ended = self._until_published(rng, folder, key, directed)
            if ended == "published" and rng.random() < DEEP_REORGANISATION_SHARE:
                world.end()
                self._anvil.mine(CONFIRMATIONS)
                self._anvil.reorganise(2 * CONFIRMATIONS + 2)
                self._figures.deep += 1
                world = World(self._anvil, rng, self._figures, self._anvil.head)
                world.start()
                ended = self._until_published(rng, folder, key)
        finally:
            world.end()
        self._require_sound_node()
        # What the policy promises: nothing that was published hangs on the blocks that may still vanish.
        self._anvil.reorganise(CONFIRMATIONS - 1)
        self._figures.reorganisations += 1
        found = [] if ended == "published" else [f"not published: {ended}"]
        found += self._judge(folder, account)
        self._figures.runs += 1
        for what in found:
            self._figures.failures.append(f"run {number} of seed {self._seed}: {what}")
        if not found:
            shutil.rmtree(folder)
        return not found

    def _require_sound_node(self) -> None:
        if self._anvil.ask("eth_getCode", str(self._deployment.address), "latest") == "0x":
            raise NodeBrokeError

    def _until_published(self, rng: random.Random, folder: Path, key: bytes, directed: int | None = None) -> str:
        kills = rng.randint(0, MOST_KILLS)
        rate = rng.choice((0.0, 0.05, 0.15, 0.3))
        bump_after_s = rng.choice((0.03, 0.2, 60.0))
        ended: dict[str, Any] = {}
        for process in range(MOST_PROCESSES):
            if process >= PATIENCE_PROCESSES:
                self._require_sound_node()
            self._proxy.rate = rate if process < MOST_PROCESSES // 2 else 0.0
            may_kill = kills > 0
            kill_at = rng.randrange(KILLABLE_HITS) if may_kill and rng.random() < 0.7 else None
            if directed is not None and process == 0:
                kill_at = directed
            order = {
                "folder": str(folder),
                "url": self._proxy.url,
                "deployment": str(self._deployment_file),
                "key": key.hex(),
                "confirmations": CONFIRMATIONS,
                "bump_after_s": bump_after_s,
                "mutant": self._mutant,
                "kill_at": kill_at,
                "hung_after_s": HUNG_AFTER_S if self._mutant is None else MUTANT_HUNG_AFTER_S,
                "kill_after_s": rng.uniform(0.0, 0.4) if may_kill and rng.random() < 0.4 else None,
            }
            ended = self._ask(order)
            self._figures.processes += 1
            self._figures.endings[ended["why"].split()[0] if ended["ended"] == "failed" else ended["ended"]] += 1
            if ended["ended"] == "killed":
                self._figures.kills += 1
                kills -= 1
            elif ended["ended"] == "published":
                return "published"
            elif ended["ended"] == "hung":
                return "hung: it waits for what can't happen"
            elif ended["ended"] == "crashed":
                self._figures.crashed += 1
                return f"crashed: {ended['why']}"
        return f"{ended['ended']} {ended.get('why', '')}"

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.write(json.dumps(order) + "\n")
        self._worker.stdin.flush()
        answer: dict[str, Any] = json.loads(self._worker.stdout.readline())
        return answer

    def _judge(self, folder: Path, account: Address) -> list[str]:
        """Hold chain, files and payments against each other; asked at the node itself."""
        found: list[str] = []
        figures = self._figures
        with Rpc(self._anvil.url, deadline_s=30) as rpc:
            events = [
                event
                for event in read_events(rpc, self._deployment, first=0, last=self._anvil.head, issuer=account)
                if event.name == "BatchAnchored"
            ]
        paid = int(self._anvil.ask("eth_getTransactionCount", str(account), "latest"), 16)
        figures.bumps += _attempts(folder) - 1
        if not events:
            figures.lost += 1
            found.append("lost: published, and not on the chain")
        if len(events) > 1 or paid > 1:
            figures.doubled += 1
            found.append(f"doubled: {len(events)} anchors, {paid} transactions")
        if self._proxy.unwritten:
            figures.unwritten += 1
            found.append(f"{self._proxy.unwritten} transactions were sent before they were written down")
        published = folder / "batches" / "one" / "credentials"
        if events and not files_lead_to(published, events[0].arguments["root"], events[0].arguments["leafCount"]):
            figures.differing += 1
            found.append("the published files are not those of the event")
        return found


def _attempts(folder: Path) -> int:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(folder / "journal.db")) as journal:
        return int(journal.execute("SELECT count(*) FROM attempt").fetchone()[0])


def files_lead_to(published: Path, root: object, leaf_count: object) -> bool:
    """Answer whether published files are the leaves of a batch, each of them once."""
    files = sorted(published.glob("*.json"))
    indexes = set()
    for path in files:
        unanchored, proofs = split_proofs(json.loads(path.read_bytes()))
        claim = decode_proof_value(str(proofs[0]["proofValue"]))
        options = {name: value for name, value in proofs[0].items() if name != "proofValue"}
        if (root_from_proof(leaf_of(options, unanchored), claim.proof), claim.root) != (root, root):
            return False
        indexes.add(claim.proof.index)
    return len(files) == PEOPLE == leaf_count and indexes == set(range(PEOPLE))


def run_campaign(
    runs: int, seed: str, folder: Path, *, mutant: str | None = None, stop_at_failure: bool = False
) -> tuple[Figures, float]:
    """Make `runs` runs; give the figures and the seconds that it took."""
    figures = Figures()
    started = time.monotonic()
    number, node = 0, 0
    while number < runs:
        here = folder / f"node-{node}"
        here.mkdir(parents=True)
        node += 1
        with Campaign(here, seed, figures, mutant=mutant) as campaign:
            for _ in range(min(RUNS_OF_ONE_NODE, runs - number)):
                try:
                    is_well = campaign.run(number)
                except NodeBrokeError:
                    figures.broken_nodes += 1
                    break
                number += 1
                if stop_at_failure and not is_well:
                    return figures, time.monotonic() - started
    return figures, time.monotonic() - started
