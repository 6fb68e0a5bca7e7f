"""What the words of the known contexts are to a reader of plain JSON: which hide a statement, which hold no statements.

A member or type is looked for under one word. Where contexts have two words for one IRI, a document that uses the
other one states the same, and nobody who reads the JSON sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.credential.rdf.contexts import ContextRegistry

_MAX_PREFIXES = 4  # of a prefix that is defined by another one; no context needs two


class ContextWords(NamedTuple):
    """Words of all contexts of a registry, scoped ones included."""

    hidden_members: frozenset[str]
    """Names whose IRI has a name that readers look for: ``Criteria`` states what ``criteria`` does."""
    hidden_types: frozenset[str]
    """Names that are no type's own, and the IRIs of types that have a name."""
    json_members: frozenset[str]
    """Names whose values are JSON literals: one value, whatever is inside."""
    graph_members: frozenset[str]
    """Names whose values are graphs of their own: ``proof``, ``verifiableCredential``."""
    word_members: frozenset[str]
    """Names whose texts are words that a context maps to IRIs (``@vocab``)."""

    @classmethod
    def of(cls, contexts: ContextRegistry) -> Self:
        """Collect the words from every context of the registry; of two names, the one met first is a reader's."""
        names_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        by_kind: defaultdict[str, set[str]] = defaultdict(set)
        for pinned in contexts.by_url.values():
            for name, iri, definition in _defined(pinned.document().get("@context"), {}):
                names_of[iri][name] = None
                for kind in (definition.get("@type"), definition.get("@container")):
                    for word in kind if isinstance(kind, list) else [kind]:
                        by_kind[str(word)].add(name)
        members: set[str] = set()
        types: set[str] = set()
        for iri, names in names_of.items():
            in_lower_case = [name for name in names if name[:1].islower()]
            in_upper_case = [name for name in names if not name[:1].islower()]
            members.update([*in_lower_case, *in_upper_case][1:])
            types.update([iri, *in_lower_case] if in_upper_case else [iri])
        return cls(
            frozenset(members),
            frozenset(types),
            frozenset(by_kind["@json"]),
            frozenset(by_kind["@graph"]),
            frozenset(by_kind["@vocab"]),
        )


def _defined(context: JsonValue, outer: dict[str, str]) -> Iterator[tuple[str, str, JsonObject]]:
    """Walk through the terms of a context and of those scoped to them; each with its IRI and its definition."""
    if isinstance(context, list):
        for part in context:
            yield from _defined(part, outer)
    if not isinstance(context, dict):
        return
    vocabulary = context.get("@vocab")
    known = outer | {name: iri for name, value in context.items() if (iri := _target(name, value))}
    for name, value in context.items():
        target = known.get(name)
        if target is None or name.startswith("@"):
            continue
        is_relative = ":" not in target and target not in context
        iri = f"{vocabulary}{target}" if is_relative and isinstance(vocabulary, str) else _resolved(target, known)
        definition = value if isinstance(value, dict) else {}
        if not iri.startswith("@"):
            yield name, iri, definition
        yield from _defined(definition.get("@context"), known)


def _target(name: str, value: JsonValue) -> str | None:
    found = value.get("@id", name) if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def _resolved(text: str, known: dict[str, str]) -> str:
    """Write a compact IRI, or a term that stands for another one, in full."""
    for _ in range(_MAX_PREFIXES):
        prefix, colon, suffix = text.partition(":")
        if text.startswith("@") or suffix.startswith("//") or known.get(prefix, text) == text:
            break
        text = known[prefix] + suffix if colon else known[text]
    return text
