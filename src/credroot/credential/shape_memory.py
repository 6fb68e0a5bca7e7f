"""Canonicalisation that remembers shapes from one process to the next, so that a single verdict needs no PyLD.

What is kept of a skeleton is its RDF statements with stand-ins for the values, which are data and no code; a shape is
compiled of them each time. It is kept only after it has reproduced PyLD's bytes for the document at hand. A name hangs
on the pinned contexts and on whatever else the caller says that results depend on, so nothing outlives what it came
from. Whoever can write to the memory can make two documents hash alike: it belongs where the trust list is.
"""

from __future__ import annotations

import json
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from credroot.core.json_types import JsonObject
    from credroot.credential.canonical_form import CanonicalForm
    from credroot.credential.rdfc_shape import Shape
    from credroot.credential.rdfc_skeleton import SkeletonKey, StructuralTerms

MEMORY_FORMAT = "credroot/shape/v1"
MAX_LEARNT = 8
"""Shapes that one process writes down: more are a flood, not a habit."""
_TERMS = "terms"


class ShapeMemory(Protocol):
    """Somewhere to keep bytes by name; what it gives back is whole, or `None`."""

    def read(self, name: str) -> bytes | None:
        """Give what was written under `name`, to the byte; `None` where there is nothing."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Keep `data`; never raises, for a memory that is full or read-only is only slow."""
        ...


class RememberingCanonicalizer:
    """Gives what `ShapeCache.canonical_form` gives, without PyLD for shapes that an earlier process learnt."""

    def __init__(self, memory: ShapeMemory, *, fingerprint: bytes) -> None:
        """`fingerprint` is everything besides the format that the canonical bytes depend on."""
        self._memory = memory
        self._fingerprint = sha256(MEMORY_FORMAT.encode() + fingerprint).hexdigest()
        self._shapes: dict[SkeletonKey, Shape | None] = {}
        self._learnt = 0

    def canonical_form(self, document: JsonObject) -> CanonicalForm:
        """Give the canonical form.

        Raises:
            InputError: as `Canonicalizer.canonical_form`.
        """
        from credroot.credential.rdfc_skeleton import skeleton_of

        split = skeleton_of(document, self._terms)
        if split is None:
            return self._by_cache(document)
        key, values = split
        if key not in self._shapes:
            self._shapes[key] = self._recall(key)
        shape = self._shapes[key]
        form = None if shape is None else shape.fill(values)
        if form is not None:
            return form
        form = self._by_cache(document)
        if shape is None and self._learnt < MAX_LEARNT:
            self._learn(key, values, document, form)
        return form

    def _by_cache(self, document: JsonObject) -> CanonicalForm:
        from credroot.credential.rdfc_cache import default_shape_cache

        return default_shape_cache().canonical_form(document)

    def _recall(self, key: SkeletonKey) -> Shape | None:
        data = self._memory.read(self._name(key))
        return None if data is None else self._compiled(key, data)

    def _compiled(self, key: SkeletonKey, data: bytes) -> Shape | None:
        from credroot.credential.rdfc_compile import NoShapeError, compile_shape
        from credroot.credential.rdfc_skeleton import value_kinds

        try:
            return compile_shape(json.loads(data), value_kinds(key), known_terms=self._terms.all_terms)
        except (NoShapeError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _learn(self, key: SkeletonKey, values: list[str], document: JsonObject, form: CanonicalForm) -> None:
        """Write down the statements of a skeleton, if they lead back to the bytes that PyLD gave."""
        from credroot.credential.rdfc import default_canonicalizer
        from credroot.credential.rdfc_skeleton import may_be_confused, with_placeholders

        self._learnt += 1
        if may_be_confused(key):
            return
        try:
            dataset = default_canonicalizer().reader.read(with_placeholders(document, self._terms))
        except InputError:
            return
        data = json.dumps(dataset, separators=(",", ":")).encode()
        shape = self._compiled(key, data)
        if shape is None or shape.fill(values) != form:
            return
        self._shapes[key] = shape
        self._memory.write(self._name(key), data)

    def _name(self, key: SkeletonKey) -> str:
        return sha256((self._fingerprint + repr(key)).encode()).hexdigest()

    @cached_property
    def _terms(self) -> StructuralTerms:
        """Give the terms of all contexts; reading those takes longer than a verdict, so they are remembered too."""
        from credroot.credential.rdfc_skeleton import StructuralTerms

        name = sha256((self._fingerprint + _TERMS).encode()).hexdigest()
        data = self._memory.read(name)
        if data is not None:
            known = json.loads(data)
            return StructuralTerms(frozenset(known["names"]), frozenset(known["all"]))
        from credroot.credential.contexts import pinned_contexts

        terms = StructuralTerms.of(pinned_contexts())
        written = {"names": sorted(terms.names), "all": sorted(terms.all_terms)}
        self._memory.write(name, json.dumps(written, separators=(",", ":")).encode())
        return terms
