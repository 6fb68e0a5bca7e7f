"""Canonicalisation that remembers the shapes of documents it has seen; the results are PyLD's.

A shape is kept only once it has reproduced PyLD's bytes for a document at hand, and what it gives is determined by the
document's skeleton and values alone, so no document can change what another one hashes to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import count
from threading import Lock

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject
from credroot.credential.rdf.canonical_form import CanonicalForm
from credroot.credential.rdf.rdfc import Canonicalizer, default_canonicalizer
from credroot.credential.rdf.shapes.compiler import NoShapeError, compile_shape
from credroot.credential.rdf.shapes.shape import Shape
from credroot.credential.rdf.shapes.skeleton import (
    SharedParts,
    SkeletonKey,
    StructuralTerms,
    may_be_confused,
    skeleton_of,
    value_kinds,
    with_placeholders,
)

MAX_SHAPES = 256
"""Shapes kept; the one used longest ago goes first. A badge's takes some 50 kB."""


@dataclass(slots=True)
class _Known:
    """What is known of a skeleton."""

    shape: Shape | None
    """None where PyLD has to see every document of it."""
    last_use: int


class ShapeCache:
    """A canonicaliser that is fast for documents of a shape that it has seen twice.

    The second document of a skeleton costs PyLD twice, all later ones a hundredth. Threads may share it.
    """

    def __init__(self, canonicalizer: Canonicalizer, *, size: int = MAX_SHAPES) -> None:
        self._pyld = canonicalizer
        self._terms = StructuralTerms.of(canonicalizer.reader.contexts)
        self._size = size
        self._shapes: dict[SkeletonKey, _Known] = {}
        self._uses = count()
        self._seen_once: dict[int, None] = {}
        self._lock = Lock()

    def shared(self, parts: Iterable[JsonObject]) -> SharedParts:
        """Look once at objects that many documents will hold."""
        return SharedParts(parts, self._terms)

    def canonical_form(
        self,
        document: JsonObject,
        *,
        shared: SharedParts | None = None,
        before: Callable[[int, int], None] = lambda _times, _parts: None,
        steps: Callable[[int], None] = lambda _steps: None,
    ) -> CanonicalForm:
        """Give the same as `Canonicalizer.canonical_form`, sooner where `shared` has parts of the document.

        `before` is told how many times PyLD will have to read the document, or how many parts its known skeleton has,
        and may raise against it; `steps` is told as there.

        Raises:
            InputError: as there.
        """
        split = skeleton_of(document, self._terms, shared=shared)
        if split is None:
            before(1, 0)
            return self._pyld.canonical_form(document, steps=steps)
        key, values = split
        known = self._shapes.get(key)
        if known is not None:
            before(0, len(key))
            known.last_use = next(self._uses)
            form = known.shape.fill(values) if known.shape is not None else None
            if form is not None:
                return form
            before(1, 0)
            return self._pyld.canonical_form(document, steps=steps)
        before(1 + (hash(key) in self._seen_once), 0)
        form = self._pyld.canonical_form(document, steps=steps)
        if self._is_second_sight(key):
            self._learn(key, values, document, form)
        return form

    def learn(self, document: JsonObject) -> bool:
        """Learn the document's shape at first sight, as an issuer does before a batch; answer whether it has one.

        Raises:
            InputError: as `Canonicalizer.canonical_form`.
        """
        form = self._pyld.canonical_form(document)
        split = skeleton_of(document, self._terms)
        if split is None:
            return False
        key, values = split
        if key not in self._shapes:
            self._learn(key, values, document, form)
        known = self._shapes.get(key)
        return known is not None and known.shape is not None

    def has_shape(self, document: JsonObject) -> bool:
        """Answer whether `canonical_form` will be fast for `document`; some 15 us, and it learns nothing."""
        split = skeleton_of(document, self._terms)
        known = None if split is None else self._shapes.get(split[0])
        return known is not None and known.shape is not None

    def agrees_with_pyld(self, document: JsonObject, *, shared: SharedParts | None = None) -> bool:
        """Answer whether the fast way and PyLD give the same; for a sample of every batch.

        Raises:
            InputError: as `Canonicalizer.canonical_form`.
        """
        return self.canonical_form(document, shared=shared) == self._pyld.canonical_form(document)

    def _is_second_sight(self, key: SkeletonKey) -> bool:
        fingerprint = hash(key)
        with self._lock:
            if fingerprint in self._seen_once:
                return True
            if len(self._seen_once) >= self._size:
                del self._seen_once[next(iter(self._seen_once))]
            self._seen_once[fingerprint] = None
            return False

    def _learn(self, key: SkeletonKey, values: list[str], document: JsonObject, form: CanonicalForm) -> None:
        shape = self._compiled(key, document)
        if shape is not None:
            filled = shape.fill(values)
            if filled is not None and filled != form:
                shape = None
        with self._lock:
            if len(self._shapes) >= self._size:
                del self._shapes[min(self._shapes, key=lambda known: self._shapes[known].last_use)]
            self._shapes[key] = _Known(shape, next(self._uses))

    def _compiled(self, key: SkeletonKey, document: JsonObject) -> Shape | None:
        if may_be_confused(key):
            return None
        try:
            dataset = self._pyld.reader.read(with_placeholders(document, self._terms))
            return compile_shape(dataset, value_kinds(key), known_terms=self._terms.all_terms)
        except (NoShapeError, InputError):
            return None


@cache
def default_shape_cache() -> ShapeCache:
    """Give the cache over the contexts that ship with this package, one for the process."""
    return ShapeCache(default_canonicalizer())
