"""One HTTP request at a time from a stranger on loopback, with every size and every wait bounded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

MAX_HEAD_BYTES = 16 * 1024
REQUEST_DEADLINE_S = 20.0
"""Seconds from a request's first byte to its last."""
IDLE_CONNECTION_S = 120.0
"""Seconds that a kept connection may be silent between requests."""

REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    503: "Service Unavailable",
}
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class RefusedRequest(Exception):
    """A request that is answered with an HTTP status and the end of the connection."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A complete request."""

    body: bytes
    keep: bool
    """Whether the client may send another on the same connection."""


async def read_request(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, max_bytes: int, deadline_s: float
) -> HttpRequest | None:
    """Return the next request, or None when the client has left or has nothing more to say.

    Raises:
        RefusedRequest: not a POST of JSON to a loopback name, too large, or not complete in time. The name is looked
            at so that no web page can get here through a name of its own; the media type so that none can without.
    """
    try:
        first = await asyncio.wait_for(reader.read(1), IDLE_CONNECTION_S)
    except TimeoutError:
        return None
    if not first:
        return None
    try:
        async with asyncio.timeout(deadline_s):
            head = first + await reader.readuntil(b"\r\n\r\n")
            keep, size, expects = _checked_head(head, max_bytes)
            if expects:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return HttpRequest(await reader.readexactly(size), keep)
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise RefusedRequest(400) from error
    except TimeoutError as error:
        raise RefusedRequest(408) from error


def _checked_head(head: bytes, max_bytes: int) -> tuple[bool, int, bool]:
    """Return whether to keep the connection, the body's size, and whether the client waits for a go-ahead."""
    request_line, *lines = head.decode("latin-1").split("\r\n")
    method, _, rest = request_line.partition(" ")
    version = rest.rpartition(" ")[2]
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise RefusedRequest(400)
    if method != "POST":
        raise RefusedRequest(405)
    headers: dict[str, str] = {}
    for line in lines[:-2]:
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise RefusedRequest(400)
        headers[name.lower()] = value.strip()
    host = headers.get("host", "")
    if (host if host.endswith("]") else host.rpartition(":")[0] or host) not in _LOOPBACK_HOSTS:
        raise RefusedRequest(403)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedRequest(415)
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit() and len(length) < 16):
        raise RefusedRequest(411)
    if int(length) > max_bytes:
        raise RefusedRequest(413)
    keep = headers.get("connection", "keep-alive" if version == "HTTP/1.1" else "close").lower() == "keep-alive"
    return keep, int(length), headers.get("expect", "").lower() == "100-continue"


async def write_answer(writer: asyncio.StreamWriter, status: int, body: bytes, *, keep: bool) -> None:
    """Send an answer; a client that does not read it is given up after the request's deadline."""
    head = (
        f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n"
    )
    writer.write(head.encode("ascii") + body)
    async with asyncio.timeout(REQUEST_DEADLINE_S):
        await writer.drain()
