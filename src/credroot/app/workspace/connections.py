"""From settings to live connections: one client per endpoint, made when it is first needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.app.workspace.checked_registries import CheckedRegistries
from credroot.chain.blocks.endpoint_trust import BELIEVE_ONE
from credroot.chain.blocks.recency import ANY_HEAD, RecentHeads
from credroot.chain.reading.proven_reader import ProvenReader
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.registry.creation import creation_by_address
from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import Self

    from credroot.app.settings.networks import Network
    from credroot.app.settings.settings import Settings
    from credroot.chain.blocks.endpoint_trust import Caution
    from credroot.chain.reading.agreeing_reader import AgreeingReader
    from credroot.chain.reading.proven_reader import Reading
    from credroot.chain.registry.creation import Creation
    from credroot.chain.registry.deployment import Deployment

LOCAL_CHAIN_FOLDER = "chain"


class Connections:
    """The connections of one run. Close it, or use it as a context."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        any_head: bool = False,
    ) -> None:
        """Connect to nothing yet. `any_head` takes a head of any age, for verdicts as of its block."""
        self._settings = settings
        self._clock = clock
        self._any_head = any_head
        self._checked = CheckedRegistries(settings.workspace)
        self._clients: dict[str, Rpc] = {}
        self._single: dict[str, tuple[Rpc, ...]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        for client in self.clients():
            client.close()
        self._clients.clear()
        self._single.clear()

    def clients(self) -> Iterator[Rpc]:
        """Give every client that was made so far."""
        # Copies, because other threads may be adding to them.
        yield from list(self._clients.values())
        for nodes in list(self._single.values()):
            yield from nodes

    def rpc(self, network: Network) -> Rpc:
        """Give the client of a network; on the local one the embedded chain is found, or started.

        Raises:
            ChainUnavailable: ``chain.no_endpoint``, none is configured; or the embedded chain does not start.
        """
        if network.name not in self._clients:
            self._clients[network.name] = self._client(network)
        return self._clients[network.name]

    def _client(self, network: Network) -> Rpc:
        if len(network.endpoints) > 1:
            from credroot.chain.rpc.endpoints import Endpoints

            return Endpoints(network.endpoints, network.chain_id, deadline_s=network.deadline_s)
        return Rpc(self._url(network), deadline_s=network.deadline_s)

    def _url(self, network: Network) -> str:
        if network.endpoints:
            return network.endpoints[0]
        if network.is_local:
            from credroot.chain.embedded.finder import find_or_start

            return find_or_start(self._settings.workspace / LOCAL_CHAIN_FOLDER)
        raise ChainUnavailable(
            f"no endpoint for network {network.name!r}: put endpoints into credroot.toml or set ETH_RPC_URL",
            code="chain.no_endpoint",
        )

    def reader(self, deployment: Deployment) -> RegistryReader:
        """Give the reader of a pinned registry, through the network that bears its name."""
        network = self._network_of(deployment)
        return RegistryReader(self.rpc(network), deployment, network.finality)

    def recent_reader(self, deployment: Deployment) -> RegistryReader:
        """Give a reader that refuses a head which is not recent: for who tells others what the registry holds now."""
        network = self._network_of(deployment)
        return RegistryReader(
            self.rpc(network), deployment, network.finality, recent=RecentHeads(network.recency, self._clock)
        )

    def facts(self, deployment: Deployment) -> ProvenReader:
        """Give what verdicts rest on: one endpoint's word, or as much more as the network's settings ask for.

        Nothing is read of a registry before it was shown that its constructor is ours. Whether one endpoint's head is
        recent is for the verdict to say; of several, the others are asked then.
        """
        return ProvenReader(self._reading(deployment), lambda: self.creation(deployment))

    def creation(self, deployment: Deployment) -> Creation:
        """Have shown how a registry was created: by its address, by what this workspace saw before, or by asking.

        Raises:
            ChainUnavailable, ChainMismatch: as `ask_creation`.
        """
        known = self.known_creation(deployment)
        if known is None:
            from credroot.chain.reading.creation_check import ask_creation

            network = self._network_of(deployment)
            quorum = network.caution.quorum
            nodes = self._nodes(network) if quorum > 1 else (self.rpc(network),)
            known = ask_creation(nodes, quorum, deployment)
            self._checked.keep(deployment, quorum, known)
        return known

    def known_creation(self, deployment: Deployment) -> Creation | None:
        """Return how a registry was created as far as nobody has to be asked: by its address, or as seen before."""
        quorum = self._network_of(deployment).caution.quorum
        return creation_by_address(deployment) or self._checked.find(deployment, quorum)

    def _reading(self, deployment: Deployment) -> Reading:
        network = self._network_of(deployment)
        if network.caution != BELIEVE_ONE:
            return self._agreeing(deployment, network.caution)
        reader = RegistryReader(self.rpc(network), deployment, network.finality, withdrawals=True)
        if len(network.endpoints) < 2 or self._any_head:
            return reader
        from credroot.chain.reading.fallback_reader import FallbackReader

        return FallbackReader(
            reader, self._agreeing(deployment, BELIEVE_ONE), RecentHeads(network.recency, self._clock)
        )

    def prover(self, deployment: Deployment) -> AgreeingReader:
        """Give what can prove facts, whether verdicts ask for that or not."""
        return self._agreeing(deployment, replace(self._network_of(deployment).caution, prove=True))

    def _agreeing(self, deployment: Deployment, caution: Caution) -> AgreeingReader:
        from credroot.chain.reading.agreeing_reader import AgreeingReader

        network = self._network_of(deployment)
        recent = RecentHeads(ANY_HEAD if self._any_head else network.recency, self._clock)
        return AgreeingReader(self._nodes(network), deployment, network.finality, caution, recent=recent)

    def _nodes(self, network: Network) -> tuple[Rpc, ...]:
        """Give a client for each endpoint by itself."""
        if network.name not in self._single:
            urls = network.endpoints or (self._url(network),)
            self._single[network.name] = tuple(Rpc(url, deadline_s=network.deadline_s) for url in urls)
        return self._single[network.name]

    def _network_of(self, deployment: Deployment) -> Network:
        network = self._settings.networks.get(deployment.network)
        if network is None or network.chain_id != deployment.chain_id:
            raise ChainUnavailable(
                f"no network is configured for {deployment.chain_id.caip2}", code="chain.no_endpoint"
            )
        return network
