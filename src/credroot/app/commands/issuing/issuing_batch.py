"""Bringing a batch to its end and saying how that went, for every command that does it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from credroot.app.amounts import parse_coins
from credroot.app.exit_codes import Exit
from credroot.app.issuing.workbench import JOURNAL_FILE, guards_of, workbench
from credroot.app.terminal import say
from credroot.core.errors import ChainUnavailable
from credroot.issuer.sending.intent import coins
from credroot.store.journal import Journal
from credroot.store.journal_records import BatchState

if TYPE_CHECKING:
    from credroot.app.issuing.workbench import Keys
    from credroot.app.settings.settings import Settings
    from credroot.core.json.types import JsonObject
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.store.journal_records import BatchRecord, Operation

BATCH_FORMAT = "credroot/batch/v1"


def issue_and_say(
    settings: Settings,
    folder: BatchFolder,
    keys: Keys,
    network: str | None,
    max_cost: str | None,
    *,
    as_json: bool,
    may_exist: bool,
    early: bool = False,
    again: bool = False,
) -> int:
    """Bring a batch to its end from wherever it stands, and give the exit status: partly done can be resumed."""
    from credroot.app.issuing.batches import issue

    try:
        with workbench(settings, network) as (bench, chosen):
            guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
            issued = issue(settings, bench, folder, keys, guards, may_exist=may_exist, early=early, again=again)
    except (KeyboardInterrupt, click.Abort):
        say(f"safe to stop: run  credroot batch resume {folder.name}", err=True)
        return Exit.PARTLY
    except ChainUnavailable as error:
        say(f"error: {error} [{error.code}]", err=True)
        say(f"nothing is lost: run  credroot batch resume {folder.name}", err=True)
        return Exit.PARTLY if _was_signed(settings, folder.name) else Exit.UNKNOWN
    if as_json:
        revoked = {"revoked": list(map(transaction_wire, issued.revoked))} if issued.record.predecessors else {}
        wire = {"format": BATCH_FORMAT, **batch_wire(folder.name, issued.record, issued.anchor), **revoked}
        click.echo(json.dumps(wire))
        return Exit.OK
    record, anchor = issued.record, issued.anchor
    say(f"Anchored   batch {record.name} | root {record.root} | block {anchor.block_number} | {anchor.gas_used:,} gas")
    if chosen.explorer is not None:
        say(f"See        {chosen.explorer}{anchor.transaction}")
    say(f"Published  {record.leaf_count} credentials in {folder.published}")
    for one in issued.revoked:
        say(f"Replaced   {one.label} | block {one.block_number} | {one.gas_used:,} gas")
    if chosen.is_local:
        click.echo("LOCAL CHAIN: proves nothing to others.", err=True)
    return Exit.OK


def _was_signed(settings: Settings, name: str) -> bool:
    with Journal(settings.workspace / JOURNAL_FILE) as journal:
        return any(record.name == name and record.operation_id is not None for record in journal.batches())


def transaction_wire(done: Operation) -> JsonObject:
    """Give the wire form of a transaction that is final."""
    transaction = str(done.transaction)
    return {"what": done.label, "transaction": transaction, "block": done.block_number, "gasUsed": done.gas_used}


def batch_state(record: BatchRecord | None) -> str:
    """Name where a batch stands; one that only has a request is planned."""
    return "planned" if record is None else record.state.value


def batch_wire(name: str, record: BatchRecord | None, operation: Operation | None) -> JsonObject:
    """Give the wire form of a batch and of the transaction that anchors it."""
    wire: JsonObject = {"batch": name, "state": batch_state(record)}
    if record is not None:
        wire |= {
            "chain": record.chain_id.caip2,
            "registry": str(record.registry),
            "issuer": str(record.issuer),
            "root": None if record.root is None else str(record.root),
            "leafCount": record.leaf_count,
            "checkedBy": record.checked_by,
            "published": record.state in (BatchState.PUBLISHED, BatchState.REPLACING),
        }
    if operation is not None:
        wire |= {
            "transaction": None if operation.transaction is None else str(operation.transaction),
            "block": operation.block_number,
            "gasUsed": operation.gas_used,
            "fee": None if operation.fee_wei is None else coins(operation.fee_wei),
        }
    return wire
