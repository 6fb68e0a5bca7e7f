"""Find the server of an embedded chain, or start one. Every command comes by here, so it imports next to nothing.

find           endpoint.json -> the lock is held by the process it names -> that process answers with our chain id
find_or_start  else start a server in the background and wait until it is found
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from credroot.chain.embedded.layout import (
    CHAIN_ID,
    DEFAULT_IDLE_SECONDS,
    ENDPOINT_FORMAT,
    ENDPOINT_NAME,
    LOG_NAME,
)
from credroot.chain.embedded.ownership import owner_of
from credroot.chain.rpc.client import Rpc, RpcError
from credroot.core.errors import ChainUnavailable, InputError
from credroot.core.json.strict import loads

START_PATIENCE_S = 30.0
"""Seconds for a server to start; it takes 1.5 on a machine that is not busy."""
OWNED_PATIENCE_S = 10.0
"""Seconds to wait for a server that somebody else is starting."""
ANSWER_PATIENCE_S = 3.0
POLL_S = 0.02
MAX_LOG_BYTES = 2**20
EXIT_OWNED = 75
"""The server's exit status when another process has the folder: not a failure, for that one may be about to serve."""

_SECRET_PREFIXES = ("CREDROOT_", "ETH_", "WEB3_", "ETHERSCAN_")
"""Of environment variables that a background server has no use for and must not keep."""


def find(directory: Path) -> str | None:
    """Return the URL of the server that owns this folder's chain, or None when none answers."""
    try:
        content = loads((directory / ENDPOINT_NAME).read_bytes())
    except (FileNotFoundError, InputError):
        return None
    if not isinstance(content, dict) or content.get("format") != ENDPOINT_FORMAT:
        return None
    url, pid = content.get("url"), content.get("pid")
    if not isinstance(url, str) or not url.startswith("http://127.0.0.1:") or not pid or owner_of(directory) != pid:
        return None
    try:
        with Rpc(url, deadline_s=ANSWER_PATIENCE_S) as rpc:
            return url if rpc.call("eth_chainId") == hex(CHAIN_ID) else None
    except (ChainUnavailable, RpcError, InputError):
        return None


def find_or_start(directory: Path, *, idle_seconds: int = DEFAULT_IDLE_SECONDS) -> str:
    """Return the URL of the folder's server, after starting one in the background when there is none.

    However many processes do this at once, one server comes of it. It ends by itself after `idle_seconds` without a
    request.

    Raises:
        ChainUnavailable: ``chain.local_failed`` with the last lines of the server's log, ``chain.local_owned`` when
            another process has the folder and does not answer, ``chain.local_missing`` without the extra ``local``.
    """
    url = find(directory)
    if url is not None:
        return url
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / LOG_NAME
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.unlink()
    log_start = log.stat().st_size if log.exists() else 0
    _require_engine()
    started = _Background(directory, idle_seconds)
    give_up = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < give_up:
        url = find(directory)
        if url is not None:
            return url
        status = started.exit_status()
        if status == EXIT_OWNED:
            give_up = min(give_up, time.monotonic() + OWNED_PATIENCE_S)
            if owner_of(directory) is None:  # the other one has just ended: it is our turn again
                started = _Background(directory, idle_seconds)
        elif status is not None:
            raise _failed(directory, f"ended with status {status}", log_start)
        time.sleep(POLL_S)
    owner = owner_of(directory)
    if started.exit_status() == EXIT_OWNED and owner is not None:
        raise ChainUnavailable(
            f"{directory} belongs to process {owner}, which does not answer", code="chain.local_owned"
        )
    raise _failed(directory, "did not answer", log_start)


def _require_engine() -> None:
    from importlib.util import find_spec

    if find_spec("eth_tester") is None:
        message = "the local chain is not installed; do: pip install 'credroot[local]'"
        raise ChainUnavailable(message, code="chain.local_missing")


class _Background:
    """A server process that outlives this one. A waiting thread collects its exit status, should it come to that."""

    def __init__(self, directory: Path, idle_seconds: int) -> None:
        from threading import Thread

        program = ["-P", "-m", "credroot.chain.embedded", "serve", str(directory.resolve()), "--background"]
        append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._status: int | None = None
        self._pid = os.posix_spawn(
            sys.executable,
            [sys.executable, *program, "--idle-seconds", str(idle_seconds)],
            {name: value for name, value in os.environ.items() if not name.startswith(_SECRET_PREFIXES)},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(directory / LOG_NAME), append, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )
        Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        self._status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def exit_status(self) -> int | None:
        """Return how the process ended, or None while it runs."""
        return self._status


def _failed(directory: Path, how: str, log_start: int) -> ChainUnavailable:
    try:
        tail = (directory / LOG_NAME).read_bytes()[log_start:].decode("utf-8", "replace").strip().splitlines()[-5:]
    except OSError:
        tail = []
    said = " | ".join(tail) or "it said nothing"
    return ChainUnavailable(f"the local chain's server {how}: {said}", code="chain.local_failed")
