"""JSON-RPC 2.0 to one node, believing nothing: ids, versions, sizes and times are all checked.

An `Rpc` may be shared by threads: each request takes a kept connection of its own. A request that only reads is
sent a second time when, and only when, a kept connection turned out to be closed before the first byte of its
answer. A transaction is never sent twice: after an error the caller must look whether it arrived.

Source: JSON-RPC 2.0 specification sections 4 to 6.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, cast

from credroot.chain.rpc.deadline import Deadline
from credroot.chain.rpc.endpoint import Endpoint
from credroot.chain.rpc.http_connection import ConnectionDroppedError, HttpAnswer, HttpConnection
from credroot.core.errors import ChainUnavailable, CredrootError, InputError
from credroot.core.json.strict import loads

if TYPE_CHECKING:
    from types import TracebackType

    from credroot.core.json.types import JsonObject, JsonValue

DEFAULT_DEADLINE_S = 10.0
"""Seconds for one request with everything that belongs to it: name, connection, sending, whole answer."""
MAX_ANSWER_BYTES = 16 * 2**20
"""Bytes: about 20,000 logs, the largest answer that an index asks for."""
MAX_IDLE_CONNECTIONS = 4

_READS_BEYOND_GET = frozenset(
    {
        "eth_blockNumber",
        "eth_call",
        "eth_chainId",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_gasPrice",
        "eth_maxPriorityFeePerGas",
        "eth_syncing",
        "net_version",
        "web3_clientVersion",
    }
)


class RpcError(CredrootError):
    """The node answered, and its answer is an error: a revert, an unknown method, a refused transaction."""

    code = "rpc.error"

    def __init__(self, message: str, *, rpc_code: int, data: JsonValue = None) -> None:
        super().__init__(message)
        self.rpc_code = rpc_code
        """The number the node gave: 3 is a revert, -32601 an unknown method."""
        self.data = data
        """What the node added; for a revert the returned bytes as hex."""


class Rpc:
    """One node, by its URL. Opens no connection before the first request."""

    def __init__(self, url: str, *, deadline_s: float = DEFAULT_DEADLINE_S, max_bytes: int = MAX_ANSWER_BYTES) -> None:
        """Raise `InputError` (``rpc.url``) unless `url` is an http or https URL."""
        self.endpoint = Endpoint(url)
        self.deadline_s = deadline_s
        self.max_bytes = max_bytes
        self.requests = 0
        """HTTP requests sent so far, repeated ones included."""
        self._ids = count(1)
        self._idle: list[HttpConnection] = []

    def __repr__(self) -> str:
        return f"Rpc({self.endpoint.masked})"

    def __enter__(self) -> Rpc:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections; a later request opens a new one."""
        while self._idle:
            self._idle.pop().close()

    def call(
        self, method: str, params: Sequence[JsonValue] = (), *, deadline_s: float | None = None, quick: bool = False
    ) -> JsonValue:
        """Return the node's result of one method.

        `quick` leaves out the search for keys that are there twice, a third of the work of a large answer: for results
        of which each member is checked by itself, so that it does not matter which of two is taken.

        Raises:
            RpcError: the node's own error.
            ChainUnavailable: ``chain.unreachable``, ``chain.timeout``, ``chain.unavailable`` (the node asks to come
                back later), ``chain.bad_answer``, ``chain.too_large``. Whether the node acted is then unknown: a
                transaction may be in its pool all the same, so look for it before sending again.
        """
        request = self._request(method, params)
        answer = self._exchange(request, repeatable=_only_reads(method), deadline_s=deadline_s, quick=quick)
        if not isinstance(answer, dict):
            raise self._bad("the answer is not a JSON object")
        outcome = self._outcome(answer, expected_id=cast(int, request["id"]))
        if isinstance(outcome, RpcError):
            raise outcome
        return outcome

    def batch(
        self, calls: Sequence[tuple[str, Sequence[JsonValue]]], *, deadline_s: float | None = None
    ) -> list[JsonValue | RpcError]:
        """Return the outcomes of several methods in the order of `calls`, in one round trip; an error is a value.

        Raises:
            ChainUnavailable: as `call`; also ``chain.bad_answer`` unless each call has exactly one answer.
        """
        if not calls:
            return []
        requests = [self._request(method, params) for method, params in calls]
        repeatable = all(_only_reads(method) for method, _ in calls)
        answers = self._exchange(cast("JsonValue", requests), repeatable=repeatable, deadline_s=deadline_s)
        if isinstance(answers, dict):
            raise self._bad(f"the batch was refused as a whole: {_said(answers.get('error'))}")
        if not isinstance(answers, list) or len(answers) != len(requests):
            raise self._bad(f"a batch of {len(requests)} calls has another number of answers")
        by_id: dict[int, JsonObject] = {}
        for answer in answers:
            identifier = answer.get("id") if isinstance(answer, dict) else None
            if type(identifier) is not int or identifier in by_id:
                raise self._bad("an answer in a batch has no id of its own")
            by_id[identifier] = cast("JsonObject", answer)
        outcomes = []
        for request in requests:
            identifier = cast(int, request["id"])
            if identifier not in by_id:
                raise self._bad("an answer in a batch is missing")
            outcomes.append(self._outcome(by_id[identifier], expected_id=identifier))
        return outcomes

    def _request(self, method: str, params: Sequence[JsonValue]) -> dict[str, JsonValue]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def _exchange(
        self, request: JsonValue, *, repeatable: bool, deadline_s: float | None, quick: bool = False
    ) -> JsonValue:
        body = json.dumps(request, separators=(",", ":"), allow_nan=False).encode("ascii")
        deadline = Deadline(self.deadline_s if deadline_s is None else deadline_s)
        try:
            answer = self._post(body, deadline, repeatable=repeatable)
            return self._parsed(answer, one_meaning=not quick)
        except ChainUnavailable as error:
            raise ChainUnavailable(f"{self.endpoint.masked}: {error}", code=error.code) from error

    def _post(self, body: bytes, deadline: Deadline, *, repeatable: bool) -> HttpAnswer:
        """Send on a kept connection when a repetition is harmless, on a fresh one otherwise."""
        if repeatable and (kept := self._take_idle()) is not None:
            try:
                return self._post_on(kept, body, deadline)
            except ConnectionDroppedError:
                self.close()
        return self._post_on(HttpConnection(self.endpoint, deadline), body, deadline)

    def _post_on(self, connection: HttpConnection, body: bytes, deadline: Deadline) -> HttpAnswer:
        self.requests += 1
        answer = connection.post(body, deadline, self.max_bytes)
        if connection.open:
            if len(self._idle) < MAX_IDLE_CONNECTIONS:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    def _take_idle(self) -> HttpConnection | None:
        """Take a kept connection; list operations are atomic, so no two threads get the same one."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _parsed(self, answer: HttpAnswer, *, one_meaning: bool = True) -> JsonValue:
        status = answer.status
        if status in (429, 503):
            wait = answer.headers.get("retry-after", "")
            asks = f", asks to wait {wait} s" if wait.isascii() and wait.isdigit() else ""
            raise ChainUnavailable(f"the node is over its limit (HTTP {status}{asks})", code="chain.unavailable")
        if 300 <= status < 400:
            raise ChainUnavailable(
                f"the node redirects (HTTP {status}), which is not followed", code="chain.bad_answer"
            )
        try:
            value = loads(answer.body, max_bytes=self.max_bytes, one_meaning=one_meaning)
        except InputError as error:
            if status == 200:
                raise ChainUnavailable(f"not proper JSON: {error}", code="chain.bad_answer") from error
            value = None
        if status == 200 or (isinstance(value, dict) and "error" in value and "jsonrpc" in value):
            return value
        code = "chain.bad_answer" if status in (400, 404, 405, 415) else "chain.unavailable"
        raise ChainUnavailable(f"the node answered HTTP {status} and no JSON-RPC", code=code)

    def _outcome(self, answer: JsonObject, *, expected_id: int) -> JsonValue | RpcError:
        """Return the result or the error of one answer object, after checking its frame."""
        if answer.get("jsonrpc") != "2.0":
            raise self._bad("the answer is not JSON-RPC 2.0")
        identifier = answer.get("id")
        if type(identifier) is not int or identifier != expected_id:
            reason = f" ({_said(answer['error'])})" if identifier is None and "error" in answer else ""
            raise self._bad(f"the answer's id is not the request's{reason}")
        if ("result" in answer) == ("error" in answer):
            raise self._bad("an answer has either a result or an error")
        if "result" in answer:
            return answer["result"]
        error = answer["error"]
        if (
            not isinstance(error, dict)
            or type(error.get("code")) is not int
            or not isinstance(error.get("message"), str)
        ):
            raise self._bad("the answer's error has no code and message")
        return RpcError(_said(error), rpc_code=cast(int, error["code"]), data=error.get("data"))

    def _bad(self, what: str) -> ChainUnavailable:
        return ChainUnavailable(f"{self.endpoint.masked}: {what}", code="chain.bad_answer")


def _only_reads(method: str) -> bool:
    """Answer whether sending `method` twice equals sending it once; what is not known to be a read is not."""
    return method in _READS_BEYOND_GET or (method.startswith("eth_get") and "Filter" not in method)


def _said(error: JsonValue) -> str:
    """Return an error's message in one printable line of at most 300 characters, for it is a stranger's text."""
    message = error.get("message") if isinstance(error, dict) else None
    text = message if isinstance(message, str) else "no reason given"
    return "".join(character if character.isprintable() else " " for character in text)[:300]
