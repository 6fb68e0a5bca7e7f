"""What was issued: each genuine file with what was signed or anchored, what a report shows of it, and how it stands.

All of this the maker of the files knows without asking a verifier, so it can be held against one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from credroot.core.values import Digest
from tests.campaigns.verifier_fuzz.signing import Document
from tests.credential.sample_badge import sample_badge

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]

STRICT, DID_ONLY, NO_ANCHOR, ANYONE = "strict", "DID only", "no anchor", "anyone"
OFFLINE, QUORUM, AS_OF_BLOCK, PINNED, W3C = "offline", "quorum", "as of block", "pinned documents", "VC-API"
POLICIES = (STRICT, DID_ONLY, NO_ANCHOR, ANYONE, OFFLINE, QUORUM, AS_OF_BLOCK, PINNED, W3C)
EVERYWHERE = frozenset(POLICIES)
NAMED_ONLY = EVERYWHERE - {DID_ONLY}


class Cover(StrEnum):
    """How much of a file is signed or anchored."""

    ANCHOR = "anchor"
    """Every member of the JSON and every other proof."""
    JSON = "json"
    """Every member of the JSON but the proofs."""
    STATEMENTS = "statements"
    """The RDF statements of the JSON."""
    TOKEN = "token"
    """Every member of a token's claims."""
    AROUND = "around"
    """A token's claims; what stands around them may only repeat them."""
    RECEIPT = "receipt"
    """Every member but the saved proof."""


@dataclass(frozen=True)
class Original:
    """One genuine file."""

    name: str
    data: bytes
    cover: Cover
    meaning: Document
    """What was signed or anchored: the credential without any proof, the claims of a token, the facts of a receipt."""
    shown: Document
    """What a report may tell of it."""
    holds: bool = True
    """Whether it is neither withdrawn, nor past its end, nor before its beginning."""
    valid_under: frozenset[str] = EVERYWHERE
    """The policies under which it must read valid."""
    may_under: frozenset[str] = frozenset()
    """Policies under which it may."""
    is_withdrawn_on_chain_alone: bool = False
    """Whether nothing but the registry says that it does not hold: who asks no chain can't know."""
    digest: Digest | None = None
    """Of the file, where it is a receipt."""
    is_bound: bool = False
    """Whether its signature says that an anchor belongs to it."""
    others: tuple[Document, ...] = ()
    """Its proofs beside the anchors, where they are anchored as well."""
    wrapped: Document = field(default_factory=dict)
    """Of a token, the credential in it."""

    @property
    def document(self) -> Document:
        """The credential that it is or carries."""
        return self.wrapped or self.meaning

    def may_be_valid(self, policy: str) -> bool:
        holds = self.holds or (policy == W3C and self.is_withdrawn_on_chain_alone)
        return holds and policy in self.valid_under | self.may_under


class BadgeMaker:
    """Writes unsigned badges, each about another person and skill."""

    def __init__(self) -> None:
        self._made = 0

    def badge(self, issuer: str, name: str = "Example University", **changes: Any) -> tuple[Document, Document]:
        """Give a badge and what a report may show of it; a change to `None` leaves the member out."""
        self._made += 1
        number = self._made
        skill, holder = f"Skill number {number}", f"Person Number {number}"
        document = sample_badge()
        document["@context"] = list(CONTEXTS)
        document["id"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
        document["name"] = skill
        document["issuer"] = {"id": issuer, "type": ["Profile"], "name": name}
        subject = document["credentialSubject"]
        subject["identifier"].append(
            {"type": "IdentityObject", "hashed": False, "identityHash": holder, "identityType": "name"}
        )
        achievement = subject["achievement"]
        achievement["id"] = f"https://registrar.example.edu/achievements/{number}"
        achievement["name"] = skill
        if number % 3:  # most are small, as most are
            for member in ("alignment", "resultDescription", "image", "tag"):
                del achievement[member]
            for member in ("result", "narrative"):
                del subject[member]
        for member in ("credentialStatus", "credentialSchema", "validUntil"):
            del document[member]
        for member, value in changes.items():
            document[member] = value
            if value is None:
                del document[member]
        return document, shown_of(document, skill, holder)


def shown_of(document: Document, skill: str | None, holder: str | None, endorses: str | None = None) -> Document:
    """Put together what a report may show."""
    told = {
        "kind": "credential" if endorses is None else "endorsement",
        "id": document.get("id"),
        "skill": skill,
        "endorses": endorses,
        "holder": holder,
        "claimedIssuer": document["issuer"]["name"],
        "validFrom": document.get("validFrom"),
        "validUntil": document.get("validUntil"),
    }
    return {name: value for name, value in told.items() if value is not None}
