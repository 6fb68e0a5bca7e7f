"""What the chain knows in an issuer's name, held against what the issuer's journal knows.

A journal that was restored from an old copy has forgotten transactions, and another machine with the same key has a
journal of its own. Their anchors are on the chain all the same, so before a batch is anchored the registry's own count
is compared, and where it differs the events are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.registry.artifact import load
from credroot.chain.registry.events import read_events
from credroot.chain.registry.facts import Query
from credroot.core.errors import ChainUnavailable, GuardRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.chain.registry.events import Event
    from credroot.core.values import Address, Root
    from credroot.issuer.sending.workbench import Workbench
    from credroot.store.journal_records import BatchRecord

ANCHORED = "BatchAnchored"


def own_events(bench: Workbench, first: int | None = None, last: int | None = None) -> Iterator[Event]:
    """Yield every event in the issuer's name, from the deployment or block `first` to the head or `last`, in order."""
    start = bench.deployment.deploy_block if first is None else max(first, bench.deployment.deploy_block)
    if last is None:
        head = bench.chain.block("latest")
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


def foreign_anchors(bench: Workbench, block: int) -> tuple[Event, ...]:
    """Give every anchor in the issuer's name, up to a block, of a root that no batch of the journal has.

    Where the registry holds as many batches as it shows of the journal's, there is none, and no event is read.

    Raises:
        ChainUnavailable: also where the endpoint shows fewer events than the registry has counted.
    """
    roots = {record.root for record in own_batches(bench) if record.root is not None}
    shown = bench.reader.read([Query(bench.issuer, root, 0) for root in roots], block=block) if roots else ()
    count = anchor_count(bench, block)
    if count == sum(fact.batch is not None for fact in shown):
        return ()
    events = [event for event in own_events(bench, last=block) if event.name == ANCHORED]
    if len(events) != count:
        raise ChainUnavailable(
            f"the registry counts {count} batches of the issuer and the endpoint shows {len(events)} events of them",
            code="chain.inconsistent",
        )
    return tuple(event for event in events if event.arguments["root"] not in roots)


def require_known_anchors(bench: Workbench, key: Address, block: int) -> None:
    """Refuse to go on where `key` anchored batches that the journal does not know: it is an old copy, or not alone.

    Raises:
        GuardRefused: ``guard.journal_behind``.
    """
    for event in foreign_anchors(bench, block):
        known = bench.journal.knows_transaction(bench.deployment.chain_id, event.transaction)
        if event.arguments["key"] == key and not known:
            raise GuardRefused(
                f"this key anchored batch {event.arguments['root']} of {event.arguments['leafCount']} credentials in "
                f"block {event.block_number:,}, and the journal does not know it: does another machine work with this "
                "key, or was the journal restored from a backup? Nothing was sent. If these are the same people, copy "
                "that batch's folder here and run: credroot batch resume NAME. If they are others, run: "
                f"credroot issuer watch --accept {event.transaction}. To issue in any case: --again",
                code="guard.journal_behind",
            )


def require_new_request(bench: Workbench, mark: bytes, leaf_count: int, block: int) -> None:
    """Refuse to go on where the same request was anchored, with whatever key, and the journal has no batch of it.

    Raises:
        GuardRefused: ``batch.already_anchored``.
        ChainUnavailable: also where the endpoint has the event and not its transaction.
    """
    if not mark:
        return
    for event in foreign_anchors(bench, block):
        if event.arguments["leafCount"] != leaf_count:
            continue
        if bench.chain.transaction_data(event.transaction).endswith(mark):
            raise GuardRefused(
                f"the same roster and achievement are anchored in block {event.block_number:,}, by transaction "
                f"{event.transaction}, from another machine or a journal that was lost. Nothing was sent. Copy that "
                "batch's folder here and run: credroot batch resume NAME. To issue it a second time: --again",
                code="batch.already_anchored",
            )


def own_batches(bench: Workbench) -> tuple[BatchRecord, ...]:
    """Give the journal's batches of this issuer in this registry."""
    place = (bench.deployment.chain_id, bench.deployment.address, bench.issuer)
    return tuple(one for one in bench.journal.batches() if (one.chain_id, one.registry, one.issuer) == place)


def anchor_count(bench: Workbench, block: int | None = None) -> int:
    """Give the number of batches that the registry holds of the issuer, as of a block or at the head."""
    data = load("CredentialRegistry").selectors["countOf(address)"] + bytes(12) + bench.issuer
    return int.from_bytes(
        bench.chain.call(bench.deployment.address, data, "latest" if block is None else hex(block)), "big"
    )
