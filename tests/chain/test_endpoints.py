"""Several endpoints: what one can't answer another does, a transaction goes to each once, a stranger is never asked."""

from __future__ import annotations

from typing import Any

import pytest

from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.endpoints import Endpoints
from credroot.chain.writing.writer import ChainWriter
from credroot.core.errors import ChainMismatch, ChainUnavailable
from credroot.core.values import ChainId
from tests.chain.scripted_node import Exchange, ScriptedNode

CHAIN = ChainId(31_337)


class Node(ScriptedNode):
    """A node that answers with its name, or fails as it is told."""

    def __init__(self, name: str, *, chain: int = CHAIN, failing: str = "") -> None:
        self.failing = failing
        self.methods: list[str] = []

        def answer(exchange: Exchange) -> None:
            method = exchange.request["method"]
            self.methods.append(method)
            if method == "eth_chainId":
                exchange.result(hex(chain))
            elif self.failing == "503":
                exchange.http(b"", status="503 Busy")
            elif self.failing:
                error = {"code": int(self.failing), "message": "no"}
                exchange.json({"jsonrpc": "2.0", "id": exchange.request["id"], "error": error})
            else:
                exchange.result(name)

        super().__init__(answer)


def endpoints(*nodes: Node) -> Endpoints:
    return Endpoints([node.url for node in nodes], CHAIN, deadline_s=2)


def test_a_read_falls_over_to_the_next_and_stays_there() -> None:
    with Node("first", failing="503") as first, Node("second") as second, endpoints(first, second) as rpc:
        assert rpc.call("eth_blockNumber") == "second"
        first.failing = ""
        assert rpc.call("eth_blockNumber") == "second"
        second.failing = "503"
        assert rpc.call("eth_blockNumber") == "first"


def test_an_endpoint_that_was_asked_too_much_is_passed_over_and_another_error_is_the_answer() -> None:
    with Node("first", failing="-32005") as first, Node("second") as second, endpoints(first, second) as rpc:
        assert rpc.call("eth_call") == "second"
    with Node("first", failing="3") as first, Node("second") as second, endpoints(first, second) as rpc:
        with pytest.raises(RpcError) as refused:
            rpc.call("eth_call")
        assert refused.value.rpc_code == 3
        assert "eth_call" not in second.methods


def test_a_transaction_is_handed_to_each_once() -> None:
    nodes: list[Any] = [Node("first", failing="503"), Node("second"), Node("third", failing="-32000")]
    with nodes[0], nodes[1], nodes[2], endpoints(*nodes) as rpc:
        assert ChainWriter(rpc).send(b"raw") is None
        assert [node.methods.count("eth_sendRawTransaction") for node in nodes] == [1, 1, 1]


def test_a_transaction_that_nobody_takes_is_refused_and_not_sent_twice() -> None:
    with Node("first", failing="503") as first, Node("second", failing="-32000") as second:
        with endpoints(first, second) as rpc:
            assert ChainWriter(rpc).send(b"raw") is not None
        assert [node.methods.count("eth_sendRawTransaction") for node in (first, second)] == [1, 1]


def test_an_endpoint_of_another_chain_is_never_asked_or_given_anything() -> None:
    with Node("stranger", chain=1) as stranger, Node("own") as own, endpoints(stranger, own) as rpc:
        assert rpc.call("eth_blockNumber") == "own"
        rpc.call("eth_sendRawTransaction", ["0x00"])
        assert set(stranger.methods) == {"eth_chainId"}
    with Node("stranger", chain=1) as stranger, Node("other", chain=2) as other, endpoints(stranger, other) as rpc:
        with pytest.raises(ChainMismatch) as refused:
            rpc.call("eth_blockNumber")
        assert refused.value.code == "chain.wrong_id"


def test_where_none_answers_it_is_an_outage() -> None:
    with (
        Node("first", failing="503") as first,
        Node("second", failing="503") as second,
        endpoints(first, second) as rpc,
    ):
        with pytest.raises(ChainUnavailable) as away:
            rpc.call("eth_blockNumber")
        assert away.value.code == "chain.unavailable"
