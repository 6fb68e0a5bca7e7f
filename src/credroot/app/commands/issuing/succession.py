"""``credroot reissue | renew``: a new credential in the place of an old one, in one step."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credroot.app.amounts import parse_coins, parse_price
from credroot.app.commands.issuing.choosing import MAX_SHOWN, REASONS, paying_options, wanted_of, which_options
from credroot.app.commands.issuing.issuing_batch import issue_and_say
from credroot.app.exit_codes import Exit
from credroot.app.issuing.succession import Terms, expiring_within, plan_succession, take_in_succession
from credroot.app.issuing.withdrawal import cost_line, cost_wire
from credroot.app.issuing.workbench import guards_of, keys_of, workbench
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.core.errors import InputError
from credroot.core.reasons import parse_reason
from credroot.issuer.sending.spending import Budget
from credroot.issuer.withdrawal.selection import Cell, parse_cell
from credroot.issuer.withdrawal.succession import Kind
from credroot.roster.columns import Field

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.amounts import Price
    from credroot.app.issuing.succession import Planned

SUCCESSION_PLAN_FORMAT = "credroot/succession-plan/v1"
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_DAY = click.DateTime(formats=["%Y-%m-%d"])
_SHARED = (
    click.option("--name", help="The new batch's name; made of the old one's where none is given."),
    click.option("--achievement", type=_FILE, help="Another achievement than the old batch's, a JSON file."),
)


def _options(command: Callable[..., int]) -> Callable[..., int]:
    """Put the options on a command that both share."""
    command = paying_options(command)
    for option in reversed(_SHARED):
        command = option(command)
    return which_options(command)


@click.command()
@click.option(
    "--roster",
    type=_FILE,
    help="A corrected copy of the batch's roster, the same people on the same rows; without --rows and --where, those "
    "whose rows differ are reissued.",
)
@click.option(
    "--set", "sets", multiple=True, metavar="FIELD=VALUE", help="Correct this cell of everybody named; may be repeated."
)
@click.option(
    "--reason", default="superseded", show_default=True, help=f"Why the old ones are revoked: {REASONS}, or a number."
)
@click.option("--revoker", metavar="URI", help="The key that revokes the old ones, where another key anchors.")
@_options
def reissue(
    workspace: Path | None, roster: Path | None, sets: tuple[str, ...], reason: str, revoker: str | None, **options: Any
) -> int:
    """Issue credentials anew, corrected where a roster or --set says so, and revoke the old ones.

    One batch at a time, by file, id, rows, or as a whole. The new credentials name the old ones. These are revoked only
    when the new ones are final and published; stop it at any moment, `credroot batch resume NEW` goes on.
    """
    terms = {"roster": roster, "cells": tuple(map(parse_cell, sets)), "reason": parse_reason(reason)}
    return _succeed(workspace, Kind.REISSUE, {**terms, "revoker": revoker}, **options)


@click.command()
@click.option("--until", type=_DAY, required=True, metavar="DAY", help="The last day of the new validity (2028-12-31).")
@click.option("--from", "start", type=_DAY, metavar="DAY", help="The first day of it; today where none is given.")
@click.option(
    "--expiring",
    type=click.IntRange(0, 36_500),
    default=90,
    show_default=True,
    metavar="DAYS",
    help="Of a whole batch or with --where: only what has ended, or ends within so many days.",
)
@_options
def renew(workspace: Path | None, until: datetime, start: datetime | None, expiring: int, **options: Any) -> int:
    """Issue credentials anew that have ended or soon will, with a new validity. The old ones stay as they are.

    The new credentials name the old ones, and keep the day of the award. What was withdrawn is not renewed. Stop it at
    any moment, `credroot batch resume NEW` goes on.
    """
    today = datetime.now(UTC).date()
    first = today if start is None else start.date()
    cells = (Cell(Field.ISSUED_ON, first), Cell(Field.EXPIRES_ON, _after(first, until.date())))
    terms = {"cells": cells, "expiring_by": expiring_within(expiring, today)}
    return _succeed(workspace, Kind.RENEWAL, terms, **options)


def _after(first: date, last: date) -> date:
    if last < first:
        raise InputError(f"--until {last} lies before {first}", code="usage.options")
    return last


def _succeed(
    workspace: Path | None,
    kind: Kind,
    terms: dict[str, Any],
    *,
    credentials: tuple[str, ...],
    batch: str | None,
    rows: tuple[str, ...],
    where: tuple[str, ...],
    name: str | None,
    achievement: Path | None,
    network: str | None,
    signer: str | None,
    max_cost: str | None,
    price: str | None,
    passphrase_fd: int | None,
    only_plan: bool,
    as_json: bool,
) -> int:
    wanted = wanted_of(credentials, batch, rows, where)
    rate = None if price is None else parse_price(price)
    most_wei = None if max_cost is None else parse_coins(max_cost)
    settings = load_settings(workspace)
    agreed = Terms(kind, name=name, achievement=achievement, signer=signer, max_cost_wei=most_wei, **terms)
    with workbench(settings, network) as (bench, chosen):
        planned = plan_succession(settings, bench, wanted, agreed)
        if only_plan:
            _say_plan(planned, chosen.coin, rate, as_json=as_json)
            return Exit.OK
        Budget(guards_of(chosen, most_wei)).require(planned.costs)
        take_in_succession(settings, planned)
    keys = keys_of(settings, passphrase_fd)
    return issue_and_say(settings, planned.folder, keys, network, None, as_json=as_json, may_exist=False)


def _say_plan(planned: Planned, coin: str, rate: Price | None, *, as_json: bool) -> None:
    costs = tuple(cost for _, cost in planned.costs)
    people: list[dict[str, Any]] = [
        {"id": old.target.id, "batch": old.target.batch, "row": old.target.row, "changes": correction.changes}
        for old, correction in zip(planned.succession.predecessors, planned.corrections, strict=True)
    ]
    count, kind = len(people), planned.succession.kind
    if as_json:
        facts = {"kind": kind, "batch": planned.folder.name, "old": planned.old.name, "credentials": count}
        answer = {"format": SUCCESSION_PLAN_FORMAT, **facts, "which": people, "leftOut": dict(planned.left_out)}
        click.echo(json.dumps(answer | cost_wire(costs, coin, rate)))
        return
    noun = "credential" if count == 1 else "credentials"
    say(
        f"{kind} of {count:,} {noun} of batch {planned.old.name} in a new batch {planned.folder.name}: "
        f"{cost_line(costs, coin, rate)}."
    )
    for one in people[:MAX_SHOWN]:
        changes = "; ".join(f"{field}: {old!r} -> {new!r}" for field, (old, new) in one["changes"].items())
        say(f"  row {one['row']}, {one['id']}" + (f", {changes}" if changes else ""))
    if count > MAX_SHOWN:
        say(f"  ... and {count - MAX_SHOWN:,} more")
    for reason, number in planned.left_out.items():
        say(f"  left out: {number:,} {reason}")
    click.echo("Nothing was sent.")
