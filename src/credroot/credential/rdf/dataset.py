"""From a JSON-LD document to an RDF dataset: the border with PyLD, closed to everything that PyLD lets through.

PyLD drops what it can't map to RDF. Here a dropped word is an error, since a reader of the JSON would take it as
signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from queue import LifoQueue
from typing import Any, TypeAlias, cast

from cachetools import LRUCache

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject
from credroot.credential.rdf.contexts import ContextRegistry
from credroot.credential.rdf.coverage import require_covered
from credroot.credential.rdf.guard import check_document, context_urls
from credroot.credential.rdf.iri import is_absolute_iri, is_vocabulary_iri
from credroot.credential.rdf.pyld_offline import ContextResolver, jsonld
from credroot.credential.rdf.words import ContextWords

Dataset: TypeAlias = dict[str, list[dict[str, dict[str, str]]]]
"""Graph name to quads as PyLD has them; ``@default`` is the graph without a name."""

MAX_SCOPED_CONTEXTS = 512
"""Contexts kept parsed; Open Badges and VC 2.0 have some 60 scoped ones between them."""

_LANGUAGE_TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
_DOUBLE = "http://www.w3.org/2001/XMLSchema#double"


MAX_AT_ONCE = 4
"""Documents that are read at once: one that takes long keeps no other waiting for it. Each has contexts of its own."""


class DatasetReader:
    """Reads documents whose contexts are in one registry; a few at a time, since PyLD's caches know no threads."""

    def __init__(self, contexts: ContextRegistry) -> None:
        self._contexts = contexts
        self._free: LifoQueue[LRUCache[str, Any]] = LifoQueue()
        for _ in range(MAX_AT_ONCE):
            self._free.put(LRUCache(maxsize=MAX_SCOPED_CONTEXTS))

    @property
    def contexts(self) -> ContextRegistry:
        """The registry that names are looked up in."""
        return self._contexts

    def read(self, document: JsonObject) -> Dataset:
        """Give the document's quads, blank nodes labelled ``_:b0``, ``_:b1``, ... in an order without meaning.

        Raises:
            InputError: ``context.unknown`` or a code of `rdf.guard.check_document`; ``rdfc.undefined_term``,
                ``rdfc.relative_iri``, ``rdfc.blank_node_id``, ``rdfc.language``, ``rdfc.number``,
                ``rdfc.protected_term``, ``rdfc.invalid``; ``rdfc.not_covered``, the quads don't state all of it.
        """
        check_document(document)
        for url in context_urls(document):
            self._contexts.get(url)
        parsed_contexts = self._free.get()  # the one that was used last, if there is one
        try:
            dataset = self._to_rdf(document, parsed_contexts)
        finally:
            self._free.put(parsed_contexts)
        require_covered(document, dataset, self._words)
        return dataset

    @cached_property
    def _words(self) -> ContextWords:
        return ContextWords.of(self._contexts)

    def _to_rdf(self, document: JsonObject, parsed_contexts: LRUCache[str, Any]) -> Dataset:
        options = {
            "base": None,
            "documentLoader": self._load,
            "contextResolver": ContextResolver(parsed_contexts, self._load),
            "extractAllScripts": False,
            "processingMode": "json-ld-1.1",
        }
        try:
            return cast(Dataset, _GuardedProcessor().to_rdf(document, options))
        except jsonld.JsonLdError as error:
            raise _translated(error) from error
        except (TypeError, ValueError, AttributeError, KeyError) as error:
            # PyLD lets a few malformed documents run into plain Python errors.
            raise InputError(f"not JSON-LD: {error}", code="rdfc.invalid") from error

    def _load(self, url: str, _options: object = None) -> dict[str, Any]:
        document = self._contexts.get(url).document()
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": document,
            "tag": "static",
        }


class _GuardedProcessor(jsonld.JsonLdProcessor):  # type: ignore[misc]
    """PyLD's processor, which looks at its own expanded form before it goes on to RDF."""

    def __init__(self) -> None:
        super().__init__(on_property_dropped=_refuse_dropped)

    def expand(self, input_: object, options: dict[str, Any]) -> list[Any]:
        expanded: list[Any] = super().expand(input_, options)
        for node in expanded:
            _check_expanded(node)
        return expanded


def _refuse_dropped(term: str | None) -> None:
    raise InputError(f"no context defines {str(term)[:80]!r}", code="rdfc.undefined_term")


def _check_expanded(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _check_expanded(item)
    elif isinstance(value, dict):
        if "@value" in value:
            _check_literal(value)
        else:
            for key, member in value.items():
                _CHECKS.get(key, _check_property)(key, member)


def _check_literal(value: dict[str, Any]) -> None:
    datatype = value.get("@type")
    if datatype is not None and datatype != "@json":
        _check_iri("@type", datatype)
    language = value.get("@language")
    if language is not None and _LANGUAGE_TAG.fullmatch(language) is None:
        raise InputError(f"not a language tag: {language[:40]!r}", code="rdfc.language")
    if datatype == _DOUBLE and isinstance(value["@value"], str):
        raise InputError("implementations rewrite a double that is given as text", code="rdfc.number")


def _check_iri(_key: str, iri: Any) -> None:
    if not isinstance(iri, str):
        raise InputError("an identifier is text", code="rdfc.invalid")
    if iri.startswith("_:"):
        raise InputError(
            f"a blank node's label means nothing outside its file: {iri[:40]!r}", code="rdfc.blank_node_id"
        )
    if not is_absolute_iri(iri):
        raise InputError(f"not an absolute IRI: {iri[:80]!r}", code="rdfc.relative_iri")


def _check_types(key: str, types: Any) -> None:
    for type_ in types if isinstance(types, list) else [types]:
        _check_iri(key, type_)
        _check_vocabulary(type_)


def _check_property(key: str, member: Any) -> None:
    if not key.startswith("@"):
        _check_vocabulary(key)
    _check_expanded(member)


def _check_vocabulary(iri: str) -> None:
    if not is_vocabulary_iri(iri):
        raise InputError(f"no context defines {iri[:80]!r}", code="rdfc.undefined_term")


_CHECKS: dict[str, Callable[[str, Any], None]] = {"@id": _check_iri, "@type": _check_types}


def _translated(error: Exception) -> InputError:
    """Find the reason at the bottom of PyLD's chain of errors."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
        if isinstance(cause, InputError):
            return cause
    detail = getattr(cause, "code", None) or ""
    code = "rdfc.protected_term" if detail == "protected term redefinition" else "rdfc.invalid"
    return InputError(f"not JSON-LD that can be signed: {detail or cause}"[:300], code=code)
