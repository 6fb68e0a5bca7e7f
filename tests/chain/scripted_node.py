"""A loopback node whose every byte a test decides, and which counts what it was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

Script = Callable[["Exchange"], None]


class Exchange:
    """One request as the node saw it, and the means to answer it in any way at all."""

    def __init__(self, connection: socket.socket, head: str, body: bytes, number: int) -> None:
        self.connection = connection
        self.head = head
        self.request: Any = json.loads(body)
        self.number = number
        """How many requests came before this one."""

    def raw(self, data: bytes) -> None:
        self.connection.sendall(data)

    def http(self, body: bytes, *, status: str = "200 OK", headers: str = "") -> None:
        self.raw(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)

    def json(self, value: Any, *, status: str = "200 OK") -> None:
        self.http(json.dumps(value).encode(), status=status)

    def result(self, value: Any) -> None:
        self.json({"jsonrpc": "2.0", "id": self.request["id"], "result": value})

    def frame(self, **members: Any) -> dict[str, Any]:
        """Return a right answer's members with some of them changed."""
        return {"jsonrpc": "2.0", "id": self.request["id"], "result": "0x1", **members}


class ScriptedNode:
    """Serves `script` for every request, on as many connections as come, until it is closed."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[socket.socket] = []
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> ScriptedNode:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._connections:
            connection.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        buffer = b""
        with connection:
            try:
                while True:
                    while b"\r\n\r\n" not in buffer:
                        buffer += (more := connection.recv(65536))
                        if not more:
                            return
                    head, _, buffer = buffer.partition(b"\r\n\r\n")
                    size = next(
                        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")
                    )
                    while len(buffer) < size:
                        buffer += connection.recv(65536)
                    body, buffer = buffer[:size], buffer[size:]
                    exchange = Exchange(connection, head.decode(), body, len(self.exchanges))
                    self.exchanges.append(exchange)
                    self._script(exchange)
            except OSError:
                return
