"""A node that can't be relied on: a proxy before anvil that refuses, cuts, delays, repeats and lies with errors.

It also keeps watch: a transaction that it is handed must be in the issuer's journal already.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIES = (
    "nonce too low",
    "already known",
    "replacement transaction underpriced",
    "insufficient funds for gas * price + value",
    "transaction type not supported",
    "internal error",
    "header not found",
)
FAULTS = (
    "refuse",
    "cut",
    "delay",
    "repeat",
    "error before",
    "error after",
    "http 429",
    "http 503",
    "garbage",
    "other id",
    "no receipt",
)
LONGEST_DELAY_S = 0.3


class FaultProxy:
    """Forwards to one node; a share of the requests meets a fault."""

    def __init__(self, url: str, rng: random.Random) -> None:
        self._target = urlsplit(url).netloc
        self._rng = rng
        self._lock = threading.Lock()
        self.rate = 0.0
        """Share of the requests that meet a fault."""
        self.faults: Counter[str] = Counter()
        self.journal: Path | None = None
        """Where every transaction must stand before it comes here."""
        self.unwritten = 0
        """Transactions that did not."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle(self) -> None:
                with suppress(OSError):  # the issuer was killed
                    super().handle()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with suppress(OSError):
                    proxy._handle(self, body)

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[FaultProxy]:
        """Serve while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _handle(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        request = json.loads(body)
        self._watch(request)
        fault = self._choose(request)
        if fault == "refuse":
            return self._cut(handler)
        if fault.startswith("http"):
            return self._answer(handler, b"", status=int(fault[5:]))
        if fault == "error before":
            return self._answer(handler, self._lie(request))
        if fault == "no receipt":
            return self._answer(handler, _frame(request, result=None))
        if fault == "delay":
            with self._lock:
                pause = self._rng.uniform(0.01, LONGEST_DELAY_S)
            time.sleep(pause)
        answer = self._forward(body)
        if fault == "repeat":
            answer = self._forward(body)
        if fault == "cut":
            return self._cut(handler)
        if fault == "error after":
            return self._answer(handler, self._lie(request))
        if fault == "garbage":
            return self._answer(handler, answer[: len(answer) // 2])
        if fault == "other id" and isinstance(request, dict):
            return self._answer(handler, json.dumps({**json.loads(answer), "id": 10**6}).encode())
        return self._answer(handler, answer)

    def _choose(self, request: Any) -> str:
        with self._lock:
            if self._rng.random() >= self.rate:
                return ""
            fault = self._rng.choice(FAULTS)
            if fault == "no receipt" and not (
                isinstance(request, dict) and request["method"] == "eth_getTransactionReceipt"
            ):
                fault = "refuse"
            self.faults[fault] += 1
            return fault

    def _lie(self, request: Any) -> bytes:
        with self._lock:
            said = self._rng.choice(LIES)
        return _frame(request, error={"code": -32000, "message": said})

    def _forward(self, body: bytes) -> bytes:
        with closing(http.client.HTTPConnection(self._target, timeout=30)) as connection:
            connection.request("POST", "/", body, {"Content-Type": "application/json"})
            return connection.getresponse().read()

    def _watch(self, request: Any) -> None:
        if not isinstance(request, dict) or request["method"] != "eth_sendRawTransaction" or self.journal is None:
            return
        raw = bytes.fromhex(request["params"][0][2:])
        with closing(sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)) as journal:
            if journal.execute("SELECT 1 FROM attempt WHERE raw = ?", (raw,)).fetchone() is None:
                with self._lock:
                    self.unwritten += 1

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200) -> None:
        head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        handler.wfile.write(head.encode() + body)

    def _cut(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)


def _frame(request: Any, **outcome: Any) -> bytes:
    if isinstance(request, list):
        return json.dumps([{"jsonrpc": "2.0", "id": one["id"], **outcome} for one in request]).encode()
    return json.dumps({"jsonrpc": "2.0", "id": request["id"], **outcome}).encode()
