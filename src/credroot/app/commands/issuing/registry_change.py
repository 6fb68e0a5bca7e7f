"""One change of the registry from the command line: its options, its plan, its transaction and what is told of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.amounts import parse_coins
from credroot.app.issuing.status_lists import remake_status_lists
from credroot.app.issuing.workbench import guards_of, keys_of, workbench
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.core.values import AccountId, Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.core.json.types import JsonObject
    from credroot.issuer.sending.intent import Intent
    from credroot.issuer.sending.workbench import Workbench

KEY_CHANGE_FORMAT = "credroot/key-change/v1"


def sending(command: Callable[..., None]) -> Callable[..., None]:
    """Put the options of everything that sends a transaction on a command."""
    for option in (
        click.option("--network", help="The network; the workspace's default where none is given."),
        click.option("--signer", help="URI of the admin key; the workspace's own signer where none is given."),
        click.option("--max-cost", metavar="COINS", help="Refuse where it could cost more, in the network's coin."),
        click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor."),
        click.option("--plan", "only_plan", is_flag=True, help="Say what it would cost; sign nothing."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output."),
        click.pass_obj,
    ):
        command = option(command)
    return command


def change(
    workspace: Path | None,
    make: Callable[[Workbench], Intent],
    *,
    network: str | None,
    signer: str | None,
    max_cost: str | None,
    passphrase_fd: int | None,
    only_plan: bool,
    as_json: bool,
    changes_status: bool = False,
) -> None:
    """Carry out what `make` gives; where it changes the status of credentials, the status lists follow."""
    from credroot.issuer.sending.intent import coins

    settings = load_settings(workspace)
    with workbench(settings, network) as (bench, chosen):
        intent = make(bench)
        own = keys_of(settings, passphrase_fd)
        opened = own.signer(signer)
        facts: JsonObject = {"what": intent.label}
        if only_plan:
            cost = bench.submission.cost(opened.address, intent)
            facts |= {"likely": coins(cost.likely_wei), "most": coins(cost.most_wei), "coin": chosen.coin}
        else:
            guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
            done = bench.carry_out(opened, intent, guards)
            facts |= {"transaction": str(done.transaction), "block": done.block_number, "gasUsed": done.gas_used}
            if changes_status:
                remake_status_lists(settings, own)
    if as_json:
        click.echo(json.dumps({"format": KEY_CHANGE_FORMAT, **facts}))
        return
    say(f"{intent.label}: " + ", ".join(f"{name} {value}" for name, value in facts.items() if name != "what"))
    if only_plan:
        click.echo("Nothing was sent.")


def parse_account(text: str) -> Address:
    """Read an account: its address, or CAIP-10 (``eip155:137:0x...``)."""
    return AccountId.from_caip10(text).address if text.startswith("eip155:") else Address.from_hex(text)
