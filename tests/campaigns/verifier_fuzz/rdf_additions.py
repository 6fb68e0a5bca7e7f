"""Changes that say something else or besides, in the hope that a processor drops it."""

from __future__ import annotations

import copy
import random

from tests.campaigns.verifier_fuzz.rdf_slots import (
    Document,
    identifiers,
    named_objects,
    objects,
    some_slot,
    with_unseen,
)
from tests.campaigns.verifier_fuzz.rdf_words import BAD_IRIS, CONTEXTS, KEYWORDS, NAMES, UNSEEN


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
    nodes = named_objects(document)
    if not nodes:
        return False
    node = rng.choice(nodes)
    written = (node["id"].upper(), node["id"].replace("//", "//./"), node["id"] + "/.", node["id"].replace("a", "%61"))
    node["id"] = rng.choice((with_unseen(node["id"], rng), rng.choice(BAD_IRIS), rng.choice(written)))
    return True


def named_node(document: Document, rng: random.Random) -> bool:
    """A name for a node that has none, or none for one that has."""
    node = rng.choice(objects(document))
    if "id" in node:
        del node["id"]
    else:
        node["id"] = rng.choice((*BAD_IRIS, "_:x", "urn:x:new", *identifiers(document)))
    return True


def unseen_name(document: Document, rng: random.Random) -> bool:
    """A member whose name has something unseen in it."""
    node = rng.choice(objects(document))
    name = rng.choice(NAMES)
    node[with_unseen(name, rng)] = rng.choice(("x", None, {"id": "urn:x:y"}, True))
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
    text = rng.choice(
        ("2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "x", "https://x.example", *identifiers(document))
    )
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
    slot = some_slot(document, rng, str)
    if slot is None:
        return False
    text = slot.value
    return slot.put(
        rng.choice((with_unseen(text, rng), text + " ", text.upper(), rng.choice(("x", "", *identifiers(document)))))
    )


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
        proof["id"] = rng.choice((*BAD_IRIS, "urn:x:p", *identifiers(document)))
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
