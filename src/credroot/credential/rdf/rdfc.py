"""The canonical bytes of a JSON-LD document: RDF Dataset Canonicalization (RDFC-1.0) with SHA-256, work bounded.

PyLD does the canonicalisation. A small hostile graph can keep RDFC busy for hours, so its steps are counted, and a
document that needs more than any credential does is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import factorial
from typing import Any, cast

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject
from credroot.credential.rdf.canonical_form import CanonicalForm
from credroot.credential.rdf.contexts import pinned_contexts
from credroot.credential.rdf.coverage import NotCoveredError
from credroot.credential.rdf.dataset import Dataset, DatasetReader
from credroot.credential.rdf.pyld_offline import URDNA2015

MAX_QUADS = 4_000
"""Statements of one document; a badge has 50 to 100."""
MAX_CHARACTERS = 4_000_000
"""Characters of all statements: a long identifier stands in each statement about it. A badge has 10,000."""
MAX_BLANK_NODES = 1_000
"""Things without an identifier; a badge has 5 to 20."""
MAX_CANONICAL_STEPS = 48_000
"""Quads visited, and labels copied for orders tried, to tell blank nodes apart that look the same: some 90 ms of work.

Every graph of the W3C's suite that is not made to be refused needs fewer; most badges need none."""


class Canonicalizer:
    """Canonicalises documents whose contexts one registry pins."""

    def __init__(self, reader: DatasetReader) -> None:
        self._reader = reader

    @property
    def reader(self) -> DatasetReader:
        """The reader of datasets behind it."""
        return self._reader

    def canonical_form(
        self, document: JsonObject, *, steps: Callable[[int], None] = lambda _steps: None
    ) -> CanonicalForm:
        """Canonicalise with PyLD; `steps` is told of those of `MAX_CANONICAL_STEPS` beforehand, and may raise.

        Raises:
            InputError: a code of `DatasetReader.read`; ``rdfc.too_complex``, ``rdfc.too_large``,
                ``rdfc.duplicate_statement``.
            NotCoveredError: ``rdfc.not_covered``, with what the statements would be hashed as.
        """
        try:
            dataset = self._reader.read(document)
        except NotCoveredError as error:
            if error.dataset is not None:
                error.nquads = canonical_form_of(error.dataset, steps=steps).nquads
            raise
        return canonical_form_of(dataset, steps=steps)


@cache
def default_canonicalizer() -> Canonicalizer:
    """Give the canonicaliser over the contexts that ship with this package; built once."""
    return Canonicalizer(DatasetReader(pinned_contexts()))


def canonical_nquads(document: JsonObject) -> bytes:
    """Give the canonical N-Quads of a document whose contexts ship with this package.

    Raises:
        InputError: as `Canonicalizer.canonical_form`.
    """
    return default_canonicalizer().canonical_form(document).nquads


def _characters(dataset: Dataset) -> int:
    return sum(
        len(quad[part]["value"])
        for quads in dataset.values()
        for quad in quads
        for part in ("subject", "predicate", "object")
    )


def canonical_form_of(
    dataset: Dataset,
    *,
    max_steps: int = MAX_CANONICAL_STEPS,
    steps: Callable[[int], None] = lambda _steps: None,
) -> CanonicalForm:
    """Canonicalise a dataset, which is changed on the way, in at most `max_steps`, of which `steps` is told before.

    Raises:
        InputError: ``rdfc.too_large``, ``rdfc.too_complex``; ``rdfc.duplicate_statement``, one statement in two
            spellings, which some implementations count twice.

    Source: RDF Dataset Canonicalization (RDFC-1.0), section 4; its section 7.1 on poisoned datasets.
    """
    if sum(map(len, dataset.values())) > MAX_QUADS:
        raise InputError(f"more than {MAX_QUADS} statements", code="rdfc.too_large")
    if _characters(dataset) > MAX_CHARACTERS:
        raise InputError(f"more than {MAX_CHARACTERS} characters in its statements", code="rdfc.too_large")
    canonicalization = _BoundedCanonicalization(max_steps, steps)
    text = cast(str, canonicalization.main(dataset, {"format": "application/n-quads"}))
    lines = text.split("\n")
    if len(set(lines)) != len(lines):
        raise InputError("one statement stands in two spellings", code="rdfc.duplicate_statement")
    return CanonicalForm(nquads=text.encode(), has_twins=canonicalization.has_twins)


class _BoundedCanonicalization(URDNA2015):  # type: ignore[misc]
    """PyLD's RDFC-1.0 that counts what it does."""

    def __init__(self, max_steps: int, steps: Callable[[int], None]) -> None:
        super().__init__()
        self._steps_left = max_steps
        self._tell = steps

    @property
    def has_twins(self) -> bool:
        """Whether, after `main`, blank nodes were left that their first-degree hashes don't tell apart."""
        return bool(self.hash_to_blank_nodes)

    def hash_first_degree_quads(self, id_: str) -> Any:
        if len(self.blank_node_info) > MAX_BLANK_NODES:
            raise InputError(f"more than {MAX_BLANK_NODES} blank nodes", code="rdfc.too_large")
        return super().hash_first_degree_quads(id_)

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        self._spend(1 + len(self.blank_node_info[id_]["quads"]))
        related = super().create_hash_to_related(id_, issuer)
        for group in related.values():
            # For each order of the group PyLD copies the labels that were given so far.
            self._spend(factorial(min(len(group), 12)) * (2 + len(issuer.order)))
        return related

    def _spend(self, steps: int) -> None:
        self._steps_left -= steps
        if self._steps_left < 0:
            raise InputError("its blank nodes can't be told apart in a bounded time", code="rdfc.too_complex")
        self._tell(steps)
