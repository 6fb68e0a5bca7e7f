"""``credroot revoke | suspend | reinstate``: withdraw credentials, or lift a suspension."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credroot.app.amounts import parse_coins, parse_price
from credroot.app.commands.issuing.choosing import REASONS, paying_options, show_targets, wanted_of, which_options
from credroot.app.commands.issuing.issuing_batch import transaction_wire
from credroot.app.issuing.delegation import Signing, sign_withdrawal
from credroot.app.issuing.status_lists import Remade, remake_status_lists
from credroot.app.issuing.withdrawal import carry_out_all, cost_line, cost_wire, costs_of, plan_withdrawal
from credroot.app.issuing.workbench import guards_of, keys_of, workbench
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.app.workspace.signers import payer_of
from credroot.chain.registry.calls import Action
from credroot.core.errors import InputError
from credroot.core.reasons import describe_reason, parse_reason
from credroot.issuer.sending.intent import coins
from credroot.issuer.withdrawal.status_change import WORDS
from credroot.store.durable import write_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.issuing.withdrawal import Withdrawal
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.issuer.sending.delegation import Order, Signed
    from credroot.issuer.sending.intent import Cost
    from credroot.store.journal_records import Operation

WITHDRAWAL_FORMAT = "credroot/withdrawal/v1"
_reason = click.option(
    "--reason",
    default="unspecified",
    show_default=True,
    help=f"Why, for everybody to see: {REASONS}, or a number of your own from 1000.",
)


_SIGNING = (
    click.option(
        "--sign-until",
        metavar="TIME",
        help="Send nothing: sign an order that anybody may relay and pay for until then (credroot batch relay).",
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("signed-status.json"),
        show_default=True,
        help="Where the order is written.",
    ),
    click.option("--key", metavar="ACCOUNT", help="The key that signs elsewhere, a wallet's for one."),
    click.option("--signature", metavar="HEX", help="What that key made."),
    click.option("--typed-data", is_flag=True, help="Print what is to be signed, for a wallet, and sign nothing."),
)


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Put the options on a command that all three share."""
    command = paying_options(command)
    for option in reversed(_SIGNING):
        command = option(command)
    return which_options(_reason(command))


@click.command()
@_options
def revoke(workspace: Path | None, **options: Any) -> None:
    """Withdraw credentials for ever, by file, by id, by rows of a roster, or a whole batch. It can't be taken back.

    Any number of one batch is one transaction. An interrupted command is finished by the same command.
    """
    _withdraw(workspace, Action.REVOKE, **options)


@click.command()
@_options
def suspend(workspace: Path | None, **options: Any) -> None:
    """Withdraw credentials for the time being, by file, by id, by rows of a roster, or a whole batch."""
    _withdraw(workspace, Action.SUSPEND, **options)


@click.command()
@_options
def reinstate(workspace: Path | None, **options: Any) -> None:
    """Lift a suspension, by file, by id, by rows of a roster, or of a whole batch. A revocation stays."""
    _withdraw(workspace, Action.REINSTATE, **options)


def _withdraw(
    workspace: Path | None,
    action: Action,
    *,
    credentials: tuple[str, ...],
    batch: str | None,
    rows: tuple[str, ...],
    where: tuple[str, ...],
    reason: str,
    network: str | None,
    signer: str | None,
    max_cost: str | None,
    price: str | None,
    passphrase_fd: int | None,
    only_plan: bool,
    as_json: bool,
    sign_until: str | None,
    out: Path,
    key: str | None,
    signature: str | None,
    typed_data: bool,
) -> None:
    if sign_until is None and (key is not None or signature is not None or typed_data):
        raise InputError("--key, --signature and --typed-data need --sign-until", code="usage.options")
    wanted, number = wanted_of(credentials, batch, rows, where), parse_reason(reason)
    rate = None if price is None else parse_price(price)
    settings = load_settings(workspace)
    keys = keys_of(settings, passphrase_fd)
    with workbench(settings, network) as (bench, chosen):
        withdrawal = plan_withdrawal(bench, wanted, action, number)
        facts, headline = _facts(withdrawal, action, number), _headline(withdrawal, action, number)
        if only_plan:
            costs = costs_of(bench, payer_of(settings, signer), withdrawal.intents)
            planned = facts | cost_wire(costs, chosen.coin, rate) | {"steps": _planned(withdrawal, costs)}
            _say_plan(withdrawal, f"{headline}: {cost_line(costs, chosen.coin, rate)}.", planned if as_json else None)
            return
        if sign_until is not None:
            signing = Signing(sign_until, key, signature, typed_data, signer)
            _sign(sign_withdrawal(bench, keys, withdrawal, action, number, signing), headline, out)
            return
        guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
        done: list[Operation] = []
        lists = Remade()
        try:
            for one in carry_out_all(bench, keys.signer(signer), withdrawal.intents, guards):
                done.append(one)
        finally:
            # Also where the second of two transactions failed: the first one counts.
            if done:
                lists = remake_status_lists(settings, keys)
    if as_json:
        _print(facts | {"steps": list(map(transaction_wire, done)), "statusLists": lists.to_json(settings.workspace)})
        return
    say(headline)
    for one in done:
        say(f"{one.label}: transaction {one.transaction}, block {one.block_number}, {one.gas_used:,} gas")
    for path in lists.files:
        say(f"Wrote {path.relative_to(settings.workspace)}")


def _say_plan(withdrawal: Withdrawal, line: str, wire: JsonObject | None) -> None:
    if wire is not None:
        _print(wire)
        return
    say(line)
    show_targets(withdrawal.targets)
    click.echo("Nothing was sent.")


def _sign(order_and_signed: tuple[Order, Signed | None], headline: str, out: Path) -> None:
    order, signed = order_and_signed
    if signed is None:
        click.echo(json.dumps(order.typed_data(), indent=2))
        return
    write_file(out, (json.dumps(signed.to_json(), indent=2) + "\n").encode())
    say(f"Signed     {headline}: {out}; to send it: credroot batch relay {out}")


def _planned(withdrawal: Withdrawal, costs: tuple[Cost, ...]) -> list[JsonValue]:
    return [
        {"what": intent.label, "most": coins(cost.most_wei), "likely": coins(cost.likely_wei)}
        for intent, cost in zip(withdrawal.intents, costs, strict=True)
    ]


def _facts(withdrawal: Withdrawal, action: Action, reason: int) -> JsonObject:
    return {
        "format": WITHDRAWAL_FORMAT,
        "action": WORDS[action],
        "reason": reason,
        "credentials": withdrawal.count,
        "unchanged": withdrawal.unchanged,
        "which": [
            {"batch": target.batch, "row": target.row, "id": target.id, "index": target.index}
            for target in withdrawal.targets
        ],
    }


def _headline(withdrawal: Withdrawal, action: Action, reason: int) -> str:
    count, left = withdrawal.count, withdrawal.unchanged
    stays = f"; {left:,} more stay{'s' if left == 1 else ''} as {'it is' if left == 1 else 'they are'}" if left else ""
    return f"{WORDS[action]} {count:,} credential{'' if count == 1 else 's'} ({describe_reason(reason)}){stays}"


def _print(wire: JsonObject) -> None:
    click.echo(json.dumps(wire))
