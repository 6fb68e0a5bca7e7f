"""Whether an accreditor that the verifier chose vouches, on chain, for the account that anchored a file.

An accreditation is a window of time, and two moments are held against it: that of the anchor, which nobody can put
back, and now. What was anchored inside of the window stays accredited when the window ends, as a diploma does; what was
anchored before or after it never was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.text.clock import MAX_BLOCK_TIME, format_time
from credroot.core.values import AccountId

if TYPE_CHECKING:
    from credroot.chain.registry.facts import Accreditation
    from credroot.chain.scope import Scope
    from credroot.core.json.types import JsonObject
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.trust import Trust, TrustedAccreditor


class Coverage(IntEnum):
    """How a window covers an anchor, the strongest first."""

    NOW = 0
    """It was accredited when it anchored, and is."""
    THEN = 1
    """It was accredited when it anchored, and is no longer."""
    NOT_YET = 2
    """It anchored before the window begins."""
    ENDED = 3
    """It anchored when the window had ended."""


@dataclass(frozen=True, slots=True)
class Endorsement:
    """One accreditation by a trusted accreditor, and what it comes to for one file."""

    accreditor: TrustedAccreditor
    scope: Scope
    valid_from: int
    valid_until: int
    coverage: Coverage

    @property
    def until(self) -> str | None:
        """The window's end for people; `None` where the calendar has none."""
        return _moment(self.valid_until)

    @property
    def begins(self) -> str | None:
        """The window's beginning for people; `None` where the calendar has none."""
        return _moment(self.valid_from)

    def to_json(self) -> JsonObject:
        """Give the wire form."""
        return {
            "accreditor": self.accreditor.account.caip10,
            "name": self.accreditor.name,
            "source": self.accreditor.source,
            "scope": self.scope.text,
            "from": self.begins,
            "until": self.until,
        }


def endorsements(evidence: Evidence, account: AccountId) -> tuple[Endorsement, ...]:
    """Give every accreditation of the account that anchored the file by a trusted accreditor, the strongest first."""
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        return ()
    now, anchored_at = int(evidence.now.timestamp()), facts.batch.anchored_at
    found = []
    for accreditation in facts.accreditations:
        for accreditor, scope in _trusted(evidence.trust, accreditation, account):
            window = (accreditation.valid_from, accreditation.valid_until)
            found.append(Endorsement(accreditor, scope, *window, _coverage(*window, anchored_at, now)))
    return tuple(sorted(found, key=lambda endorsement: (endorsement.coverage, -endorsement.valid_until)))


def _trusted(trust: Trust, accreditation: Accreditation, account: AccountId) -> list[tuple[TrustedAccreditor, Scope]]:
    """Find for which entries of the trust list an accreditation speaks: its account on this chain, its scope."""
    wanted = AccountId(account.chain_id, accreditation.endorser.account)
    return [
        (accreditor, scope)
        for accreditor in trust.accreditors
        if accreditor.account == wanted
        for scope in accreditor.scopes
        if scope.digest == accreditation.endorser.scope
    ]


def _coverage(valid_from: int, valid_until: int, anchored_at: int, now: int) -> Coverage:
    if anchored_at >= valid_until:
        return Coverage.ENDED
    if anchored_at < valid_from:
        return Coverage.NOT_YET
    return Coverage.NOW if now < valid_until else Coverage.THEN


def _moment(seconds: int) -> str | None:
    return None if seconds > MAX_BLOCK_TIME else format_time(datetime.fromtimestamp(seconds, UTC))
