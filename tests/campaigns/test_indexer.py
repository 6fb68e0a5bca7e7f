"""Campaign J in its short form; `scripts/campaign_audit` runs the long one."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

from tests.auditor.anvil import start_anvil
from tests.campaigns.indexer import TAMPERS, Tally, run_chain

CHAINS = int(os.environ.get("CREDROOT_CHAINS", "50"))
"""In each of the two databases."""
LIES_A_CHAIN = 4


def test_the_ledger_equals_the_chain_and_every_planted_lie_is_found(
    rng: random.Random, new_index_url: Callable[[], str]
) -> None:
    tally = Tally()
    for _ in range(CHAINS):
        chain = start_anvil()
        try:
            seed = rng.getrandbits(64)
            run_chain(chain, random.Random(seed), tally, lies=LIES_A_CHAIN, new_index_url=new_index_url)
        finally:
            chain.stop()
    print("\n".join(tally.lines()))
    assert tally.missed == []
    assert tally.chains == CHAINS
    assert tally.reorganisations > 0
    assert set(tally.lies) == set(TAMPERS) or CHAINS < 40
