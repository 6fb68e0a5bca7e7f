"""Reading a request's body: never more than is allowed, never longer than is allowed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from credroot.app.api.problems import BUSY, MEDIA_TYPE, TIMEOUT, TOO_LARGE, ProblemError

if TYPE_CHECKING:
    from credroot.app.api.answers import Receive, Scope
    from credroot.app.api.limits import Limits

DRAIN_BYTES = 4 * 2**20
"""Bytes of a refused body that are taken and thrown away, so that a client which writes before it reads sees why."""
DRAIN_S = 1.0
BODY_IS_HERE = "credroot.body_is_here"
"""Set in a request's state by our server once the last byte of its body has arrived."""


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


class BodyReader:
    """Reads bodies under the limits of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._large_bodies = 0

    async def read(self, scope: Scope, receive: Receive, *, large: bool = False) -> bytes:
        """Give the whole body.

        Raises:
            ProblemError: ``too-large``, by what it announces or by what arrives; ``request-timeout``; ``busy``, other
                large bodies fill the room for them; ``unsupported-media-type`` for a content encoding.
            ClientGoneError: the client closed the connection.
        """
        announced, is_encoded = _announced(scope)
        if is_encoded:
            await drain(receive)
            raise ProblemError(MEDIA_TYPE, "a content encoding is not taken", is_body_unread=True)
        limits = self._limits
        cap = limits.large_body_bytes if large else limits.body_bytes
        if announced is not None and announced > cap:
            await drain(receive)
            raise _too_large(cap)
        is_large = large and (announced is None or announced > limits.body_bytes)
        if is_large and self._large_bodies >= limits.large_bodies:
            await drain(receive)
            raise ProblemError(BUSY, "too many large requests at once", is_body_unread=True)
        if BODY_IS_HERE in scope.get("state", ()):
            return await _read(receive, cap)
        self._large_bodies += is_large
        try:
            async with asyncio.timeout(limits.large_body_s if large else limits.body_s):
                return await _read(receive, cap)
        except TimeoutError:
            raise ProblemError(TIMEOUT, is_body_unread=True) from None
        finally:
            self._large_bodies -= is_large


async def _read(receive: Receive, cap: int) -> bytes:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return _within(body, cap)
    parts, size = [body], len(body)
    while True:
        if size > cap:
            await drain(receive)
            raise _too_large(cap)
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body = message.get("body", b"")
        parts.append(body)
        size += len(body)
        if not message.get("more_body"):
            return _within(b"".join(parts), cap)


async def drain(receive: Receive) -> None:
    """Throw away what arrives within `DRAIN_S` seconds, `DRAIN_BYTES` at most."""
    left = DRAIN_BYTES
    try:
        async with asyncio.timeout(DRAIN_S):
            while left > 0:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
                left -= len(message.get("body", b""))
    except TimeoutError:
        return


def _announced(scope: Scope) -> tuple[int | None, bool]:
    """Give the announced length, and whether the body is encoded. The server has checked the length's digits."""
    length, is_encoded = None, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value) if value.isdigit() else None
        elif name == b"content-encoding":
            is_encoded = value.strip().lower() not in (b"", b"identity")
    return length, is_encoded


def _within(body: bytes, cap: int) -> bytes:
    if len(body) > cap:
        raise _too_large(cap)
    return body


def _too_large(cap: int) -> ProblemError:
    return ProblemError(TOO_LARGE, f"at most {cap} bytes are taken here", code="body.too_large", is_body_unread=True)
