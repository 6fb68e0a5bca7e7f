"""The options that say which credentials are meant and what may be paid, shared by every command that changes some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from credroot.app.terminal import say
from credroot.core.reasons import Reason
from credroot.issuer.withdrawal.selection import FIELDS, Wanted, parse_cell, parse_row_lists

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.issuer.withdrawal.selection import Target

MAX_SHOWN = 20
"""Credentials that a plan names one by one for a person; JSON has them all."""
REASONS = ", ".join(reason.name.lower().replace("_", "-") for reason in Reason)
_WHICH = (
    click.argument("credentials", nargs=-1),
    click.option("--batch", help="The batch of this name: all of it, or what --rows and --where pick out."),
    click.option("--rows", "--row", "rows", multiple=True, help="With --batch: only these rows of its roster (3,7-9)."),
    click.option(
        "--where",
        multiple=True,
        metavar="FIELD=VALUE",
        help="Only people whose row says this, in every batch if none is named; repeated, all must hold. "
        f"Fields: {', '.join(FIELDS)}.",
    ),
)
_PAYING = (
    click.option("--network", help="The network; the workspace's default where none is given."),
    click.option("--signer", help="URI of the key, where it is not the workspace's own signer."),
    click.option("--max-cost", metavar="COINS", help="Refuse where all of it together could cost more."),
    click.option(
        "--price", metavar="AMOUNT", help="With --plan: what one coin is worth now ('2500 EUR'), to show money too."
    ),
    click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor."),
    click.option(
        "--plan", "only_plan", is_flag=True, help="Say how many, which and what it costs; sign and send nothing."
    ),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output."),
    click.pass_obj,
)


def which_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Put the options that `wanted_of` reads on a command."""
    for option in reversed(_WHICH):
        command = option(command)
    return command


def paying_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Put the options of plan and payment on a command."""
    for option in reversed(_PAYING):
        command = option(command)
    return command


def wanted_of(credentials: tuple[str, ...], batch: str | None, rows: tuple[str, ...], where: tuple[str, ...]) -> Wanted:
    """Read those options. Raise `InputError` where they contradict each other."""
    return Wanted(credentials, batch, parse_row_lists(rows), tuple(map(parse_cell, where)))


def show_targets(targets: tuple[Target, ...]) -> None:
    """Name the first of them, and say how many more there are."""
    for target in targets[:MAX_SHOWN]:
        say(f"  {target}")
    if len(targets) > MAX_SHOWN:
        say(f"  ... and {len(targets) - MAX_SHOWN:,} more")
