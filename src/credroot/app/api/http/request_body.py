"""Reading a request's body: never more than is allowed, never longer than is allowed, and no slower.

Waiting for bytes takes no place from anybody else: only what has arrived counts, and it counts against its client.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from credroot.app.api.http.clients import ASKING
from credroot.app.api.http.problems import BUSY, MEDIA_TYPE, RATE, TIMEOUT, TOO_LARGE, ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.api.http.answers import Message, Receive, Scope
    from credroot.app.api.limits import Limits

DRAIN_BYTES = 4 * 2**20
"""Bytes of a refused body that are taken and thrown away, so that a client which writes before it reads sees why."""
DRAIN_S = 1.0
BODY_IS_HERE = "credroot.body_is_here"
"""Set in a request's state by our server once the last byte of its body has arrived."""
_HELD = "credroot.held_bytes"


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""


class BodyReader:
    """Reads bodies under the limits of one server, and counts those that are in memory. For the event loop alone."""

    def __init__(self, limits: Limits, charge: Callable[[Scope, float], bool] = lambda _scope, _cost: True) -> None:
        """Read under `limits`; `charge` takes a cost from its client and says if there was room."""
        self._limits = limits
        self._charge = charge
        self.held = 0
        """Bytes that are in memory."""
        self._held_of: dict[str, int] = {}
        self.reading = 0
        """Requests whose body is still to come."""

    async def read(self, scope: Scope, receive: Receive, *, large: bool = False) -> bytes:
        """Give the whole body.

        Raises:
            ProblemError: ``too-large``, by what it announces or by what arrives; ``request-timeout``, or too slow;
                ``busy``, other bodies fill the room for them; ``unsupported-media-type`` for a content encoding.
            ClientGoneError: the client closed the connection.
        """
        announced, is_encoded = _announced(scope)
        if is_encoded:
            await self.drain(receive)
            raise ProblemError(MEDIA_TYPE, "a content encoding is not taken", is_body_unread=True)
        limits = self._limits
        cap = limits.large_body_bytes if large else limits.body_bytes
        if announced is not None and announced > cap:
            await self.drain(receive)
            raise _too_large(cap)
        if BODY_IS_HERE in scope.get("state", ()):
            return await self._collected(scope, receive, cap)
        self.reading += 1
        try:
            async with asyncio.timeout(limits.large_body_s if large else limits.body_s):
                return await self._collected(scope, _Paced(receive, limits), cap)
        except TimeoutError:
            raise ProblemError(TIMEOUT, is_body_unread=True) from None
        finally:
            self.reading -= 1

    async def drain(self, receive: Receive) -> None:
        """Throw away what comes of a refused body, as `drain` does, and wait for it as for a body."""
        self.reading += 1
        try:
            await drain(receive)
        finally:
            self.reading -= 1

    def release(self, scope: Scope) -> None:
        """Forget the body of a request that was answered."""
        held = scope.pop(_HELD, None)
        if held is None:
            return
        client, size = held
        self.held -= size
        self._held_of[client] -= size
        if not self._held_of[client]:
            del self._held_of[client]

    async def _collected(self, scope: Scope, receive: Receive, cap: int) -> bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            self._hold(scope, len(body))
            return _within(body, cap)
        collected = bytearray()
        while True:
            collected += body
            if len(collected) > cap:
                await self.drain(receive)
                raise _too_large(cap)
            self._hold(scope, len(body))
            if not message.get("more_body"):
                return bytes(collected)
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            body = message.get("body", b"")

    def _hold(self, scope: Scope, size: int) -> None:
        """Count bytes that have arrived; `ProblemError` ``busy`` where there is no room for them, or ``too-many``."""
        client, so_far = scope.get(_HELD, (ASKING.get(), 0))
        own = self._held_of.get(client, 0) + size
        limits = self._limits
        is_large = so_far + size > limits.body_bytes
        room = limits.held_bytes * (1 - limits.held_share_for_small if is_large else 1)
        if self.held + size > room or (client and own > limits.held_bytes_of_client):
            raise ProblemError(BUSY, "there is no room for so many bodies at once", is_body_unread=True)
        if not self._charge(scope, size / limits.bytes_of_a_request):
            raise ProblemError(RATE, "a large body counts as many requests", is_body_unread=True)
        self.held += size
        self._held_of[client] = own
        scope[_HELD] = (client, so_far + size)


class _Paced:
    """Gives a body's messages while they come fast enough."""

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._size = 0

    async def __call__(self) -> Message:
        """Give the next message; `TimeoutError` where nothing comes, or too little."""
        limits = self._limits
        allowed = limits.idle_s + self._size / limits.slowest_bytes_per_s
        left = self._began + allowed - self._loop.time()
        async with asyncio.timeout(min(limits.idle_s, left)):
            message = await self._receive()
        self._size += len(message.get("body", b""))
        return message


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
