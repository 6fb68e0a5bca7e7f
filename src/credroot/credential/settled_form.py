"""A credential as its signature settles it: what is left of the JSON when all is gone that RDF does not keep.

RDF knows no order, no place and no wrapping: entries of an array change places, a node's members stand wherever its
identifier does, one entry stands with or without brackets, an identifier with or without an object around it. Whoever
holds a credential may rewrite it so, and the signature holds. Readers take the first entry, or what stands here and
not there; so they read this form, which is the same for every way to write the same statements.

A signature over JCS, a JWT and an anchor cover the JSON itself, and need none of it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.credential.suites.suite import SUITES, suite_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.core.json_types import JsonObject, JsonValue

MAX_STEPS = 4_000
"""Entries of a settled form; what is named in many places stands in each. A badge has 150, and a document of more than
2,500 values has no canonical form."""
MAX_CHARACTERS = 4_000_000
"""Characters that are written to put entries in order, once for each level: a picture inside a badge has 400,000."""
MAX_LEVELS = 64
"""Nesting of a settled form."""
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


def settled(document: JsonObject) -> JsonObject:
    """Give the settled form of a document that a signature over RDF covers; any other one as it is.

    Raises:
        InputError: ``rdfc.too_complex``.
    """
    proofs = document.get("proof")
    listed = proofs if isinstance(proofs, list) else [proofs]
    if not any(is_rdfc_suite(suite_name(proof)) for proof in listed if isinstance(proof, dict)):
        return document
    return _Settling(document).root


def is_rdfc_suite(name: str | None) -> bool:
    """Return whether proofs of this suite cover statements of RDF."""
    suite = SUITES.get(name or "")
    return suite is not None and suite.is_rdfc


class _Settling:
    """Writes one document anew, every node with all that is said of it anywhere."""

    def __init__(self, document: JsonObject) -> None:
        self._left = MAX_STEPS
        self._characters_left = MAX_CHARACTERS
        self._said: dict[str, dict[str, list[JsonValue]]] = {}
        for node in _nodes(document):
            said = self._said.setdefault(str(node["id"]), {})
            for member, value in node.items():
                if member not in _AS_GIVEN and member != "id":
                    said.setdefault(member, []).extend(value if isinstance(value, list) else [value])
        self.root = self._object(document, frozenset(), 0)
        if "@context" in document:
            self.root["@context"] = document["@context"]

    def _object(self, node: JsonObject, above: frozenset[str], depth: int) -> JsonObject:
        """Write an object; a node that stands in itself is only named."""
        if depth > MAX_LEVELS:
            raise _too_complex()
        own = node.get("id")
        if not isinstance(own, str):
            return {
                name: self._member(name, [value], above, depth) for name, value in node.items() if name != "@context"
            }
        if own in above:
            return {"id": own}
        below = above | {own}
        kept = {"id", *_AS_GIVEN} - {"@context"}  # a context inside only says what its words mean
        told = {name: value for name, value in node.items() if name in kept}
        for name, values in self._said.get(own, {}).items():
            told[name] = self._member(name, values, below, depth)
        return told

    def _member(self, member: str, values: list[JsonValue], above: frozenset[str], depth: int) -> JsonValue:
        if member in _AS_GIVEN:
            return values[0]
        flat = [entry for value in values for entry in (value if isinstance(value, list) else [value])]
        self._left -= len(flat)
        if self._left < 0:
            raise _too_complex()
        by_text: dict[str, JsonValue] = {}
        for entry in flat:
            written = self._value(member, entry, above, depth)
            by_text[self._key(written)] = written
        entries = [by_text[key] for key in sorted(by_text)]
        if any(isinstance(entry, dict) and "@value" in entry for entry in entries):
            return _in_one_language(entries)
        return entries[0] if len(entries) == 1 else entries

    def _key(self, value: JsonValue) -> str:
        text = _key(value)
        self._characters_left -= len(text)
        if self._characters_left < 0:
            raise _too_complex()
        return text

    def _value(self, member: str, value: JsonValue, above: frozenset[str], depth: int) -> JsonValue:
        if isinstance(value, str):
            return self._object({"id": value}, above, depth + 1) if member in _OBJECTS else value
        if not isinstance(value, dict) or "@value" in value or _is_signed_credential(value):
            return value
        name = value.get("id")
        if isinstance(name, str) and (member in _TEXTS or self._is_name_alone(member, value, name)):
            return name
        return self._object(value, above, depth + 1)

    def _is_name_alone(self, member: str, value: JsonObject, name: str) -> bool:
        return member not in _OBJECTS and len(value) == 1 and not self._said.get(name)


def _too_complex() -> InputError:
    return InputError(f"more than {MAX_STEPS} values where each is written out", code="rdfc.too_complex")


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


def _in_one_language(entries: list[JsonValue]) -> JsonValue:
    """Give the text of one of several languages: English if there, else the one that sorts first."""

    def rank(entry: JsonValue) -> tuple[bool, str, str]:
        language = str(entry.get("@language", "")).lower() if isinstance(entry, dict) else ""
        return (not language.startswith("en") and language != "", language, _key(entry))

    chosen = min(entries, key=rank)
    return chosen.get("@value") if isinstance(chosen, dict) else chosen


def _key(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True)
