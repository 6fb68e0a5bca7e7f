"""The skeleton of a JSON-LD document: everything that decides which RDF statements it makes, apart from its values.

Two documents with one skeleton make the same statements with other texts and integers in the same places. The skeleton
therefore holds member names in their order, nesting, array lengths, the kind of each value, and the values themselves
wherever a value decides about structure: types, contexts, languages, words that a context maps to an IRI.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from credroot.core.json.types import JsonObject, JsonValue
from credroot.credential.rdf.guard import MAX_DEPTH, MAX_SAFE_INTEGER

if TYPE_CHECKING:
    from credroot.credential.rdf.contexts import ContextRegistry

SkeletonKey: TypeAlias = tuple[object, ...]
"""A skeleton as one hashable value, from which it could be read back: equal keys, equal skeletons."""

MAX_SKELETON = 1_200
"""Parts of a skeleton; a larger document, rare, is canonicalised by PyLD each time."""

MAX_DEPTH_OF_SHARED = 8
"""How deep in a document a shared part is known; a credential has its own at 1 and 2."""

TEXT_MARK = "urn:credroot:value:"
"""How the stand-in for a text begins; no context, type or member name of a skeleton may have it in it."""

_INTEGER_BASE = 7_310_000_000_000_000
_TEXT, _INTEGER, _TRUE, _FALSE, _NULL = range(5)  # an array of n values is written -1 - n
_KEYWORDS_OF_STRUCTURE = ("@type", "@language", "@direction", "@index", "@nest", "@reverse", "@included")


class SharedParts:
    """Objects that many documents hold: the very same ones, never changed, each split once.

    What a batch has in common is most of each of its credentials, and need not be walked through again.
    """

    def __init__(self, parts: Iterable[JsonObject], terms: StructuralTerms) -> None:
        """Take the objects, each of which has a skeleton worth keeping; others are left out."""
        self._kept = tuple(parts)  # while they live, nothing else has their identity
        self.split_of: dict[int, tuple[SkeletonKey, list[str]]] = {}
        """By identity, the objects' skeletons and values."""
        for part in self._kept:
            split = skeleton_of(part, terms, max_depth=MAX_DEPTH - MAX_DEPTH_OF_SHARED)
            if split is not None:
                self.split_of[id(part)] = split


class StructuralTerms(NamedTuple):
    """Member names whose values belong to the skeleton."""

    names: frozenset[str]
    """Names that some context gives a keyword's meaning, or whose values a context maps to IRIs (``@vocab``)."""
    all_terms: frozenset[str]
    """Every name that some context defines anywhere; none of them may be taken for the scheme of an IRI."""

    @classmethod
    def of(cls, contexts: ContextRegistry) -> Self:
        """Collect the names from every context, scoped ones included, that the registry knows."""
        structural = {"@context", *_KEYWORDS_OF_STRUCTURE}
        every: set[str] = set()
        for pinned in contexts.by_url.values():
            for name, definition in _definitions(pinned.document().get("@context")):
                every.add(name)
                target = definition.get("@id") if isinstance(definition, dict) else definition
                coercion = definition.get("@type") if isinstance(definition, dict) else None
                if target in _KEYWORDS_OF_STRUCTURE or coercion == "@vocab":
                    structural.add(name)
        return cls(frozenset(structural), frozenset(every))


def skeleton_of(
    document: JsonObject,
    terms: StructuralTerms,
    *,
    shared: SharedParts | None = None,
    max_depth: int = MAX_DEPTH,
) -> tuple[SkeletonKey, list[str]] | None:
    """Split a document into its skeleton and its values, texts and integers written as text, in the order of the text.

    `shared` are parts that are known; the result is the same without them.

    None where it has no skeleton worth keeping: too large, too deep, an integer that is not portable, a value that is
    no JSON.
    """
    key: list[object] = []
    values: list[str] = []
    names, note, keep = terms.names, key.append, values.append
    known = {} if shared is None else shared.split_of
    deepest_shared = max_depth - MAX_DEPTH_OF_SHARED

    # Written out by kind, without a table or a class: this runs for every value of every document.
    def visit_object(members: dict[str, Any], depth: int) -> None:
        if depth == 0 or len(key) > MAX_SKELETON:
            raise _UnshapeableError
        note(tuple(members))
        for name, member in members.items():
            kind = type(member)
            if kind is str:
                if name in names:
                    note(member)
                else:
                    note(_TEXT)
                    keep(member)
            elif kind is dict:
                if known and depth > deepest_shared and (split := known.get(id(member))) is not None:
                    key.extend(split[0])
                    values.extend(split[1])
                else:
                    visit_object(member, depth - 1)
            elif kind is list:
                if len(member) == 1 and type(member[0]) is str and name in names:
                    note(-2)  # as `visit_array` would, without the call: most types are written so
                    note(member[0])
                else:
                    visit_array(member, name in names, depth - 1)
            else:
                note_scalar(member)

    def visit_array(members: list[Any], structural: bool, depth: int) -> None:
        if depth == 0 or len(members) > MAX_SKELETON:
            raise _UnshapeableError
        note(-1 - len(members))
        for member in members:
            kind = type(member)
            if kind is str:
                if structural:
                    note(member)
                else:
                    note(_TEXT)
                    keep(member)
            elif kind is dict:
                visit_object(member, depth - 1)
            elif kind is list:
                visit_array(member, structural, depth - 1)
            else:
                note_scalar(member)

    def note_scalar(value: Any) -> None:
        if type(value) is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            note(_INTEGER)
            keep(str(value))
        elif value is None:
            note(_NULL)
        elif type(value) is bool:
            note(_TRUE if value else _FALSE)
        elif type(value) is float:
            note(("float", value))
        else:
            raise _UnshapeableError

    try:
        if type(document) is not dict:
            raise _UnshapeableError
        visit_object(document, max_depth)
    except _UnshapeableError:
        return None
    return tuple(key), values


def value_kinds(key: SkeletonKey) -> tuple[type, ...]:
    """Say of each value of a skeleton, in order, whether it is a text (`str`) or an integer (`int`)."""
    kinds = {_TEXT: str, _INTEGER: int}
    return tuple(kinds[part] for part in key if type(part) is int and part in kinds)


def with_placeholders(document: JsonObject, terms: StructuralTerms) -> JsonObject:
    """Give the document with each value that `skeleton_of` would split off replaced by the stand-in for its place."""
    replaced = _replace(document, False, terms.names, count())
    assert isinstance(replaced, dict)
    return replaced


def text_placeholder(place: int) -> str:
    """Give the stand-in for the text at `place`, which serves as an IRI and as a literal."""
    return f"{TEXT_MARK}{place:06d}"


def integer_placeholder(place: int) -> int:
    """Give the stand-in for the integer at `place`."""
    return _INTEGER_BASE + place


def may_be_confused(key: SkeletonKey) -> bool:
    """Answer whether some part of a skeleton looks like a stand-in, so that the two could not be told apart."""
    return TEXT_MARK in repr(key) or str(_INTEGER_BASE)[:6] in repr(key)


class _UnshapeableError(Exception):
    """The document has no skeleton worth keeping."""


def _replace(value: JsonValue, structural: bool, names: frozenset[str], places: Iterator[int]) -> JsonValue:
    if isinstance(value, dict):
        return {name: _replace(member, name in names, names, places) for name, member in value.items()}
    if isinstance(value, list):
        return [_replace(member, structural, names, places) for member in value]
    if isinstance(value, str):
        return value if structural else text_placeholder(next(places))
    if isinstance(value, int) and not isinstance(value, bool):
        return integer_placeholder(next(places))
    return value


def _definitions(context: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """Walk through the terms of a context and of the contexts scoped to them."""
    if isinstance(context, list):
        for part in context:
            yield from _definitions(part)
    elif isinstance(context, dict):
        for name, definition in context.items():
            if not name.startswith("@"):
                yield name, definition
            if isinstance(definition, dict):
                yield from _definitions(definition.get("@context"))
