"""The server process: uvicorn under the limits of this API, until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from credroot.app.api.event_log import ServerLogHandler
from credroot.app.api.http.protocol import GuardedProtocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from credroot.app.api.event_log import EventLog
    from credroot.app.api.http.gate import Gate
    from credroot.app.api.limits import Limits

SPARE_DESCRIPTORS = 128
"""File descriptors that are not for clients: connections to nodes, files, the listening socket."""
TICKS_A_SECOND = 10


class GuardedServer(uvicorn.Server):
    """uvicorn's server with a reaper, and an end that is no failure."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, and say so."""
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Once a second, end what waits for too long."""
        if counter % TICKS_A_SECOND == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedProtocol):
                    connection.reap(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is under way within the limit, then end what is left."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and end with status 0: that is how a server ends."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(
    application: Gate,
    listener: socket.socket,
    limits: Limits,
    log: EventLog,
    *,
    trusted_proxies: str | None,
    announce: Callable[[], None],
) -> None:
    """Serve on `listener` until SIGINT or SIGTERM. `trusted_proxies` may say in X-Forwarded-For whom they ask for."""
    GuardedProtocol.limits = limits
    sys.setswitchinterval(limits.switch_s)
    _allow_descriptors(limits.connections + SPARE_DESCRIPTORS)
    _carry_warnings(log)
    config = uvicorn.Config(
        application,
        http=GuardedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=trusted_proxies is not None,
        forwarded_allow_ips=trusted_proxies,
        timeout_keep_alive=limits.keep_alive_s,
        timeout_graceful_shutdown=limits.shutdown_s,
    )
    server = GuardedServer(config, announce)
    application.lane.start()
    # What is loaded by now stays for ever: no collection has to walk through it again.
    gc.collect()
    gc.freeze()
    try:
        server.run([listener])
    finally:
        application.lane.close()


def _carry_warnings(log: EventLog) -> None:
    """Let the loggers of uvicorn and asyncio speak through the event log alone."""
    handler = ServerLogHandler(log)
    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(logging.WARNING)
        logger.propagate = False


def _allow_descriptors(wanted: int) -> None:
    """Raise the soft limit on open files where the system allows it: at the limit nobody could connect at all."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
