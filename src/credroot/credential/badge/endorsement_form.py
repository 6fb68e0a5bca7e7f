"""Is it an endorsement? Asked where an endorsement is treated in another way than a badge, so a word of its own is not
enough: whoever may write a type must not be able to choose the rules by it.

Source: Open Badges 3.0, sections B.1.6 (EndorsementCredential) and B.1.7 (EndorsementSubject).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

_TYPES = frozenset({"VerifiableCredential", "EndorsementCredential"})
_SUBJECT_TYPES = frozenset({"EndorsementSubject"})
_SUBJECT_MEMBERS = frozenset({"id", "type", "endorsementComment"})


def is_endorsement(document: JsonObject) -> bool:
    """Return whether a credential says that it is an endorsement and nothing else, and says nothing else either.

    Its one subject is an ``EndorsementSubject`` that names by its id what is endorsed, and has a comment at most.
    """
    if _words(document.get("type")) != _TYPES:
        return False
    subject = subject_of_endorsement(document)
    is_named = subject.keys() <= _SUBJECT_MEMBERS and isinstance(subject.get("id"), str)
    return is_named and _words(subject.get("type")) == _SUBJECT_TYPES


def subject_of_endorsement(document: JsonObject) -> JsonObject:
    """Return the one subject of a credential; an empty object where there is none, or more than one."""
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    return subject if isinstance(subject, dict) else {}


def _words(value: JsonValue) -> frozenset[str]:
    """Return the texts of a type; none where anything else stands among them."""
    listed = value if isinstance(value, list) else [value]
    words = frozenset(word for word in listed if isinstance(word, str))
    return words if len(words) == len(listed) else frozenset()
