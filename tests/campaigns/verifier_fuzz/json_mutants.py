"""Mutants of a JSON document: one to three changes, from all that can be done to its parts and to its claims."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.campaigns.verifier_fuzz import json_claims, json_parts
from tests.campaigns.verifier_fuzz.json_places import copied
from tests.campaigns.verifier_fuzz.json_values import odd_value
from tests.campaigns.verifier_fuzz.json_words import TYPES
from tests.campaigns.verifier_fuzz.signing import Document

__all__ = ["TYPES", "copied", "mutant", "odd_value"]

Change = Callable[[Document, random.Random, Sequence[Document]], Any]


def mutant(document: Document, rng: random.Random, others: Sequence[Document]) -> tuple[str, Any]:
    """Give the names of one to three changes, and the changed copy; `others` are to take parts from."""
    changed: Any = copied(document)
    names = []
    for _ in range(rng.choices((1, 2, 3), (8, 2, 1))[0]):
        if not isinstance(changed, dict) or not changed:
            break
        change = rng.choices(CHANGES, WEIGHTS)[0]
        names.append(change.__name__)
        changed = change(changed, rng, others)
    return "+".join(names), changed


WEIGHTED: dict[Change, int] = {
    json_parts.other_letters: 10,
    json_parts.other_number: 3,
    json_parts.other_type: 12,
    json_parts.dropped: 6,
    json_claims.dropped_above: 3,
    json_claims.dropped_proof: 4,
    json_parts.added: 8,
    json_claims.added_above: 5,
    json_parts.renamed: 5,
    json_parts.moved: 5,
    json_parts.copied_elsewhere: 4,
    json_parts.doubled: 5,
    json_parts.reordered: 4,
    json_parts.wrapped: 5,
    json_claims.fake_first: 6,
    json_claims.spliced: 6,
    json_parts.spliced_within: 5,
    json_claims.said_to_be: 6,
    json_claims.under_other_contexts: 4,
    json_claims.other_proof: 6,
    json_claims.proofs_reordered: 2,
    json_claims.hidden_standing: 5,
}
CHANGES, WEIGHTS = tuple(WEIGHTED), tuple(WEIGHTED.values())
