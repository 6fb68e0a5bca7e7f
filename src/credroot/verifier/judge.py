"""The list of checks, asked of one file's evidence. A new rule is one function and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.facts import ChainFacts
from credroot.core.report import Check, Outcome, Report
from credroot.core.values import LOCAL_CHAIN_ID
from credroot.verifier.checks.anchor import check_anchor, check_finality, check_inclusion
from credroot.verifier.checks.endorsement import check_endorsements
from credroot.verifier.checks.form import check_format, check_recipient, check_schema
from credroot.verifier.checks.issuer import check_issuer, check_key
from credroot.verifier.checks.signature import check_signature
from credroot.verifier.checks.standing import check_validity
from credroot.verifier.checks.status import check_status
from credroot.verifier.presentation import describe
from credroot.verifier.subject import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.json_types import JsonObject
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

FURTHER_CHECKS: tuple[Callable[[Evidence], Check | None], ...] = (check_schema, check_endorsements, check_recipient)
"""Questions that only some files or policies raise; `None` where one does not arise."""

LOCAL_CHAIN_NOTICE = "This was checked against the local chain of this computer, which proves nothing to others."


def judge(evidence: Evidence) -> Report:
    """Ask every check, whatever the others said; a file that could not be read leaves only the first to be asked."""
    if isinstance(evidence.subject, Malformed):
        unasked = [
            Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: the file could not be read.")
            for name, _ in CHECKS[1:]
        ]
        return Report((check_format(evidence), *unasked))
    checks = [check(evidence) for _, check in CHECKS]
    checks += [check for check in (further(evidence) for further in FURTHER_CHECKS) if check is not None]
    claim = evidence.subject.claim
    is_local = claim is not None and claim.chain_id == LOCAL_CHAIN_ID
    return Report(
        checks=tuple(checks),
        subject=describe(evidence.subject),
        network=_network(evidence),
        notices=(LOCAL_CHAIN_NOTICE,) if is_local else (),
    )


def _network(evidence: Evidence) -> JsonObject:
    """Name the pinned registry and the block of the facts; nothing that only the file claims."""
    if evidence.deployment is None:
        return {}
    network: JsonObject = {
        "name": evidence.deployment.network,
        "chain": evidence.deployment.chain_id.caip2,
        "registry": "0x" + evidence.deployment.address.hex(),
    }
    if isinstance(evidence.chain, ChainFacts):
        network["block"] = evidence.chain.head.number
        network["blockTime"] = evidence.chain.head.timestamp
    return network
