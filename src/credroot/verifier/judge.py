"""The list of checks, asked of one file's evidence. A new rule is one function and one line here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.budget import BudgetExceeded, Work
from credroot.core.report import Check, Outcome, Report
from credroot.core.text.clock import format_time
from credroot.core.values import LOCAL_CHAIN_ID
from credroot.verifier.checks.anchor import check_anchor, check_finality, check_inclusion
from credroot.verifier.checks.endorsement import check_endorsements
from credroot.verifier.checks.form import check_carrier, check_format, check_recipient, check_schema
from credroot.verifier.checks.issuer import check_issuer, check_key
from credroot.verifier.checks.signature import check_signature
from credroot.verifier.checks.status import check_status
from credroot.verifier.checks.validity_period import check_validity
from credroot.verifier.presentation import describe, network_of
from credroot.verifier.subject import Malformed
from credroot.verifier.unjudged import unjudged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.verifier.evidence import Evidence

CHECKS: tuple[tuple[str, Callable[[Evidence], Check]], ...] = (
    ("format", check_format),
    ("signature", check_signature),
    ("inclusion", check_inclusion),
    ("anchor", check_anchor),
    ("finality", check_finality),
    ("issuer", check_issuer),
    ("key", check_key),
    ("status", check_status),
    ("validity", check_validity),
)
"""Every question that is always asked, by its id, in the order of the report."""

FURTHER_CHECKS: tuple[Callable[[Evidence], Check | None], ...] = (
    check_carrier,
    check_schema,
    check_endorsements,
    check_recipient,
)
"""Questions that only some files or policies raise; `None` where one does not arise."""

LOCAL_CHAIN_NOTICE = "This was checked against the local chain of this computer, which proves nothing to others."


def judge(evidence: Evidence) -> Report:
    """Ask every check, whatever the others said; a file that could not be read leaves only the first to be asked.

    Never raises: an error of our own becomes the report of the file that led to it.
    """
    try:
        return _judge(evidence)
    except Exception as error:
        from credroot.verifier.incident import incident

        return _judge(replace(evidence, subject=incident(error)))


def _judge(evidence: Evidence) -> Report:
    try:
        evidence.budget.spend(Work.FILES)
    except BudgetExceeded as error:
        return unjudged(error, (name for name, _ in CHECKS))
    if isinstance(evidence.subject, Malformed):
        unasked = [
            Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: the file could not be read.")
            for name, _ in CHECKS[1:]
        ]
        return Report((check_format(evidence), *unasked))
    checks = [check(evidence) for _, check in CHECKS]
    checks += [check for check in (further(evidence) for further in FURTHER_CHECKS) if check is not None]
    return Report(
        checks=tuple(checks),
        subject=describe(evidence.subject),
        network={} if evidence.deployment is None else network_of(evidence.deployment, evidence.chain),
        notices=tuple(_notices(evidence)),
    )


def _notices(evidence: Evidence) -> Iterator[str]:
    claim = None if isinstance(evidence.subject, Malformed) else evidence.subject.claim
    if claim is not None and claim.chain_id == LOCAL_CHAIN_ID:
        yield LOCAL_CHAIN_NOTICE
    if evidence.policy.as_of_block and isinstance(evidence.chain, ChainFacts):
        at = format_time(evidence.chain.head.moment)
        yield f"This says what held at block {evidence.chain.head.number}, at {at}, and nothing about later."
