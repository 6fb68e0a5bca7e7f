"""HTTP/1.1 to one node over one kept connection: just enough of it, with every size and every wait bounded.

The standard library's `http.client` costs 25 ms to import (e-mail parser, ssl), which is more than all the rest of a
cold verification, and it has no total deadline: a body that drips one byte a second keeps it busy for ever. Here
nothing is followed (no redirects), nothing is read from the environment (no proxies), nothing is unpacked (no
compressed bodies), and TLS is imported only for https.

Source: RFC 9112 (message framing), RFC 9110 section 9.2.2 (which requests may be repeated).
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from credroot.chain.rpc.deadline import Deadline
from credroot.chain.rpc.name_lookup import addresses_of
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from credroot.chain.rpc.endpoint import Endpoint

MAX_HEAD_BYTES = 32 * 1024
"""Status line and headers together."""
MAX_LINE_BYTES = 8 * 1024
MAX_INTERIM_ANSWERS = 4
"""Answers of the 1xx kind that may come before the real one."""
RECEIVE_BYTES = 64 * 1024


class ConnectionDroppedError(Exception):
    """The peer closed a kept connection before the first byte of an answer: the request may be sent again, once.

    Never leaves `credroot.chain.rpc.client`.
    """


class HttpAnswer:
    """Status, headers (lower-case names) and body of one answer."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class HttpConnection:
    """One TCP or TLS connection, used for one request at a time. Not thread-safe.

    After any exception the connection is closed and must not be used again.
    """

    def __init__(self, endpoint: Endpoint, deadline: Deadline) -> None:
        """Connect. Raise `ChainUnavailable` (``chain.unreachable``, ``chain.timeout``)."""
        self._endpoint = endpoint
        self._socket = _connect(endpoint, deadline)
        self._buffer = bytearray()
        self.reused = False
        """Whether an earlier request was answered on this connection."""
        self.open = True
        """Whether another request may follow."""

    def close(self) -> None:
        """Close the socket; harmless when it is closed already."""
        self.open = False
        self._socket.close()

    def post(self, body: bytes, deadline: Deadline, max_bytes: int) -> HttpAnswer:
        """Send `body` as JSON and return the whole answer, of at most `max_bytes`.

        Raises:
            ConnectionDroppedError: a connection that had served before was closed before it answered this time.
            ChainUnavailable: ``chain.timeout``, ``chain.too_large``, ``chain.bad_answer`` or ``chain.unreachable``.
                The node may have read the request all the same.
        """
        try:
            try:
                self._send(body, deadline)
                first = self._receive_some(deadline, "waiting for the answer")
            except OSError as error:
                if self.reused and not isinstance(error, TimeoutError):
                    raise ConnectionDroppedError from error
                raise
            if not first:
                if self.reused:
                    raise ConnectionDroppedError
                raise ChainUnavailable("the node closed the connection without an answer", code="chain.unreachable")
            answer = self._read_answer(deadline, max_bytes)
            if self.reused and answer.status == 408:  # a server's farewell to an idle connection, not our answer
                raise ConnectionDroppedError
        except TimeoutError as error:
            self.close()
            raise deadline.exceeded("waiting for the node") from error
        except OSError as error:
            self.close()
            raise ChainUnavailable(f"the connection broke: {_reason(error)}", code="chain.unreachable") from error
        except BaseException:
            self.close()
            raise
        self.reused = True
        if not self.open:
            self.close()
        return answer

    def _send(self, body: bytes, deadline: Deadline) -> None:
        endpoint = self._endpoint
        head = [
            f"POST {endpoint.target} HTTP/1.1",
            f"Host: {endpoint.host_header}",
            "User-Agent: credroot",
            "Accept: application/json",
            "Accept-Encoding: identity",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        if endpoint.authorization:
            head.append(f"Authorization: {endpoint.authorization}")
        if self._buffer:
            raise ChainUnavailable("the node sent more than it had announced", code="chain.bad_answer")
        self._socket.settimeout(deadline.remaining("sending the request"))
        self._socket.sendall("\r\n".join((*head, "", "")).encode("ascii") + body)

    def _receive_some(self, deadline: Deadline, doing: str) -> int:
        """Append what has arrived to the buffer and return how much it was; 0 at the end of the stream."""
        self._socket.settimeout(deadline.remaining(doing))
        received = self._socket.recv(RECEIVE_BYTES)
        self._buffer += received
        return len(received)

    def _need_some(self, deadline: Deadline, doing: str) -> None:
        if not self._receive_some(deadline, doing):
            raise ChainUnavailable(f"the node closed the connection while {doing}", code="chain.bad_answer")

    def _read_answer(self, deadline: Deadline, max_bytes: int) -> HttpAnswer:
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            status, keep, headers = self._read_head(deadline)
            if status >= 200:
                return HttpAnswer(status, headers, self._read_body(status, keep, headers, deadline, max_bytes))
        raise ChainUnavailable("the node sent one interim answer after another", code="chain.bad_answer")

    def _read_head(self, deadline: Deadline) -> tuple[int, bool, dict[str, str]]:
        """Return the status, whether HTTP/1.1 keeps the connection by default, and the headers."""
        doing = "reading the headers"
        budget = MAX_HEAD_BYTES
        line = self._read_line(deadline, doing)
        version, _, rest = line.partition(" ")
        status = rest[:3]
        if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isascii() and status.isdigit() and len(status) == 3):
            raise ChainUnavailable("the answer is not HTTP/1.1", code="chain.bad_answer")
        headers: dict[str, str] = {}
        while line := self._read_line(deadline, doing):
            budget -= len(line) + 2
            name, colon, value = line.partition(":")
            name = name.lower()
            if not colon or not name or name != name.strip() or budget < 0:
                raise ChainUnavailable("the answer's HTTP headers are malformed or too long", code="chain.bad_answer")
            if name in headers and name in ("content-length", "transfer-encoding", "content-encoding"):
                raise ChainUnavailable(f"the answer has two {name} headers", code="chain.bad_answer")
            headers[name] = value.strip(" \t")
        return int(status), version == "HTTP/1.1", headers

    def _read_body(self, status: int, keep: bool, headers: dict[str, str], deadline: Deadline, max_bytes: int) -> bytes:
        connection = headers.get("connection", "").lower()
        self.open = connection != "close" if keep else connection == "keep-alive"
        if headers.get("content-encoding", "identity").lower() not in ("identity", ""):
            raise ChainUnavailable("the node compressed its answer without being asked", code="chain.bad_answer")
        transfer, length = headers.get("transfer-encoding"), headers.get("content-length")
        if status in (204, 304):
            return b""
        if transfer is not None:
            if transfer.lower() != "chunked" or length is not None:
                raise ChainUnavailable("the answer's length is ambiguous", code="chain.bad_answer")
            return self._read_chunks(deadline, max_bytes)
        if length is not None:
            if not (length.isascii() and length.isdigit() and len(length) < 20):
                raise ChainUnavailable("the answer's Content-Length is not a number", code="chain.bad_answer")
            if int(length) > max_bytes:
                raise _too_large(max_bytes)
            return self._read_exactly(int(length), deadline)
        self.open = False
        return self._read_to_end(deadline, max_bytes)

    def _read_line(self, deadline: Deadline, doing: str) -> str:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > MAX_LINE_BYTES:
                raise ChainUnavailable("a line of the answer's HTTP head is too long", code="chain.bad_answer")
            self._need_some(deadline, doing)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r").decode("latin-1")

    def _read_exactly(self, size: int, deadline: Deadline) -> bytes:
        while len(self._buffer) < size:
            self._need_some(deadline, "reading the body")
        body = bytes(self._buffer[:size])
        del self._buffer[:size]
        return body

    def _read_to_end(self, deadline: Deadline, max_bytes: int) -> bytes:
        while self._receive_some(deadline, "reading the body"):
            if len(self._buffer) > max_bytes:
                raise _too_large(max_bytes)
        if len(self._buffer) > max_bytes:
            raise _too_large(max_bytes)
        body = bytes(self._buffer)
        self._buffer.clear()
        return body

    def _read_chunks(self, deadline: Deadline, max_bytes: int) -> bytes:
        """Join the chunks. The sizes' own lines count too, so a stream of one-byte chunks ends at the cap as well."""
        body = bytearray()
        spent = 0
        while True:
            line = self._read_line(deadline, "reading the body")
            digits = line.partition(";")[0].strip(" \t")
            if not 0 < len(digits) <= 8 or digits.strip("0123456789abcdefABCDEF"):
                raise ChainUnavailable("the size of a chunk is not a hex number", code="chain.bad_answer")
            size = int(digits, 16)
            spent += len(line) + 2
            if len(body) + size > max_bytes or spent > max_bytes:
                raise _too_large(max_bytes)
            if size == 0:
                break
            body += self._read_exactly(size, deadline)
            if self._read_line(deadline, "reading the body"):
                raise ChainUnavailable("a chunk is longer than its size", code="chain.bad_answer")
        budget = MAX_HEAD_BYTES
        while line := self._read_line(deadline, "reading the trailers"):
            budget -= len(line) + 2
            if budget < 0:
                raise ChainUnavailable("the answer's trailers are too long", code="chain.bad_answer")
        return bytes(body)


def _connect(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    addresses = addresses_of(endpoint.host, endpoint.port, deadline)
    failure: OSError | None = None
    for position, (family, address) in enumerate(addresses):
        share = deadline.remaining("connecting") / (len(addresses) - position)
        connection = socket.socket(family, socket.SOCK_STREAM)
        try:
            connection.settimeout(share)
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _secured(connection, endpoint, deadline) if endpoint.scheme == "https" else connection
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
    if isinstance(failure, TimeoutError):
        raise ChainUnavailable("no connection in time", code="chain.timeout") from failure
    raise ChainUnavailable(f"no connection: {_reason(failure)}", code="chain.unreachable") from failure


def _secured(plain: socket.socket, endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    import ssl  # 10 ms that a node on http does not need

    plain.settimeout(deadline.remaining("TLS handshake"))
    return ssl.create_default_context().wrap_socket(plain, server_hostname=endpoint.host)


def _reason(error: OSError | None) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__)[:200]


def _too_large(max_bytes: int) -> ChainUnavailable:
    return ChainUnavailable(f"the node's answer is larger than {max_bytes} bytes", code="chain.too_large")
