"""``credroot init``: make a folder the workspace of an issuer."""

from __future__ import annotations

from pathlib import Path

import click

from credroot.app.settings.networks import LOCAL_NETWORK
from credroot.app.settings.settings import load_settings
from credroot.app.setup.workspace import create_workspace
from credroot.app.terminal import say
from credroot.app.workspace.passphrase import passphrase_source


@click.command()
@click.option("--name", required=True, help="The issuer's name, as people know it.")
@click.option("--network", default=LOCAL_NETWORK, show_default=True, help="The network to issue on.")
@click.option("--did", help="The issuer's DID (did:web:...); a did:key of the new signing key where none is given.")
@click.option("--url", help="The issuer's home page.")
@click.option("--publish-url", help="Where public/ will be served; credentials then name a status list there.")
@click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Read the passphrase of the keys from this file.",
)
@click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor.")
@click.pass_obj
def init(
    workspace: Path | None,
    name: str,
    network: str,
    did: str | None,
    url: str | None,
    publish_url: str | None,
    passphrase_file: Path | None,
    passphrase_fd: int | None,
) -> None:
    """Make this folder the workspace of an issuer: new keys, settings, and on the local network a registry.

    On a real network nothing is sent: fund the account that is shown, then run `credroot deploy`, or put the file of a
    registry that exists into deployments/.
    """
    settings = load_settings(workspace)
    chosen = settings.network_named(network)
    given = passphrase_file is not None or passphrase_fd is not None
    passphrase = (
        passphrase_source(passphrase_file, passphrase_fd, confirm=True) if given or not chosen.is_local else None
    )
    account = create_workspace(
        settings.workspace,
        name=name,
        network=chosen,
        passphrase=passphrase,
        did=did,
        url=url,
        publish_url=publish_url,
    )
    say(f"Issuer     {name}")
    say(f"Account    {account}")
    if chosen.is_local:
        _set_up_local(settings.workspace, passphrase_file, passphrase_fd)
        click.echo(
            "Network    local: LOCAL CHAIN, proves nothing to others; account funded, registry deployed, profile set"
        )
    else:
        say(
            f"Network    {chosen.name} ({chosen.chain_id.caip2}); send {chosen.coin} to the account, "
            "then: credroot deploy"
        )


def _set_up_local(folder: Path, passphrase_file: Path | None, descriptor: int | None) -> None:
    import os

    from credroot.app.issuing.identity import publish_did, publish_profile
    from credroot.app.issuing.workbench import Keys, workbench
    from credroot.app.setup.registry_setup import deploy_registry, fund_locally
    from credroot.issuer.sending.intent import Guards

    settings = load_settings(folder)
    network = settings.network_named(LOCAL_NETWORK)
    fund_locally(settings, network, settings.required_issuer().account.address)
    keys = Keys(settings, passphrase_source(passphrase_file or settings.passphrase_file, descriptor), os.environ)
    deploy_registry(settings, network, keys, Guards())
    publish_did(settings, keys)
    with workbench(settings) as (bench, _):
        publish_profile(settings, bench, keys, Guards())
