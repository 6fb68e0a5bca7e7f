"""What befalls one process of an issuer: it dies at a step, its disk is full from one on, its endpoint fails.

Installed on one desk, and everything that the model has to hear passes through here.
"""

from __future__ import annotations

import resource
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from credroot.chain.rpc.client import RpcError
from credroot.core.errors import AnchorRejected, ChainUnavailable, CredrootError
from credroot.store.journal import JournalError
from tests.campaigns.issuer_model import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.core.values import Address
    from tests.campaigns.desk import Desk
    from tests.campaigns.issuer_model import IssuerModel

STEPS = (
    "add_batch",
    "batch_prepared",
    "add_operation",
    "add_watched",
    "add_attempt",
    "set_caps",
    "set_state",
    "set_mined",
    "batch_published",
    "accept",
)
"""Each write of the journal; sending is a step too."""


class Killed(BaseException):
    """The process ended here: nothing of its own runs after this but what closes files, as the system does."""


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """Make the system refuse every write behind `size` bytes of any file, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to a process, counted from 0; `None`: it doesn't."""

    dies_at: int | None = None
    """The moment before or after a step."""
    full_at: int | None = None
    """The step of the journal from which nothing fits on the disk any more."""
    away_at: int | None = None
    """The request from which the endpoint fails."""
    away_for: int = 1
    """Requests that fail in a row."""
    lie: str = ""
    """What the endpoint says of each transaction that it is handed, whatever it does with it."""
    is_done_first: bool = False
    """Whether a request had its effect before its answer was lost, or was a lie."""


class Witness:
    """Stands between a desk and the world: brings the trouble, and tells the model what happens."""

    def __init__(self, desk: Desk, model: IssuerModel, trouble: Trouble, confirmations: int) -> None:
        self._desk = desk
        self._model = model
        self._trouble = trouble
        self._confirmations = confirmations
        self._moments = self._writes = self._requests = 0
        self.was_full = False
        """Whether a write failed; nothing may be sent after that."""
        journal: Any = desk.journal
        for name in STEPS:
            setattr(journal, name, self._step(getattr(journal, name)))
        chain: Any = desk.chain
        chain.send = self._sending(chain.send)
        chain.estimate_gas = self._estimating(chain.estimate_gas)
        rpc: Any = desk.chain.rpc
        rpc.call, rpc.batch = self._request(self._lying(rpc.call)), self._request(rpc.batch)

    def _moment(self) -> None:
        number, self._moments = self._moments, self._moments + 1
        if number == self._trouble.dies_at:
            raise Killed

    def _step(self, write: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(write)
        def call(*arguments: Any, **fields: Any) -> Any:
            self._moment()
            if write.__name__ == "batch_published":
                root = self._desk.journal.batch(arguments[0]).root
                assert root is not None
                self._model.publishing(self._desk.chain, root, self._confirmations)
            result = self._written(write, *arguments, **fields)
            self._tell(write.__name__, result, arguments, fields)
            self._moment()
            return result

        return call

    def _written(self, write: Callable[..., Any], *arguments: Any, **fields: Any) -> Any:
        number, self._writes = self._writes, self._writes + 1
        try:
            if self._trouble.full_at is not None and number >= self._trouble.full_at:
                with no_file_grows_beyond(0):
                    return write(*arguments, **fields)
            return write(*arguments, **fields)
        except JournalError:
            self.was_full = True
            raise

    def _tell(self, name: str, result: Any, arguments: tuple[Any, ...], fields: dict[str, Any]) -> None:
        if name == "batch_prepared":
            self._model.names[fields["root"]] = arguments[0]
        elif name == "add_operation":
            self._model.promised(result, fields["attempt"])
        elif name == "add_attempt":
            self._model.bumped(self._desk.journal.operation(arguments[0]), arguments[1])

    def _sending(self, send: Callable[[bytes], str | None]) -> Callable[[bytes], str | None]:
        def call(raw: bytes) -> str | None:
            self._moment()
            if self.was_full:
                raise Broken("something was sent after the disk was full")
            self._model.sending(self._desk.journal.path, raw)
            said = send(raw)
            self._moment()
            return said

        return call

    def _estimating(self, estimate: Callable[..., int]) -> Callable[..., int]:
        def call(sender: Address, to: Address | None, data: bytes, value_wei: int = 0) -> int:
            try:
                gas = estimate(sender, to, data, value_wei)
            except AnchorRejected:
                self._model.estimated(self._desk.chain, sender, data, refused=True)
                raise
            if to == self._desk.bench.deployment.address:
                self._model.estimated(self._desk.chain, sender, data, refused=False)
            return gas

        return call

    def _lying(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def call(method: str, *arguments: Any, **options: Any) -> Any:
            if not self._trouble.lie or method != "eth_sendRawTransaction":
                return ask(method, *arguments, **options)
            if self._trouble.is_done_first:
                with suppress(CredrootError):
                    ask(method, *arguments, **options)
            raise RpcError(self._trouble.lie, rpc_code=-32_000)

        return call

    def _request(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(ask)
        def call(*arguments: Any, **options: Any) -> Any:
            number, self._requests = self._requests, self._requests + 1
            first = self._trouble.away_at
            if first is None or not first <= number < first + self._trouble.away_for:
                return ask(*arguments, **options)
            if self._trouble.is_done_first:
                with suppress(CredrootError):
                    ask(*arguments, **options)
            raise ChainUnavailable("the endpoint is away", code="chain.unreachable")

        return call
