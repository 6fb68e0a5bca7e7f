"""Canonicalisation that remembers shapes from one process to the next, so that a single verdict needs no PyLD.

What is kept of a skeleton is its RDF statements with stand-ins for the values, which are data and no code; a shape is
compiled of them each time. It is kept only after it has reproduced PyLD's bytes for the document at hand. A name hangs
on the skeleton, the pinned contexts and whatever else the caller says that results depend on, so nothing outlives what
it came from. Whoever can write to the memory can make two documents hash alike: it belongs where the trust list is.
"""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.json.types import JsonObject
    from credroot.credential.rdf.canonical_form import CanonicalForm
    from credroot.credential.rdf.dataset import Dataset
    from credroot.credential.rdf.shapes.shape import Shape
    from credroot.credential.rdf.shapes.skeleton import SkeletonKey, StructuralTerms

MEMORY_FORMAT = "credroot/shape/v1"
MAX_LEARNT = 8
"""Shapes that one process writes down: more are a flood, not a habit."""
MAX_KNOWN = 256
"""Skeletons that one process keeps in mind; then the one met first goes."""
_TERMS = "terms"
_PLACES = frozenset({"subject", "predicate", "object"})
_NODE = frozenset({"type", "value"})
_LITERALS = (_NODE | {"datatype"}, _NODE | {"datatype", "language"})


class ShapeMemory(Protocol):
    """Somewhere to keep bytes by name; what it gives back is whole, or `None`."""

    def read(self, name: str) -> bytes | None:
        """Give what was written under `name`, to the byte; `None` where there is nothing."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep `data`; never raises, for a memory that is full or read-only is only slow."""
        ...


class RememberingCanonicalizer:
    """Gives what `ShapeCache.canonical_form` gives, without PyLD for shapes that an earlier process learnt.

    Threads may share it.
    """

    def __init__(self, memory: ShapeMemory, *, fingerprint: bytes) -> None:
        """`fingerprint` is everything besides the format that the canonical bytes depend on."""
        self._memory = memory
        self._fingerprint = sha256(MEMORY_FORMAT.encode() + fingerprint).hexdigest()
        self._shapes: dict[SkeletonKey, Shape | None] = {}
        self._learnt = 0
        self._lock = Lock()

    def canonical_form(
        self, document: JsonObject, *, steps: Callable[[int], None] = lambda _steps: None
    ) -> CanonicalForm:
        """Give the canonical form; `steps` is told as there.

        Raises:
            InputError: as `Canonicalizer.canonical_form`.
        """
        from credroot.credential.rdf.shapes.skeleton import skeleton_of

        split = skeleton_of(document, self._terms)
        if split is None:
            return self._by_cache(document, steps)
        key, values = split
        is_new = key not in self._shapes
        shape = self._recall(key) if is_new else self._shapes.get(key)
        form = None if shape is None else shape.fill(values)
        if form is None:
            form = self._by_cache(document, steps)
            if is_new and shape is None:
                shape = self._learn(key, values, document, form)
        if is_new:
            self._keep(key, shape)
        return form

    def _by_cache(self, document: JsonObject, steps: Callable[[int], None]) -> CanonicalForm:
        # Imported here: it brings PyLD, and a known shape is known so that nobody waits for that.
        from credroot.credential.rdf.shapes.cache import default_shape_cache

        return default_shape_cache().canonical_form(document, steps=steps)

    def _recall(self, key: SkeletonKey) -> Shape | None:
        data = self._memory.read(self._name(repr(key)))
        return None if data is None else self._compiled(key, data)

    def _keep(self, key: SkeletonKey, shape: Shape | None) -> None:
        with self._lock:
            if len(self._shapes) >= MAX_KNOWN:
                del self._shapes[next(iter(self._shapes))]
            self._shapes[key] = shape

    def _compiled(self, key: SkeletonKey, data: bytes) -> Shape | None:
        from credroot.credential.rdf.shapes.compiler import NoShapeError, compile_shape
        from credroot.credential.rdf.shapes.skeleton import value_kinds

        dataset = read_dataset(data)
        if dataset is None:
            return None
        try:
            return compile_shape(dataset, value_kinds(key), known_terms=self._terms.all_terms)
        except NoShapeError:
            return None

    def _learn(self, key: SkeletonKey, values: list[str], document: JsonObject, form: CanonicalForm) -> Shape | None:
        """Write down the statements of a skeleton, if they lead back to the bytes that PyLD gave."""
        from credroot.credential.rdf.rdfc import default_canonicalizer
        from credroot.credential.rdf.shapes.skeleton import may_be_confused, with_placeholders

        if self._learnt >= MAX_LEARNT or may_be_confused(key):
            return None
        self._learnt += 1
        try:
            dataset = default_canonicalizer().reader.read(with_placeholders(document, self._terms))
        except InputError:
            return None
        data = json.dumps(dataset, separators=(",", ":")).encode()
        shape = self._compiled(key, data)
        if shape is None or shape.fill(values) != form:
            return None
        self._memory.write(self._name(repr(key)), data)
        return shape

    def _name(self, of: str) -> str:
        return sha256((self._fingerprint + of).encode()).hexdigest()

    @cached_property
    def _terms(self) -> StructuralTerms:
        """Give the terms of all contexts; reading those takes longer than a verdict, so they are remembered too."""
        from credroot.credential.rdf.shapes.skeleton import StructuralTerms

        name = self._name(_TERMS)
        data = self._memory.read(name)
        known = None if data is None else _read_terms(data)
        if known is not None:
            return StructuralTerms(*known)
        # Imported here: it parses every context.
        from credroot.credential.rdf.contexts import pinned_contexts

        terms = StructuralTerms.of(pinned_contexts())
        self._memory.write(name, json.dumps([sorted(terms.names), sorted(terms.all_terms)]).encode())
        return terms


def read_dataset(data: bytes) -> Dataset | None:
    """Read statements as `json.dumps` writes a `Dataset`; `None` for anything that is not to the last member one."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not all(isinstance(quads, list) for quads in value.values()):
        return None
    return value if all(_is_quad(quad) for quads in value.values() for quad in quads) else None


def _is_quad(quad: object) -> bool:
    return isinstance(quad, dict) and quad.keys() == _PLACES and all(_is_term(term) for term in quad.values())


def _is_term(term: object) -> bool:
    if not isinstance(term, dict) or not all(isinstance(text, str) for text in term.values()):
        return False
    kind = term.get("type")
    return term.keys() in _LITERALS if kind == "literal" else kind in ("IRI", "blank node") and term.keys() == _NODE


def _read_terms(data: bytes) -> tuple[frozenset[str], frozenset[str]] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(names, list) for names in value):
        return None
    if not all(isinstance(name, str) for names in value for name in names):
        return None
    return frozenset(value[0]), frozenset(value[1])
