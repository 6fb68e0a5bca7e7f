"""Evidence for many files: everything pure first, then one request to each registry that they point into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from credroot.chain.facts import ChainFacts, Query, Unavailable
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.merkle import root_from_proof
from credroot.verifier.evidence import Evidence
from credroot.verifier.subject import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from credroot.chain.deployment import Deployment
    from credroot.core.anchor_proof import AnchorClaim
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Policy, Trust


class FactSource(Protocol):
    """Whoever can say what one pinned registry holds."""

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order; `ChainUnavailable` or `ChainMismatch` where it can't."""
        ...


def gather(
    subjects: Sequence[Subject],
    trust: Trust,
    policy: Policy,
    source_of: Callable[[Deployment], FactSource],
    now: datetime,
) -> tuple[Evidence, ...]:
    """Find out what there is to know about every subject, in order. An outage becomes a value, never an exception.

    `source_of` gives the source of a pinned registry, or raises `ChainUnavailable` where none is configured.
    """
    places: dict[Deployment, list[int]] = {}
    deployments: list[Deployment | None] = []
    for place, subject in enumerate(subjects):
        deployment = None if isinstance(subject, Malformed) else _pinned(subject.claim, trust)
        deployments.append(deployment)
        if deployment is not None and not isinstance(subject, Malformed) and _leads_to_root(subject):
            places.setdefault(deployment, []).append(place)
    facts: dict[int, ChainFacts | Unavailable] = {}
    for deployment, wanted in places.items():
        queries = [_query(subjects[place]) for place in wanted]
        facts.update(zip(wanted, _ask(source_of, deployment, queries), strict=True))
    return tuple(
        Evidence(subject, deployments[place], facts.get(place), trust, policy, now)
        for place, subject in enumerate(subjects)
    )


def _pinned(claim: AnchorClaim, trust: Trust) -> Deployment | None:
    return trust.registry(claim.chain_id, claim.registry)


def _leads_to_root(subject: Subject) -> bool:
    """Cheap checks first: what does not lead to its own root is not worth a question to the chain."""
    return (
        not isinstance(subject, Malformed) and root_from_proof(subject.leaf, subject.claim.proof) == subject.claim.root
    )


def _query(subject: Subject) -> Query:
    if isinstance(subject, Malformed):
        raise TypeError("a malformed subject has no place on a chain")
    return Query(subject.claim.issuer, subject.claim.root, subject.claim.proof.index)


def _ask(
    source_of: Callable[[Deployment], FactSource], deployment: Deployment, queries: Sequence[Query]
) -> Sequence[ChainFacts | Unavailable]:
    try:
        return source_of(deployment).read(queries)
    except (ChainUnavailable, ChainMismatch) as error:
        return [Unavailable(error.code, str(error))] * len(queries)
