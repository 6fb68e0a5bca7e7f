"""How much there is in a JSON value, without recursion and without looking at more than is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from credroot.core.json.types import JsonValue


class JsonSize(NamedTuple):
    """What was counted of a value."""

    values: int
    """Itself, and every member and array element."""
    characters: int
    """Of its texts; names of members are not counted."""


def json_size(value: JsonValue, *, most: int) -> JsonSize:
    """Count up to `most` values, or a few more; what lies beyond is not looked at."""
    values = characters = 0
    pending: list[Collection[JsonValue]] = [[value]]
    for group in pending:
        values += len(group)
        if values > most:
            break
        for member in group:
            if isinstance(member, dict):
                pending.append(member.values())
            elif isinstance(member, list):
                pending.append(member)
            elif isinstance(member, str):
                characters += len(member)
    return JsonSize(values, characters)
