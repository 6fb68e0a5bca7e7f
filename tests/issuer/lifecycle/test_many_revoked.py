"""A hundred people of a large batch of real credentials, withdrawn in one transaction by the command line.

The short form has 2,000 people; ``CREDROOT_PEOPLE=10000`` gives the batch its full size:

    CREDROOT_PEOPLE=10000 scripts/test -s tests/issuer/lifecycle/test_many_revoked.py
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.issuing.workbench import workbench
from credroot.app.settings.settings import load_settings
from credroot.app.verifying.library import open_verifier
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.calls import Action
from credroot.core.report import Verdict
from credroot.core.status import Status
from credroot.core.values import Digest, Root
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.withdrawal.selection import Target, targets_of
from credroot.issuer.withdrawal.status_change import MAX_WORDS, intents, statuses
from tests.contracts.evm import Evm
from tests.contracts.registry import REVOKE, Registry
from tests.contracts.test_gas import ISSUER
from tests.issuer.test_selection import DEPLOYMENT

if TYPE_CHECKING:
    import random

    from credroot.chain.registry.calls import StatusWord
    from tests.workspaces import Workspace

GAS = json.loads((Path(__file__).parents[2] / "contracts" / "gas.json").read_text())["gas"]
PEOPLE = int(os.environ.get("CREDROOT_PEOPLE", "2000"))
CHOSEN = 100
PATIENCE_S = 1_800
SPREAD_WORDS = 39
"""Words that the hundred of `gas.json` lie in."""
ZERO_BYTE_SAVES = 12
"""Call data: 16 for a byte, 4 for a zero."""
LINE_TOLERANCE = 0.005
"""Masks have more or fewer zero bytes than those of `gas.json`."""
JUDGED = 20
"""Credentials of each kind that the verifier judges, beside the status of all."""


def metered_gas(root: Root, words: tuple[StatusWord, ...]) -> int:
    """What the same revocation costs on the meter that `gas.json` is held to, byte for byte of its call data."""
    evm = Evm()
    registry = Registry(evm, evm.send(ISSUER, None, registry_calls.deploy()).created)
    registry.send(ISSUER, "anchor", ISSUER, bytes(root), PEOPLE)
    pairs = [(word.index, word.mask) for word in words]
    return registry.send(ISSUER, "setStatus", ISSUER, bytes(root), REVOKE, 1, pairs).gas_used


def on_the_line(words: int) -> float:
    """What `gas.json` promises for so many words: its two measurements, of 1 and of 39, lie on a line."""
    one = GAS["setStatus, revoke 100 in one word"]
    spread = GAS["setStatus, revoke 100 spread over 10,000"]
    return float(one + (words - 1) * (spread - one) / (SPREAD_WORDS - 1))


def test_a_hundred_real_credentials_are_revoked_in_one_transaction_at_exactly_the_promised_gas(
    workspace: Workspace, rng: random.Random
) -> None:
    folder = workspace.folder
    rows = "".join(f"Person {n},person.{n}@students.example,2026-06-30\n" for n in range(PEOPLE))
    (folder / "large.csv").write_text("name,email,issued_on\n" + rows)
    began = time.monotonic()
    request = ("--roster", "large.csv", "--achievement", "data-analytics.json")
    anchored = workspace.run("batch", "anchor", "large", *request, "--json", timeout=PATIENCE_S)
    assert anchored.returncode == 0, anchored.stderr
    assert json.loads(anchored.stdout)["leafCount"] == PEOPLE
    anchoring_s, began = time.monotonic() - began, time.monotonic()

    chosen = sorted(rng.sample(range(2, PEOPLE + 2), CHOSEN))
    options = ("--batch", "large", "--rows", ",".join(map(str, chosen)), "--reason", "issued-in-error", "--json")
    revoked = workspace.run("revoke", *options, timeout=PATIENCE_S)
    assert revoked.returncode == 0, revoked.stderr
    answer = json.loads(revoked.stdout)
    assert [one["row"] for one in answer["which"]] == chosen
    assert len(answer["steps"]) == 1

    batch = BatchFolder(folder / "batches" / "large")
    targets = targets_of(batch)
    with workbench(load_settings(folder)) as (bench, _):
        found = dict(zip(targets, statuses(targets, bench.reader, bench.issuer), strict=True))
        withdrawn = [target for target in targets if target.row in chosen]
        (intent,) = intents(withdrawn, Action.REVOKE, 1, bench.deployment, bench.issuer)
        operation = bench.journal.operation(len(bench.journal.operations()))
    assert {target.row for target, facts in found.items() if facts.status is Status.REVOKED} == set(chosen)
    assert operation.data == intent.data
    words = registry_calls.status_words(target.index for target in withdrawn)
    # An address or a root with a zero byte costs 12 gas less in the call data, a mask with more set bytes as much more.
    issuer_zeros = bytes(bench.issuer).count(0)
    assert operation.gas_used == metered_gas(targets[0].root, words) - issuer_zeros * ZERO_BYTE_SAVES
    assert abs(operation.gas_used - on_the_line(len(words))) / on_the_line(len(words)) < LINE_TOLERANCE

    judged = rng.sample(withdrawn, JUDGED) + rng.sample([one for one in targets if one.row not in chosen], JUDGED)
    with open_verifier(folder) as verifier:
        verdicts = [verifier.verify(batch.file_of({"id": target.id}).read_bytes()).verdict for target in judged]
    assert verdicts == [Verdict.INVALID] * JUDGED + [Verdict.VALID] * JUDGED
    revoking_s = time.monotonic() - began
    print(
        f"{PEOPLE:,} credentials anchored in {anchoring_s:.1f} s; {CHOSEN} revoked and all read in {revoking_s:.1f} s: "
        f"{len(words)} words, {operation.gas_used:,} gas, 1 transaction"
    )


def test_more_words_than_a_transaction_may_touch_are_parted_and_none_is_lost() -> None:
    root = Root(Digest(b"r" * 32))
    targets = [Target(root, 256 * word + word % 256) for word in range(2 * MAX_WORDS + 1)]
    made = intents(targets, Action.SUSPEND, 7, DEPLOYMENT, DEPLOYMENT.address)
    assert [intent.label.split()[1] for intent in made] == [str(MAX_WORDS), str(MAX_WORDS), "1"]
    assert len({intent.data for intent in made}) == len(made)
