"""Slow, half-finished and greedy clients: each is ended in time, and good traffic is answered meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.api.live_server import LiveServer, read_to_end
from tests.app.api.material import anchored, document, encoded
from tests.app.api.registry_model import RegistryModel

HALF_HEAD = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nX-Slow:"
HALF_BODY = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
LIMITS = {"head_s": 1.5, "body_s": 1.5, "large_body_s": 1.5, "closing_s": 1, "stalled_s": 1, "rate_per_s": 0}
PATIENCE_S = 15.0
"""For what a server does within three seconds on a machine that has nothing else to do."""


@pytest.fixture(scope="module")
def hasty(workspace: Path) -> Iterator[LiveServer]:
    """Give a server whose deadlines are short."""
    with LiveServer(workspace, limits=LIMITS) as live:
        yield live


def test_400_half_open_connections_are_gone_after_the_deadline_and_good_traffic_is_answered(hasty) -> None:
    connections = [hasty.connect(HALF_HEAD) for _ in range(400)]
    began = time.monotonic()
    assert hasty.get("/healthz").status == 200
    assert time.monotonic() - began < 5
    try:
        for connection in connections:
            connection.settimeout(max(0.1, began + PATIENCE_S - time.monotonic()))
            assert read_to_end(connection) == b""
    finally:
        for connection in connections:
            connection.close()


def test_a_head_that_drips_is_ended_all_the_same(hasty) -> None:
    with hasty.connect(HALF_HEAD) as connection:
        assert drip_until_closed(connection, b"x") < PATIENCE_S


def test_lines_before_a_request_do_not_buy_time(hasty) -> None:
    with hasty.connect(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert drip_until_closed(connection, b"\r\n") < PATIENCE_S


def test_a_body_that_drips_is_answered_with_408(hasty) -> None:
    with hasty.connect(HALF_BODY) as connection:
        began = time.monotonic()
        while time.monotonic() - began < 1.2:
            connection.sendall(b" ")
            time.sleep(0.2)
        assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")


def test_whoever_does_not_read_the_answers_is_ended(hasty) -> None:
    request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
    with hasty.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE_S)
        with pytest.raises(OSError):  # noqa: PT012
            for _ in range(100_000):
                connection.sendall(request * 10)
                time.sleep(0.01)
    assert hasty.get("/healthz").status == 200


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(hasty) -> None:
    for _ in range(50):
        hasty.connect(HALF_BODY).close()
    deadline = time.monotonic() + PATIENCE_S
    while under_way(hasty) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert under_way(hasty) == 1


def test_a_depth_bomb_does_not_end_a_process_that_has_imported_web3(workspace: Path) -> None:
    with LiveServer(workspace, limits={"rate_per_s": 0}, first=("web3",)) as server:
        for bomb in (b"[" * 200_000, b'{"a":' * 40_000, b"[" * 100_000 + b"]" * 100_000):
            for path in ("/v1/verify", "/v1/verify/batch"):
                assert server.post(path, bomb).json["code"] == "json.too_deep"
            assert server.post("/v1/verify", bomb, "application/octet-stream").status in (400, 415, 422)
        assert server.get("/healthz").status == 200
        assert server.process.poll() is None


def test_neither_half_a_request_nor_a_silent_chain_keeps_a_server_from_stopping(
    workspace: Path, model: RegistryModel
) -> None:
    server = LiveServer(workspace, "--quiet")
    body = encoded(anchored(model, [document(1)], time.monotonic_ns())[0])
    asking = threading.Thread(target=lambda: swallow(lambda: server.verify(body)))
    model.delay_s = 10
    try:
        with server.connect(HALF_BODY), server.connect(HALF_HEAD), server.connect():
            asking.start()
            time.sleep(0.3)
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 5
            asking.join()
    finally:
        model.delay_s = 0


def test_a_silent_chain_holds_up_nobody_whose_answer_is_at_hand(workspace: Path, model: RegistryModel) -> None:
    with LiveServer(workspace, limits={"threads": 2, "rate_per_s": 0, "queue": 4}) as server:
        known = encoded(anchored(model, [document(1)], time.monotonic_ns())[0])
        assert server.verify(known).json["verdict"] == "valid"
        model.delay_s = 1.0
        try:
            strangers = [encoded(anchored(model, [document(n)], time.monotonic_ns())[0]) for n in range(12)]
            statuses: list[int] = []
            threads = [
                threading.Thread(target=lambda body=body: statuses.append(server.verify(body).status))
                for body in strangers
            ]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            began = time.monotonic()
            assert server.verify(known).json["verdict"] == "valid"
            assert time.monotonic() - began < 0.8
            for thread in threads:
                thread.join()
        finally:
            model.delay_s = 0
        assert {200, 429} <= set(statuses) <= {200, 429, 503}


def test_one_address_may_not_ask_without_end_and_the_credentials_of_a_batch_count_too(workspace: Path) -> None:
    with LiveServer(workspace, "--rate", "2") as server:
        batch = server.post("/v1/verify/batch", encoded({"credentials": [{}] * 100}))
        assert (batch.status, batch.problem) == (429, "too-many-requests")
        statuses = [server.get("/nothing").status for _ in range(60)]
        assert statuses[:9] == [404] * 9
        assert 429 in statuses
        refused = next(answer for answer in iter(lambda: server.get("/nothing"), None) if answer.status == 429)
        assert (refused.problem, refused.headers["retry-after"]) == ("too-many-requests", "1")
        assert server.get("/healthz").status == 200


def test_a_full_house_answers_429_and_beyond_its_connections_those_that_owe_longest_go(
    workspace: Path, model: RegistryModel
) -> None:
    with LiveServer(workspace, limits={"requests_at_once": 3, "connections": 20, "rate_per_s": 0}) as server:
        model.delay_s = 1.5
        slow = [server.connect(HALF_HEAD) for _ in range(60)]
        try:
            slow[0].settimeout(PATIENCE_S)
            assert read_to_end(slow[0]) == b""
            strangers = [encoded(anchored(model, [document(n)], time.monotonic_ns())[0]) for n in range(3)]
            waiting = [threading.Thread(target=server.verify, args=(body,)) for body in strangers]
            for thread in waiting:
                thread.start()
            deadline = time.monotonic() + PATIENCE_S
            while under_way(server) < 4 and time.monotonic() < deadline:
                time.sleep(0.02)
            response = server.verify(b"{}")
            assert (response.status, response.problem) == (429, "busy")
            for thread in waiting:
                thread.join()
        finally:
            model.delay_s = 0
            for connection in slow:
                connection.close()


def drip_until_closed(connection: socket.socket, drop: bytes) -> float:
    """Send a little every tenth of a second until the other side ends it; give the seconds that took."""
    began = time.monotonic()
    connection.settimeout(0.1)
    while time.monotonic() - began < PATIENCE_S:
        try:
            connection.sendall(drop)
            if connection.recv(4096) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


def under_way(server: LiveServer) -> int:
    text = server.get("/metrics").body.decode()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("credroot_requests_under_way "))


def swallow(act) -> None:
    try:
        act()
    except OSError:
        return
