"""Campaign J in its short form; `scripts/campaign_audit` runs the long one."""

from __future__ import annotations

import os
import random

from tests.auditor.anvil import start_anvil
from tests.campaigns.indexer import TAMPERS, Tally, run_chain

CHAINS = int(os.environ.get("CREDROOT_CHAINS", "100"))
LIES_A_CHAIN = 4


def test_the_ledger_equals_the_chain_and_every_planted_lie_is_found(rng: random.Random) -> None:
    tally = Tally()
    for _ in range(CHAINS):
        chain = start_anvil()
        try:
            run_chain(chain, random.Random(rng.getrandbits(64)), tally, lies=LIES_A_CHAIN)
        finally:
            chain.stop()
    print("\n".join(tally.lines()))
    assert tally.missed == []
    assert tally.chains == CHAINS
    assert tally.reorganisations > 0
    assert set(tally.lies) == set(TAMPERS) or CHAINS < 40
