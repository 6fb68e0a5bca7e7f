"""A hundred people of ten thousand, withdrawn in one transaction."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.chain import registry_calls
from credroot.chain.facts import Query
from credroot.chain.registry_calls import Action
from credroot.core.status import Status
from credroot.core.values import Digest, Root
from credroot.issuer.intent import Guards, Intent
from credroot.issuer.selection import Target
from credroot.issuer.withdrawal import intents

if TYPE_CHECKING:
    from tests.issuer.lifecycle.conftest import Issuer

GAS = json.loads((Path(__file__).parents[2] / "contracts" / "gas.json").read_text())["gas"]
PEOPLE = 10_000
SPREAD_WORDS = 39
"""Words that `gas.json`'s hundred lies in."""


def test_a_random_hundred_of_ten_thousand_are_revoked_in_one_transaction_at_the_promised_gas(
    issuer: Issuer, rng: random.Random
) -> None:
    root = Root(Digest(rng.randbytes(32)))
    chosen = set(rng.sample(range(PEOPLE), 100))
    with issuer.desk() as desk:
        registry = issuer.deployment.address
        data = registry_calls.anchor(issuer.address, root, PEOPLE)
        desk.bench.carry_out(desk.signer, Intent("anchor", "ten thousand", registry, data), Guards())
        targets = [Target(root, index) for index in chosen]
        wanted = intents(targets, Action.REVOKE, 1, issuer.deployment, issuer.address)
        assert len(wanted) == 1
        before = desk.chain.nonce(issuer.address)
        done = desk.bench.carry_out(desk.signer, wanted[0], Guards())
        assert desk.chain.nonce(issuer.address) == before + 1

        words = len({index // 256 for index in chosen})
        promised = GAS["setStatus, revoke 100 spread over 10,000"] * words / SPREAD_WORDS
        assert done.gas_used is not None
        assert done.gas_used <= promised * 1.02
        print(f"{words} words, {done.gas_used:,} gas")
        facts = desk.bench.reader.read([Query(issuer.address, root, index) for index in range(PEOPLE)])
        revoked = {index for index, fact in enumerate(facts) if fact.status is Status.REVOKED}
        assert revoked == chosen
