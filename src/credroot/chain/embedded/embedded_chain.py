"""The embedded chain as one object: a folder, owned, and JSON-RPC bytes in and out."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from credroot.chain.embedded.failures import INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR, CallFailure
from credroot.chain.embedded.layout import DATABASE_NAME
from credroot.chain.embedded.ownership import Ownership
from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.core.errors import InputError
from credroot.core.json.strict import loads

with keep_recursion_limit():
    from credroot.chain.embedded.machine.database import ChainDatabase
    from credroot.chain.embedded.machine.engine import Engine
    from credroot.chain.embedded.node.methods import answer

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

MAX_REQUEST_BYTES = 5 * 2**20
"""Bytes of one request, a batch's together; geth's own limit."""
MAX_BATCH = 1000

_log = logging.getLogger(__name__)


class EmbeddedChain:
    """One folder's chain, owned until `close`. May be shared by threads: one request is served at a time."""

    def __init__(
        self, directory: Path, *, clock: Callable[[], float] = time.time, ownership: Ownership | None = None
    ) -> None:
        """Open the chain in `directory`, or begin one there; `ownership` is the folder's lock, if held already.

        Raises:
            ChainUnavailable: ``chain.local_owned`` when another process runs it, ``chain.local_broken`` when the
                database is not readable.
        """
        self._ownership = ownership or Ownership(directory)
        self._lock = threading.Lock()
        try:
            self._database = ChainDatabase(directory / DATABASE_NAME)
            self._engine = Engine(self._database, clock)
        except BaseException:
            self._ownership.release()
            raise

    def __enter__(self) -> EmbeddedChain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and let the folder go."""
        with self._lock:
            self._database.close()
            self._ownership.release()

    def call(self, method: str, params: list[JsonValue]) -> JsonValue:
        """Return the result of one method. Raise `CallFailure` for what a caller over HTTP would see as an error."""
        with self._lock:
            return answer(self._engine, method, params)

    def respond(self, body: bytes) -> bytes:
        """Return the JSON-RPC answer to a request or a batch, whatever the bytes are; a transaction is then durable."""
        try:
            request = loads(body, max_bytes=MAX_REQUEST_BYTES)
        except InputError as error:
            return _encoded(_failure(None, CallFailure(PARSE_ERROR, f"parse error: {error}")))
        if not isinstance(request, list):
            return _encoded(self._outcome(request))
        if not 0 < len(request) <= MAX_BATCH:
            return _encoded(_failure(None, CallFailure(INVALID_REQUEST, f"a batch has 1 to {MAX_BATCH} requests")))
        return _encoded([self._outcome(entry) for entry in request])

    def _outcome(self, request: JsonValue) -> JsonObject:
        if not isinstance(request, dict):
            return _failure(None, CallFailure(INVALID_REQUEST, "invalid request"))
        identifier, method, params = request.get("id"), request.get("method"), request.get("params", [])
        if request.get("jsonrpc") != "2.0" or not isinstance(method, str) or not isinstance(params, list | type(None)):
            return _failure(identifier, CallFailure(INVALID_REQUEST, "invalid request"))
        try:
            return {"jsonrpc": "2.0", "id": identifier, "result": self.call(method, params or [])}
        except CallFailure as failure:
            return _failure(identifier, failure)
        except Exception as error:
            _log.exception("%s failed", method[:100])
            return _failure(identifier, CallFailure(INTERNAL_ERROR, f"internal error: {type(error).__name__}"))


def _failure(identifier: JsonValue, failure: CallFailure) -> JsonObject:
    error: JsonObject = {"code": failure.rpc_code, "message": failure.message}
    if failure.data is not None:
        error["data"] = failure.data
    return {"jsonrpc": "2.0", "id": identifier, "error": error}


def _encoded(value: JsonValue | list[JsonObject]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")
