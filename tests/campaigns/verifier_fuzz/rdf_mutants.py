"""Mutants of signed JSON-LD: other JSON for what may be the same statements, and content that a processor may drop.

``mutants(document, rng)`` gives mutants without end; each is a name and a changed copy. Most are made so that the
statements stay what they were, which is where a signature holds and a reader might see something else.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from tests.campaigns.verifier_fuzz import rdf_additions, rdf_rewritings
from tests.campaigns.verifier_fuzz.rdf_slots import Document


class Mutant(NamedTuple):
    """A changed document."""

    name: str
    """What was done to it, step by step."""
    document: Any


def mutants(document: Document, rng: random.Random) -> Iterator[Mutant]:
    """Give mutants without end, of one to four steps each; `document` is left as it is."""
    names, original = list(STEPS), json.dumps(document)
    while True:
        changed = copy.deepcopy(document)
        done = []
        try:
            for name in rng.choices(names, k=rng.choice((1, 1, 1, 2, 2, 3, 4))):
                if STEPS[name](changed, rng):
                    done.append(name)
                    changed = json.loads(json.dumps(changed))
        except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
            continue  # a part was moved into itself, or a step does not fit what an earlier one left
        if done and json.dumps(changed) != original:
            yield Mutant(" + ".join(done), changed)


Step: TypeAlias = Callable[[Document, random.Random], bool]
STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        rdf_rewritings.shuffled,
        rdf_rewritings.members_shuffled,
        rdf_rewritings.bracketed,
        rdf_rewritings.unbracketed,
        rdf_rewritings.repeated,
        rdf_rewritings.as_node,
        rdf_rewritings.as_name,
        rdf_rewritings.moved,
        rdf_rewritings.split,
        rdf_rewritings.swapped_inside_out,
        rdf_rewritings.merged,
        rdf_rewritings.other_key,
        rdf_rewritings.other_type,
        rdf_rewritings.wrapped,
        rdf_rewritings.unwrapped,
        rdf_rewritings.as_text,
        rdf_rewritings.with_nothing,
        rdf_additions.unseen_subtree,
        rdf_additions.other_iri,
        rdf_additions.named_node,
        rdf_additions.unseen_name,
        rdf_additions.with_keyword,
        rdf_additions.with_member,
        rdf_additions.without_member,
        rdf_additions.other_value,
        rdf_additions.other_contexts,
        rdf_additions.other_proof,
    )
}
"""What can be done to a document; each changes it in place and answers whether it found where."""
