"""The embedded chain as a JSON-RPC node on loopback.

Connections are served together, the chain by one thread alone: it owns the database, and it has a stack that is
deep enough for contracts that call each other a thousand times.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from credroot.chain.embedded.embedded_chain import MAX_REQUEST_BYTES, EmbeddedChain
from credroot.chain.embedded.layout import CHAIN_ID, ENDPOINT_FORMAT, ENDPOINT_NAME
from credroot.chain.embedded.node.http_exchange import (
    MAX_HEAD_BYTES,
    REQUEST_DEADLINE_S,
    RefusedRequest,
    read_request,
    write_answer,
)
from credroot.chain.embedded.ownership import Ownership

MAX_CONNECTIONS = 128
OWNER_STACK_BYTES = 256 * 2**20
"""Address space, used only as far as contracts nest."""


class ChainServer:
    """Serves one `EmbeddedChain` until `stop` is called or, with `idle_seconds`, until nobody has asked for so long."""

    def __init__(
        self,
        chain: EmbeddedChain,
        *,
        port: int = 0,
        idle_seconds: float | None = None,
        request_deadline_s: float = REQUEST_DEADLINE_S,
    ) -> None:
        self._chain = chain
        self._request_deadline_s = request_deadline_s
        self._port = port
        self._idle_seconds = idle_seconds
        self._owner = _thread_with_deep_stack()
        self._connections: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._last_request = time.monotonic()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def run(self, ready: Callable[[str], None]) -> None:
        """Listen, call `ready` with the URL, and return when the server has ended."""
        asyncio.run(self._run(ready))

    def stop(self) -> None:
        """End `run`, from any thread or signal handler; a request that is being executed is still answered."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def _run(self, ready: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, limit=MAX_HEAD_BYTES)
        try:
            ready(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            await self._until_stopped_or_idle()
        finally:
            server.close()
            while self._busy:
                await asyncio.sleep(0.01)
            for connection in self._connections:
                connection.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            self._owner.shutdown()

    async def _until_stopped_or_idle(self) -> None:
        while True:
            idle_for = time.monotonic() - self._last_request
            left = None if self._idle_seconds is None else self._idle_seconds - idle_for
            if left is not None and left <= 0 and not self._busy:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), None if left is None else max(left, 0.05))
                return

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            if len(self._connections) > MAX_CONNECTIONS:
                await write_answer(writer, 503, b"", keep=False)
            else:
                await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # the client has gone, or the server is about to
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                request = await read_request(
                    reader, writer, max_bytes=MAX_REQUEST_BYTES, deadline_s=self._request_deadline_s
                )
            except RefusedRequest as refusal:
                await write_answer(writer, refusal.status, b"", keep=False)
                return
            if request is None:
                return
            self._busy += 1
            try:
                body = await asyncio.get_running_loop().run_in_executor(self._owner, self._chain.respond, request.body)
                await write_answer(writer, 200, body, keep=request.keep)
            finally:
                self._busy -= 1
                self._last_request = time.monotonic()
            if not request.keep:
                return


def serve(
    directory: Path,
    *,
    port: int = 0,
    idle_seconds: float | None = None,
    announce: Callable[[str], None] = lambda url: None,
    ownership: Ownership | None = None,
) -> None:
    """Own the chain in `directory` and serve it until SIGINT, SIGTERM or idleness; `announce` gets the URL.

    While it listens, `endpoint.json` says where. `ownership` is the folder's lock, if held already.

    Raises:
        ChainUnavailable: ``chain.local_owned``, ``chain.local_broken``.
        OSError: the port is taken.
    """
    with EmbeddedChain(directory, ownership=ownership) as chain:
        endpoint = directory / ENDPOINT_NAME
        endpoint.unlink(missing_ok=True)  # of an owner that was killed
        server = ChainServer(chain, port=port, idle_seconds=idle_seconds)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: server.stop())

        def ready(url: str) -> None:
            _write_endpoint(endpoint, url)
            announce(url)

        try:
            server.run(ready)
        finally:
            _remove_own_endpoint(endpoint)


@contextmanager
def serving(chain: EmbeddedChain, *, port: int = 0, request_deadline_s: float = REQUEST_DEADLINE_S) -> Iterator[str]:
    """Serve a chain of this process from a thread of its own and give its URL; ends with the block."""
    server = ChainServer(chain, port=port, request_deadline_s=request_deadline_s)
    started = threading.Event()
    urls: list[str] = []

    def ready(url: str) -> None:
        urls.append(url)
        started.set()

    def run() -> None:
        try:
            server.run(ready)
        finally:
            started.set()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    try:
        yield urls[0]
    finally:
        server.stop()
        thread.join()


def _thread_with_deep_stack() -> ThreadPoolExecutor:
    usual = threading.stack_size(OWNER_STACK_BYTES)
    try:
        owner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chain")
        owner.submit(time.monotonic).result()  # the thread is made now, with this stack
    finally:
        threading.stack_size(usual)
    return owner


def _remove_own_endpoint(path: Path) -> None:
    """Remove the file that names us. A folder of the same name may have a new owner, if ours was deleted meanwhile."""
    with suppress(OSError, ValueError):
        if json.loads(path.read_bytes()).get("pid") == os.getpid():
            path.unlink()


def _write_endpoint(path: Path, url: str) -> None:
    content = {"format": ENDPOINT_FORMAT, "url": url, "pid": os.getpid(), "chain_id": int(CHAIN_ID)}
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_text(json.dumps(content) + "\n", encoding="ascii")
    temporary.replace(path)
