"""From a number to a case: which format, which change, which policy. The same seed and number give the same case."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from credroot.core.values import Digest
from tests.campaigns.verifier_fuzz import byte_mutants, carriers, json_mutants, jwt_mutants, plugged
from tests.campaigns.verifier_fuzz.estate import Estate
from tests.campaigns.verifier_fuzz.originals import (
    ANYONE,
    AS_OF_BLOCK,
    DID_ONLY,
    NO_ANCHOR,
    OFFLINE,
    PINNED,
    QUORUM,
    STRICT,
    W3C,
    Cover,
    Original,
)
from tests.campaigns.verifier_fuzz.signing import Document, as_bytes, signed

BLOCK = 32
"""Cases that follow each other under one policy, and are judged together where its sources do not change."""
SHARES = {STRICT: 5, DID_ONLY: 5, NO_ANCHOR: 3, ANYONE: 3, AS_OF_BLOCK: 2, OFFLINE: 2, W3C: 3, PINNED: 2, QUORUM: 1}
"""How often each policy is taken."""
ODD_DIGEST = Digest.sha256(b"another file")


@dataclass(frozen=True)
class Case:
    """One file, and how it was made."""

    number: int
    policy: str
    format: str
    change: str
    data: bytes
    digest: Digest | None = None
    genuine: Original | None = None
    """Set where nothing was changed."""
    evidence: tuple[bytes, ...] = ()
    """Saved evidence that lies beside it, under the policy that reads it."""
    is_opened: bool = False
    """Whether it is opened as people's files are: archives, papers and links become what is in them."""
    insider: Document = field(default_factory=dict)
    """What was signed and never anchored."""
    presentation: Document = field(default_factory=dict)
    has_proof: bool = False


class CaseMaker:
    """Makes the cases of one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._parsed = {one.name: _document(one) for one in estate.originals}
        self._documents = [document for document in self._parsed.values() if document is not None]
        self._tokens = [_token(one) for one in estate.originals if one.cover in (Cover.TOKEN, Cover.AROUND)]
        self._data = [one.data for one in estate.originals]
        self._of: dict[str, list[Original]] = {
            "anchored": self._with(Cover.ANCHOR),
            "signed": self._with(Cover.STATEMENTS),
            "JCS": self._with(Cover.JSON),
            "token": self._with(Cover.TOKEN, Cover.AROUND),
            "around a token": [one for one in self._with(Cover.TOKEN, Cover.AROUND) if one.data.startswith(b"{")],
            "receipt": self._with(Cover.RECEIPT),
            "endorsement": [one for one in estate.originals if one.name.startswith("endorsement")],
        }
        self._evidence = [json.dumps(saved.to_json()).encode() for saved in estate.evidence.values()]
        self._makers: dict[str, tuple[int, Callable[[int, str, random.Random], Case]]] = {
            "anchored": (18, self._changed),
            "signed": (18, self._changed),
            "JCS": (6, self._changed),
            "endorsement": (3, self._changed),
            "around a token": (5, self._changed),
            "receipt": (7, self._receipt),
            "token": (11, self._token),
            "JSON-LD": (8, self._json_ld),
            "bytes": (15, self._bytes),
            "carrier": (5, self._carrier),
            "insider": (2, self._insider),
            "genuine": (2, self._genuine),
        }

    def _with(self, *covers: Cover) -> list[Original]:
        return [one for one in self.estate.originals if one.cover in covers]

    def policy_of(self, number: int) -> str:
        """Give the policy of a case's whole block."""
        return self._random("policy", number // BLOCK).choices(tuple(SHARES), tuple(SHARES.values()))[0]

    def case(self, number: int) -> Case:
        """Make one case."""
        policy, rng = self.policy_of(number), self._random("case", number)
        if policy == QUORUM:
            # Whatever is changed in a file, no endpoint is asked about it: what counts there are genuine files.
            format_ = rng.choice(("genuine", "genuine", "genuine", "anchored", "receipt"))
        elif policy == W3C and rng.random() < 0.2:
            return self._presentation(number, policy, rng)
        elif policy == OFFLINE and rng.random() < 0.4:
            return self._offline(number, policy, rng)
        else:
            shares = tuple(share for share, _ in self._makers.values())
            format_ = rng.choices(tuple(self._makers), shares)[0]
        maker = self._makers[format_][1]
        if maker != self._changed:
            return maker(number, policy, rng)
        return self._changed(number, policy, rng, format_)

    def sources(self, number: int) -> random.Random:
        """Give the randomness of a case's sources: of its endpoints, of its pinned documents."""
        return self._random("sources", number)

    def _random(self, what: str, number: int) -> random.Random:
        return random.Random(f"{self.estate.seed} {what} {number}")

    # -- one format each --

    def _changed(self, number: int, policy: str, rng: random.Random, format_: str) -> Case:
        original = rng.choice(self._of[format_])
        change, value = json_mutants.mutant(self._parsed[original.name] or {}, rng, self._documents)
        return Case(number, policy, format_, change, written(value), original.digest)

    def _json_ld(self, number: int, policy: str, rng: random.Random) -> Case:
        original = rng.choice(self._of["signed"] + self._of["anchored"])
        document = self._parsed[original.name] or {}
        found = plugged.mutant(copy.deepcopy(document), rng)
        if found is None:
            return self._changed(number, policy, rng, "signed")
        return Case(number, policy, "JSON-LD", found[0], written(found[1]))

    def _receipt(self, number: int, policy: str, rng: random.Random) -> Case:
        original = rng.choice(self._of["receipt"])
        other = rng.choice(self._of["receipt"])
        if rng.random() < 0.2:
            digest = rng.choice((None, ODD_DIGEST, other.digest))
            same = digest == original.digest
            return Case(number, policy, "receipt", "other file", original.data, digest, original if same else None)
        document = dict(self._parsed[original.name] or {})
        if rng.random() < 0.2:
            document["witness"] = self.estate.witness.to_json()
        change, value = json_mutants.mutant(document, rng, [self._parsed[other.name] or {}, *self._documents[:3]])
        return Case(number, policy, "receipt", change, written(value), rng.choice((original.digest, other.digest)))

    def _token(self, number: int, policy: str, rng: random.Random) -> Case:
        original = rng.choice(self._of["token"])
        change, changed = jwt_mutants.mutant(_token(original), rng, self._tokens)
        data = original.data.replace(_token(original).encode(), json.dumps(changed, ensure_ascii=False)[1:-1].encode())
        return Case(number, policy, "token", change, data)

    def _bytes(self, number: int, policy: str, rng: random.Random) -> Case:
        original = rng.choice(self.estate.originals)
        change, data = byte_mutants.mutant(original.data, rng, self._data)
        return Case(number, policy, "bytes", change, data, original.digest)

    def _carrier(self, number: int, policy: str, rng: random.Random) -> Case:
        kind = rng.choice(tuple(carriers.CARRIERS))
        original = rng.choice([one for one in self.estate.originals if one.cover is not Cover.RECEIPT])
        if rng.random() < 0.15:
            data = carriers.carried(kind, original.data)
            return Case(number, policy, "carrier", f"{kind} genuine", data, is_opened=True)
        change, data = carriers.mutant(kind, original.data, rng, self._data)
        return Case(number, policy, "carrier", change, data, is_opened=True)

    def _insider(self, number: int, policy: str, rng: random.Random) -> Case:
        """Sign, with the key of an issuer that anchors, what it never anchored, under types drawn at random."""
        document = copy.deepcopy(rng.choice(self.estate.drafts))
        typed = rng.sample(json_mutants.TYPES[1:6], rng.randint(0, 2))
        document["type"] = rng.choice((["VerifiableCredential", *typed], [*typed, "VerifiableCredential"]))
        subject = document["credentialSubject"]
        subject["type"] = rng.choice(
            (["AchievementSubject"], ["EndorsementSubject"], ["EndorsementSubject", "AchievementSubject"])
        )
        subject["id"] = rng.choice(("urn:uuid:endorsed", "https://registrar.example.edu/achievements/1"))
        members = sorted(subject.keys() - {"type", "id"})
        for member in rng.sample(members, rng.choice((0, 1, 2, len(members)))):
            del subject[member]
        if rng.random() < 0.3:
            document["credentialSubject"] = [{"id": "urn:uuid:endorsed", "type": ["EndorsementSubject"]}, subject]
        try:
            data = as_bytes(signed(document, self.estate.university))
        except Exception:  # no issuer could sign it
            data = as_bytes(document)
        return Case(number, policy, "insider", "+".join(typed) or "plain", data, insider=document)

    def _genuine(self, number: int, policy: str, rng: random.Random) -> Case:
        places = self._of["anchored"] + self._of["receipt"] if policy == QUORUM else self.estate.originals
        original = rng.choice(places)
        return Case(number, policy, "genuine", "none", original.data, original.digest, original)

    def _offline(self, number: int, policy: str, rng: random.Random) -> Case:
        original = rng.choice(self._of["anchored"] + self._of["receipt"])
        evidence = list(rng.sample(self._evidence, 3))
        spot = rng.randrange(3)
        if rng.random() < 0.3:
            change, evidence[spot] = byte_mutants.mutant(evidence[spot], rng, self._evidence)
        else:
            others = [json.loads(one) for one in rng.sample(self._evidence, 3)]
            change, value = json_mutants.mutant(json.loads(evidence[spot]), rng, others)
            evidence[spot] = written(value)
        return Case(number, policy, "evidence", change, original.data, original.digest, evidence=tuple(evidence))

    def _presentation(self, number: int, policy: str, rng: random.Random) -> Case:
        """Put some files into a presentation, one of them changed, with a proof of its holder or without."""
        chosen = rng.sample(self._of["signed"] + self._of["JCS"] + self._of["around a token"], rng.randint(1, 3))
        held: list[Any] = [copy.deepcopy(self._parsed[one.name]) for one in chosen]
        change = "none"
        if rng.random() < 0.6:
            spot = rng.randrange(len(held))
            change, held[spot] = json_mutants.mutant(held[spot], rng, self._documents)
        document: Document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": self.estate.named.did,
            "verifiableCredential": held if rng.random() < 0.8 else held[0],
        }
        has_proof = rng.random() < 0.4
        if has_proof:
            try:
                document = signed(document, self.estate.named, "eddsa-jcs-2022", proofPurpose="authentication")
            except Exception:  # a value that has no canonical form
                has_proof = False
        if rng.random() < 0.3:
            change, value = json_mutants.mutant(document, rng, self._documents)
            document = value if isinstance(value, dict) else document
        return Case(
            number, policy, "presentation", change, written(document), presentation=document, has_proof=has_proof
        )


def written(value: Any) -> bytes:
    """Write a value as JSON; half a character is written as the escape that it is."""
    try:
        return json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def _document(original: Original) -> Document | None:
    """Give the JSON of a file; `None` of a bare token."""
    return None if not original.data.startswith(b"{") else json.loads(original.data)


def _token(original: Original) -> str:
    """Give the token of a file that is, or carries, one."""
    if not original.data.startswith(b"{"):
        return original.data.decode()
    document = json.loads(original.data)
    if "proof" in document:
        return str(document["proof"]["jwt"])
    return str(document["id"]).partition(",")[2]
