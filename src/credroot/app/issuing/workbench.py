"""A workbench from settings: opened for one command, the account's lock held while it lasts."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.app.terminal import say
from credroot.app.workspace.connections import Connections
from credroot.app.workspace.passphrase import passphrase_source
from credroot.app.workspace.signers import open_signer
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.rpc.client import Rpc
from credroot.chain.writing.writer import ChainWriter
from credroot.issuer.identity.signing_key_file import open_signing_key
from credroot.issuer.sending.intent import Guards
from credroot.issuer.sending.submission import Submission
from credroot.issuer.sending.workbench import Workbench
from credroot.store.journal import Journal
from credroot.store.lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from credroot.app.settings.networks import Network
    from credroot.app.settings.settings import Settings
    from credroot.chain.writing.keystore import Signer
    from credroot.credential.keys.signatures import SigningKey

JOURNAL_FILE = "journal.db"
WEI_PER_GWEI = 10**9
NOWHERE = "http://127.0.0.1:9"
"""The discard port: nobody answers there, and nobody is asked."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a workspace, opened when they are first needed."""

    settings: Settings
    passphrase: Callable[[], str]
    environment: Mapping[str, str]

    def signer(self, uri: str | None = None) -> Signer:
        """Open the key that anchors, or the one that `uri` names; errors as `open_signer`."""
        chosen = uri or self.settings.required_issuer().signer
        return open_signer(chosen, self.settings.keystore_folders, self.passphrase, self.environment)

    def signing_key(self) -> SigningKey:
        """Open the key that signs credentials; errors as `open_signing_key`."""
        return open_signing_key(
            self.settings.workspace / "keys" / self.settings.required_issuer().signing_key, self.passphrase
        )


def keys_of(settings: Settings, descriptor: int | None = None) -> Keys:
    """Give the keys of a workspace; the passphrase is asked for when the first is opened."""
    import os

    return Keys(settings, passphrase_source(settings.passphrase_file, descriptor), os.environ)


def tell(line: str) -> None:
    """Say a line to the person who waits, on standard error."""
    say(line, err=True)


def now() -> datetime:
    """Give the present time, aware."""
    return datetime.now(UTC)


def guards_of(network: Network, max_cost: int | None) -> Guards:
    """Put the caller's cap and the network's together."""
    max_fee = None if network.max_fee_gwei is None else network.max_fee_gwei * WEI_PER_GWEI
    return Guards(max_cost_wei=max_cost, max_fee_wei=max_fee)


@contextmanager
def submission(settings: Settings, network: Network) -> Iterator[tuple[Journal, ChainWriter, Submission]]:
    """Open journal and chain for transactions, with the lock of this workspace's sender on this chain.

    Raises:
        LockHeld: another process is at it.
        AnchorRejected: ``chain.wrong_id``, the endpoint serves another chain.
    """
    with ExitStack() as stack:
        stack.enter_context(exclusive(settings.workspace / "locks" / f"{network.name}.lock"))
        connections = stack.enter_context(Connections(settings))
        chain = ChainWriter(connections.rpc(network))
        chain.require_chain(network.chain_id)
        journal = stack.enter_context(Journal(settings.workspace / JOURNAL_FILE))
        yield (
            journal,
            chain,
            Submission(
                journal,
                chain,
                chain_id=network.chain_id,
                finality=network.finality,
                clock=now,
                data_fees=network.data_fees,
            ),
        )


@contextmanager
def offline_workbench(settings: Settings, network_name: str | None = None) -> Iterator[tuple[Workbench, Network]]:
    """Open what preparing and signing need, and no connection: whatever asks the chain raises `ChainUnavailable`."""
    network = settings.network_named(network_name)
    deployment = settings.deployment(network)
    with ExitStack() as stack:
        stack.enter_context(exclusive(settings.workspace / "locks" / f"{network.name}.lock"))
        journal = stack.enter_context(Journal(settings.workspace / JOURNAL_FILE))
        rpc = stack.enter_context(Rpc(NOWHERE))
        chain = ChainWriter(rpc)
        yield (
            Workbench(
                folder=settings.workspace,
                journal=journal,
                chain=chain,
                submission=Submission(journal, chain, chain_id=network.chain_id, finality=network.finality, clock=now),
                deployment=deployment,
                reader=RegistryReader(rpc, deployment, network.finality),
                issuer=settings.required_issuer().account.address,
                clock=now,
                pause=time.sleep,
                tell=tell,
            ),
            network,
        )


@contextmanager
def workbench(settings: Settings, network_name: str | None = None) -> Iterator[tuple[Workbench, Network]]:
    """Open everything that issuing needs on one network; errors as `submission`."""
    network = settings.network_named(network_name)
    issuer = settings.required_issuer()
    deployment = settings.deployment(network)
    with submission(settings, network) as (journal, chain, sending), Connections(settings) as connections:
        yield (
            Workbench(
                folder=settings.workspace,
                journal=journal,
                chain=chain,
                submission=sending,
                deployment=deployment,
                reader=connections.reader(deployment),
                issuer=issuer.account.address,
                clock=now,
                pause=time.sleep,
                tell=tell,
            ),
            network,
        )
