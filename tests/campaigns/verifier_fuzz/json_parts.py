"""Changes to any part of a JSON document, whatever it means: to its value, its name or its place."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from tests.campaigns.verifier_fuzz.json_places import (
    any_place,
    copied,
    is_within,
    objects,
    objects_within,
    places_by_path,
)
from tests.campaigns.verifier_fuzz.json_values import odd_value, other_text, taken
from tests.campaigns.verifier_fuzz.json_words import MEMBERS, OTHERS, SPACES
from tests.campaigns.verifier_fuzz.signing import Document


def other_letters(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Change a text a little."""
    place = any_place(document, rng, str)
    if place is not None:
        holder, key = place
        holder[key] = other_text(holder[key], rng)
    return document


def other_number(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Change a number, or write one."""
    place = any_place(document, rng, (int, float)) or any_place(document, rng)
    if place is not None:
        holder, key = place
        value = holder[key] if isinstance(holder[key], int | float) else 0
        odd = (
            value + 1,
            -value,
            float(value),
            value + 0.5,
            str(value),
            2**53 - 1,
            -(2**53) + 1,
            1e300,
            1e-7,
            -0.0,
            bool(value),
        )
        holder[key] = rng.choice(odd)
    return document


def other_type(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Replace any place by a value of any type."""
    place = any_place(document, rng)
    if place is not None:
        holder, key = place
        holder[key] = odd_value(rng, holder[key])
    return document


def dropped(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Leave out a member or an element."""
    place = any_place(document, rng)
    if place is not None:
        del place[0][place[1]]
    return document


def added(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Add a member anywhere."""
    holders = objects(document)
    name = rng.choice(MEMBERS)
    rng.choice(holders)[name] = taken(name, rng, others) if rng.random() < 0.5 else odd_value(rng, rng.choice(OTHERS))
    return document


def renamed(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Give a member another name."""
    holders = objects(document)
    holder = rng.choice([one for one in holders if one])
    name = rng.choice(list(holder))
    aliases = {"id": "@id", "type": "@type", "@id": "id", "@type": "type"}
    names = (aliases.get(name, "@" + name), name.upper(), name + rng.choice(SPACES), rng.choice(MEMBERS), name[:-1])
    holder[rng.choice(names)] = holder.pop(name)
    return document


def moved(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Move a member into another object."""
    place = any_place(document, rng)
    holders = objects_within(document)
    if place is not None and isinstance(place[0], dict) and holders:
        target = rng.choice(holders)
        value = place[0][place[1]]
        if not is_within(value, target):
            del place[0][place[1]]
            target[place[1]] = value
    return document


def copied_elsewhere(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put a copy of one part into another place."""
    first, second = any_place(document, rng), any_place(document, rng)
    if first is not None and second is not None:
        second[0][second[1]] = copied(first[0][first[1]])
    return document


def doubled(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Double an element, or put a value beside itself."""
    place = any_place(document, rng)
    if place is not None:
        holder, key = place
        if isinstance(holder, list):
            holder.insert(rng.randint(0, len(holder)), copied(holder[key]))
        else:
            holder[key] = [holder[key], copied(holder[key])]
    return document


def reordered(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put the elements of an array, or the members of an object, in another order."""
    place = any_place(document, rng, (list, dict))
    if place is not None:
        value = place[0][place[1]]
        if isinstance(value, list):
            rng.shuffle(value)
        else:
            items = list(value.items())
            rng.shuffle(items)
            place[0][place[1]] = dict(items)
    return document


def wrapped(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Put a value into an array, or take the only one out."""
    place = any_place(document, rng)
    if place is not None:
        holder, key = place
        value = holder[key]
        holder[key] = value[0] if isinstance(value, list) and len(value) == 1 else [value]
    return document


def spliced_within(document: Document, rng: random.Random, others: Sequence[Document]) -> Any:
    """Take a part of another document into the same place below."""
    other = rng.choice(others)
    mine, theirs = places_by_path(document), places_by_path(other)
    shared = sorted(mine.keys() & theirs.keys())
    if shared:
        path = rng.choice(shared)
        holder, key = mine[path]
        holder[key] = copied(theirs[path][0][theirs[path][1]])
    return document
