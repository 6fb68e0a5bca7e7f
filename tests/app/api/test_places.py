"""Places are taken per client: whoever sends half a request keeps nobody else from a verdict."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from credroot.app.api.http.protocol import GuardedProtocol
from credroot.app.api.limits import Limits
from tests.app.api.live_server import LiveServer, read_to_end
from tests.app.api.material import document, encoded
from tests.app.api.test_endurance import PATIENCE_S, gauge, under_way
from tests.waiting import wait_until

HALF_BODY = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
ANNOUNCED = b"POST /v1/verify/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
MIB = 2**20


@pytest.fixture(scope="module")
def patient(workspace: Path) -> Iterator[LiveServer]:
    """Give a server that waits for bodies for longer than any of these tests takes."""
    limits = {"rate_per_s": 0, "body_s": 60, "large_body_s": 60, "idle_s": 60, "held_bytes": 6 * MIB}
    with LiveServer(workspace, limits={**limits, "held_bytes_of_client": 3 * MIB}) as live:
        yield live


def connect(server: LiveServer, address: str, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S, source_address=(address, 0))
    connection.sendall(sent)
    return connection


@contextlib.contextmanager
def connections(server: LiveServer, address: str, sent: bytes, count: int) -> Iterator[list[socket.socket]]:
    opened = [connect(server, address, sent) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def ask(server: LiveServer, address: str, body: bytes, path: str = "/v1/verify") -> bytes:
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
    head += b"Content-Length: %d\r\n\r\n"
    with connect(server, address, head % (path.encode(), len(body)) + body) as connection:
        return read_to_end(connection)


def wait_for(server: LiveServer, count: int) -> None:
    wait_until(lambda: under_way(server) >= count, f"{count} requests under way")


def test_560_half_bodies_of_one_address_shut_out_nobody_else(patient: LiveServer) -> None:
    with connections(patient, "127.0.0.2", HALF_BODY, 560) as half:
        wait_for(patient, 64)
        refused = 0
        for connection in half[-400:]:
            refused += connection.recv(16).startswith(b"HTTP/1.1 429")
        assert refused == 400
        for address in ("127.0.0.1", "127.0.0.3", "127.0.0.4"):
            assert ask(patient, address, b"{}").startswith(b"HTTP/1.1 200 ")
        assert ask(patient, "127.0.0.2", b"{}").startswith(b"HTTP/1.1 429 ")


def test_half_bodies_of_many_addresses_take_no_place_from_those_who_wait_for_a_verdict(workspace: Path) -> None:
    limits = {"rate_per_s": 0, "requests_at_once": 20, "requests_of_client": 10, "body_s": 60, "idle_s": 60}
    with LiveServer(workspace, limits=limits) as server, contextlib.ExitStack() as stack:
        for number in range(2, 22):
            stack.enter_context(connections(server, f"127.0.0.{number}", HALF_BODY, 10))
        wait_for(server, 200)
        assert ask(server, "127.0.0.1", b"{}").startswith(b"HTTP/1.1 200 ")


def test_bodies_that_are_announced_and_do_not_come_take_no_room(patient: LiveServer) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(2, 10):
            stack.enter_context(connections(patient, f"127.0.0.{number}", ANNOUNCED % (2 * MIB) + b"{", 4))
        wait_for(patient, 32)
        batch = encoded(
            {
                "credentials": [document(1)] * 30,
            }
        )
        assert ask(patient, "127.0.0.1", batch + b" " * 2 * MIB, "/v1/verify/batch").startswith(b"HTTP/1.1 200 ")


def test_large_bodies_leave_room_for_small_ones(workspace: Path) -> None:
    limits = {"rate_per_s": 0, "body_s": 60, "large_body_s": 60, "idle_s": 60, "body_bytes": MIB}
    room = {"held_bytes": 8 * MIB, "held_share_for_small": 0.25, "held_bytes_of_client": 4 * MIB}
    size = 4 * MIB - 65_536
    sent = ANNOUNCED % (4 * MIB) + b" " * size
    with LiveServer(workspace, limits={**limits, **room}) as server, connections(server, "127.0.0.2", sent, 1):
        wait_until(lambda: gauge(server, "credroot_body_bytes_held") == size)
        assert b" 429 " in ask(server, "127.0.0.3", b" " * size, "/v1/verify/batch")[:40]
        assert ask(server, "127.0.0.4", encoded(document(1)) + b" " * (MIB // 2)).startswith(b"HTTP/1.1 200 ")


def test_bytes_that_have_come_count_against_whoever_sent_them(patient: LiveServer) -> None:
    sent = ANNOUNCED % (3 * MIB) + b" " * 2 * MIB
    with connections(patient, "127.0.0.2", sent, 1):
        wait_until(lambda: gauge(patient, "credroot_body_bytes_held") == 2 * MIB)
        batch = encoded({"credentials": [document(1)]}) + b" " * 2 * MIB
        assert b" 429 " in ask(patient, "127.0.0.2", batch, "/v1/verify/batch")[:40]
        assert b" 200 " in ask(patient, "127.0.0.1", batch, "/v1/verify/batch")[:40]
    wait_until(lambda: under_way(patient) <= 1)
    assert b" 200 " in ask(patient, "127.0.0.2", batch, "/v1/verify/batch")[:40]


@pytest.mark.parametrize("drops", [False, True])
def test_a_body_that_stands_still_or_drips_loses_its_place(workspace: Path, drops: bool) -> None:
    limits = {"rate_per_s": 0, "body_s": 60, "idle_s": 1, "slowest_bytes_per_s": 1_000}
    with LiveServer(workspace, limits=limits) as server, connect(server, "127.0.0.2", HALF_BODY) as connection:
        connection.settimeout(0.2)
        answer = b""

        def is_answered() -> bool:
            nonlocal answer
            try:
                answer = connection.recv(4_096)
            except TimeoutError:
                if drops:
                    connection.sendall(b" ")
            return bool(answer)

        wait_until(is_answered)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert under_way(server) == 1


def test_a_body_that_comes_fast_enough_is_read_however_long_it_takes(workspace: Path) -> None:
    limits = {"rate_per_s": 0, "body_s": 60, "idle_s": 1, "slowest_bytes_per_s": 1_000}
    body = b"{" + b" " * 9_998 + b"}"
    head = ANNOUNCED.replace(b"/batch", b"").replace(b"Host: x", b"Host: x\r\nConnection: close") % len(body)
    with LiveServer(workspace, limits=limits) as server, connect(server, "127.0.0.2", head) as connection:
        for start in range(0, len(body), 1_000):
            connection.sendall(body[start : start + 1_000])
            time.sleep(0.25)
        assert read_to_end(connection).startswith(b"HTTP/1.1 200 ")


def test_beyond_its_connections_the_server_drops_those_of_whoever_has_the_most(workspace: Path) -> None:
    limits = {"rate_per_s": 0, "connections": 40, "body_s": 60, "idle_s": 60, "head_s": 60}
    with (
        LiveServer(workspace, limits=limits) as server,
        connect(server, "127.0.0.3", b"POST /v1/verify HTTP/1.1\r\nHost: x\r\n") as honest,
        connections(server, "127.0.0.2", HALF_BODY, 80) as half,
    ):
        assert read_to_end(half[-1]) == b""
        honest.sendall(b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        assert read_to_end(honest).startswith(b"HTTP/1.1 200 ")


def test_requests_that_are_sent_ahead_of_their_answers_are_few(workspace: Path) -> None:
    line = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with LiveServer(workspace, limits={"rate_per_s": 0, "pipelined": 8}) as server:
        with connect(
            server, "127.0.0.2", line * 7 + line.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        ) as few:
            assert read_to_end(few).count(b"HTTP/1.1 200 ") == 8
        with connect(server, "127.0.0.2", line * 4_000) as many:
            assert read_to_end(many).count(b"HTTP/1.1 200 ") <= 1
        assert under_way(server) == 1


def test_to_drop_one_of_many_connections_looks_at_few_of_them() -> None:
    """At the limit, each new connection ends another one: what that takes must not grow with how many there are."""

    class Transport:
        ended = 0

        def get_extra_info(self, name: str) -> object:
            return ("127.0.0.9", 1) if name in ("peername", "sockname") else None

        def is_closing(self) -> bool:
            return False

        def abort(self) -> None:
            Transport.ended += 1

    looked = 0

    class Counted(GuardedProtocol):
        limits = replace(Limits(), connections=500)
        _of_client: ClassVar[dict[str, dict[GuardedProtocol, None]]] = {}

        @property
        def _head_due(self) -> float:
            nonlocal looked
            looked += 1
            return 1.0

        @_head_due.setter
        def _head_due(self, value: float | None) -> None:
            pass

    async def main() -> None:
        state = ServerState()
        config = Config(lambda: None, lifespan="off")
        config.load()
        for _ in range(1_000):
            one = Counted(config=config, server_state=state, app_state={})
            one.connection_made(Transport())  # type: ignore[arg-type]

    asyncio.run(main())
    assert Transport.ended == 500
    assert looked <= 2 * 500
