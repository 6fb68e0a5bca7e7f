"""Canonicalisation that is paid for before it is done, by what it will take at worst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from credroot.core.budget import VALUES_OF_A_CALL, Budget, Work
from credroot.core.json.size import json_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.json.types import JsonObject
    from credroot.credential.proof.suites.proof_judge import Canonicalize
    from credroot.credential.rdf.canonical_form import CanonicalForm

CHARACTERS_A_VALUE: Final = 3_000
"""Characters of text that take as long as a value."""
PARTS_OF_KNOWN_SHAPE: Final = 80
"""Parts of a known skeleton that take as long as a value does PyLD."""
MAX_COUNTED: Final = 5_000
"""Values from which on a document is not counted further: it is refused at fewer, and soon."""


@runtime_checkable
class InSteps(Protocol):
    """A way to canonical bytes that tells what it takes where things in a document look the same."""

    def in_steps(self, document: JsonObject, steps: Callable[[int], None]) -> CanonicalForm:
        """Canonicalise; `steps` is told before they are taken, and may raise."""
        ...


def priced(canonicalize: Canonicalize | None, budget: Budget | None) -> Canonicalize:
    """Give `canonicalize`, or the way of `rdf.shapes.cache` where it is `None`, at the cost of `budget`.

    The cache's own way costs most where PyLD is asked; a document of a known shape takes a fortieth and less. Of any
    other way it is not known, so the whole price is taken.
    """
    if canonicalize is not None:
        return canonicalize if budget is None else _paid(canonicalize, budget)
    # PyLD takes longer to load than the rest of a verification, and a JCS proof needs none of it.
    from credroot.credential.rdf.shapes.cache import default_shape_cache

    if budget is None:
        return default_shape_cache().canonical_form

    def canonical_form(document: JsonObject) -> CanonicalForm:
        def pay(times: int, parts: int) -> None:
            values = times * values_of(document) if times else parts // PARTS_OF_KNOWN_SHAPE
            budget.spend(Work.VALUES, values)

        return default_shape_cache().canonical_form(
            document, before=pay, steps=lambda steps: budget.spend(Work.STEPS, steps)
        )

    return canonical_form


def values_of(document: JsonObject) -> int:
    """Count the values of a document, more for long texts, and `VALUES_OF_A_CALL` for having to look at all."""
    size = json_size(document, most=MAX_COUNTED)
    return VALUES_OF_A_CALL + size.values + size.characters // CHARACTERS_A_VALUE


def _paid(canonicalize: Canonicalize, budget: Budget) -> Canonicalize:
    def canonical_form(document: JsonObject) -> CanonicalForm:
        budget.spend(Work.VALUES, values_of(document))
        if isinstance(canonicalize, InSteps):
            return canonicalize.in_steps(document, lambda steps: budget.spend(Work.STEPS, steps))
        return canonicalize(document)

    return canonical_form
