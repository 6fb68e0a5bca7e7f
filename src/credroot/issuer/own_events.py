"""What the chain knows in an issuer's name, held against what the issuer's journal knows.

A journal that was restored from an old copy has forgotten transactions. Their anchors are on the chain all the same, so
before a batch is anchored the registry's own count is compared, and where it differs the events are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.artifact import load
from credroot.chain.events import read_events
from credroot.core.errors import GuardRefused
from credroot.store.journal_records import OperationState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.chain.events import Event
    from credroot.core.values import Address, Root
    from credroot.issuer.workbench import Workbench

ANCHORED = "BatchAnchored"


def own_events(bench: Workbench, first: int | None = None) -> Iterator[Event]:
    """Yield every event in the issuer's name, from the deployment or block `first` to the head, in order."""
    head = bench.chain.block("latest")
    start = bench.deployment.deploy_block if first is None else max(first, bench.deployment.deploy_block)
    last = start - 1 if head is None else head.number
    return read_events(bench.chain.rpc, bench.deployment, first=start, last=last, issuer=bench.issuer)


def find_anchor(bench: Workbench, root: Root) -> Event | None:
    """Find the event that anchored a root in the issuer's name."""
    for event in own_events(bench):
        if event.name == ANCHORED and event.arguments["root"] == root:
            return event
    return None


def unknown_events(bench: Workbench, first: int | None = None) -> Iterator[Event]:
    """Yield every event in the issuer's name whose transaction the journal does not know."""
    for event in own_events(bench, first):
        if not bench.journal.knows_transaction(bench.deployment.chain_id, event.transaction):
            yield event


def require_known_anchors(bench: Workbench, key: Address) -> None:
    """Refuse to go on where `key` anchored batches that the journal does not know: it may be an old copy.

    Raises:
        GuardRefused: ``guard.journal_behind``.
    """
    records = [
        record
        for record in bench.journal.batches()
        if (record.chain_id, record.registry, record.issuer)
        == (bench.deployment.chain_id, bench.deployment.address, bench.issuer)
    ]
    states = {operation.id: operation.state for operation in bench.journal.operations()}
    settled = (OperationState.MINED, OperationState.FINAL)
    known = sum(states.get(record.operation_id or 0) in settled for record in records)
    if anchor_count(bench) == known:
        return
    roots = {record.root for record in records}
    for event in unknown_events(bench):
        if event.name == ANCHORED and event.arguments["key"] == key and event.arguments["root"] not in roots:
            raise GuardRefused(
                f"this key anchored batch {event.arguments['root']} in block {event.block_number:,}, and the journal "
                "does not know it: was the journal restored from a backup? Nothing was sent. If all is well, run: "
                f"credroot issuer watch --accept {event.transaction}",
                code="guard.journal_behind",
            )


def anchor_count(bench: Workbench) -> int:
    """Give the number of batches that the registry holds of the issuer, at the head."""
    data = load("CredentialRegistry").selectors["countOf(address)"] + bytes(12) + bench.issuer
    return int.from_bytes(bench.chain.call(bench.deployment.address, data), "big")
