"""Signed JSON-LD rewritten in every way that we know: what still verifies reads as it did, or it does not verify."""

from __future__ import annotations

import os
import random

from tests.campaigns.verifier_fuzz.rdf_mutants import STEPS, mutants
from tests.campaigns.verifier_fuzz.rdf_oracle import Campaign
from tests.campaigns.verifier_fuzz.rdf_originals import originals

MUTANTS = 20_000
MUST_VERIFY = ("shuffled", "members_shuffled", "bracketed", "unbracketed", "as_name", "moved", "other_contexts")
"""Steps that leave a signature good often enough: were there none, nothing would have been compared."""


def test_no_mutant_of_a_signed_document_reads_otherwise_than_its_original():
    seed = os.environ.get("CREDROOT_SEED") or str(random.SystemRandom().getrandbits(32))
    print(f"seed {seed}")
    figures = Campaign(seed, share_of_small=0.96, share_of_ways=0.02, share_of_pyoxigraph=0.005).run(MUTANTS)
    print("\n".join(figures.lines()))
    assert figures.found == []
    assert figures.verified > MUTANTS // 50
    assert figures.unchecked > MUTANTS // 50
    assert set(MUST_VERIFY) <= set(figures.steps_that_verified)
    assert figures.compared_with_pyoxigraph > 0


def test_a_seed_gives_the_same_mutants_and_leaves_the_original_alone():
    original = originals()["badge"]
    before = repr(original)
    first, second = (mutants(original, random.Random(7)) for _ in range(2))
    assert [next(first) for _ in range(50)] == [next(second) for _ in range(50)]
    assert repr(original) == before


def test_every_step_finds_something_to_do():
    rng = random.Random(11)
    done: set[str] = set()
    for document in originals().values():
        maker = mutants(document, rng)
        for _ in range(150):
            done.update(next(maker).name.split(" + "))
    assert done == set(STEPS)
