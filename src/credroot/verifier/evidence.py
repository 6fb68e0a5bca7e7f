"""All that a verdict depends on. Gathered once, it can be judged again at any time, by the same or a stricter policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.chain.deployment import Deployment
    from credroot.chain.facts import ChainFacts, Unavailable
    from credroot.verifier.subject import Subject
    from credroot.verifier.trust import Policy, Trust


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
