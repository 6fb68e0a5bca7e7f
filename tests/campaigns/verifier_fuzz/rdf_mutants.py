"""Mutants of signed JSON-LD: other JSON for what may be the same statements, and content that a processor may drop.

``mutants(document, rng)`` gives mutants without end; each is a name and a changed copy. Most are made so that the
statements stay what they were, which is where a signature holds and a reader might see something else.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

Document: TypeAlias = dict[str, Any]

UNSEEN = (
    *("\x85", "\xa0", "\xad", "\u1680", "\u180e", "\u2000", "\u2003", "\u2009", "\u200b", "\u200d", "\u200e"),
    *("\u2028", "\u2029", "\u202a", "\u202e", "\u202f", "\u205f", "\u2060", "\u2066", "\u3000", "\u3164", "\ufeff"),
    *(" ", "\t", "\n", "\x00", "\x1c", "\x1f", "\x7f", "\ue000", "\ufdd0", "\ufffd", "\uffff", "\U000e0020"),
)
"""White space of every class, what reorders or hides, controls, private use, noncharacters."""
BAD_IRIS = (
    *("", "x", "/x", "//x/y", "#x", "?x", "_:b0", ":x", "@id", "@type", "@none", "@x", "1:x", "urn:%zz", "a b:c"),
    *(
        "type",
        "id",
        "name",
        "VerifiableCredential",
        "xsd:x",
        "sec:x",
        "cred:x",
        "ob:x",
        "did",
        "urn:x#a#b",
        "http://[x",
    ),
)
KEYWORDS = (
    *("@graph", "@included", "@reverse", "@nest", "@index", "@json", "@none", "@base", "@vocab", "@import", "@list"),
    *("@set", "@value", "@language", "@direction", "@type", "@id", "@context", "@propagate", "@protected", "@x"),
)
NAMES = (
    *("Criteria", "Image", "Profile", "Achievement", "Address", "criteria", "image", "name", "issuer", "validUntil"),
    *("expirationDate", "issuanceDate", "validFrom", "credentialStatus", "credentialSubject", "evidence", "proof"),
    *(
        "verifiableCredential",
        "holder",
        "narrative",
        "description",
        "identifier",
        "achievement",
        "result",
        "endorsement",
    ),
    *("cred:validUntil", "https://www.w3.org/2018/credentials#validUntil", "https://schema.org/name", "schema:name"),
    *("awardedDate", "termsOfUse", "relatedResource", "confidenceMethod", "renderMethod", "refreshService", "url"),
)
CONTEXTS = (
    *("https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"),
    *(f"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.{number}.json" for number in (1, 2, 3)),
    *(
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ),
    *("https://w3id.org/security/data-integrity/v2", "https://w3id.org/security/data-integrity/v1"),
    *("https://www.w3.org/ns/credentials/undefined-terms/v2", "https://www.w3.org/ns/credentials/undefined-term/v2"),
    *("https://w3id.org/security/multikey/v1", "https://www.w3.org/ns/did/v1", "https://evil.example/context"),
)
XSD = ("http://www.w3.org/2001/XMLSchema#", "https://www.w3.org/2001/XMLSchema#")
TYPES = (
    *("https://www.w3.org/2018/credentials#VerifiableCredential", "AchievementCredential", "OpenBadgeCredential"),
    *("https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential", "cred:VerifiableCredential", "criteria"),
    *("https://www.w3.org/ns/credentials/status#BitstringStatusListEntry", "EndorsementCredential", "Profile"),
    *("https://purl.imsglobal.org/spec/vc/ob/vocab.html#EndorsementCredential", "VerifiableCredential", "Criteria"),
)


class Mutant(NamedTuple):
    """A changed document."""

    name: str
    """What was done to it, step by step."""
    document: Any


def mutants(document: Document, rng: random.Random) -> Iterator[Mutant]:
    """Give mutants without end, of one to four steps each; `document` is left as it is."""
    names, original = list(STEPS), json.dumps(document)
    while True:
        changed = copy.deepcopy(document)
        done = []
        try:
            for name in rng.choices(names, k=rng.choice((1, 1, 1, 2, 2, 3, 4))):
                if STEPS[name](changed, rng):
                    done.append(name)
                    changed = json.loads(json.dumps(changed))
        except (ValueError, RecursionError, TypeError, AttributeError, LookupError):
            continue  # a part was moved into itself, or a step does not fit what an earlier one left
        if done and json.dumps(changed) != original:
            yield Mutant(" + ".join(done), changed)


class Slot(NamedTuple):
    """Where a value stands: in an object by name, or in an array by number."""

    holder: Any
    key: Any
    member: str
    """The name of the member that it stands under, itself or in an array."""

    @property
    def value(self) -> Any:
        """The value."""
        return self.holder[self.key]

    def put(self, value: Any) -> bool:
        """Put another value there."""
        self.holder[self.key] = value
        return True


def slots(value: Any, member: str = "") -> Iterator[Slot]:
    """Find every value inside, without the contexts."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        name = key if isinstance(value, dict) else member
        if name != "@context":
            yield Slot(value, key, name)
            yield from slots(inner, name)


def objects(document: Document) -> list[Document]:
    """List every object but the proofs of the document itself."""
    inner = [slot.value for slot in slots({**document, "proof": None}) if isinstance(slot.value, dict)]
    return [document, *inner]


def _some(
    document: Document, rng: random.Random, kind: type | tuple[type, ...], *, proofs: bool = False
) -> Slot | None:
    """Choose a place whose value is of some type; those of proofs rarely."""
    inside = document if proofs or rng.random() < 0.05 else {k: v for k, v in document.items() if k != "proof"}
    found = [slot for slot in slots(inside) if isinstance(slot.value, kind)]
    if not found:
        return None
    chosen = rng.choice(found)
    return Slot(document, chosen.key, chosen.member) if chosen.holder is inside else chosen


def _named(document: Document) -> list[Document]:
    return [node for node in objects(document) if isinstance(node.get("id"), str)]


def _ids(document: Document) -> list[str]:
    return [node["id"] for node in _named(document)]


def _unseen(text: str, rng: random.Random) -> str:
    place = rng.choice((len(text), len(text), 0, rng.randrange(len(text) + 1)))
    return text[:place] + rng.choice(UNSEEN) + text[place:]


# What leaves the statements as they are, or nearly.


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
    slot = _some(document, rng, (str, dict, bool, int, float, list))
    return slot is not None and slot.put([slot.value] * rng.choice((1, 1, 1, 2)))


def unbracketed(document: Document, rng: random.Random) -> bool:
    """No brackets around a lone value, or only one of several values."""
    slot = _some(document, rng, list)
    return slot is not None and len(slot.value) > 0 and slot.put(slot.value[0])


def repeated(document: Document, rng: random.Random) -> bool:
    """An entry twice."""
    slot = _some(document, rng, list)
    if slot is None or not slot.value:
        return False
    entry = rng.choice(slot.value)
    again = {"id": entry["id"]} if isinstance(entry, dict) and "id" in entry and rng.random() < 0.5 else entry
    slot.value.insert(rng.randrange(len(slot.value) + 1), copy.deepcopy(again))
    return True


def as_node(document: Document, rng: random.Random) -> bool:
    """An object around an identifier."""
    slot = _some(document, rng, str)
    return slot is not None and slot.put({rng.choice(("id", "id", "id", "@id")): slot.value})


def as_name(document: Document, rng: random.Random) -> bool:
    """An identifier in place of an object; what else was said of it goes, or stays elsewhere."""
    slot = _some(document, rng, dict)
    if slot is None or not isinstance(slot.value.get("id"), str):
        return False
    node = slot.value
    slot.put(node["id"] if rng.random() < 0.5 else {"id": node["id"]})
    others = [other for other in _named(document) if other["id"] == node["id"] and other is not node]
    if others and rng.random() < 0.8:
        rng.choice(others).update(node)
    return True


def moved(document: Document, rng: random.Random) -> bool:
    """Members of a node in another object with its identifier, or in one that is made for it."""
    nodes = _named(document)
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
    slot = _some(document, rng, dict)
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
    nodes, names = _named(document), _ids(document)
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
    slot = _some(document, rng, (str, bool, int, float, list))
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
    slot = _some(document, rng, (bool, int, float, str))
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


# What is said besides, in the hope that it is dropped.


def unseen_subtree(document: Document, rng: random.Random) -> bool:
    """A subject of somebody else, with identifiers that a processor may drop."""
    end = rng.choice((*UNSEEN, "", "%zz", "#a#b", "[]"))
    name = rng.choice(("urn:x:other", "https://x.example/o", "other", "@other", "_:other", "xsd:other"))
    node = {
        "id": name + end,
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "id": "urn:x:n" + end,
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "Mallory",
                "identityType": "name",
            }
        ],
        "achievement": {"id": "urn:x:a" + end, "type": ["Achievement"], "name": "Doctor", "description": "d"},
    }
    where = rng.choice((document, document, rng.choice(objects(document))))
    member = rng.choice(("credentialSubject", "credentialSubject", *list(where))) if where else "credentialSubject"
    if member in ("@context", "id", "proof"):
        return False
    old = where.get(member)
    entries = old if isinstance(old, list) else [] if old is None else [old]
    where[member] = [node, *entries] if rng.random() < 0.7 else [*entries, node]
    return True


def other_iri(document: Document, rng: random.Random) -> bool:
    """An identifier that is none, or that has something unseen in it."""
    nodes = _named(document)
    if not nodes:
        return False
    node = rng.choice(nodes)
    written = (node["id"].upper(), node["id"].replace("//", "//./"), node["id"] + "/.", node["id"].replace("a", "%61"))
    node["id"] = rng.choice((_unseen(node["id"], rng), rng.choice(BAD_IRIS), rng.choice(written)))
    return True


def named_node(document: Document, rng: random.Random) -> bool:
    """A name for a node that has none, or none for one that has."""
    node = rng.choice(objects(document))
    if "id" in node:
        del node["id"]
    else:
        node["id"] = rng.choice((*BAD_IRIS, "_:x", "urn:x:new", *_ids(document)))
    return True


def unseen_name(document: Document, rng: random.Random) -> bool:
    """A member whose name has something unseen in it."""
    node = rng.choice(objects(document))
    name = rng.choice(NAMES)
    node[_unseen(name, rng)] = rng.choice(("x", None, {"id": "urn:x:y"}, True))
    return True


def with_keyword(document: Document, rng: random.Random) -> bool:
    """A keyword with a part of the document, a copy of it, or something else."""
    node = rng.choice(objects(document))
    value = rng.choice(
        ("x", {}, [], None, {"name": "x"}, [{"id": "urn:x:y", "name": "x"}], {"name": {"id": "urn:x:y"}})
    )
    if rng.random() < 0.4 and len(node) > 2:
        name = rng.choice([name for name in node if name not in ("@context", "proof")] or ["id"])
        value = {name: node.pop(name)} if name in node else value
    node[rng.choice(KEYWORDS)] = value
    return True


def with_member(document: Document, rng: random.Random) -> bool:
    """A member that readers look at."""
    text = rng.choice(("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "x", "https://x.example", *_ids(document)))
    value = rng.choice((text, {"id": text}, {"@value": text}, {"name": text}, True, 5))
    rng.choice(objects(document))[rng.choice(NAMES)] = value
    return True


def without_member(document: Document, rng: random.Random) -> bool:
    """One member less."""
    node = rng.choice(objects(document))
    names = [name for name in node if name != "proof"]
    if not names:
        return False
    del node[rng.choice(names)]
    return True


def other_value(document: Document, rng: random.Random) -> bool:
    """Another text."""
    slot = _some(document, rng, str)
    if slot is None:
        return False
    text = slot.value
    return slot.put(rng.choice((_unseen(text, rng), text + " ", text.upper(), rng.choice(("x", "", *_ids(document))))))


def other_contexts(document: Document, rng: random.Random) -> bool:
    """Other contexts: one more, one less, twice, in another order, as a text, or in an object inside."""
    contexts = document.get("@context")
    listed = list(contexts) if isinstance(contexts, list) else [contexts]
    chosen = rng.randrange(6)
    if chosen == 0:
        listed.insert(rng.randrange(len(listed) + 1), rng.choice(CONTEXTS))
    elif chosen == 1 and listed:
        listed.pop(rng.randrange(len(listed)))
    elif chosen == 2 and listed:
        listed.append(rng.choice(listed))
    elif chosen == 3:
        rng.shuffle(listed)
    elif chosen == 4 and listed:
        document["@context"] = rng.choice(listed)
        return True
    else:
        inner = rng.choice((rng.choice(CONTEXTS), listed, None, [], {}, {"name": "urn:x:y"}, {"@vocab": "urn:x:"}))
        rng.choice(objects(document)[1:] or [{}])["@context"] = inner
        return True
    document["@context"] = listed
    return True


def other_proof(document: Document, rng: random.Random) -> bool:
    """A proof changed, once more, alone, or in an object inside."""
    proofs = document.get("proof")
    listed = proofs if isinstance(proofs, list) else [proofs]
    if not listed or not isinstance(listed[0], dict):
        return False
    proof = listed[0]
    chosen = rng.randrange(8)
    if chosen == 0:
        document["proof"] = proof if isinstance(proofs, list) else listed
    elif chosen == 1:
        document["proof"] = [proof, copy.deepcopy(proof)]
    elif chosen == 2:
        proof["id"] = rng.choice((*BAD_IRIS, "urn:x:p", *_ids(document)))
    elif chosen == 3:
        proof[rng.choice(("expires", "nonce", "domain", "challenge", "previousProof", "name"))] = rng.choice(
            (None, [], "x", "2099-01-01T00:00:00Z", ["x", "x"], {"id": "urn:x:y"})
        )
    elif chosen == 4:
        proof["@context"] = rng.choice((document.get("@context"), rng.choice(CONTEXTS), [], None))
    elif chosen == 5:
        rng.choice(objects(document)[1:] or [{}])["proof"] = rng.choice((copy.deepcopy(proof), {"id": "urn:x:p"}, None))
    elif chosen == 6:
        name = rng.choice(list(proof))
        proof[name] = rng.choice(([proof[name]], {"@value": proof[name]}, {"id": proof[name]}))
    else:
        document["proof"] = {"@graph": [proof]}
    return True


Step: TypeAlias = Callable[[Document, random.Random], bool]
STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        shuffled,
        members_shuffled,
        bracketed,
        unbracketed,
        repeated,
        as_node,
        as_name,
        moved,
        split,
        swapped_inside_out,
        merged,
        other_key,
        other_type,
        wrapped,
        unwrapped,
        as_text,
        with_nothing,
        unseen_subtree,
        other_iri,
        named_node,
        unseen_name,
        with_keyword,
        with_member,
        without_member,
        other_value,
        other_contexts,
        other_proof,
    )
}
"""What can be done to a document; each changes it in place and answers whether it found where."""
