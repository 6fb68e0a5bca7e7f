"""Several endpoints of one chain as one: reads fall over to the next, a transaction is handed to each once.

Every endpoint is asked for its chain id before anything else, so that one of another chain is never fallen over to. The
one that answered last is asked first: what was read together then comes from one view of the chain, mostly. Where two
views differ, nothing is concluded from it alone (see `credroot.issuer.sending.submission`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from credroot.chain.rpc.client import DEFAULT_DEADLINE_S, Rpc, RpcError
from credroot.chain.rpc.hex_codec import parse_quantity
from credroot.core.errors import ChainMismatch, ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from credroot.core.json.types import JsonValue
    from credroot.core.values import ChainId

    Answer = TypeVar("Answer")

SENDING = "eth_sendRawTransaction"
LIMIT_EXCEEDED = -32005
"""The number by which nodes say that they were asked too much (EIP-1474)."""


class Endpoints(Rpc):
    """Several nodes of one chain, at least one. May be shared by threads, as `Rpc`."""

    def __init__(self, urls: Sequence[str], chain_id: ChainId, *, deadline_s: float = DEFAULT_DEADLINE_S) -> None:
        """Raise `InputError` (``rpc.url``) unless each is an http or https URL. Nothing is asked yet."""
        super().__init__(urls[0], deadline_s=deadline_s)
        self._chain_id = chain_id
        self._nodes = [Rpc(url, deadline_s=deadline_s) for url in urls]
        self._known: set[int] = set()
        """The `id` of each node whose chain id was found right."""

    def call(
        self,
        method: str,
        params: Sequence[JsonValue] = (),
        *,
        deadline_s: float | None = None,
        quick: bool = False,
    ) -> JsonValue:
        """See `Rpc.call`. A transaction is handed to every endpoint, once each; the first that takes it answers.

        Raises:
            RpcError, ChainUnavailable: of the last endpoint, where none gave an answer.
            ChainMismatch: ``chain.wrong_id``, so of an endpoint that is of another chain.
        """
        if method == SENDING:
            return self._send(method, params, deadline_s)
        return self._first(lambda node: node.call(method, params, deadline_s=deadline_s, quick=quick))

    def batch(
        self,
        calls: Sequence[tuple[str, Sequence[JsonValue]]],
        *,
        deadline_s: float | None = None,
    ) -> list[JsonValue | RpcError]:
        """See `Rpc.batch`."""
        return self._first(lambda node: node.batch(calls, deadline_s=deadline_s))

    def close(self) -> None:
        """Close every connection."""
        super().close()
        # `Rpc` may close itself while it is being made.
        for node in getattr(self, "_nodes", ()):
            node.close()

    def _first(self, ask: Callable[[Rpc], Answer]) -> Answer:
        last: Exception | None = None
        for node in self._nodes:
            try:
                self._require_chain(node)
                answer = ask(node)
            except (ChainUnavailable, ChainMismatch) as error:
                last = error
            except RpcError as error:
                if error.rpc_code != LIMIT_EXCEEDED:
                    raise
                last = error
            else:
                # A new list, because other threads may be walking along the old one.
                self._nodes = [node, *(other for other in self._nodes if other is not node)]
                return answer
        assert last is not None
        raise last

    def _send(self, method: str, params: Sequence[JsonValue], deadline_s: float | None) -> JsonValue:
        answer: JsonValue = None
        refusals: list[Exception] = []
        nodes = self._nodes
        for node in nodes:
            try:
                self._require_chain(node)
                answer = node.call(method, params, deadline_s=deadline_s)
            except (ChainUnavailable, ChainMismatch, RpcError) as error:
                refusals.append(error)
        if len(refusals) == len(nodes):
            raise refusals[0]
        return answer

    def _require_chain(self, node: Rpc) -> None:
        if id(node) in self._known:
            return
        found = parse_quantity(node.call("eth_chainId"))
        if found != self._chain_id:
            raise ChainMismatch(
                f"{node.endpoint.masked} serves chain eip155:{found}, not {self._chain_id.caip2}", code="chain.wrong_id"
            )
        self._known.add(id(node))
