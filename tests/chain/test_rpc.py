"""The JSON-RPC client against nodes that answer well."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

from credroot.chain.rpc.client import Rpc, RpcError
from credroot.core.errors import ChainUnavailable, InputError
from tests.chain.scripted_node import Exchange, ScriptedNode


def answer_with_method(exchange: Exchange) -> None:
    exchange.result([exchange.request["method"], exchange.request["params"]])


def test_a_call_sends_method_and_params_and_returns_the_result() -> None:
    with ScriptedNode(answer_with_method) as node, Rpc(node.url) as rpc:
        assert rpc.call("eth_getCode", ["0xabc", "latest"]) == ["eth_getCode", ["0xabc", "latest"]]


def test_many_calls_use_one_connection_and_are_counted() -> None:
    with ScriptedNode(answer_with_method) as node, Rpc(node.url) as rpc:
        for _ in range(5):
            rpc.call("eth_chainId")
        assert (rpc.requests, node.connections) == (5, 1)


def test_an_error_of_the_node_keeps_its_code_and_its_data() -> None:
    def revert(exchange: Exchange) -> None:
        error = {"code": 3, "message": "execution reverted", "data": "0x08c379a0"}
        exchange.json({"jsonrpc": "2.0", "id": exchange.request["id"], "error": error})

    with ScriptedNode(revert) as node, Rpc(node.url) as rpc:
        with pytest.raises(RpcError) as caught:
            rpc.call("eth_call", [{}, "latest"])
        assert (caught.value.code, caught.value.rpc_code, caught.value.data) == ("rpc.error", 3, "0x08c379a0")


def test_an_error_that_comes_with_http_400_is_still_the_node_s_error() -> None:
    def refuse(exchange: Exchange) -> None:
        error = {"code": -32602, "message": "invalid\x1b[31m argument"}
        exchange.json({"jsonrpc": "2.0", "id": exchange.request["id"], "error": error}, status="400 Bad Request")

    with ScriptedNode(refuse) as node, Rpc(node.url) as rpc:
        with pytest.raises(RpcError) as caught:
            rpc.call("eth_call")
        assert caught.value.rpc_code == -32602
        assert "\x1b" not in str(caught.value)


def test_a_batch_is_one_request_and_its_answers_may_come_in_any_order() -> None:
    def backwards(exchange: Exchange) -> None:
        answers: list[dict[str, Any]] = [
            {"jsonrpc": "2.0", "id": entry["id"], "result": entry["method"]} for entry in exchange.request
        ]
        answers[1] = {"jsonrpc": "2.0", "id": answers[1]["id"], "error": {"code": -32601, "message": "no such method"}}
        exchange.json(answers[::-1])

    with ScriptedNode(backwards) as node, Rpc(node.url) as rpc:
        first, second, third = rpc.batch([("eth_chainId", []), ("eth_nonsense", []), ("eth_blockNumber", [])])
        assert (first, third, rpc.requests) == ("eth_chainId", "eth_blockNumber", 1)
        assert isinstance(second, RpcError)
        assert second.rpc_code == -32601


def test_an_empty_batch_asks_nothing() -> None:
    with ScriptedNode(answer_with_method) as node, Rpc(node.url) as rpc:
        assert rpc.batch([]) == []
        assert node.exchanges == []


def close_after_one_answer_each(exchange: Exchange) -> None:
    """Answer as if to keep the connection, then drop it without a word when the next request comes."""
    if exchange.number % 2:
        exchange.connection.shutdown(socket.SHUT_RDWR)
    else:
        exchange.result("0x1")


def test_a_read_is_repeated_once_when_its_kept_connection_was_closed() -> None:
    with ScriptedNode(close_after_one_answer_each) as node, Rpc(node.url) as rpc:
        assert rpc.call("eth_chainId") == "0x1"
        assert rpc.call("eth_chainId") == "0x1"
        assert [len(node.exchanges), rpc.requests, node.connections] == [3, 3, 2]


def test_a_read_is_not_repeated_a_second_time() -> None:
    def answer_only_the_first(exchange: Exchange) -> None:
        if exchange.number:
            exchange.connection.shutdown(socket.SHUT_RDWR)
        else:
            exchange.result("0x1")

    with ScriptedNode(answer_only_the_first) as node, Rpc(node.url) as rpc:
        rpc.call("eth_chainId")
        with pytest.raises(ChainUnavailable) as caught:
            rpc.call("eth_chainId")
        assert caught.value.code == "chain.unreachable"
        assert len(node.exchanges) == 3


@pytest.mark.parametrize(
    "method", ["eth_sendRawTransaction", "eth_sendTransaction", "anvil_mine", "eth_getFilterChanges"]
)
def test_what_may_change_the_chain_is_sent_exactly_once(method: str) -> None:
    def drop_what_is_not_a_read(exchange: Exchange) -> None:
        if exchange.request["method"] == "eth_chainId":
            exchange.result("0x1")
        else:
            exchange.connection.shutdown(socket.SHUT_RDWR)

    with ScriptedNode(drop_what_is_not_a_read) as node, Rpc(node.url) as rpc:
        rpc.call("eth_chainId")
        with pytest.raises(ChainUnavailable) as caught:
            rpc.call(method, ["0x02"])
        assert caught.value.code == "chain.unreachable"
        assert [exchange.request["method"] for exchange in node.exchanges] == ["eth_chainId", method]


def test_a_batch_with_one_transaction_in_it_is_sent_exactly_once() -> None:
    def drop_batches(exchange: Exchange) -> None:
        if isinstance(exchange.request, list):
            exchange.connection.shutdown(socket.SHUT_RDWR)
        else:
            exchange.result("0x1")

    with ScriptedNode(drop_batches) as node, Rpc(node.url) as rpc:
        rpc.call("eth_chainId")
        with pytest.raises(ChainUnavailable):
            rpc.batch([("eth_chainId", []), ("eth_sendRawTransaction", ["0x02"])])
        assert len(node.exchanges) == 2


def test_a_request_timeout_that_was_said_to_an_idle_connection_is_not_taken_for_an_answer() -> None:
    def farewell(exchange: Exchange) -> None:
        if exchange.number == 1:
            exchange.http(b"", status="408 Request Timeout", headers="Connection: close\r\n")
        else:
            exchange.result("0x1")

    with ScriptedNode(farewell) as node, Rpc(node.url) as rpc:
        assert [rpc.call("eth_chainId"), rpc.call("eth_chainId")] == ["0x1", "0x1"]


def test_a_node_that_closes_after_each_answer_is_connected_to_again() -> None:
    def one_shot(exchange: Exchange) -> None:
        body = b'{"jsonrpc":"2.0","id":%d,"result":"0x1"}' % exchange.request["id"]
        exchange.raw(b"HTTP/1.0 200 OK\r\n\r\n" + body)
        exchange.connection.shutdown(socket.SHUT_RDWR)

    with ScriptedNode(one_shot) as node, Rpc(node.url) as rpc:
        assert [rpc.call("eth_chainId"), rpc.call("eth_chainId")] == ["0x1", "0x1"]
        assert node.connections == 2


def test_chunked_answers_and_interim_answers_are_understood() -> None:
    def chunked(exchange: Exchange) -> None:
        body = b'{"jsonrpc":"2.0","id":%d,"result":"0x1"}' % exchange.request["id"]
        exchange.raw(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(body), 7):
            piece = body[start : start + 7]
            exchange.raw(b"%x;note=1\r\n%s\r\n" % (len(piece), piece))
        exchange.raw(b"0\r\nTrailer: x\r\n\r\n")

    with ScriptedNode(chunked) as node, Rpc(node.url) as rpc:
        assert [rpc.call("eth_chainId"), rpc.call("eth_chainId")] == ["0x1", "0x1"]
        assert node.connections == 1


def test_threads_may_share_a_client() -> None:
    with ScriptedNode(answer_with_method) as node, Rpc(node.url) as rpc:
        wrong: list[object] = []

        def ask(number: int) -> None:
            for turn in range(20):
                answer = rpc.call("eth_call", [number, turn])
                if answer != ["eth_call", [number, turn]]:
                    wrong.append(answer)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert len(node.exchanges) == 160


def test_a_user_in_the_url_becomes_a_basic_authorization_header() -> None:
    with ScriptedNode(answer_with_method) as node:
        with Rpc(node.url.replace("http://", "http://jane:p%40ss@")) as rpc:
            rpc.call("eth_chainId")
        assert "Authorization: Basic amFuZTpwQHNz" in node.exchanges[0].head


def test_the_environment_s_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with ScriptedNode(answer_with_method) as node, Rpc(node.url) as rpc:
        rpc.call("eth_chainId")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@node.example/v3/0123456789abcdef0123?key=secret", "https://***@node.example/v3/***?***"),
        ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
        ("http://[::1]:8545/polygon", "http://[::1]:8545/polygon"),
        ("HTTPS://node.example:443/", "https://node.example"),
    ],
)
def test_what_is_shown_of_a_url_has_no_secret_in_it(url: str, shown: str) -> None:
    assert repr(Rpc(url)) == f"Rpc({shown})"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8545",
        "ws://localhost:8545",
        "file:///etc/passwd",
        "http://",
        "http://node.example:0/",
        "http://node.example:70000/",
        "http://node.example:80:80/",
        "http://node example/",
        "http://node.example/a b",
        "http://node.example/\r\nX-Evil: 1",
        "http://node.example/#fragment",
        "http://nöde.example/",
    ],
)
def test_a_url_that_is_not_plainly_http_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(InputError) as caught:
        Rpc(url)
    assert caught.value.code == "rpc.url"


def test_a_refused_url_s_secret_is_not_in_the_message() -> None:
    with pytest.raises(InputError) as caught:
        Rpc("ws://user:secret@node.example/?key=secret")
    assert "secret" not in str(caught.value)


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with socket.socket() as reserved:  # held, so that no neighbour takes it, and not listened at
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with pytest.raises(ChainUnavailable) as caught:
            Rpc(f"http://127.0.0.1:{port}/a-long-secret-key-here").call("eth_chainId")
    assert caught.value.code == "chain.unreachable"
    assert "secret" not in str(caught.value)
