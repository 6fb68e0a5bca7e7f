"""What a JSON-LD document may not contain, looked for in the plain JSON before any JSON-LD processor sees it.

Each rule keeps out something that processors read differently, drop silently, or spend unbounded time on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject, JsonValue

MAX_JSON_VALUES = 2_500
"""Values in a document, itself and each member counted. A badge has about 150; PyLD needs some 50 us for each."""
MAX_DEPTH = 32
"""Levels of nesting; the same bound as for reading JSON."""
MAX_ARRAY_VALUES = 300
"""Values of one array."""
MAX_ARRAY_PAIRS = 100_000
"""Pairs of values in arrays, all arrays together: PyLD compares each value with all before it, at 0.5 us."""
MAX_CONTEXTS = 8
"""Contexts that one document may name."""
MAX_SAFE_INTEGER = 2**53 - 1

ALLOWED_KEYWORDS = frozenset({"@context", "@id", "@type", "@value", "@language", "@list", "@set"})
"""``@direction`` has no settled form in RDF; the others change structure, or hold what is dropped without a word
(``@graph`` a text), and no credential needs them."""

# LF and CR have one escape in every implementation; other control characters, U+FFFE and U+FFFF have several.
# A text, compiled when first used: documents of a known shape need the bounds above, and not this.
_BAD_CHARACTER = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]"


def check_document(document: JsonObject) -> None:
    """Refuse what canonicalisation can't be trusted with; return without a word otherwise.

    Raises:
        InputError: ``rdfc.too_large``, ``rdfc.too_deep``, ``rdfc.control_character``, ``rdfc.number``,
            ``rdfc.keyword``, ``rdfc.direction``, ``rdfc.blank_node_id``, ``rdfc.undefined_term``,
            ``rdfc.inline_context``, ``rdfc.no_context``.
    """
    if not isinstance(document, dict):
        raise InputError("a JSON-LD document is a JSON object", code="rdfc.invalid")
    if "@context" not in document:
        raise InputError("the document names no @context", code="rdfc.no_context")
    values_left, pairs_left = MAX_JSON_VALUES, MAX_ARRAY_PAIRS
    level: list[JsonValue] = [document]
    for _ in range(MAX_DEPTH):
        values_left -= len(level)
        pairs_left -= sum(len(value) ** 2 for value in level if isinstance(value, list))
        if values_left < 0 or pairs_left < 0:
            raise InputError(f"more than {MAX_JSON_VALUES} values, or too many in arrays", code="rdfc.too_large")
        level = [child for value in level for child in _children(value)]
        if not level:
            return
    raise InputError(f"nested deeper than {MAX_DEPTH} levels", code="rdfc.too_deep")


def context_urls(document: JsonObject) -> tuple[str, ...]:
    """List the URLs of the document's own ``@context``, in order.

    Raises:
        InputError: ``rdfc.inline_context``, a context that is not named by URL; ``rdfc.too_large``.
    """
    contexts = document.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    if len(listed) > MAX_CONTEXTS:
        raise InputError(f"more than {MAX_CONTEXTS} contexts", code="rdfc.too_large")
    urls = [url for url in listed if isinstance(url, str)]
    if len(urls) != len(listed) or not urls:
        raise InputError("contexts are named by URL; an inline one defines its own words", code="rdfc.inline_context")
    return tuple(urls)


def check_text(text: str) -> None:
    """Refuse control characters, U+FFFE, U+FFFF and lone surrogates, which implementations escape differently.

    Raises:
        InputError: ``rdfc.control_character``.
    """
    found = re.search(_BAD_CHARACTER, text)
    if found is not None:
        raise InputError(
            f"U+{ord(found[0]):04X} has no common form in canonical RDF: {text[:40]!r}", code="rdfc.control_character"
        )


def check_number(number: float) -> None:
    """Refuse numbers that implementations write differently.

    Integers beyond 2^53 - 1, floats that are whole (``1.0``) or no number, and floats of more than 15 significant
    digits.

    Raises:
        InputError: ``rdfc.number``.
    """
    if isinstance(number, int):
        portable = abs(number) <= MAX_SAFE_INTEGER
    else:
        portable = isfinite(number) and not number.is_integer() and float(f"{number:.15g}") == number
    if not portable:
        raise InputError(f"implementations write the number {number!r} differently", code="rdfc.number")


def _children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        for key in value:
            _check_key(key, value)
        return value.values()
    if isinstance(value, list):
        if len(value) > MAX_ARRAY_VALUES:
            raise InputError(f"more than {MAX_ARRAY_VALUES} values in one array", code="rdfc.too_large")
        return value
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        check_number(value)
    return ()


def _check_key(key: str, holder: JsonObject) -> None:
    check_text(key)
    if key == "@context":
        context_urls(holder)
    elif key == "@direction":
        raise InputError("@direction has no settled form in RDF", code="rdfc.direction")
    elif key.startswith("@") and key not in ALLOWED_KEYWORDS:
        raise InputError(f"the keyword {key[:40]!r} is not used in credentials", code="rdfc.keyword")
    elif key.startswith("_:"):
        raise InputError(f"a blank node can't be a property: {key[:40]!r}", code="rdfc.blank_node_id")
    elif ":" in key:
        # Else a holder could hide what it says from a reader of JSON: a status, or an end.
        raise InputError(f"a member is named by its term, not by an IRI: {key[:80]!r}", code="rdfc.undefined_term")
