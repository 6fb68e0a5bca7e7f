"""Places in a JSON document: where they are, by what path, and a copy of what is there."""

from __future__ import annotations

import json
import random
from typing import Any

import orjson

from tests.campaigns.verifier_fuzz.signing import Document

DEEPEST = 40
Place = tuple[Any, Any]
"""A container, and the key or number of one of its children."""


def places(value: Any, depth: int = 0) -> list[Place]:
    """List every place below `value`."""
    if depth > DEEPEST:
        return []
    keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found: list[Place] = []
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            found += places(value[key], depth + 1)
    return found


def objects(document: Document) -> list[Document]:
    """List the document and every object in it."""
    return [document, *objects_within(document)]


def objects_within(document: Document) -> list[Document]:
    """List every object inside the document."""
    return [holder[key] for holder, key in places(document) if isinstance(holder[key], dict)]


def any_place(document: Document, rng: random.Random, kind: type | tuple[type, ...] = object) -> Place | None:
    found = [(holder, key) for holder, key in places(document) if isinstance(holder[key], kind)]
    return rng.choice(found) if found else None


def places_by_path(document: Document) -> dict[str, Place]:
    """Give every place by its path."""
    found: dict[str, Place] = {}

    def walk(value: Any, path: str) -> None:
        keys: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in keys:
            found[f"{path}/{key}"] = (value, key)
            walk(value[key], f"{path}/{key}")

    walk(document, "")
    return found


def is_within(value: Any, target: Any) -> bool:
    return value is target or any(holder[key] is target for holder, key in places(value))


def copied(value: Any) -> Any:
    """Give a deep copy; what only Python can hold is copied by its way."""
    try:
        return orjson.loads(orjson.dumps(value))
    except (orjson.JSONEncodeError, orjson.JSONDecodeError):
        return json.loads(json.dumps(value))
