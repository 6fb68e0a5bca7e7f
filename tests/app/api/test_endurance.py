"""Slow, half-finished and greedy clients: each is ended in time, and good traffic is answered meanwhile."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.app.api.conftest import write_workspace
from tests.app.api.live_server import LiveServer, read_to_end
from tests.app.api.material import anchored, document, encoded
from tests.app.api.registry_model import RegistryModel
from tests.waiting import wait_until

HALF_HEAD = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nX-Slow:"
HALF_BODY = b"POST /v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
LIMITS = {"head_s": 1.5, "body_s": 1.5, "large_body_s": 1.5, "closing_s": 1, "stalled_s": 1, "rate_per_s": 0}
PATIENCE_S = 15.0
"""For what a server does within three seconds on a machine that has nothing else to do."""
NEVER_S = 60
"""Longer than any client here waits for an answer: what happens is not because this has passed."""
DROPS = 150
"""Sent at most, a tenth of a second apart, to a server that ends it after some fifteen of them."""


@pytest.fixture(scope="module")
def hasty(workspace: Path) -> Iterator[LiveServer]:
    """Give a server whose deadlines are short."""
    with LiveServer(workspace, limits=LIMITS) as live:
        yield live


@pytest.fixture
def unanswering(model: RegistryModel, tmp_path: Path) -> Iterator[Path]:
    """Give a workspace that waits for its chain longer than any client waits for it."""
    with model.node() as node:
        yield write_workspace(tmp_path, node.url, deadline_s=NEVER_S)


def test_400_half_open_connections_are_gone_after_the_deadline(hasty) -> None:
    with crowd(hasty, 400) as connections:
        for connection in connections:
            assert read_to_end(connection) == b""


def test_good_traffic_is_answered_while_400_connections_are_half_open(workspace: Path) -> None:
    with LiveServer(workspace, limits={"head_s": NEVER_S, "rate_per_s": 0}) as server, crowd(server, 400) as half_open:
        assert server.get("/healthz").status == 200
        assert all(is_open(connection) for connection in half_open)


def test_a_head_that_drips_is_ended_all_the_same(hasty) -> None:
    with hasty.connect(HALF_HEAD) as connection:
        assert drops_until_closed(connection, b"x") < DROPS


def test_lines_before_a_request_do_not_buy_time(hasty) -> None:
    with hasty.connect(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert drops_until_closed(connection, b"\r\n") < DROPS


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
    wait_until(lambda: under_way(hasty) == 1)


def test_a_depth_bomb_does_not_end_a_process_that_has_imported_web3(workspace: Path) -> None:
    with LiveServer(workspace, limits={"rate_per_s": 0}, first=("web3",)) as server:
        for bomb in (b"[" * 200_000, b'{"a":' * 40_000, b"[" * 100_000 + b"]" * 100_000):
            for path in ("/v1/verify", "/v1/verify/batch"):
                assert server.post(path, bomb).json["code"] == "json.too_deep"
            assert server.post("/v1/verify", bomb, "application/octet-stream").status in (400, 415, 422)
        assert server.get("/healthz").status == 200
        assert server.process.poll() is None


def test_neither_half_a_request_nor_a_silent_chain_keeps_a_server_from_stopping(
    unanswering: Path, model: RegistryModel
) -> None:
    waits = dict.fromkeys(("head_s", "body_s", "large_body_s", "idle_s"), NEVER_S)
    server = LiveServer(unanswering, limits={**waits, "rate_per_s": 0})
    body = encoded(anchored(model, [document(1)], time.monotonic_ns())[0])
    asking = threading.Thread(target=lambda: swallow(lambda: server.verify(body)))
    with model.silent(), server.connect(HALF_BODY), server.connect(HALF_HEAD), server.connect():
        asked = model.asked
        asking.start()
        wait_until(lambda: model.asked > asked)
        assert server.stop() == 0
        assert not model.speaks.is_set()
    asking.join()


def test_a_silent_chain_holds_up_nobody_whose_answer_is_at_hand(unanswering: Path, model: RegistryModel) -> None:
    with LiveServer(unanswering, limits={"threads": 2, "rate_per_s": 0, "queue": 4}) as server:
        known = encoded(anchored(model, [document(1)], time.monotonic_ns())[0])
        assert server.verify(known).json["verdict"] == "valid"
        strangers = [encoded(anchored(model, [document(n)], time.monotonic_ns())[0]) for n in range(12)]
        statuses: list[int] = []
        threads = [
            threading.Thread(target=lambda body=body: statuses.append(server.verify(body).status)) for body in strangers
        ]
        with model.silent():
            asked = model.asked
            for thread in threads:
                thread.start()
            wait_until(lambda: model.asked > asked and 429 in statuses)
            assert server.verify(known).json["verdict"] == "valid"
            assert set(statuses) == {429}
        for thread in threads:
            thread.join()
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
            wait_until(lambda: under_way(server) >= 4)
            response = server.verify(b"{}")
            assert (response.status, response.problem) == (429, "busy")
            for thread in waiting:
                thread.join()
        finally:
            model.delay_s = 0
            for connection in slow:
                connection.close()


@contextmanager
def crowd(server: LiveServer, count: int) -> Iterator[list[socket.socket]]:
    """Open so many connections that send half a head."""
    with ExitStack() as stack:
        yield [stack.enter_context(server.connect(HALF_HEAD)) for _ in range(count)]


def is_open(connection: socket.socket) -> bool:
    """Tell whether the other side has neither ended it nor sent anything."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    return False


def drops_until_closed(connection: socket.socket, drop: bytes) -> int:
    """Send a little every tenth of a second until the other side ends it; give how often."""
    connection.settimeout(0.1)
    for sent in range(DROPS):
        try:
            connection.sendall(drop)
            if connection.recv(4096) == b"":
                return sent
        except TimeoutError:
            continue
        except OSError:
            return sent
    return DROPS


def under_way(server: LiveServer) -> int:
    return gauge(server, "credroot_requests_under_way")


def gauge(server: LiveServer, name: str) -> int:
    text = server.get("/metrics").body.decode()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))


def swallow(act) -> None:
    try:
        act()
    except OSError:
        return
