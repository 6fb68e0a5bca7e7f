"""``credroot issuer accredit``: endorse another issuer in public, in this issuer's name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from credroot.app.commands.issuing.registry_change import change, parse_account, sending
from credroot.chain.scope import Scope
from credroot.core.errors import InputError
from credroot.core.text.clock import parse_time
from credroot.issuer.identity.accreditation import Window, intent_to_accredit


@click.command()
@click.argument("account")
@click.option("--scope", required=True, metavar="TEXT", help="What for: the words that verifiers trust you with.")
@click.option("--from", "begin", metavar="TIME", help="The first moment that it covers; now where none is given.")
@click.option("--until", metavar="TIME", help="The first moment that it does not cover (2028-01-01T00:00:00Z).")
@click.option("--uri", default="", metavar="URI", help="Where the endorsement is explained; it stands in the event.")
@click.option("--withdraw", is_flag=True, help="Take it back, for what was anchored already as well.")
@sending
def accredit(
    workspace: Path | None,
    account: str,
    scope: str,
    begin: str | None,
    until: str | None,
    uri: str,
    withdraw: bool,
    **options: object,
) -> None:
    """Endorse the issuer with this ACCOUNT, on chain and in public, for a scope and a time; again replaces the time.

    It tells verifiers who have this issuer among their [[trust.accreditors]], with the same scope, that what ACCOUNT
    anchors within that time is of an issuer that you vouch for.
    """
    if withdraw == (until is not None) or (withdraw and begin is not None):
        raise InputError("give --until and perhaps --from, or --withdraw", code="usage.options")
    subject, what = parse_account(account), Scope.parse(scope)
    window = Window()
    if until is not None:
        window = Window.between(datetime.now(UTC) if begin is None else parse_time(begin), parse_time(until))
    change(workspace, lambda bench: intent_to_accredit(bench, subject, what, window, uri), **options)  # type: ignore[arg-type]
