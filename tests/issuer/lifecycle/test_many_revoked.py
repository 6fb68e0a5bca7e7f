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

from credroot.app.issuing import workbench
from credroot.app.library import open_verifier
from credroot.app.settings import load_settings
from credroot.chain import registry_calls
from credroot.chain.registry_calls import Action, StatusWord
from credroot.core.report import Verdict
from credroot.core.status import Status
from credroot.core.values import Address, Digest, Root
from credroot.issuer.batch_folder import BatchFolder
from credroot.issuer.selection import Target, targets_of
from credroot.issuer.withdrawal import MAX_WORDS, intents, statuses
from tests.contracts.test_gas import ISSUER, every_other_bit, full
from tests.issuer.test_selection import DEPLOYMENT

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from tests.workspaces import Workspace

GAS = json.loads((Path(__file__).parents[2] / "contracts" / "gas.json").read_text())["gas"]
PEOPLE = int(os.environ.get("CREDROOT_PEOPLE", "2000"))
CHOSEN = 100
PATIENCE_S = 1_800
BASE_GAS, ZERO_BYTE_GAS, OTHER_BYTE_GAS = 21_000, 4, 16
JUDGED = 20
"""Credentials of each kind that the verifier judges, beside the status of all."""


def intrinsic(data: bytes) -> int:
    """What a transaction costs before any code runs: the base, and each byte of its data."""
    return BASE_GAS + sum(OTHER_BYTE_GAS if byte else ZERO_BYTE_GAS for byte in data)


def measured_call(root: str, words: Iterable[StatusWord]) -> bytes:
    """The call that `gas.json` has the cost of."""
    issuer, digest = Address(ISSUER), Root(Digest(full(root)))
    return registry_calls.set_status(issuer, digest, Action.REVOKE, 1, tuple(words))


def promised_gas(data: bytes, words: int) -> int:
    """What `gas.json` promises for a revocation that touches so many words: its two measurements lie on one line."""
    spread = registry_calls.status_words(range(0, 10_000, 100))
    one_word = measured_call("many 0", [StatusWord(0, every_other_bit(100))])
    of_one = GAS["setStatus, revoke 100 in one word"] - intrinsic(one_word)
    of_spread = GAS["setStatus, revoke 100 spread over 10,000"] - intrinsic(measured_call("large", spread))
    of_each, rest = divmod(of_spread - of_one, len(spread) - 1)
    assert rest == 0
    return intrinsic(data) + of_one + (words - 1) * of_each


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
    words = len({target.index // 256 for target in withdrawn})
    assert operation.gas_used == promised_gas(intent.data, words)

    judged = rng.sample(withdrawn, JUDGED) + rng.sample([one for one in targets if one.row not in chosen], JUDGED)
    with open_verifier(folder) as verifier:
        verdicts = [verifier.verify(batch.file_of({"id": target.id}).read_bytes()).verdict for target in judged]
    assert verdicts == [Verdict.INVALID] * JUDGED + [Verdict.VALID] * JUDGED
    revoking_s = time.monotonic() - began
    print(
        f"{PEOPLE:,} credentials anchored in {anchoring_s:.1f} s; {CHOSEN} revoked and all read in {revoking_s:.1f} s: "
        f"{words} words, {operation.gas_used:,} gas, 1 transaction"
    )


def test_more_words_than_a_transaction_may_touch_are_parted_and_none_is_lost() -> None:
    root = Root(Digest(b"r" * 32))
    targets = [Target(root, 256 * word + word % 256) for word in range(2 * MAX_WORDS + 1)]
    made = intents(targets, Action.SUSPEND, 7, DEPLOYMENT, DEPLOYMENT.address)
    assert [intent.label.split()[1] for intent in made] == [str(MAX_WORDS), str(MAX_WORDS), "1"]
    assert len({intent.data for intent in made}) == len(made)
