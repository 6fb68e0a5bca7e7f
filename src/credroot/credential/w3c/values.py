"""Values that several members of W3C credentials share: URLs, types, one-or-many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.credential.w3c.problems import VcProblem, malformed

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

MAX_URL_CHARS = 8_192
MAX_VALUES = 256
"""Values of one member that are looked at."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of a member's values is."""

    member: str
    """A JSON Pointer to the member."""
    index: int
    value: JsonValue
    """The member's value: a list, or the one value itself."""

    @property
    def pointer(self) -> str:
        """A JSON Pointer to the value; the member's own where it has no list."""
        return f"{self.member}/{self.index}" if isinstance(self.value, list) else self.member


def is_url(value: JsonValue) -> bool:
    """Answer whether `value` is text that can be an absolute URL: a scheme, a colon, no blanks."""
    return isinstance(value, str) and len(value) <= MAX_URL_CHARS and _URL.fullmatch(value) is not None


def listed(value: JsonValue) -> list[JsonValue]:
    """Give a member's values: its list, or its one value as a list."""
    return value if isinstance(value, list) else [value]


def type_names(holder: JsonObject) -> tuple[str, ...]:
    """Give the texts among an object's types."""
    return tuple(name for name in listed(holder.get("type")) if isinstance(name, str))


def id_problems(holder: JsonObject, code: str, pointer: str = "") -> Iterator[VcProblem]:
    """Tell whether an object has an ``id`` that is not one URL."""
    if "id" in holder and not is_url(holder["id"]):
        yield malformed(code, "an id is one absolute URL", f"{pointer}/id")


def typed_objects(document: JsonObject, member: str, code: str, *, needs_id: bool = False) -> Iterator[VcProblem]:
    """Tell which values of `member`, where it is there, are no objects with a type, or have no or a wrong id."""
    if member not in document:
        return
    value = document[member]
    if not listed(value):
        yield malformed(code, f"{member} has one object at least", f"/{member}")
    for index, entry in enumerate(listed(value)[:MAX_VALUES]):
        where = Place(f"/{member}", index, value).pointer
        if not isinstance(entry, dict) or not type_names(entry):
            yield malformed(code, f"a value of {member} is an object with a type", where)
        elif needs_id and "id" not in entry:
            yield malformed(code, f"a value of {member} has an id", where)
        else:
            yield from id_problems(entry, code, where)
