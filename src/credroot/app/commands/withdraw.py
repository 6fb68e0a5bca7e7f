"""``credroot revoke | suspend | reinstate``: withdraw credentials, or lift a suspension."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.amounts import parse_coins
from credroot.app.issuing import guards_of, keys_of, workbench
from credroot.app.settings import load_settings
from credroot.app.signers import payer_of
from credroot.app.status_lists import Remade, remake_status_lists
from credroot.chain.registry_calls import Action
from credroot.core.errors import InputError
from credroot.issuer.batch_folder import BatchFolder, check_name
from credroot.issuer.intent import coins
from credroot.issuer.reasons import describe_reason, parse_reason
from credroot.issuer.withdrawal import find_rows, find_targets, intent_for_batch, intents, parse_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.issuer.intent import Intent
    from credroot.issuer.workbench import Workbench

WITHDRAWAL_FORMAT = "credroot/withdrawal/v1"


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Put the options on a command that all three share."""
    for option in (
        click.argument("credentials", nargs=-1),
        click.option("--batch", help="The whole batch of this name."),
        click.option("--row", "rows", multiple=True, help="With --batch: only these rows of its roster (12, 20-30)."),
        click.option(
            "--reason",
            default="unspecified",
            show_default=True,
            help="A reason's name, or a number of your own from 1000.",
        ),
        click.option("--network", help="The network; the workspace's default where none is given."),
        click.option("--signer", help="URI of the key, where it is not the workspace's own signer."),
        click.option("--max-cost", metavar="COINS", help="Refuse where one transaction could cost more."),
        click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor."),
        click.option(
            "--plan", "only_plan", is_flag=True, help="Say what would be done and what it costs; sign nothing."
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output."),
        click.pass_obj,
    ):
        command = option(command)
    return command


@click.command()
@_options
def revoke(workspace: Path | None, **options: object) -> None:
    """Withdraw credentials for ever, by file, by id, by row of a roster, or a whole batch. It can't be taken back."""
    _withdraw(workspace, Action.REVOKE, **options)  # type: ignore[arg-type]


@click.command()
@_options
def suspend(workspace: Path | None, **options: object) -> None:
    """Withdraw credentials for the time being, by file, by id, by row of a roster, or a whole batch."""
    _withdraw(workspace, Action.SUSPEND, **options)  # type: ignore[arg-type]


@click.command()
@_options
def reinstate(workspace: Path | None, **options: object) -> None:
    """Lift a suspension, by file, by id, by row of a roster, or of a whole batch. A revocation stays."""
    _withdraw(workspace, Action.REINSTATE, **options)  # type: ignore[arg-type]


def _withdraw(
    workspace: Path | None,
    action: Action,
    *,
    credentials: tuple[str, ...],
    batch: str | None,
    rows: tuple[str, ...],
    reason: str,
    network: str | None,
    signer: str | None,
    max_cost: str | None,
    passphrase_fd: int | None,
    only_plan: bool,
    as_json: bool,
) -> None:
    settings = load_settings(workspace)
    number = parse_reason(reason)
    if bool(credentials) == (batch is not None):
        raise InputError("name credentials, or a batch with --batch", code="usage.options")
    if rows and batch is None:
        raise InputError("--row needs --batch", code="usage.options")
    keys = keys_of(settings, passphrase_fd)
    with workbench(settings, network) as (bench, chosen):
        wanted = _intents(bench, credentials, batch, rows, action, number)
        steps: list[dict[str, object]] = []
        lists = Remade()
        try:
            for intent in wanted:
                if only_plan:
                    cost = bench.submission.cost(payer_of(settings, signer), intent)
                    steps.append({"what": intent.label, "most": coins(cost.most_wei), "likely": coins(cost.likely_wei)})
                    continue
                guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
                done = bench.carry_out(keys.signer(signer), intent, guards)
                steps.append(
                    {
                        "what": intent.label,
                        "transaction": str(done.transaction),
                        "block": done.block_number,
                        "gasUsed": done.gas_used,
                    }
                )
        finally:
            # Also where the second of two transactions failed: the first one counts.
            if steps and not only_plan:
                lists = remake_status_lists(settings, keys)
    if as_json:
        wire = {"format": WITHDRAWAL_FORMAT, "reason": number, "steps": steps}
        click.echo(json.dumps(wire if only_plan else wire | {"statusLists": lists.to_json(settings.workspace)}))
        return
    for step in steps:
        facts = ", ".join(f"{name} {value}" for name, value in step.items() if name != "what")
        click.echo(f"{step['what']} ({describe_reason(number)}): {facts}")
    if only_plan:
        click.echo("Nothing was sent.")
    for path in lists.files:
        click.echo(f"Wrote {path.relative_to(settings.workspace)}")


def _intents(
    bench: Workbench,
    credentials: tuple[str, ...],
    batch: str | None,
    rows: tuple[str, ...],
    action: Action,
    reason: int,
) -> tuple[Intent, ...]:
    if batch is not None and rows:
        folder = BatchFolder(bench.folder / "batches" / check_name(batch))
        targets = find_rows(folder, [parse_rows(text) for text in rows])
        return intents(targets, action, reason, bench.deployment, bench.issuer)
    if batch is not None:
        record = bench.journal.batch(batch)
        if record.root is None:
            raise InputError(f"batch {batch!r} is not anchored", code="batch.unprepared")
        return (intent_for_batch(record.root, action, reason, bench.deployment, bench.issuer),)
    targets = find_targets(credentials, bench.folder / "batches", bench.deployment, bench.issuer)
    return intents(targets, action, reason, bench.deployment, bench.issuer)
