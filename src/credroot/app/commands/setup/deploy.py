"""``credroot deploy``: put the registry on a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.amounts import parse_coins
from credroot.app.issuing.workbench import guards_of, keys_of
from credroot.app.settings.settings import load_settings
from credroot.app.setup.registry_setup import deploy_registry, fund_locally, prove_registry
from credroot.app.terminal import say

if TYPE_CHECKING:
    from credroot.chain.registry.deployment import Deployment


@click.command()
@click.option("--network", help="The network; the workspace's default where none is given.")
@click.option("--max-cost", metavar="COINS", help="Refuse where it could cost more than this, in the network's coin.")
@click.option(
    "--prove",
    is_flag=True,
    help="Deploy nothing: ask how the registry in deployments/NETWORK.json was created, and add that to the file.",
)
@click.option("--passphrase-fd", type=int, help="Read the passphrase from this file descriptor.")
@click.pass_obj
def deploy(
    workspace: Path | None, network: str | None, max_cost: str | None, prove: bool, passphrase_fd: int | None
) -> None:
    """Deploy the registry contract and write deployments/NETWORK.json, which is what verifiers pin.

    One registry serves every issuer of a chain. Where the chain has the usual CREATE2 factory, the address is the same
    on every chain, and a registry that is there already is checked, described, and not paid for again.
    """
    settings = load_settings(workspace)
    chosen = settings.network_named(network)
    if prove:
        _tell(prove_registry(settings, chosen))
        return
    if chosen.is_local:
        fund_locally(settings, chosen, settings.required_issuer().account.address)
    guards = guards_of(chosen, None if max_cost is None else parse_coins(max_cost))
    _tell(deploy_registry(settings, chosen, keys_of(settings, passphrase_fd), guards))


def _tell(deployment: Deployment) -> None:
    say(f"Registry   {deployment.address}")
    say(f"Network    {deployment.network} ({deployment.chain_id.caip2}), block {deployment.deploy_block}")
    if deployment.creation is not None:
        say(f"Proof      {deployment.creation.told}")
    say(f"Wrote      deployments/{deployment.network}.json")
