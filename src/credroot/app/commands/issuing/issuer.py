"""``credroot issuer``: the keys that may act in an issuer's name, and an alarm for what happens in it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.commands.issuing.accreditation import accredit
from credroot.app.commands.issuing.issuer_documents import did, endorse, profile, rotate_key, status
from credroot.app.commands.issuing.registry_change import change, parse_account, sending
from credroot.app.exit_codes import Exit
from credroot.app.issuing.workbench import workbench
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.chain.registry.calls import Role
from credroot.core.errors import ChainUnavailable, InputError
from credroot.core.text.clock import format_time, parse_time
from credroot.core.values import Digest, Root
from credroot.issuer.identity.key_roles import (
    ROLE_NAMES,
    intent_to_distrust,
    intent_to_ratify,
    intent_to_set,
    key_records,
    parse_roles,
)
from credroot.issuer.identity.watch import watch_once
from credroot.store.lock import LockHeld

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject
    from credroot.issuer.identity.key_roles import KeyRecord
    from credroot.issuer.identity.watch import Alarm, Watched
    from credroot.issuer.sending.workbench import Workbench

KEYS_FORMAT = "credroot/keys/v1"
WATCH_FORMAT = "credroot/watch/v1"
_network = click.option("--network", help="The network; the workspace's default where none is given.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")


@click.group()
def issuer() -> None:
    """Publish who the issuer is and what it withdrew, say which keys act in its name, and watch what they do."""


for _command in (did, profile, rotate_key, status, endorse, accredit):
    issuer.add_command(_command)


@issuer.group()
def keys() -> None:
    """List, add, remove and distrust keys. An admin key does this; keep it apart from the key that anchors."""


@keys.command("list")
@_network
@_json
@click.pass_obj
def list_keys(workspace: Path | None, network: str | None, as_json: bool) -> None:
    """List every account that ever had a role, and what it may do now."""
    settings = load_settings(workspace)
    with workbench(settings, network) as (bench, _):
        records = key_records(bench)
    if as_json:
        click.echo(json.dumps({"format": KEYS_FORMAT, "keys": [_wire(record) for record in records]}))
        return
    for record in records:
        state = ", ".join(record.names()) or "no roles"
        if record.expires_at:
            state += f"; until {_moment(record.expires_at)}"
        if record.distrusted_from:
            state += f"; DISTRUSTED from {_moment(record.distrusted_from)} on"
        say(f"{record.account}  {state}")


@keys.command()
@click.argument("account")
@click.option("--role", "roles", multiple=True, required=True, help=f"One of {', '.join(ROLE_NAMES)}; repeatable.")
@click.option("--until", metavar="TIME", help="When the roles end (2027-01-01T00:00:00Z); never where not given.")
@sending
def add(workspace: Path | None, account: str, roles: tuple[str, ...], until: str | None, **options: object) -> None:
    """Give ACCOUNT these roles and no others. They can be taken back."""
    expires_at = 0 if until is None else int(parse_time(until).timestamp())
    known = parse_roles(roles)
    change(workspace, lambda bench: intent_to_set(bench, parse_account(account), known, expires_at), **options)  # type: ignore[arg-type]


@keys.command()
@click.argument("account")
@sending
def remove(workspace: Path | None, account: str, **options: object) -> None:
    """Take all roles from ACCOUNT. What it did stays as it is, and its roles can be given back."""
    change(workspace, lambda bench: intent_to_set(bench, parse_account(account), Role(0)), **options)  # type: ignore[arg-type]


@keys.command()
@click.argument("account")
@click.option("--since", required=True, metavar="TIME", help="The first moment that is not trusted; 'ever' for all.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@sending
def distrust(workspace: Path | None, account: str, since: str, yes: bool, **options: object) -> None:
    """Distrust what ACCOUNT anchored from a moment on, for ever; older batches stay good.

    The key loses its roles. Batches that were good can be ratified one by one. Withdrawals that the key made stand.
    """
    moment = 1 if since == "ever" else int(parse_time(since).timestamp())
    if not yes and not options["only_plan"]:
        click.confirm(f"Distrust {account} for ever?", abort=True, err=True)
    change(
        workspace,
        lambda bench: intent_to_distrust(bench, parse_account(account), moment),
        changes_status=True,
        **options,  # type: ignore[arg-type]
    )


@keys.command()
@click.argument("batch")
@sending
def ratify(workspace: Path | None, batch: str, **options: object) -> None:
    """Vouch for BATCH (its name, or its root) although its key is distrusted. It can't be undone."""
    change(
        workspace,
        lambda bench: intent_to_ratify(bench, _root(bench, batch)),
        changes_status=True,
        **options,  # type: ignore[arg-type]
    )


@issuer.command()
@_network
@click.option(
    "--from-block", type=click.IntRange(0), help="Look from this block on; from the registry's own if absent."
)
@click.option("--every", type=click.IntRange(1), metavar="SECONDS", help="Look again and again; Ctrl-C ends it.")
@click.option("--accept", metavar="TRANSACTION", multiple=True, help="Record that this transaction is known to you.")
@_json
@click.pass_obj
def watch(
    workspace: Path | None,
    network: str | None,
    from_block: int | None,
    every: int | None,
    accept: tuple[str, ...],
    as_json: bool,
) -> int:
    """Tell every anchor, status or key event in the issuer's name that the journal does not know; exit status 3 then.

    A final block that vanished is told as well. With --every, outages are told and do not end it.
    """
    settings = load_settings(workspace)
    worst = Exit.OK
    while True:
        try:
            with workbench(settings, network) as (bench, _):
                for transaction in accept:
                    moment = datetime.now(UTC)
                    bench.journal.accept(bench.deployment.chain_id, Digest.from_hex(transaction), "accepted", moment)
                seen = watch_once(bench, from_block)
        except (ChainUnavailable, LockHeld) as error:
            if every is None:
                raise
            say(f"could not look: {error} [{error.code}]", err=True)
        else:
            _tell(seen, as_json=as_json)
            worst = worst if seen.is_quiet else Exit.PROBLEM
        if every is None:
            return worst
        time.sleep(every)


def _tell(seen: Watched, *, as_json: bool) -> None:
    if as_json:
        vanished: list[JsonObject] = [{"what": one.label, "transaction": str(one.transaction)} for one in seen.vanished]
        alarms = [_alarm(alarm) for alarm in seen.alarms]
        click.echo(json.dumps({"format": WATCH_FORMAT, "head": seen.head, "alarms": alarms, "vanished": vanished}))
        return
    for alarm in seen.alarms:
        say(
            f"ALARM  {alarm.what} by {alarm.key} in block {alarm.event.block_number:,}, "
            f"transaction {alarm.event.transaction}: the journal does not know it"
        )
    for operation in seen.vanished:
        say(f"ALARM  {operation.label} was final, and its block is gone")
    if seen.is_quiet:
        say(f"Quiet up to block {seen.head:,}.")


def _alarm(alarm: Alarm) -> JsonObject:
    return {
        "event": alarm.event.name,
        "key": alarm.key,
        "arguments": {
            name: value if isinstance(value, int) and value < 2**53 else str(value)
            for name, value in alarm.event.arguments.items()
        },
        "block": alarm.event.block_number,
        "transaction": str(alarm.event.transaction),
    }


def _wire(record: KeyRecord) -> JsonObject:
    return {
        "account": str(record.account),
        "roles": list(record.names()),
        "since": _moment(record.since) if record.since else None,
        "expiresAt": _moment(record.expires_at) if record.expires_at else None,
        "distrustedFrom": _moment(record.distrusted_from) if record.distrusted_from else None,
    }


def _moment(seconds: int) -> str:
    return format_time(datetime.fromtimestamp(seconds, UTC))


def _root(bench: Workbench, text: str) -> Root:
    if text.startswith("0x"):
        return Root(Digest.from_hex(text))
    root = bench.journal.batch(text).root
    if root is None:
        raise InputError(f"batch {text!r} is not anchored", code="batch.unprepared")
    return root
