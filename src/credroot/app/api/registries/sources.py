"""The pinned registries of a server that runs for long: connections that heal, and errors that tell strangers nothing.

An endpoint's address is the operator's business: it goes into the log, and not into an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from credroot.app.workspace.connections import Connections
from credroot.core.errors import ChainMismatch, ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from credroot.app.api.event_log import EventLog
    from credroot.app.settings.settings import Settings
    from credroot.chain.reading.proven_reader import ProvenReader
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import ChainFacts, Head, Query

T = TypeVar("T")

_REASONS = {
    "chain.unreachable": "its endpoint can't be reached",
    "chain.timeout": "its endpoint gave no complete answer in time",
    "chain.bad_answer": "its endpoint gave an answer that can't be used",
    "chain.too_large": "its endpoint's answer is too large",
    "chain.refused": "its endpoint refused to answer",
    "chain.no_endpoint": "no endpoint is configured for it",
    "chain.wrong_id": "its endpoint serves another chain than the pinned one",
    "chain.wrong_code": "the code at the registry's address is not the pinned one",
    "chain.no_quorum": "too few of its endpoints answer",
    "chain.disagreement": "its endpoints do not say the same",
    "chain.no_proof": "its endpoints prove nothing",
    "chain.bad_proof": "what its endpoints prove is something else",
    "chain.registry_unproven": "nothing shows how the registry was created",
    "chain.wrong_creation": "the registry was not created as ours is",
    "chain.stale_head": "the newest block that it is shown is too old",
    "chain.future_head": "the newest block that it is shown is ahead of this server's clock",
}


class RegistrySources:
    """Readers of the pinned registries, made when they are first needed. Threads may share it."""

    def __init__(self, settings: Settings, log: EventLog) -> None:
        """Connect to nothing yet."""
        self._settings = settings
        self._log = log
        self._connections = Connections(settings)
        self._readers: dict[Deployment, ProvenReader] = {}
        self._lock = Lock()
        self._requests_of_closed = 0

    @property
    def rpc_requests(self) -> int:
        """HTTP requests sent to endpoints so far."""
        return self._requests_of_closed + sum(client.requests for client in self._connections.clients())

    def source_of(self, deployment: Deployment) -> RegistrySource:
        """Give the source of a pinned registry."""
        return RegistrySource(self, deployment)

    def check(self, deployment: Deployment) -> Head:
        """Ask whether the endpoint serves the pinned registry; errors as `RegistrySource.read`."""
        return self.ask(deployment, lambda reader: reader.check())

    def ask(self, deployment: Deployment, question: Callable[[ProvenReader], T]) -> T:
        """Ask one question, a second time where the local chain has moved to another port meanwhile.

        Raises:
            ChainUnavailable, ChainMismatch: with the reader's code, and a message without the endpoint's address.
        """
        try:
            try:
                return question(self._reader(deployment))
            except ChainUnavailable as error:
                if error.code != "chain.unreachable" or not self._may_have_moved(deployment):
                    raise
                self._forget()
                return question(self._reader(deployment))
        except (ChainUnavailable, ChainMismatch) as error:
            self._log.write("chain", network=deployment.network, code=error.code, text=str(error))
            reason = _REASONS.get(error.code, "it gives no usable answer")
            raise type(error)(f"{deployment.network}: {reason}", code=error.code) from error

    def close(self) -> None:
        """Close every connection; a later question opens a new one."""
        self._forget()

    def _reader(self, deployment: Deployment) -> ProvenReader:
        with self._lock:
            reader = self._readers.get(deployment)
            if reader is not None:
                return reader
            reader = self._connections.facts(deployment)
            self._readers[deployment] = reader
            return reader

    def _may_have_moved(self, deployment: Deployment) -> bool:
        network = self._settings.networks.get(deployment.network)
        return network is not None and network.is_local and not network.endpoints

    def _forget(self) -> None:
        with self._lock:
            self._requests_of_closed = self.rpc_requests
            self._readers.clear()
            self._connections.close()
            self._connections = Connections(self._settings)


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """A `credroot.verifier.gathering.gather.FactSource` of one pinned registry."""

    sources: RegistrySources
    deployment: Deployment

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order; errors as `RegistrySources.ask`."""
        return self.sources.ask(self.deployment, lambda reader: reader.read(queries))
