"""What another reader sees in a file: the standard library's JSON, nothing refused, every doubled member noticed.

Two ways to compare it with what was signed. Exactly, for what covers the JSON. And for a signature over statements, by
what a reader of JSON takes from it: the same members in the same places with the same values. The order of an array, an
array around a single value, an object around a lone id, members that say nothing, and quotes around a number make no
difference. JSON-LD has more spellings of one statement; those that a reader of JSON would see as something else must
not verify.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from credroot.core.errors import InputError
from credroot.credential.baking.detect import read_credential_bytes
from tests.campaigns.verifier_fuzz.signing import Document

_ALIASES = {"@id": "id", "@type": "type"}
_SYNONYMS = {"AchievementCredential": "OpenBadgeCredential"}
"""Open Badges has two words for this type."""
_IN_FILES = (b"{", b"[")


class DoubledError(ValueError):
    """A member stands twice, so that two readers see two documents."""


def seen(data: bytes) -> Any:
    """Read a file as another program would: JSON, a token, or what a picture carries.

    Raises `ValueError` or `RecursionError` where nothing can be read, `DoubledError` where it can be read in two ways.
    """
    text = data.strip()
    if text[:1] in _IN_FILES:
        return json.loads(text, object_pairs_hook=_object)
    if text[:3] == b"eyJ":
        return claims_in(text.decode())
    try:
        return seen(read_credential_bytes(data).payload)
    except InputError as error:
        raise ValueError(str(error)) from error


def claims_in(text: str) -> Any:
    """Read the claims of a compact token, its signature unchecked."""
    payload = text.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> Document:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise DoubledError("a member stands twice")
    return made


def is_same(left: Any, right: Any) -> bool:
    """Compare JSON values: 5 and 5.0 are one number, 1 and true are not one value."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(is_same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def says(value: Any, *, is_whole: bool = True) -> Any:
    """Give what a reader of JSON takes from a document, in one spelling, but its contexts and its own proofs."""
    if isinstance(value, dict):
        told = {_ALIASES.get(name, name): says(member, is_whole=False) for name, member in value.items()}
        told.pop("@context", None)
        if is_whole:
            told.pop("proof", None)
        told = {name: member for name, member in told.items() if member is not None}
        return told["id"] if told.keys() == {"id"} and not is_whole else told
    if isinstance(value, list):
        found = [member for member in (says(one, is_whole=False) for one in value) if member is not None]
        found.sort(key=lambda member: json.dumps(member, sort_keys=True))
        return found[0] if len(found) == 1 else found or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(int(value)) if value == int(value) else repr(value)
    return _SYNONYMS.get(value, value) if isinstance(value, str) else value


def repeats(outer: Any, inner: Any) -> bool:
    """Answer whether what stands around a token says nothing but what the credential in it says, or less."""
    if isinstance(outer, dict) and isinstance(inner, dict):
        return all(name in inner and repeats(outer[name], inner[name]) for name in outer)
    if isinstance(inner, dict) and not isinstance(outer, list):
        return bool(outer == inner.get("id"))
    return is_same(outer, inner)
