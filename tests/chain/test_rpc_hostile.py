"""The JSON-RPC client against nodes that lie, stall, flood and break off: always one coded error, always in time."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainUnavailable
from tests.chain.scripted_node import Exchange, Script, ScriptedNode

DEADLINE_S = 0.8
DROP_S = 0.05
DROPS = 400
STALL_S = DROP_S * DROPS
"""A node that stalls breaks off, or answers, after that long: who is still there by then gets another code, or none."""


def refusal(script: Script, act: Callable[[Rpc], object] = lambda rpc: rpc.call("eth_blockNumber")) -> str:
    """Return the code of the error that a node with this script causes."""
    with ScriptedNode(script) as node, Rpc(node.url, deadline_s=DEADLINE_S) as rpc:
        with pytest.raises(ChainUnavailable) as caught:
            act(rpc)
        assert rpc._idle == [] or caught.value.code != "chain.timeout"
        return caught.value.code


def body(text: bytes) -> Script:
    return lambda exchange: exchange.http(text)


def framed(**members: Any) -> Script:
    return lambda exchange: exchange.json(exchange.frame(**members))


def without(member: str) -> Script:
    def answer(exchange: Exchange) -> None:
        frame = exchange.frame()
        del frame[member]
        exchange.json(frame)

    return answer


def cut_off(sent: bytes) -> Script:
    def answer(exchange: Exchange) -> None:
        exchange.raw(sent)
        exchange.connection.shutdown(socket.SHUT_RDWR)

    return answer


ERROR = {"code": -32000, "message": "no"}

BAD_ANSWERS: dict[str, Script] = {
    "another id": lambda exchange: exchange.json(exchange.frame(id=exchange.request["id"] + 1)),
    "the id as text": lambda exchange: exchange.json(exchange.frame(id=str(exchange.request["id"]))),
    "true for the id 1": framed(id=True),
    "no id": without("id"),
    "a null id": framed(id=None),
    "another version": framed(jsonrpc="1.0"),
    "no version": without("jsonrpc"),
    "a result and an error": framed(error=ERROR),
    "a result and a null error": framed(error=None),
    "neither result nor error": without("result"),
    "an error that is text": lambda exchange: exchange.json(
        {"jsonrpc": "2.0", "id": exchange.request["id"], "error": "no"}
    ),
    "an error code that is text": lambda exchange: exchange.json(
        {"jsonrpc": "2.0", "id": exchange.request["id"], "error": {"code": "3", "message": "no"}}
    ),
    "a list": body(b"[]"),
    "a number": body(b"1"),
    "nothing": body(b""),
    "no JSON": body(b"Hello"),
    "NaN": body(b'{"jsonrpc":"2.0","id":1,"result":NaN}'),
    "a huge integer": body(b'{"jsonrpc":"2.0","id":1,"result":' + b"9" * 5000 + b"}"),
    "100,000 brackets": body(b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "the same key twice": body(b'{"jsonrpc":"2.0","id":1,"result":"0x1","result":"0x2"}'),
    "bytes that are not UTF-8": body(b'{"jsonrpc":"2.0","id":1,"result":"\xff"}'),
    "a byte order mark": body(b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"result":"0x1"}'),
    "half a surrogate pair": body(b'{"jsonrpc":"2.0","id":1,"result":"\\ud800"}'),
    "a redirect": lambda exchange: exchange.http(b"", status="302 Found", headers="Location: http://127.0.0.1:1/\r\n"),
    "a page that is not there": lambda exchange: exchange.http(b"<html>", status="404 Not Found"),
    "compressed bytes": lambda exchange: exchange.http(
        gzip.compress(b" " * 1_000_000), headers="Content-Encoding: gzip\r\n"
    ),
    "half a body": cut_off(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"jsonrpc"'),
    "half the headers": cut_off(b"HTTP/1.1 200 OK\r\nContent-"),
    "another protocol": lambda exchange: exchange.raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "a long status line": lambda exchange: exchange.raw(b"HTTP/1.1 200 " + b"a" * 20_000),
    "a long list of headers": lambda exchange: exchange.raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000),
    "a header without a colon": lambda exchange: exchange.raw(b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
    "two lengths": lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    ),
    "a negative length": lambda exchange: exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}"),
    "a length and chunks": lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"
    ),
    "a chunk size that is not hex": lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}"
    ),
    "a chunk longer than its size": lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"
    ),
    "interim answers without end": lambda exchange: exchange.raw(b"HTTP/1.1 102 Processing\r\n\r\n" * 20),
}


@pytest.mark.parametrize("lie", BAD_ANSWERS)
def test_a_wrong_answer_is_a_bad_answer(lie: str) -> None:
    assert refusal(BAD_ANSWERS[lie]) == "chain.bad_answer"


@pytest.mark.parametrize(
    "status", ["429 Too Many Requests", "503 Unavailable", "502 Bad Gateway", "500 Oops", "401 Unauthorized", "403 No"]
)
def test_a_node_that_is_busy_or_closed_is_unavailable(status: str) -> None:
    page = b"<html><body>Bad gateway</body></html>"
    assert refusal(lambda exchange: exchange.http(page, status=status)) == "chain.unavailable"


def flood(exchange: Exchange) -> None:
    exchange.raw(b"HTTP/1.1 200 OK\r\n\r\n")
    piece = b" " * 2**20
    for _ in range(400):
        exchange.raw(piece)


def flood_in_chunks(exchange: Exchange) -> None:
    exchange.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    piece = b"100000\r\n" + b" " * 2**20 + b"\r\n"
    for _ in range(400):
        exchange.raw(piece)


TOO_LARGE: dict[str, Script] = {
    "announced": lambda exchange: exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 419430400\r\n\r\n"),
    "not announced": flood,
    "in chunks": flood_in_chunks,
    "as one huge chunk": lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff0\r\n"
    ),
}


@pytest.mark.parametrize("way", TOO_LARGE)
def test_an_answer_of_400_megabytes_is_cut_off_at_the_cap(way: str) -> None:
    assert refusal(TOO_LARGE[way]) == "chain.too_large"


def drip(head: bytes, drop: bytes) -> Script:
    def script(exchange: Exchange) -> None:
        exchange.raw(head)
        for _ in range(DROPS):
            time.sleep(DROP_S)
            exchange.raw(drop)
        exchange.connection.shutdown(socket.SHUT_RDWR)

    return script


def late(exchange: Exchange) -> None:
    time.sleep(STALL_S)
    exchange.result("0x1")


STALLS: dict[str, Script] = {
    "silence": late,
    "a dripping body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" "),
    "a dripping endless body": drip(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    "dripping chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a dripping header": drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "dripping headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "a dripping status line": drip(b"HTTP/1.1 200 ", b"O"),
    "dripping trailers": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
}


@pytest.mark.parametrize("way", STALLS)
def test_a_node_that_stalls_is_left_at_the_deadline(way: str) -> None:
    assert refusal(STALLS[way]) == "chain.timeout"


def test_a_node_that_does_not_read_is_left_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        breaks_off = threading.Timer(STALL_S, deaf.shutdown, (socket.SHUT_RDWR,))
        breaks_off.start()
        rpc = Rpc(f"http://127.0.0.1:{deaf.getsockname()[1]}", deadline_s=DEADLINE_S)
        with pytest.raises(ChainUnavailable) as caught:
            rpc.call("eth_call", ["0x" + "00" * 8_000_000])
        breaks_off.cancel()
        assert caught.value.code == "chain.timeout"


def test_a_connection_that_is_reset_in_the_middle_is_unreachable() -> None:
    def reset(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
        exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        exchange.connection.close()

    assert refusal(reset) in ("chain.unreachable", "chain.bad_answer")


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    with pytest.raises(ChainUnavailable) as caught:
        Rpc("http://no-such-host.invalid/", deadline_s=DEADLINE_S).call("eth_chainId")
    assert caught.value.code in ("chain.unreachable", "chain.timeout")


def test_tls_to_a_server_without_it_is_unreachable() -> None:
    with ScriptedNode(lambda exchange: exchange.result("0x1")) as node:
        url = node.url.replace("http://", "https://")
        with pytest.raises(ChainUnavailable) as caught:
            Rpc(url, deadline_s=DEADLINE_S).call("eth_chainId")
        assert caught.value.code in ("chain.unreachable", "chain.timeout")


def answers(change: Callable[[list[dict[str, Any]]], Any]) -> Script:
    def script(exchange: Exchange) -> None:
        right = [{"jsonrpc": "2.0", "id": entry["id"], "result": "0x1"} for entry in exchange.request]
        exchange.json(change(right))

    return script


BAD_BATCHES: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "one answer is missing": lambda right: right[:1],
    "one answer too many": lambda right: [*right, right[0]],
    "the same id twice": lambda right: [right[0], right[0]],
    "an id that nobody asked for": lambda right: [right[0], {**right[1], "id": 999}],
    "an answer that is text": lambda right: [right[0], "0x1"],
    "one answer for all": lambda right: right[0],
    "a refusal as a whole": lambda right: {"jsonrpc": "2.0", "id": None, "error": ERROR},
    "a wrong version inside": lambda right: [right[0], {**right[1], "jsonrpc": "1.0"}],
}


@pytest.mark.parametrize("lie", BAD_BATCHES)
def test_a_batch_without_exactly_one_answer_each_is_a_bad_answer(lie: str) -> None:
    code = refusal(answers(BAD_BATCHES[lie]), lambda rpc: rpc.batch([("eth_chainId", []), ("eth_blockNumber", [])]))
    assert code == "chain.bad_answer"
