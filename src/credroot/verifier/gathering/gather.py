"""Evidence for many files: everything pure first, then one request to each registry that they point into.

Documents of others are looked for last. What is pinned costs nothing. What has to be fetched is fetched only where the
configuration names it, only for a file that leads to its own root, and status lists only for one whose signature holds.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from credroot.chain.registry.facts import ChainFacts, Query, Unavailable
from credroot.core.budget import Budget
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.verifier.documents import Documents, DocumentUnavailable, ListCopy
from credroot.verifier.evidence import Evidence
from credroot.verifier.gathering.document_memory import DocumentMemory
from credroot.verifier.subject import CredentialSubject, Malformed, issuer_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Endorser
    from credroot.core.anchor.proof import AnchorClaim
    from credroot.core.json.types import JsonObject
    from credroot.credential.proof.data_integrity import Canonicalize
    from credroot.verifier.documents import DocumentSource
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Policy, Trust


class FactSource(Protocol):
    """Whoever can say what one pinned registry holds."""

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts | Unavailable, ...]:
        """Answer every query, in order; `ChainUnavailable` or `ChainMismatch` where it can answer none of them."""
        ...


class LiveSource(Protocol):
    """A `FactSource` that asks endpoints: it answers all queries or none."""

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order; errors as `FactSource.read`."""
        ...


def gather(
    subjects: Sequence[Subject],
    trust: Trust,
    policy: Policy,
    source_of: Callable[[Deployment], FactSource],
    now: datetime,
    *,
    documents: DocumentSource | None = None,
    canonicalize: Canonicalize | None = None,
    memory: DocumentMemory | None = None,
    budget: Budget | None = None,
) -> tuple[Evidence, ...]:
    """Find out as `gather_in_turn` does, about all of them."""
    return tuple(
        gather_in_turn(
            subjects,
            trust,
            policy,
            source_of,
            now,
            documents=documents,
            canonicalize=canonicalize,
            memory=memory,
            budget=budget,
        )
    )


def gather_in_turn(
    subjects: Sequence[Subject],
    trust: Trust,
    policy: Policy,
    source_of: Callable[[Deployment], FactSource],
    now: datetime,
    *,
    documents: DocumentSource | None = None,
    canonicalize: Canonicalize | None = None,
    memory: DocumentMemory | None = None,
    budget: Budget | None = None,
) -> Iterator[Evidence]:
    """Find out what there is to know about every subject, in order. An outage becomes a value, never an exception.

    The chain is asked about all of them before the first; documents are looked for when it is a subject's turn.

    `source_of` gives the source of a pinned registry, or raises `ChainUnavailable` where none is configured.
    `documents` has what others publish about themselves; nothing where it is `None`. `memory` is of earlier verdicts.
    Each file has a budget of its own, which takes from `budget` where there is one.
    """
    places: dict[Deployment, list[int]] = {}
    deployments: list[Deployment | None] = []
    for place, subject in enumerate(subjects):
        deployment = None if isinstance(subject, Malformed) else _pinned(subject.claim, trust)
        deployments.append(deployment)
        if deployment is not None and leads_to_root(subject):
            places.setdefault(deployment, []).append(place)
    facts: dict[int, ChainFacts | Unavailable] = {}
    for deployment, wanted in places.items():
        endorsers = trust.endorsers_on(deployment.chain_id)
        queries = [_query(subjects[place], endorsers) for place in wanted]
        answers = _ask(source_of, deployment, queries)
        facts.update(zip(wanted, (_recent(one, deployment, policy, now) for one in answers), strict=True))
    memory = memory or DocumentMemory()
    gathered = (
        Evidence(
            subject,
            deployments[place],
            facts.get(place),
            trust,
            policy,
            _moment(facts.get(place), policy, now),
            now,
            canonicalize=canonicalize,
            memory=memory,
            budget=Budget(parent=budget),
        )
        for place, subject in enumerate(subjects)
    )
    for evidence in gathered:
        yield evidence if documents is None else _with_documents_or_incident(evidence, documents)


def _recent(
    answer: ChainFacts | Unavailable, deployment: Deployment, policy: Policy, now: datetime
) -> ChainFacts | Unavailable:
    """Take an answer as of a head that is not recent for none: what is not asked about now decides nothing.

    Where the policy asks about the block itself, its age does not matter; and saved evidence has a rule of its own, as
    nobody says that it is of today (`Policy.evidence_max_age`).
    """
    if not isinstance(answer, ChainFacts) or policy.as_of_block or answer.basis.pinned_by is not None:
        return answer
    problem = policy.recency(deployment).problem(answer.head.number, answer.head.timestamp, now)
    return answer if problem is None else Unavailable(problem.code, problem.message, answer.head)


def _moment(facts: ChainFacts | Unavailable | None, policy: Policy, now: datetime) -> datetime:
    """Give the moment to which the verdict refers: that of the block, where the policy asks for no later one."""
    if policy.as_of_block and isinstance(facts, ChainFacts):
        return facts.head.moment
    return now


def _pinned(claim: AnchorClaim | None, trust: Trust) -> Deployment | None:
    return None if claim is None else trust.registry(claim.chain_id, claim.registry)


def leads_to_root(subject: Subject) -> bool:
    """Answer whether a file leads to its own root; what does not is not worth a question to the chain."""
    return not isinstance(subject, Malformed) and subject.leads_to_root


def _query(subject: Subject, endorsers: tuple[Endorser, ...]) -> Query:
    if isinstance(subject, Malformed) or subject.claim is None:
        raise TypeError("what carries no anchor has no place on a chain")
    return Query(subject.claim.issuer, subject.claim.root, subject.claim.proof.index, endorsers)


def _ask(
    source_of: Callable[[Deployment], FactSource], deployment: Deployment, queries: Sequence[Query]
) -> Sequence[ChainFacts | Unavailable]:
    try:
        return source_of(deployment).read(queries)
    except (ChainUnavailable, ChainMismatch) as error:
        return [Unavailable(error.code, str(error))] * len(queries)


def _with_documents_or_incident(evidence: Evidence, source: DocumentSource) -> Evidence:
    try:
        return _with_documents(evidence, source)
    except Exception as error:
        from credroot.verifier.incident import incident

        return replace(evidence, subject=incident(error))


def _with_documents(evidence: Evidence, source: DocumentSource) -> Evidence:
    """Add DID documents and profile, then the status lists."""
    subject = evidence.subject
    if not isinstance(subject, CredentialSubject):
        return evidence
    may_fetch = subject.claim is None or subject.leads_to_root
    problems: dict[str, str] = {}
    did_documents = _did_documents(subject, source, problems, evidence.budget, may_fetch=may_fetch)
    facts = evidence.chain
    digest = facts.profile if isinstance(facts, ChainFacts) else None
    profile = None if digest is None else source.profile(digest)
    own_profiles = source.profiles_of(issuer_id(subject.document))
    lists: dict[str, ListCopy] = {}
    known = replace(evidence, documents=Documents(did_documents, profile, own_profiles, lists, problems))
    # Filled in place: what was found out about the signature on the way need not be found out again.
    lists.update(_status_lists(known, source, problems))
    return known


def _did_documents(
    subject: CredentialSubject, source: DocumentSource, problems: dict[str, str], budget: Budget, *, may_fetch: bool
) -> dict[str, JsonObject]:
    """Look for the issuer's document, which may be fetched, and for those of endorsers, which may not."""
    from credroot.verifier.checks.endorsement import MAX_ENDORSEMENTS, endorsements_of, endorser_of

    carried = islice(endorsements_of(subject.document), MAX_ENDORSEMENTS)
    endorsers = [endorser_of(endorsement.document, budget) for endorsement in carried]
    issuer = issuer_id(subject.document)
    found: dict[str, JsonObject] = {}
    for did in dict.fromkeys([issuer, *endorsers]):
        if not did or did.startswith("did:key:"):
            continue
        try:
            document = source.did_document(did, fetch=may_fetch and did == issuer)
        except DocumentUnavailable as error:
            problems[did] = f"{error.code}: {error}"
            continue
        if document is not None:
            found[did] = document
    return found


def _status_lists(evidence: Evidence, source: DocumentSource, problems: dict[str, str]) -> dict[str, ListCopy]:
    from credroot.core.report import Outcome
    from credroot.verifier.checks.signature import check_signature
    from credroot.verifier.checks.status import entries_of

    subject = evidence.subject
    found: dict[str, ListCopy] = {}
    if not isinstance(subject, CredentialSubject):
        return found
    is_signed: bool | None = None
    for entry in entries_of(subject.document):
        url = entry.get("statusListCredential")
        if not isinstance(url, str) or url in found or url in problems:
            continue
        copy = source.status_list(url, fetch=False)
        if copy is None:
            if is_signed is None:
                is_signed = check_signature(evidence).outcome is Outcome.PASSED
            try:
                copy = source.status_list(url, fetch=is_signed)
            except DocumentUnavailable as error:
                problems[url] = f"{error.code}: {error}"
        if copy is not None:
            found[url] = copy
    return found
