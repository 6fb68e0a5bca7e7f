"""``credroot issuer did | profile | status | endorse``: what an issuer publishes about itself and signs for others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.amounts import parse_coins
from credroot.app.issuing.workbench import guards_of, keys_of, workbench
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.core.errors import InputError

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

PROFILE_FORMAT = "credroot/published-profile/v1"
STATUS_FORMAT = "credroot/published-status/v1"

_passphrase_fd = click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
_network = click.option("--network", help="The network; the workspace's default where none is given.")
_max_cost = click.option("--max-cost", metavar="COINS", help="Refuse where a transaction could cost more.")


@click.command()
@_passphrase_fd
@click.pass_obj
def did(workspace: Path | None, passphrase_fd: int | None) -> None:
    """Write the DID document of a did:web below public/, for the web server of its host.

    It has the signing key as a Multikey and the account, both under assertionMethod. A did:key needs no document.
    """
    from credroot.app.issuing.identity import publish_did

    settings = load_settings(workspace)
    path = publish_did(settings, keys_of(settings, passphrase_fd))
    issuer = settings.required_issuer()
    say(f"DID        {issuer.did}")
    say(f"Account    {issuer.account.did_pkh}")
    if path is None:
        click.echo("Document   none: this DID is its own key")
        return
    say(f"Wrote      {path.relative_to(settings.workspace)}")


@click.command()
@_network
@_max_cost
@_passphrase_fd
@_json
@click.pass_obj
def profile(
    workspace: Path | None, network: str | None, max_cost: str | None, passphrase_fd: int | None, as_json: bool
) -> None:
    """Sign the profile (DID, name, keys, account), write public/profile.json, and set its digest on chain.

    So the key vouches for the account and the account for the key. Run it again after a key was changed.
    """
    from credroot.app.issuing.identity import publish_profile

    settings = load_settings(workspace)
    with workbench(settings, network) as (bench, chosen):
        guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
        done = publish_profile(settings, bench, keys_of(settings, passphrase_fd), guards)
    transaction = None if done.operation is None else str(done.operation.transaction)
    if as_json:
        answer: JsonObject = {
            "format": PROFILE_FORMAT,
            "file": str(done.path),
            "digest": str(done.digest),
            "transaction": transaction,
        }
        click.echo(json.dumps(answer))
        return
    say(f"Wrote      {done.path.relative_to(settings.workspace)}, SHA-256 {done.digest}")
    say(f"On chain   {'set already' if transaction is None else f'set by transaction {transaction}'}")


@click.command()
@_network
@click.option("--anchor", is_flag=True, help="Anchor the lists as a batch of their own, a receipt beside each.")
@_max_cost
@_passphrase_fd
@_json
@click.pass_obj
def status(
    workspace: Path | None,
    network: str | None,
    anchor: bool,
    max_cost: str | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Make the status lists below public/status/ anew from the registry's state.

    They are for verifiers that ask no chain. Anchoring and withdrawing make them anew by themselves; they hold for 31
    days, so run this once a month where nothing else happens. Suspensions have a list of their own beside each, to
    which a credential's entry refers; a verifier that does not follow it sees a suspension in the registry alone.
    """
    from credroot.app.issuing.status_lists import anchor_lists, publish_status_lists

    settings = load_settings(workspace)
    keys = keys_of(settings, passphrase_fd)
    written = publish_status_lists(settings, keys)
    receipts: tuple[Path, ...] = ()
    if anchor and written:
        with workbench(settings, network) as (bench, chosen):
            guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
            receipts = anchor_lists(bench, keys, guards, written)
    names = [str(path.relative_to(settings.workspace)) for path in (*written, *receipts)]
    if as_json:
        click.echo(json.dumps({"format": STATUS_FORMAT, "files": names}))
        return
    for name in names:
        say(f"Wrote      {name}")
    if not names:
        click.echo("No credential has a status entry; nothing was written.")


@click.command("rotate-key")
@_network
@_max_cost
@_passphrase_fd
@click.pass_obj
def rotate_key(workspace: Path | None, network: str | None, max_cost: str | None, passphrase_fd: int | None) -> None:
    """Sign with a new key from now on, and publish that: DID document and profile, its digest on chain.

    What the old key signed stays good, because its anchors are older than its end. Not for a did:key, which is its key.
    """
    from credroot.app.issuing.identity import publish_did, publish_profile
    from credroot.app.issuing.key_rotation import rotate_signing_key
    from credroot.app.issuing.status_lists import remake_status_lists
    from credroot.core.text.clock import format_time

    settings = load_settings(workspace)
    with workbench(settings, network) as (bench, chosen):
        guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
        keys = keys_of(settings, passphrase_fd)
        rotated = rotate_signing_key(settings, bench, keys)
        say(f"Removed    {rotated.old_method} from {format_time(rotated.removed_at)} on")
        keys = replace(keys, settings=rotated.settings)
        publish_did(rotated.settings, keys)
        done = publish_profile(rotated.settings, bench, keys, guards)
        lists = remake_status_lists(rotated.settings, keys)
    click.echo("Wrote      DID document and profile; serve them before you issue again")
    say(f"On chain   SHA-256 {done.digest}")
    for path in lists.files:
        say(f"Wrote      {path.relative_to(settings.workspace)}")


@click.command()
@click.argument("subject")
@click.option("--name", required=True, help="What the endorsement is called.")
@click.option("--comment", help="Why it is endorsed.")
@click.option("--valid-until", help="The end of its validity, such as 2027-01-31T00:00:00Z.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write it to this file; standard output where none is given.",
)
@_passphrase_fd
@click.pass_obj
def endorse(
    workspace: Path | None,
    subject: str,
    name: str,
    comment: str | None,
    valid_until: str | None,
    out: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Sign an EndorsementCredential of an issuer, an achievement or a credential, named by its id.

    Whoever is endorsed puts it into the `endorsement` of the achievement's file, and every verifier checks it.
    """
    import orjson

    from credroot.app.issuing.endorsement import endorse as sign_endorsement

    settings = load_settings(workspace)
    signed = sign_endorsement(
        settings, keys_of(settings, passphrase_fd), subject, name=name, comment=comment, valid_until=valid_until
    )
    data = orjson.dumps(signed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if out is None:
        click.echo(data.decode(), nl=False)
        return
    if out.exists():
        raise InputError(f"{out}: it is there already and is not overwritten", code="file.exists")
    from credroot.store.durable import write_file

    write_file(out, data)
    say(f"Wrote      {out}")
