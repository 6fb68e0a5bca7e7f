"""The embedded chain's HTTP side against clients that are clumsy or mean."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from credroot.chain.embedded.embedded_chain import MAX_REQUEST_BYTES, EmbeddedChain
from credroot.chain.embedded.node.server import MAX_CONNECTIONS, serving
from credroot.chain.rpc.client import Rpc

DEADLINE_S = 0.4


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedChain(tmp_path_factory.mktemp("chain")) as chain, serving(chain, request_deadline_s=DEADLINE_S) as url:
        yield url


def connect(url: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=5)


def answer(url: str, request: bytes) -> bytes:
    """Send bytes and return all that comes back until the server closes."""
    with connect(url) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def post(body: bytes, **headers: str) -> bytes:
    usual = {
        "Host": "127.0.0.1:1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    replaced = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in replaced.items() if value)
    return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body


CHAIN_ID = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}'


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "localhost:8545", "[::1]:8545"])
def test_a_request_to_a_loopback_name_is_answered(url: str, host: str) -> None:
    assert answer(url, post(CHAIN_ID, Host=host)).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", 405),
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/9.9\r\n\r\n", 400),
        (post(CHAIN_ID, Host="evil.example"), 403),
        (post(CHAIN_ID, Host=""), 403),
        (post(CHAIN_ID, Content_Type="text/plain"), 415),
        (post(CHAIN_ID, Content_Length=""), 411),
        (post(CHAIN_ID, Content_Length="-1"), 411),
        (post(CHAIN_ID, Transfer_Encoding="chunked"), 411),
        (post(b"", Content_Length=str(MAX_REQUEST_BYTES + 1)), 413),
        (b"POST / HTTP/1.1\r\nX: " + b"a" * 40_000, 400),
    ],
)
def test_what_is_not_json_posted_to_loopback_is_refused(url: str, request_bytes: bytes, status: int) -> None:
    assert answer(url, request_bytes).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize("sent", [b"P", b"POST / HTTP/1.1\r\nHost: localhost\r\n", post(CHAIN_ID)[:-5]])
def test_half_a_request_is_given_up_at_the_deadline(url: str, sent: bytes) -> None:
    started = time.monotonic()
    assert answer(url, sent).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started > DEADLINE_S * 0.9


def test_a_dripping_client_is_given_up_at_the_deadline(url: str) -> None:
    with connect(url) as connection:
        for byte in post(CHAIN_ID) * 10:
            try:
                connection.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("the server put up with it")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"jsonrpc":"2.0","id":NaN}',
        b'{"jsonrpc":"2.0","id":1,"id":2,"method":"eth_chainId"}',
        b'\xff\xfe{"jsonrpc"',
        b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}',
    ],
)
def test_a_body_that_is_no_strict_json_is_a_parse_error(url: str, body: bytes) -> None:
    reply = json.loads(answer(url, post(body)).partition(b"\r\n\r\n")[2])
    assert (reply["id"], reply["error"]["code"]) == (None, -32700)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"1",
        b'{"id":1,"method":"eth_chainId"}',
        b'{"jsonrpc":"2.0","id":1,"method":7}',
        b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}',
        json.dumps([{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}] * 1001).encode(),
    ],
)
def test_json_that_is_no_request_is_an_invalid_request(url: str, body: bytes) -> None:
    reply = json.loads(answer(url, post(body)).partition(b"\r\n\r\n")[2])
    assert reply["error"]["code"] == -32600


def test_connections_beyond_the_cap_are_turned_away_and_the_rest_still_served(url: str) -> None:
    with Rpc(url) as rpc:
        rpc.call("eth_chainId")
        crowd = [connect(url) for _ in range(MAX_CONNECTIONS + 20)]
        try:
            time.sleep(0.1)
            assert rpc.call("eth_chainId")
        finally:
            for connection in crowd:
                connection.close()
    with Rpc(url) as rpc:
        time.sleep(0.1)
        assert rpc.call("eth_chainId")


def test_requests_on_a_kept_connection_are_answered_in_turn(url: str) -> None:
    request = post(CHAIN_ID, Connection="keep-alive")
    with connect(url) as connection:
        connection.sendall(request * 3)
        received = b""
        while received.count(b'"result"') < 3:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200 OK") == 3
