"""What the local network gives away for nothing: coins for the workspace's account, and a registry."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from credroot.app.issuing.workbench import Keys, submission, tell
from credroot.app.workspace.checked_registries import CheckedRegistries
from credroot.chain.embedded.layout import FAUCET_TEST_KEY
from credroot.chain.registry.creation import CreationProof
from credroot.chain.writing.keystore import signer_from_key
from credroot.chain.writing.writer import ChainWriter
from credroot.issuer.registry_deployment import deploy, find_deployment, prove
from credroot.issuer.sending.intent import Guards, Intent
from credroot.issuer.sending.settlement import settle
from credroot.store.durable import write_file

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.settings.networks import Network
    from credroot.app.settings.settings import Settings
    from credroot.chain.registry.deployment import Deployment
    from credroot.core.values import Address

GIFT_WEI = 100 * 10**18


def fund_locally(settings: Settings, network: Network, account: Address) -> None:
    """Send the account coins of the local chain, from the faucet whose key everybody knows."""
    with submission(settings, network) as (_, chain, sending):
        if chain.balance_wei(account) >= GIFT_WEI // 2:
            return
        faucet = signer_from_key(FAUCET_TEST_KEY)
        intent = Intent("fund", f"coins of the local chain for {account}", account, b"", GIFT_WEI)
        settle(sending, sending.sign(faucet, intent, guards=Guards()), pause=time.sleep, tell=tell)


def deploy_registry(settings: Settings, network: Network, keys: Keys, guards: Guards) -> Deployment:
    """Deploy the registry and write ``deployments/<network>.json``; errors as those of `registry_deployment.deploy`.

    Where it is on the chain already and only the file is missing, the file is written and nothing is paid.
    """
    folder = settings.workspace / "deployments"
    with submission(settings, network) as (_, chain, sending):
        found = None
        if not (folder / f"{network.name}.json").exists():
            found = find_deployment(chain, network=network.name, chain_id=network.chain_id)
        if found is not None:
            tell(f"found our code at {found.address}, since block {found.deploy_block:,}: not deployed again")
        deployment = found or deploy(
            chain,
            sending,
            keys.signer(),
            network=network.name,
            chain_id=network.chain_id,
            guards=guards,
            pause=time.sleep,
            tell=tell,
        )
    write_deployment(folder, deployment)
    _remember(settings, deployment)
    return deployment


def prove_registry(settings: Settings, network: Network) -> Deployment:
    """Ask how the pinned registry of a network was created, and write that into its file and the workspace's memory.

    Raises:
        ChainUnavailable, ChainMismatch: as `credroot.chain.registry.creation.ask_creation`.
    """
    from credroot.app.workspace.connections import Connections

    deployment = settings.deployment(network)
    with Connections(settings) as connections:
        connections.reader(deployment).check()
        proven = prove(ChainWriter(connections.rpc(network)), deployment)
    write_deployment(settings.workspace / "deployments", proven)
    _remember(settings, proven)
    return proven


def _remember(settings: Settings, deployment: Deployment) -> None:
    """Keep what one endpoint has just shown, so that no verdict of this workspace asks for it again."""
    if deployment.creation is not None and deployment.creation.proof is CreationProof.TRANSACTION:
        CheckedRegistries(settings.workspace).keep(deployment, 1, deployment.creation)


def write_deployment(folder: Path, deployment: Deployment) -> Path:
    """Write the file of a deployment; give its path."""
    import json

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{deployment.network}.json"
    write_file(path, (json.dumps(deployment.to_json(), indent=2) + "\n").encode())
    return path
