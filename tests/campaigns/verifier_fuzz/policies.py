"""One verifier for each way to trust and to ask, kept as a server keeps it, and the sources that stand behind it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from credroot.app.verifying.saved_evidence import WithProfiles, offline_sources
from credroot.chain.reading.saved_facts import SavedFacts
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.json.types import JsonObject
from credroot.credential.keys.did import key_resolver
from credroot.credential.w3c.envelope import verify_any
from credroot.credential.w3c.presentation import AUTHENTICATION, verify_presentation
from credroot.credential.w3c.problems import has_errors
from credroot.credential.w3c.verification import Demand, Means
from credroot.verifier.documents import ListCopy
from credroot.verifier.gathering.document_memory import DocumentMemory
from credroot.verifier.gathering.gather import FactSource
from credroot.verifier.trust import PinnedBlock, Policy, Trust, TrustedIssuer
from credroot.verifier.verifier import Verifier
from tests.campaigns.verifier_fuzz import byte_mutants, json_mutants
from tests.campaigns.verifier_fuzz.estate import DID_LIBRARY, DID_WEB, NOW, Estate
from tests.campaigns.verifier_fuzz.ledger import HEADS, NETWORK
from tests.campaigns.verifier_fuzz.nodes import InnerNode, Liar, Replayer, Silent
from tests.campaigns.verifier_fuzz.originals import ANYONE, AS_OF_BLOCK, DID_ONLY, NO_ANCHOR, OFFLINE, STRICT
from tests.campaigns.verifier_fuzz.signing import Document
from tests.verifier.stage import Shelf

NAME, SOURCE = "Example University", "the campaign"


class Desk(Shelf):
    """Documents at hand, of which some may be damaged, as files may be."""

    def profiles_of(self, did: str) -> tuple[bytes, ...]:
        return tuple(data for data in self.profiles.values() if _did_in(data) == did)


def _did_in(data: bytes) -> object:
    try:
        value = loads(data)
    except InputError:
        return None
    return value.get("id") if isinstance(value, dict) else None


class Bench:
    """The verifiers of one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._memory = DocumentMemory()
        self._honest = estate.ledger.node()
        self._shelf = Desk(estate.did_documents, dict(estate.profiles), estate.list_copies())
        pinned = self.trust()
        by_did = self.trust(with_accounts=False)
        live = self._live
        self.kept: dict[str, Verifier] = {
            STRICT: self._verifier(pinned, live, Policy()),
            DID_ONLY: self._verifier(by_did, live, Policy()),
            NO_ANCHOR: self._verifier(pinned, live, Policy(require_anchor=False)),
            ANYONE: self._verifier(
                Trust((estate.deployment,)), live, Policy(require_anchor=False, require_known_issuer=False)
            ),
            AS_OF_BLOCK: self._verifier(pinned, live, Policy(as_of_block=True)),
            OFFLINE: self.offline(list(estate.evidence.values())),
        }
        """By policy; each is used for every case, as in a server."""

    def trust(self, *, with_accounts: bool = True) -> Trust:
        estate = self.estate
        accounts = {estate.university.did: estate.campus.id, DID_WEB: estate.college.id}
        dids = [
            estate.university.did,
            DID_WEB,
            DID_LIBRARY,
            estate.named.did,
            estate.named_nist.did,
            estate.chamber.did,
        ]
        issuers = [TrustedIssuer(did, accounts.get(did) if with_accounts else None, NAME, SOURCE) for did in dids]
        return Trust((estate.deployment,), tuple(issuers))

    def _live(self, _: object) -> FactSource:
        return self.estate.facts

    def _verifier(
        self, trust: Trust, source: Callable[..., FactSource], policy: Policy, shelf: Shelf | None = None
    ) -> Verifier:
        asked = replace(policy, heads={NETWORK: HEADS})
        return Verifier(
            trust, source, clock=lambda: NOW, policy=asked, documents=shelf or self._shelf, memory=self._memory
        )

    def offline(self, saved: list[SavedFacts]) -> Verifier:
        """Give a verifier that has saved evidence, and knows the block of it."""
        estate = self.estate
        pin = PinnedBlock(estate.deployment.chain_id, estate.pinned_block, SOURCE)
        sources = offline_sources(saved, [pin])
        documents = WithProfiles(self._shelf, saved)
        return Verifier(self.trust(), sources, clock=lambda: NOW, documents=documents, memory=self._memory)

    def quorum(self, rng: random.Random) -> Verifier:
        """Give a verifier behind the real reader, of whose endpoints one may be dishonest and one may be down."""
        nodes: list[InnerNode] = [self._honest, self._honest]
        quorum = 2
        odd = self.odd_node(rng)
        if rng.random() < 0.4:
            nodes[1] = odd
        else:
            nodes.append(odd)
        if rng.random() < 0.2:
            nodes.append(Silent(self._honest))
        rng.shuffle(nodes)
        reader = self.estate.ledger.reader(nodes, quorum=quorum, prove=rng.random() < 0.5)
        return self._verifier(self.trust(), lambda _: reader, Policy())

    def odd_node(self, rng: random.Random) -> InnerNode:
        """Give an endpoint that replays an old block, or lies."""
        if rng.random() < 0.4:
            heights = (self.estate.before_anchors, self.estate.before_withdrawals, self.estate.before_withdrawals - 1)
            return Replayer(self._honest, rng.choice(heights))
        return Liar(self._honest, rng)

    def pinned(self, rng: random.Random) -> Verifier:
        """Give a verifier of whose pinned documents one was changed, replaced or taken away."""
        estate = self.estate
        shelf = Desk(dict(estate.did_documents), dict(estate.profiles), estate.list_copies())
        kind = rng.randrange(4)
        if kind == 0:
            did = rng.choice(sorted(shelf.did_documents))
            shelf.did_documents[did] = changed(shelf.did_documents[did], rng, estate)
        elif kind == 1:
            digest = rng.choice(sorted(shelf.profiles))
            shelf.profiles[digest] = self._profile(shelf.profiles[digest], rng)
        elif kind == 2:
            url = rng.choice(sorted(shelf.status_lists))
            shelf.status_lists[url] = ListCopy(changed(shelf.status_lists[url].document, rng, estate), None)
        else:
            self._exchange(shelf, rng)
        return self._verifier(self.trust(with_accounts=rng.random() < 0.5), self._live, Policy(), shelf)

    def _profile(self, data: bytes, rng: random.Random) -> bytes:
        if rng.random() < 0.4:
            return byte_mutants.mutant(data, rng, list(self.estate.profiles.values()))[1]
        return json.dumps(changed(json.loads(data), rng, self.estate)).encode()

    def _exchange(self, shelf: Shelf, rng: random.Random) -> None:
        """Put one list in another's place, or leave one out."""
        first, second = rng.sample(sorted(shelf.status_lists), 2)
        if rng.random() < 0.5:
            shelf.status_lists[first] = shelf.status_lists[second]
        else:
            del shelf.status_lists[first]
        if rng.random() < 0.3:
            shelf.did_documents.clear()

    # -- the VC-API's functions --

    def means(self) -> Means:
        lists = self.estate.status_lists

        def find(url: str) -> tuple[JsonObject, datetime | None] | None:
            return (lists[url], None) if url in lists else None

        return Means(lambda _: key_resolver(self.estate.did_documents.get), find, NOW)

    def w3c_verifies(self, data: bytes) -> bool:
        """Answer as ``POST /credentials/verify`` does."""
        try:
            document = loads(data)
        except InputError:
            return False
        if not isinstance(document, dict):
            return False
        return not has_errors(verify_any(document, self.means(), Demand()))

    def w3c_presents(self, presentation: Document, *, has_proof: bool) -> bool:
        """Answer as ``POST /presentations/verify`` does."""
        demand = Demand(AUTHENTICATION) if has_proof else Demand()
        return not has_errors(verify_presentation(presentation, self.means(), demand, has_proof=has_proof).all)


def changed(document: Document, rng: random.Random, estate: Estate) -> Document:
    """Give a changed copy of a document, which is an object."""
    for _ in range(5):
        _, value = json_mutants.mutant(document, rng, [one.document for one in estate.originals])
        if isinstance(value, dict) and parses(value):
            return value
    return document


def parses(value: Document) -> bool:
    """Answer whether a reader of files could have given such a value."""
    try:
        loads(json.dumps(value))
    except (InputError, ValueError, RecursionError):
        return False
    return True
