"""A credential as its signature settles it: what is left of the JSON when all is gone that RDF does not keep.

RDF knows no order, no place and no wrapping: entries of an array change places, a node's members stand wherever its
identifier does, one entry stands with or without brackets, an identifier with or without an object around it. Whoever
holds a credential may rewrite it so, and the signature holds. Readers take the first entry, or what stands here and
not there; so they read this form, which is the same for every way to write the same statements.

A signature over JCS, a JWT and an anchor cover the JSON itself, and need none of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from credroot.core.budget import Budget, BudgetExceeded, Work
from credroot.core.json.size import json_size
from credroot.credential.proof.suites.suite import SUITES, suite_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.json.types import JsonObject, JsonValue

MAX_VALUES: Final = 4_000
"""Values of a document that is settled: one of more than 2,500, its proofs not counted, has no canonical form."""
ALWAYS_US: Final = 3_000
"""Microseconds of an ordinary processor that settling may take whatever the document; a badge takes 500."""
US_A_VALUE: Final = 12
"""That it may take besides for each value: what is named in many places stands in each, at every level."""
CHARACTERS_A_US: Final = 60
"""That many characters of its texts allow for one more: a picture is written once for each level that it lies in."""
MAX_LEVELS: Final = 64
"""Nesting of a settled form."""
_US_OF_A_VALUE = 1  # to look for what is said of which identifier
_US_OF_AN_OBJECT = 6  # to write it, a member or two included
_US_OF_A_TEXT = 5  # to put an object in order
_CHARACTERS_A_US = 500  # that are written for that
_PAID_AT_ONCE_US = 200
_OBJECTS = frozenset(
    {
        "issuer",
        "credentialSubject",
        "credentialStatus",
        "achievement",
        "criteria",
        "evidence",
        "identifier",
        "result",
        "alignment",
        "image",
        "endorsement",
        "statusMessage",
    }
)
"""Members that readers take objects from: an identifier alone is written as an object there."""
_TEXTS = frozenset({"statusListCredential", "statusReference"})
"""Members that readers take an identifier from, whatever else is said of it."""
_AS_GIVEN = frozenset({"@context", "allowedValue", "proof", "verifiableCredential", "jsonSchema", "jwk", "_sd"})
"""Members with an order, with values that are no RDF, or with graphs of their own."""
_KEPT = {"id", *_AS_GIVEN} - {"@context"}  # a context inside only says what its words mean
_WRITE = json.JSONEncoder(sort_keys=True).encode


def settled(document: JsonObject, budget: Budget | None = None) -> JsonObject:
    """Give the settled form of a document that a signature over RDF covers; any other one as it is.

    Raises:
        BudgetExceeded: `budget` has no room for it; ``budget.settling``, it is more than is done for any document.
            What it says is not known then.
    """
    proofs = document.get("proof")
    listed = proofs if isinstance(proofs, list) else [proofs]
    if not any(is_rdfc_suite(suite_name(proof)) for proof in listed if isinstance(proof, dict)):
        return document
    return _Settling(document, budget or Budget()).root


def is_rdfc_suite(name: str | None) -> bool:
    """Return whether proofs of this suite cover statements of RDF."""
    suite = SUITES.get(name or "")
    return suite is not None and suite.is_rdfc


class _Settling:
    """Writes one document anew, every node with all that is said of it anywhere."""

    def __init__(self, document: JsonObject, budget: Budget) -> None:
        values, characters = json_size(document, most=MAX_VALUES)
        if values > MAX_VALUES:
            raise _too_costly()
        budget.spend(Work.PARTS, _US_OF_A_VALUE * values)
        self._budget = budget
        self._left_us = ALWAYS_US + US_A_VALUE * values + characters // CHARACTERS_A_US
        self._unpaid_us = 0
        self._texts: dict[int, tuple[JsonValue, str]] = {}
        """By identity, which a value keeps while it is here."""
        self._said: dict[str, dict[str, list[JsonValue]]] = {}
        for node in _nodes(document):
            said = self._said.setdefault(str(node["id"]), {})
            for member, value in node.items():
                if member not in _AS_GIVEN and member != "id":
                    said.setdefault(member, []).extend(value if isinstance(value, list) else [value])
        self.root = self._object(document, frozenset(), 0)
        if "@context" in document:
            self.root["@context"] = document["@context"]
        budget.spend(Work.PARTS, self._unpaid_us)

    def _pay(self, microseconds: int) -> None:
        """Take from what is left, and from the budget now and then: each time costs as much as an entry."""
        self._left_us -= microseconds
        self._unpaid_us += microseconds
        if self._left_us < 0:
            raise _too_costly()
        if self._unpaid_us >= _PAID_AT_ONCE_US:
            self._budget.spend(Work.PARTS, self._unpaid_us)
            self._unpaid_us = 0

    def _object(self, node: JsonObject, above: frozenset[str], depth: int) -> JsonObject:
        """Write an object; a node that stands in itself is only named."""
        if depth > MAX_LEVELS:
            raise _too_costly()
        self._pay(_US_OF_AN_OBJECT)
        own = node.get("id")
        if not isinstance(own, str):
            return {
                name: self._member(name, [value], above, depth) for name, value in node.items() if name != "@context"
            }
        if own in above:
            return {"id": own}
        below = above | {own}
        told = {name: value for name, value in node.items() if name in _KEPT}
        for name, values in self._said.get(own, {}).items():
            told[name] = self._member(name, values, below, depth)
        return told

    def _member(self, member: str, values: list[JsonValue], above: frozenset[str], depth: int) -> JsonValue:
        if member in _AS_GIVEN:
            return values[0]
        flat = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
        self._pay(len(flat))
        written = [self._value(member, entry, above, depth) for entry in flat]
        entries = written if len(written) == 1 else self._in_order(written)
        if any(isinstance(entry, dict) and "@value" in entry for entry in entries):
            return _in_one_language(entries)
        return entries[0] if len(entries) == 1 else entries

    def _in_order(self, entries: list[JsonValue]) -> list[JsonValue]:
        """Give entries sorted by their texts, each once."""
        by_text = {self._text(entry): entry for entry in entries}
        return [by_text[text] for text in sorted(by_text)]

    def _text(self, value: JsonValue) -> str:
        """Write a value as `json.dumps` does, with sorted keys; what is inside of others is written once for all."""
        if not isinstance(value, (dict, list)):
            return self._paid(_WRITE(value))
        known = self._texts.get(id(value))
        if known is not None:
            return known[1]
        self._pay(_US_OF_A_TEXT)
        if isinstance(value, dict):
            members = [f"{_WRITE(name)}: {self._text(value[name])}" for name in sorted(value)]
            text = "{" + ", ".join(members) + "}"
        else:
            text = "[" + ", ".join(map(self._text, value)) + "]"
        self._texts[id(value)] = value, text
        return self._paid(text)

    def _paid(self, text: str) -> str:
        self._pay(1 + len(text) // _CHARACTERS_A_US)
        return text

    def _value(self, member: str, value: JsonValue, above: frozenset[str], depth: int) -> JsonValue:
        if isinstance(value, str):
            return self._object({"id": value}, above, depth + 1) if member in _OBJECTS else value
        if not isinstance(value, dict) or _is_signed_credential(value):
            return value
        if "@value" in value:
            return _with_plain_tag(value)
        name = value.get("id")
        if isinstance(name, str) and (member in _TEXTS or self._is_name_alone(member, value, name)):
            return name
        return self._object(value, above, depth + 1)

    def _is_name_alone(self, member: str, value: JsonObject, name: str) -> bool:
        return member not in _OBJECTS and len(value) == 1 and not self._said.get(name)


def _too_costly() -> BudgetExceeded:
    return BudgetExceeded(
        "what is said in it of each thing can't be put together at little cost", code="budget.settling"
    )


def _nodes(value: JsonValue) -> Iterator[JsonObject]:
    """Find all objects with an identifier in one graph."""
    if isinstance(value, list):
        for entry in value:
            yield from _nodes(entry)
    elif isinstance(value, dict):
        if isinstance(value.get("id"), str):
            yield value
        for member, inner in value.items():
            if member not in _AS_GIVEN:
                yield from _nodes(inner)


def _is_signed_credential(node: JsonObject) -> bool:
    """Tell a credential with a proof of its own, which is read, and settled, by itself."""
    types = node.get("type")
    return "proof" in node and "VerifiableCredential" in (types if isinstance(types, list) else [types])


def _with_plain_tag(text: JsonObject) -> JsonObject:
    """Write the tag of a language in small letters, as it is signed."""
    return {
        name: entry.lower() if name == "@language" and isinstance(entry, str) else entry for name, entry in text.items()
    }


def _in_one_language(entries: list[JsonValue]) -> JsonValue:
    """Give the text of one of several languages: English if there, else the one that sorts first."""

    def rank(entry: JsonValue) -> tuple[bool, str, str]:
        language = str(entry.get("@language", "")).lower() if isinstance(entry, dict) else ""
        return (not language.startswith("en") and language != "", language, _WRITE(entry))

    chosen = min(entries, key=rank)
    return chosen.get("@value") if isinstance(chosen, dict) else chosen
