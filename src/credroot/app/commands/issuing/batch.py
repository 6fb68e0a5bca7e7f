"""``credroot batch``: from a roster to credentials that are anchored, in one transaction."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.amounts import parse_coins, parse_price
from credroot.app.commands.issuing.issuing_batch import BATCH_FORMAT, batch_state, batch_wire, issue_and_say
from credroot.app.commands.issuing.outputs import outputs
from credroot.app.issuing.workbench import guards_of, keys_of, workbench
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.core.errors import GuardRefused, InputError
from credroot.issuer.batch.file_batch import take_in_files
from credroot.issuer.batch.folder import BatchFolder, check_name
from credroot.issuer.batch.request import name_from, take_in
from credroot.issuer.sending.intent import coins, gwei
from credroot.store.durable import write_file
from credroot.store.journal import Journal

if TYPE_CHECKING:
    from credroot.app.settings.settings import Settings

BATCHES_FORMAT = "credroot/batches/v1"
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_network = click.option("--network", help="The network; the workspace's default where none is given.")
_max_cost = click.option("--max-cost", metavar="COINS", help="Refuse where it could cost more, in the network's coin.")
_passphrase_fd = click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")


_provisional = click.option(
    "--provisional",
    is_flag=True,
    help="Hand copies out, marked as provisional, once the anchor is in a block and before it is final.",
)


_again = click.option(
    "--again", is_flag=True, help="Issue it even where the same people have the same already, or may have it."
)


@click.group()
def batch() -> None:
    """Plan, anchor, resume and list batches. One batch is one transaction, however many credentials it has."""


batch.add_command(outputs)


@batch.command()
@click.argument("roster", type=_FILE)
@click.option("--achievement", type=_FILE, required=True, help="The Open Badges achievement, a JSON file.")
@click.option("--name", help="The batch's name; made of the roster's where none is given.")
@click.option("--price", metavar="AMOUNT", help="What one coin is worth now, such as '2500 EUR', to show money too.")
@_network
@_json
@click.pass_obj
def plan(
    workspace: Path | None,
    roster: Path,
    achievement: Path,
    name: str | None,
    price: str | None,
    network: str | None,
    as_json: bool,
) -> None:
    """Take a roster in as a batch and say what anchoring it costs. Nothing is signed or sent."""
    from credroot.app.issuing.batches import plan_cost, profile_of, require_not_planned_twice

    settings = load_settings(workspace)
    rate = None if price is None else parse_price(price)
    folder = _folder(settings, name or name_from(roster))
    take_in(folder, roster, achievement, profile_of(settings.required_issuer()))
    with workbench(settings, network) as (bench, chosen):
        planned = plan_cost(settings, bench, folder)
        repeated = ""
        try:
            require_not_planned_twice(settings, bench, folder)
        except GuardRefused as refusal:
            repeated = refusal.code
            say(f"Warning: {refusal} [{refusal.code}]", err=True)
    if as_json:
        wire = {"format": "credroot/plan/v1", "batch": folder.name, **planned.to_json(chosen.coin)}
        if repeated:
            wire["refused"] = repeated
        if rate is not None:
            wire["money"] = {"likely": rate.of(planned.cost.likely_wei), "most": rate.of(planned.cost.most_wei)}
        click.echo(json.dumps(wire))
        return
    coin, cost = chosen.coin, planned.cost
    money = "" if rate is None else f" (in money: likely {rate.of(cost.likely_wei)}, at most {rate.of(cost.most_wei)})"
    say(
        f"{planned.people} credentials -> 1 transaction of at most {cost.gas:,} gas at {gwei(cost.fee_wei)} gwei, "
        f"at most {gwei(cost.most_fee_wei)} gwei; likely {coins(cost.likely_wei)} "
        f"{coin}, at most {coins(cost.most_wei)} {coin}{money}; balance {coins(cost.balance_wei)} {coin}. "
        "Nothing was sent."
    )
    if rate is not None:
        say(f"Money is at the price that you gave just now: 1 {coin} = {rate.amount} {rate.currency}.", err=True)
    if cost.data_fee_wei:
        say(f"Of this, {coins(cost.data_fee_wei)} {coin} is for data on layer 1.", err=True)
    if chosen.is_local:
        click.echo("LOCAL CHAIN: its coins are worth nothing, and it proves nothing to others.", err=True)
    say(f"Next: credroot batch anchor {folder.name}", err=True)


@batch.command()
@click.argument("name")
@click.option("--roster", type=_FILE, help="Take this roster in first, as `batch plan` does.")
@click.option("--achievement", type=_FILE, help="The Open Badges achievement, with --roster.")
@click.option(
    "--file",
    "files",
    type=_FILE,
    multiple=True,
    help="Anchor a file of any kind, which gets a receipt; may be repeated.",
)
@_provisional
@_again
@_network
@_max_cost
@_passphrase_fd
@_json
@click.pass_obj
def anchor(
    workspace: Path | None,
    name: str,
    roster: Path | None,
    achievement: Path | None,
    files: tuple[Path, ...],
    provisional: bool,
    again: bool,
    network: str | None,
    max_cost: str | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> int:
    """Issue a batch: sign every credential, write the files, check them, anchor their root, publish.

    It may be stopped at any moment, also by a power cut: `credroot batch resume NAME` goes on, and pays nothing twice.
    """
    settings = load_settings(workspace)
    folder = _folder(settings, name)
    if (roster is None) != (achievement is None):
        raise InputError("--roster and --achievement go together", code="usage.options")
    if files and roster is not None:
        raise InputError("a batch has a roster or files, not both", code="usage.options")
    if files:
        take_in_files(folder, files)
    if roster is not None and achievement is not None:
        from credroot.app.issuing.batches import profile_of

        take_in(folder, roster, achievement, profile_of(settings.required_issuer()))
    keys = keys_of(settings, passphrase_fd)
    return issue_and_say(
        settings, folder, keys, network, max_cost, as_json=as_json, may_exist=False, early=provisional, again=again
    )


@batch.command()
@click.argument("name")
@_provisional
@_again
@_network
@_max_cost
@_passphrase_fd
@_json
@click.pass_obj
def resume(
    workspace: Path | None,
    name: str,
    provisional: bool,
    again: bool,
    network: str | None,
    max_cost: str | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> int:
    """Go on with a batch from wherever it stands; what was sent is found on the chain and not sent again."""
    settings = load_settings(workspace)
    folder = _folder(settings, name)
    keys = keys_of(settings, passphrase_fd)
    return issue_and_say(
        settings, folder, keys, network, max_cost, as_json=as_json, may_exist=True, early=provisional, again=again
    )


@batch.command()
@click.argument("name")
@_json
@click.pass_obj
def status(workspace: Path | None, name: str, as_json: bool) -> None:
    """Say where a batch stands, and every step it took."""
    settings = load_settings(workspace)
    folder = _folder(settings, name)
    with _journal(settings) as journal:
        if not folder.exists():
            raise InputError(f"no batch named {name!r}", code="batch.unknown")
        known = {record.name: record for record in journal.batches()}
        record = known.get(name)
        operation = None if record is None or record.operation_id is None else journal.operation(record.operation_id)
        history = journal.history(name)
    if as_json:
        steps = [{"at": line.at.isoformat(), "state": line.state, "note": line.note} for line in history]
        click.echo(json.dumps({"format": BATCH_FORMAT, **batch_wire(name, record, operation), "history": steps}))
        return
    say(f"{name}: {batch_state(record)}")
    if record is not None and record.root is not None:
        say(f"  root {record.root}, {record.leaf_count} credentials, checked by {record.checked_by}")
    if operation is not None:
        say(f"  transaction {operation.transaction or 'not mined yet'}, block {operation.block_number or 'none'}")
    if record is not None and record.predecessors:
        standing = "not all revoked yet" if record.replaced_at is None else "which are revoked"
        say(f"  takes the place of {record.predecessors} credentials, {standing}")
    for line in history:
        say(f"  {line.at.isoformat()}  {line.state}  {line.note}")


@batch.command("list")
@_json
@click.pass_obj
def list_batches(workspace: Path | None, as_json: bool) -> None:
    """List every batch of this workspace and where it stands."""
    settings = load_settings(workspace)
    names = sorted(path.parent.name for path in (settings.workspace / "batches").glob("*/request.json"))
    with _journal(settings) as journal:
        known = {record.name: record for record in journal.batches()}
        operations = {operation.id: operation for operation in journal.operations()}
    rows = []
    for name in names:
        record = known.get(name)
        operation = operations.get(record.operation_id) if record and record.operation_id else None
        rows.append((name, record, operation))
    if as_json:
        click.echo(json.dumps({"format": BATCHES_FORMAT, "batches": [batch_wire(*row) for row in rows]}))
        return
    if not rows:
        say(f"No batches in {settings.workspace}. A roster becomes one by credroot batch plan.", err=True)
    for name, record, _ in rows:
        count = "" if record is None or record.leaf_count is None else f"{record.leaf_count} credentials"
        say(f"{name:<32} {batch_state(record):<12} {count}")


@batch.command()
@click.argument("name")
@click.option("--until", required=True, metavar="TIME", help="The last moment at which it may be sent.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the order is written.")
@click.option("--key", "key_text", metavar="ACCOUNT", help="The key that signs, if it is not the workspace's signer.")
@click.option("--signature", metavar="HEX", help="A signature that was made elsewhere, by a wallet for one.")
@click.option("--typed-data", is_flag=True, help="Print what is to be signed, for a wallet, and sign nothing.")
@_network
@_passphrase_fd
@click.pass_obj
def sign(
    workspace: Path | None,
    name: str,
    until: str,
    out: Path | None,
    key_text: str | None,
    signature: str | None,
    typed_data: bool,
    network: str | None,
    passphrase_fd: int | None,
) -> None:
    """Prepare a batch and sign for its anchor, without a network and without coins: somebody else relays it.

    Afterwards `credroot batch resume NAME` finds the anchor on the chain and publishes.
    """
    from credroot.app.issuing.delegation import Signing, sign_batch

    settings = load_settings(workspace)
    folder = _folder(settings, name)
    keys = keys_of(settings, passphrase_fd)
    order, signed = sign_batch(settings, folder, keys, network, Signing(until, key_text, signature, typed_data))
    if signed is None:
        click.echo(json.dumps(order.typed_data(), indent=2))
        return
    place = out or folder.path / "signed-anchor.json"
    write_file(place, (json.dumps(signed.to_json(), indent=2) + "\n").encode())
    say(f"Signed     {place}; to send it: credroot batch relay {place}")


@batch.command()
@click.argument("order", type=_FILE)
@_again
@_network
@_max_cost
@_passphrase_fd
@_json
@click.pass_obj
def relay(
    workspace: Path | None,
    order: Path,
    again: bool,
    network: str | None,
    max_cost: str | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Send and pay for what somebody else signed: an anchor, or a change of status.

    An anchor that is on the chain already is not paid again.
    """
    from credroot.issuer.sending.delegation import Signed, intent_to_relay, is_anchored
    from credroot.issuer.sending.walk import mark_of_order

    settings = load_settings(workspace)
    signed = Signed.from_json(order.read_bytes(), source=str(order))
    with workbench(settings, network) as (bench, chosen):
        intent = intent_to_relay(signed, bench.deployment, bench.clock())
        if is_anchored(signed, bench.reader):
            raise GuardRefused("it is anchored already; nothing was sent", code="order.done")
        intent = replace(intent, data=intent.data + mark_of_order(bench, signed.order, again=again))
        guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
        done = bench.carry_out(keys_of(settings, passphrase_fd).signer(), intent, guards)
    facts = {"what": intent.label, "transaction": str(done.transaction), "block": done.block_number}
    if as_json:
        click.echo(json.dumps({"format": "credroot/relay/v1", **facts, "gasUsed": done.gas_used}))
        return
    say(f"Relayed    {intent.label} | block {done.block_number} | {done.gas_used:,} gas")


def _folder(settings: Settings, name: str) -> BatchFolder:
    return BatchFolder(settings.workspace / "batches" / check_name(name))


def _journal(settings: Settings) -> Journal:
    from credroot.app.issuing.workbench import JOURNAL_FILE

    return Journal(settings.workspace / JOURNAL_FILE)
