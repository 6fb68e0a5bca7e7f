"""The report of an audit: a versioned file that another auditor can read, run again and compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.auditor.findings import Finding, errors_in
from credroot.auditor.ledger.digest import ledger_digest, ledger_entries
from credroot.auditor.report.checkpoint import Checkpoint
from credroot.auditor.rules import Severity
from credroot.core.report import Check, Outcome
from credroot.core.text.clock import format_time
from credroot.core.values import LOCAL_CHAIN_ID, Address, Digest

if TYPE_CHECKING:
    from credroot.auditor.checks.contract import ContractChecked
    from credroot.auditor.checks.reconciliation import Reconciled
    from credroot.auditor.ledger.ledger import Ledger
    from credroot.auditor.ledger.records import Batch
    from credroot.auditor.report.costs import Cost
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.store.event_index import Position

REPORT_FORMAT = "credroot/audit/v1"


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All that one audit found out."""

    deployment: Deployment
    position: Position
    block_time: int
    """Of the last block that was read, in seconds since 1970."""
    made_at: datetime
    finality: str
    ledger: Ledger
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    """In order, with the notes of those that were accepted."""
    contract: ContractChecked | None = None
    reconciled: Reconciled | None = None
    costs: Mapping[bytes, Cost] = field(default_factory=dict)
    names: Mapping[Address, str] = field(default_factory=dict)
    """Issuers that the trust list names."""
    coin: str = "ETH"
    asked: Mapping[str, JsonValue] = field(default_factory=dict)
    """How far it went and about whom it asked: what another auditor needs to run it again."""

    @property
    def is_local(self) -> bool:
        """Whether it is about the embedded chain, which proves nothing to others."""
        return self.deployment.chain_id == LOCAL_CHAIN_ID

    @property
    def errors(self) -> int:
        """Findings that are errors and that nobody accepted."""
        return errors_in(self.findings)

    @property
    def is_known(self) -> bool:
        """Whether every check could be made."""
        return all(check.outcome is not Outcome.UNKNOWN for check in self.checks)

    @property
    def is_clean(self) -> bool:
        """Whether every check passed and no error was found."""
        return not self.errors and all(check.outcome in (Outcome.PASSED, Outcome.SKIPPED) for check in self.checks)

    def counted(self, severity: Severity) -> int:
        """Count the findings of one severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def checkpoint(self) -> Checkpoint:
        """Give what this audit can be signed as."""
        return Checkpoint(
            self.deployment.chain_id,
            self.deployment.address,
            self.position.number,
            Digest(self.position.hash),
            self.ledger.events,
            len(self.ledger.batches),
            ledger_digest(self.ledger),
        )

    def batches_of(self) -> dict[Address, list[Batch]]:
        """Give the batches by issuer, those with most credentials first."""
        found: defaultdict[Address, list[Batch]] = defaultdict(list)
        for batch in self.ledger.batches.values():
            found[batch.issuer].append(batch)
        return dict(sorted(found.items(), key=lambda pair: -sum(batch.leaf_count for batch in pair[1])))

    def to_json(self) -> JsonObject:
        """Give the wire form, ``credroot/audit/v1``: the whole ledger is in it, so that two reports can be compared."""
        wire: JsonObject = {
            "format": REPORT_FORMAT,
            "madeAt": format_time(self.made_at),
            "checkpoint": self.checkpoint().to_json(),
            "network": {
                "name": self.deployment.network,
                "chain": self.deployment.chain_id.caip2,
                "registry": str(self.deployment.address),
                "codeHash": str(self.deployment.code_hash),
                "fromBlock": self.deployment.deploy_block,
                "toBlock": self.position.number,
                "toBlockTime": format_time(datetime.fromtimestamp(self.block_time, UTC)),
                "finality": self.finality,
            },
            "asked": dict(self.asked),
            "clean": self.is_clean,
            "checks": [check.to_json() for check in self.checks],
            "findings": [finding.to_json() for finding in self.findings],
            "counts": {str(severity): self.counted(severity) for severity in Severity},
            "issuers": [self._issuer(issuer, batches) for issuer, batches in self.batches_of().items()],
            "ledger": list(ledger_entries(self.ledger)),
        }
        if self.is_local:
            wire["notices"] = ["This is a local chain: it proves nothing to others."]
        if self.contract is not None:
            wire["contract"] = self.contract.to_json()
        if self.reconciled is not None:
            wire["reconciled"] = reconciled_json(self.reconciled)
        return wire

    def _issuer(self, issuer: Address, batches: list[Batch]) -> JsonObject:
        members: JsonObject = {"account": str(issuer), "batches": len(batches)}
        if issuer in self.names:
            members["name"] = self.names[issuer]
        members["credentials"] = sum(batch.leaf_count for batch in batches)
        members["revoked"] = sum(batch.revoked_credentials for batch in batches)
        members["suspended"] = sum(batch.suspended_credentials for batch in batches)
        return members


def reconciled_json(reconciled: Reconciled) -> JsonObject:
    """Give the numbers of a reconciliation."""
    return {
        "rosters": reconciled.rosters,
        "rows": reconciled.rows,
        "rowsOnChain": reconciled.rows_on_chain,
        "batches": reconciled.batches,
        "batchesWithFiles": reconciled.batches_with_files,
        "batchesWithoutFiles": reconciled.batches_without_files,
        "credentials": reconciled.credentials,
    }
