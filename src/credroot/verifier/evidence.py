"""All that a verdict depends on. Gathered once, it can be judged again at any time, by the same or another policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from credroot.core.budget import Budget
from credroot.verifier.documents import NOTHING
from credroot.verifier.gathering.document_memory import DocumentMemory

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import ChainFacts, Unavailable
    from credroot.credential.proof.data_integrity import Canonicalize
    from credroot.verifier.documents import Documents
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Policy, Trust

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out about one file."""

    subject: Subject
    deployment: Deployment | None
    """The pinned registry that its proof points into; `None` where it points elsewhere."""
    chain: ChainFacts | Unavailable | None
    """`None` where there was no reason to ask."""
    trust: Trust
    policy: Policy
    now: datetime
    """The moment to which the verdict refers, aware."""
    asked_at: datetime
    """When the chain was asked, aware: `now`, unless the policy judges as of a block."""
    documents: Documents = NOTHING
    """DID documents, profile and status lists that were at hand or could be had."""
    canonicalize: Canonicalize | None = None
    """How documents are canonicalised; `None` for the way of `rdf.shapes.cache`, which differs in time alone."""
    memory: DocumentMemory = field(default_factory=DocumentMemory, compare=False, repr=False)
    """What is known of the documents already; no verdict depends on it."""
    budget: Budget = field(default_factory=Budget, compare=False, repr=False)
    """What may be spent on judging it; a check that finds nothing left says that it could not be made."""
    _answers: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    def once(self, name: str, ask: Callable[[], T]) -> T:
        """Give the answer to a question that several checks ask, found out once."""
        if name not in self._answers:
            self._answers[name] = ask()
        answer: T = self._answers[name]
        return answer
