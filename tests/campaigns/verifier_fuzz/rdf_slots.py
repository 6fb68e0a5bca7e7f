"""Where the values of a JSON-LD document stand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from tests.campaigns.verifier_fuzz.rdf_words import UNSEEN

Document: TypeAlias = dict[str, Any]


class Slot(NamedTuple):
    """Where a value stands: in an object by name, or in an array by number."""

    holder: Any
    key: Any
    member: str
    """The name of the member that it stands under, itself or in an array."""

    @property
    def value(self) -> Any:
        """The value."""
        return self.holder[self.key]

    def put(self, value: Any) -> bool:
        """Put another value there."""
        self.holder[self.key] = value
        return True


def slots(value: Any, member: str = "") -> Iterator[Slot]:
    """Find every value inside, without the contexts."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        name = key if isinstance(value, dict) else member
        if name != "@context":
            yield Slot(value, key, name)
            yield from slots(inner, name)


def objects(document: Document) -> list[Document]:
    """List every object but the proofs of the document itself."""
    inner = [slot.value for slot in slots({**document, "proof": None}) if isinstance(slot.value, dict)]
    return [document, *inner]


def some_slot(
    document: Document, rng: random.Random, kind: type | tuple[type, ...], *, proofs: bool = False
) -> Slot | None:
    """Choose a place whose value is of some type; those of proofs rarely."""
    inside = document if proofs or rng.random() < 0.05 else {k: v for k, v in document.items() if k != "proof"}
    found = [slot for slot in slots(inside) if isinstance(slot.value, kind)]
    if not found:
        return None
    chosen = rng.choice(found)
    return Slot(document, chosen.key, chosen.member) if chosen.holder is inside else chosen


def named_objects(document: Document) -> list[Document]:
    return [node for node in objects(document) if isinstance(node.get("id"), str)]


def identifiers(document: Document) -> list[str]:
    return [node["id"] for node in named_objects(document)]


def with_unseen(text: str, rng: random.Random) -> str:
    place = rng.choice((len(text), len(text), 0, rng.randrange(len(text) + 1)))
    return text[:place] + rng.choice(UNSEEN) + text[place:]
