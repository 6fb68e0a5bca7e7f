"""Whether the index has everything and nothing else: every check, each with what it showed and how far it reaches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from credroot.auditor.checks.history import HistoryCheck
from credroot.auditor.checks.proof import prove_state
from credroot.auditor.checks.state import check_state
from credroot.auditor.findings import Finding
from credroot.auditor.ledger.ledger import Ledger
from credroot.auditor.wording import counted
from credroot.core.errors import ChainUnavailable
from credroot.core.report import Check, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.core.values import Address
    from credroot.store.event_index import EventIndex, Position


class Depth(IntEnum):
    """How far the checks go; each does all that the one before does."""

    STATE = 1
    """The contract's own answers at the same block: whatever changed the state, if the endpoint computes honestly."""
    PROVED = 2
    """Hashes: storage against the state root, receipts of each block with events against its header."""
    EVERY_BLOCK = 3
    """Every header from the deployment on, so that no block's events are left out altogether."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """The checks that were made and all that they found."""

    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every check that was asked for passed."""
        return all(check.outcome in (Outcome.PASSED, Outcome.SKIPPED) for check in self.checks)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: a registry's index up to a block, the ledger of it, and who is asked about it."""

    rpc: Rpc
    deployment: Deployment
    index: EventIndex
    source: int
    ledger: Ledger
    position: Position


def check_completeness(
    subject: Subject,
    depth: Depth,
    *,
    also: Iterable[Address] = (),
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Completeness:
    """Make the checks up to `depth`. An endpoint that can't answer one makes its outcome unknown, never passed.

    `also` names issuers whose count is asked although no event is theirs.

    Raises:
        ChainMismatch: the endpoint serves another registry.
    """
    steps = [_sequences(subject), _state(subject, also)]
    if depth >= Depth.PROVED:
        steps.append(_proof(subject))
        steps.append(_history(subject, progress, every_block=depth >= Depth.EVERY_BLOCK))
    checks = tuple(check for check, _ in steps)
    return Completeness(checks, tuple(finding for _, findings in steps for finding in findings))


_Step = tuple[Check, tuple[Finding, ...]]


def _sequences(subject: Subject) -> _Step:
    ledger = subject.ledger
    found = tuple(ledger.impossible)
    if found:
        return _check(
            "events", Outcome.FAILED, "impossible", f"{counted(len(found), 'event')} that can't have happened so"
        ), found
    message = (
        f"{counted(ledger.events, 'event')}, each possible after those before it; no gap in the sequence of "
        f"{counted(len(ledger.counts), 'issuer')}"
    )
    return _check("events", Outcome.PASSED, "consistent", message), ()


def _state(subject: Subject, also: Iterable[Address]) -> _Step:
    block = subject.position.number
    try:
        checked = check_state(subject.rpc, subject.deployment, subject.ledger, block, also=also)
    except ChainUnavailable as error:
        return _unknown("state", error), ()
    if checked.findings:
        message = f"{_by_rule(checked.findings)} at block {block}"
        return _check("state", Outcome.FAILED, "differs", message), checked.findings
    message = (
        f"the chain counts as many batches for {counted(checked.issuers, 'issuer')}; "
        f"{counted(checked.batches, 'batch')}, {counted(checked.status_words, 'status word')} and "
        f"{counted(checked.others, 'other entry')} read as the events say"
    )
    return _check("state", Outcome.PASSED, "equal", message), ()


def _proof(subject: Subject) -> _Step:
    try:
        proved = prove_state(subject.rpc, subject.deployment, subject.ledger, subject.position)
    except ChainUnavailable as error:
        return _unknown("proof", error), ()
    if proved.findings:
        return _check("proof", Outcome.FAILED, "differs", _by_rule(proved.findings)), proved.findings
    if proved.unproven:
        return _check("proof", Outcome.UNKNOWN, "unproven", proved.unproven), ()
    assert proved.storage_root is not None, "it is known where nothing was found"
    message = (
        f"{counted(proved.slots, 'slot')} computed from the events hash to the contract's storage root "
        f"0x{proved.storage_root.hex()[:16]}..., proven under the state root of block {subject.position.number:,}"
    )
    return _check("proof", Outcome.PASSED, "proven", message), ()


def _history(subject: Subject, progress: Callable[[int, int], None], *, every_block: bool) -> _Step:
    check = HistoryCheck(subject.rpc, subject.deployment, subject.index, subject.source)
    try:
        checked = check.run(subject.position, every_block=every_block, progress=progress)
    except ChainUnavailable as error:
        return _unknown("history", error), ()
    if checked.findings:
        return _check("history", Outcome.FAILED, "differs", _by_rule(checked.findings)), checked.findings
    if checked.unproven:
        message = f"{counted(checked.unproven, 'block')} with a header or receipts of a form that is not known here"
        return _check("history", Outcome.UNKNOWN, "unproven", message), (Finding("H304", message),)
    message = f"the receipts of {counted(checked.blocks, 'block')} hash to the headers and have exactly these events"
    if every_block:
        message += f"; {counted(checked.headers, 'header')} in an unbroken chain admit no other event of the registry"
    return _check("history", Outcome.PASSED, "proven", message), ()


def _by_rule(findings: Iterable[Finding]) -> str:
    counts = Counter(finding.rule.title for finding in findings)
    return "; ".join(f"{title.lower()} ({count})" for title, count in counts.items())


def _check(identifier: str, outcome: Outcome, code: str, message: str) -> Check:
    return Check(identifier, outcome, f"{identifier}.{code}", message)


def _unknown(identifier: str, error: ChainUnavailable) -> Check:
    return Check(identifier, Outcome.UNKNOWN, f"{identifier}.unavailable", str(error))
