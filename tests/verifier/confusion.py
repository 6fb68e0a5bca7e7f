"""Documents of which one member is of another type than it should be: every place, every JSON type."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    2**53 - 1,
    "",
    "x",
    "did:web:\u202e",
    "z" + "2" * 87,
    [],
    [[]],
    [None],
    ["x", {}],
    {},
    {"id": []},
    {"type": {}, "id": 5},
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every member and every element."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        yield (*path, key)
        yield from places(member, (*path, key))


def mutants(document: Any, chooser: random.Random, each: int | None = None) -> Iterator[tuple[str, Any]]:
    """Give for every place the document with another value there, wrapped, left out and doubled; `each` of them."""
    for path in places(document):
        at: Any = document
        for step in path:
            at = at[step]
        values = [*VALUES, [at], {"x": at}, [at, at], [[at]], ...]
        for value in values if each is None else chooser.sample(values, each):
            changed = copy.deepcopy(document)
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            if value is ...:
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(value)
            yield f"{'/'.join(map(str, path))} = {value!r}"[:300], changed
