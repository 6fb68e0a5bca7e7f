"""Changes that leave the statements as they are, or nearly: a signature holds, and a reader might be misled."""

from __future__ import annotations

import copy
import random

from tests.campaigns.verifier_fuzz.rdf_slots import Document, identifiers, named_objects, objects, slots, some_slot
from tests.campaigns.verifier_fuzz.rdf_words import NAMES, TYPES, XSD


def shuffled(document: Document, rng: random.Random) -> bool:
    """Another order in arrays."""
    lists = [slot.value for slot in slots(document) if isinstance(slot.value, list) and len(slot.value) > 1]
    for entries in lists:
        rng.shuffle(entries)
    return bool(lists)


def members_shuffled(document: Document, rng: random.Random) -> bool:
    """Another order of members."""
    for node in objects(document):
        entries = list(node.items())
        rng.shuffle(entries)
        node.clear()
        node.update(entries)
    return True


def bracketed(document: Document, rng: random.Random) -> bool:
    """Brackets around a value."""
    slot = some_slot(document, rng, (str, dict, bool, int, float, list))
    return slot is not None and slot.put([slot.value] * rng.choice((1, 1, 1, 2)))


def unbracketed(document: Document, rng: random.Random) -> bool:
    """No brackets around a lone value, or only one of several values."""
    slot = some_slot(document, rng, list)
    return slot is not None and len(slot.value) > 0 and slot.put(slot.value[0])


def repeated(document: Document, rng: random.Random) -> bool:
    """An entry twice."""
    slot = some_slot(document, rng, list)
    if slot is None or not slot.value:
        return False
    entry = rng.choice(slot.value)
    again = {"id": entry["id"]} if isinstance(entry, dict) and "id" in entry and rng.random() < 0.5 else entry
    slot.value.insert(rng.randrange(len(slot.value) + 1), copy.deepcopy(again))
    return True


def as_node(document: Document, rng: random.Random) -> bool:
    """An object around an identifier."""
    slot = some_slot(document, rng, str)
    return slot is not None and slot.put({rng.choice(("id", "id", "id", "@id")): slot.value})


def as_name(document: Document, rng: random.Random) -> bool:
    """An identifier in place of an object; what else was said of it goes, or stays elsewhere."""
    slot = some_slot(document, rng, dict)
    if slot is None or not isinstance(slot.value.get("id"), str):
        return False
    node = slot.value
    slot.put(node["id"] if rng.random() < 0.5 else {"id": node["id"]})
    others = [other for other in named_objects(document) if other["id"] == node["id"] and other is not node]
    if others and rng.random() < 0.8:
        rng.choice(others).update(node)
    return True


def moved(document: Document, rng: random.Random) -> bool:
    """Members of a node in another object with its identifier, or in one that is made for it."""
    nodes = named_objects(document)
    if not nodes:
        return False
    node = rng.choice(nodes)
    twins = [other for other in nodes if other is not node and other["id"] == node["id"]]
    references = [slot for slot in slots(document) if slot.value == node["id"] and slot.member not in ("id", "@id")]
    if twins:
        target = rng.choice(twins)
    elif references:
        target = {"id": node["id"]}
        rng.choice(references).put(target)
    else:
        target = {"id": node["id"]}
        rng.choice(objects(document))[rng.choice(NAMES)] = target
    for name in [name for name in node if name not in ("id", "@context", "proof") and rng.random() < 0.5]:
        value = node[name] if rng.random() < 0.2 else node.pop(name)
        old = target.get(name)
        target[name] = value if old is None or old == value else [old, value]
    return True


def split(document: Document, rng: random.Random) -> bool:
    """A node as two entries of an array with one identifier."""
    slot = some_slot(document, rng, dict)
    if slot is None or not isinstance(slot.value.get("id"), str):
        return False
    rest = {name: value for name, value in slot.value.items() if name == "id" or rng.random() < 0.5}
    kept = {name: value for name, value in slot.value.items() if name == "id" or name not in rest}
    return slot.put([rest, kept])


def swapped_inside_out(document: Document, rng: random.Random) -> bool:
    """A node that names the document, outside of it."""
    inner = [slot for slot in slots(document) if isinstance(slot.value, dict) and slot.member != "proof"]
    own = document.get("id")
    rng.shuffle(inner)
    for slot in inner:
        for place in slots(slot.value):
            if place.value == own or (isinstance(place.value, dict) and place.value.get("id") == own):
                node = slot.value
                slot.put(node.get("id", {}))
                context, proof = document.pop("@context", None), document.pop("proof", None)
                place.put({**copy.deepcopy(document), **(place.value if isinstance(place.value, dict) else {})})
                outer = {"@context": context, **copy.deepcopy(node), "proof": proof}
                document.clear()
                document.update(outer)
                return True
    return False


def merged(document: Document, rng: random.Random) -> bool:
    """Two nodes under one identifier."""
    nodes, names = named_objects(document), identifiers(document)
    if len(set(names)) < 2:
        return False
    rng.choice(nodes)["id"] = rng.choice(names)
    return True


def other_key(document: Document, rng: random.Random) -> bool:
    """A keyword for its alias, a class for a member, a full IRI for a term, and back."""
    node = rng.choice(objects(document))
    name = rng.choice(list(node) or [""])
    other = {
        "id": "@id",
        "type": "@type",
        "criteria": "Criteria",
        "image": "Image",
        "achievement": "Achievement",
        "validUntil": rng.choice(
            ("expirationDate", "cred:validUntil", "https://www.w3.org/2018/credentials#validUntil")
        ),
        "validFrom": "issuanceDate",
    }.get(name)
    if other is None or name not in node:
        return False
    node[other] = node.pop(name)
    return True


def other_type(document: Document, rng: random.Random) -> bool:
    """A type under its IRI or another name, once more, or with brackets."""
    nodes = [node for node in objects(document) if node.get("type")]
    if not nodes:
        return False
    node = rng.choice(nodes)
    types = node["type"] if isinstance(node["type"], list) else [node["type"]]
    chosen = rng.randrange(4)
    if chosen == 0:
        node["type"] = [rng.choice(TYPES) if rng.random() < 0.5 else type_ for type_ in types]
    elif chosen == 1:
        node["type"] = [*types, rng.choice((*TYPES, types[0]))]
    elif chosen == 2:
        node["type"] = [f"https://purl.imsglobal.org/spec/vc/ob/vocab.html#{type_}" for type_ in types]
    else:
        node["type"] = types if isinstance(node["type"], str) else types[0]
    return True


def wrapped(document: Document, rng: random.Random) -> bool:
    """A value in one of JSON-LD's wrappers."""
    slot = some_slot(document, rng, (str, bool, int, float, list))
    if slot is None:
        return False
    value = slot.value
    datatype = rng.choice(XSD) + rng.choice(("dateTime", "string", "boolean", "float", "anyURI", "integer"))
    return slot.put(
        rng.choice(
            (
                {"@value": value},
                {"@value": value, "@type": datatype},
                {"@value": value, "type": datatype},
                {"@value": value, "@language": rng.choice(("en", "EN", "en-GB", "x y", ""))},
                {"@set": value},
                {"@set": [value]},
                {"@list": [value]},
                {"@value": value, "@index": "x"},
                {"@value": value, "@direction": "ltr"},
            )
        )
    )


def unwrapped(document: Document, rng: random.Random) -> bool:
    """A text without its language, or in another spelling of it."""
    found = [slot for slot in slots(document) if isinstance(slot.value, dict) and "@language" in slot.value]
    if not found:
        return False
    slot = rng.choice(found)
    language = rng.choice((None, slot.value["@language"].upper(), slot.value["@language"] + "-GB"))
    return slot.put({**slot.value, "@language": language} if language else slot.value["@value"])


def as_text(document: Document, rng: random.Random) -> bool:
    """A number or a boolean as text, or text as one."""
    slot = some_slot(document, rng, (bool, int, float, str))
    if slot is None:
        return False
    value = slot.value
    if isinstance(value, str):
        read = {"true": True, "false": False}.get(value, int(value) if value.isascii() and value.isdigit() else None)
        return read is not None and slot.put(read)
    text = str(value).lower()
    return slot.put(rng.choice((text, f"{value:.1f}", f"{value:.1E}", float(value), int(value), not value)))


def with_nothing(document: Document, rng: random.Random) -> bool:
    """A member, or an entry, that states nothing."""
    nothing = rng.choice(
        (None, [], {}, [None], [[]], {"@value": None}, {"@set": []}, {"@list": []}, [{}], "", {"id": None})
    )
    lists = [slot.value for slot in slots(document) if isinstance(slot.value, list)]
    if lists and rng.random() < 0.4:
        entries = rng.choice(lists)
        entries.insert(rng.randrange(len(entries) + 1), nothing)
    else:
        rng.choice(objects(document))[rng.choice(NAMES)] = nothing
    return True
