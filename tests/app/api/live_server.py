"""A server process of its own on loopback, and a client that believes nothing about it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 30.0


@dataclass(frozen=True)
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        assert self.headers["content-type"] == "application/problem+json", self.body
        assert self.json["status"] == self.status
        return self.json["type"].removeprefix("/problems/")


class LiveServer:
    """``credroot serve`` with `options` in a workspace; under `limits` of the test's own where it names some."""

    def __init__(
        self, workspace: Path, *options: str, limits: dict[str, float] | None = None, first: tuple[str, ...] = ()
    ) -> None:
        self._log = (workspace / f"serve-{time.monotonic_ns()}.log").open("w+b")
        command = ["credroot", "-w", str(workspace), "serve", "--port", "0", *options]
        if limits is not None:
            command = ["tests.app.api.served", str(workspace), json.dumps(limits), *first]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CREDROOT_", "ETH_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        assert line.startswith("http://127.0.0.1:"), self.log()
        self.port = int(line.strip().rstrip("/").rpartition(":")[2])

    def __enter__(self) -> LiveServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> int:
        """Ask the process to end, and give its status; kill it where it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            assert self.process.stdout is not None
            self.process.stdout.close()
            self._log.close()

    def log(self) -> str:
        return Path(self._log.name).read_text()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Response:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Response:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> Response:
        return self.ask("POST", path, body, content_type=content_type, **headers)

    def verify(self, body: bytes) -> Response:
        return self.post("/v1/verify", body)

    def connect(self, sent: bytes = b"") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(sent)
        return connection

    def raw(self, sent: bytes) -> bytes:
        """Send bytes as they are and give all that comes until the connection ends."""
        with self.connect(sent) as connection:
            return read_to_end(connection)


def read_to_end(connection: socket.socket) -> bytes:
    parts = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)
