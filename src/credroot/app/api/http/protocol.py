"""uvicorn's HTTP protocol with what it lacks: bounds on the head of a request, and an end to every kind of waiting.

uvicorn waits for ever for the rest of a request's headers, and for a client to take an answer. Here each connection
knows since when it has owed something, and `reap`, called every second, ends those that owe it for too long.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from credroot.app.api.http.clients import NOBODY
from credroot.app.api.http.problems import BAD_REQUEST, HEADERS, TARGET, ProblemError, ProblemKind
from credroot.app.api.http.rate_limit import client_of
from credroot.app.api.http.request_body import BODY_IS_HERE
from credroot.app.api.limits import Limits

if TYPE_CHECKING:
    import asyncio

SLACK_BYTES = 8 * 2**20
"""What a request may have on the wire beside a body of the largest size: headers, and the frames of chunks."""


class _RefusedError(Exception):
    """Stops the parser."""


class _TooManyWaitError(Exception):
    """Stops it as well."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    limits = Limits()
    """Set for the whole process before the first connection."""
    _of_client: ClassVar[dict[str, dict[GuardedProtocol, None]]] = {}
    """Connections by client; of each, the one that was silent for longest stands first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_due: float | None = None
        """When the next request's head must be complete; `None` while a request is being answered."""
        self._peer = NOBODY
        self._closing_since: float | None = None
        self._stalled_since: float | None = None
        self._head_bytes = 0
        self._request_bytes = 0
        self._refusal = BAD_REQUEST
        """What is wrong with a request that is refused before anybody is asked to answer it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; beyond the limit, of whoever has the most the one goes that was silent for longest."""
        super().connection_made(transport)
        self._expect_head()
        self._peer = NOBODY if self.client is None else client_of(self.client[0])
        self._of_client.setdefault(self._peer, {})[self] = None
        if len(self.connections) > self.limits.connections:
            self._least_missed()._drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._leave()
        super().connection_lost(exc)

    def _least_missed(self) -> GuardedProtocol:
        most = max(self._of_client.values(), key=len)
        owing = (one for one in most if one._head_due is not None)
        return next(owing, None) or next(iter(most))

    def _drop(self) -> None:
        """End the connection, with whatever still waits on it."""
        self.pipeline.clear()
        self._leave()
        self.transport.abort()

    def _leave(self) -> None:
        own = self._of_client.get(self._peer, {})
        own.pop(self, None)
        if not own:
            self._of_client.pop(self._peer, None)

    def _was_heard(self) -> None:
        own = self._of_client.get(self._peer, {})
        if self in own:
            own[self] = own.pop(self)

    def _expect_head(self) -> None:
        self._head_due = self.loop.time() + self.limits.head_s
        self._head_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Parse what arrived; a head that grows too large is refused before it is complete."""
        self._request_bytes += len(data)
        self._was_heard()
        if self._head_due is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head_due is not None and self._head_bytes > self.limits.head_bytes:
            self._refusal = HEADERS
            self.send_400_response("")
        elif self._request_bytes > self.limits.large_body_bytes + SLACK_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin to count the head's bytes as they are parsed."""
        if len(self.pipeline) >= self.limits.pipelined:
            self._drop()
            raise _TooManyWaitError
        super().on_message_begin()
        self._head_size = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request's target."""
        self._count(len(url))
        super().on_url(url)
        if len(self.url) > self.limits.target_bytes:
            self._refuse(TARGET)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header, or one trailer of a chunked body."""
        self._count(len(name) + len(value) + 4)
        if len(self.headers) >= self.limits.headers:
            self._refuse(HEADERS)
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_size += size
        if self._head_size > self.limits.head_bytes:
            self._refuse(HEADERS)

    def _refuse(self, kind: ProblemKind) -> None:
        self._refusal = kind
        raise _RefusedError

    def on_headers_complete(self) -> None:
        """Hand the request to the application."""
        super().on_headers_complete()
        self._head_due = None

    def on_message_complete(self) -> None:
        """Tell the application that nothing of the body is still to come, so that it needs no deadline."""
        super().on_message_complete()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.scope["state"][BODY_IS_HERE] = True

    def on_response_complete(self) -> None:
        """Wait for the next request, unless one is waiting already."""
        is_next_here = bool(self.pipeline)
        super().on_response_complete()
        self._request_bytes = 0
        if not is_next_here:
            self._expect_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, or has too large a head or target, as a problem; the connection ends with it."""
        if self.transport.is_closing():
            return
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        status, body = self._refusal.status, ProblemError(self._refusal).body()
        phrase = HTTPStatus(status).phrase.encode()
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\n"
            b"cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n%b"
            % (status, phrase, len(body), body)
        )
        self.transport.close()

    def pause_writing(self) -> None:
        """Notice that the client does not take what is sent."""
        super().pause_writing()
        self._stalled_since = self.loop.time()

    def resume_writing(self) -> None:
        """Notice that it does."""
        super().resume_writing()
        self._stalled_since = None

    def reap(self, now: float) -> None:
        """End the connection where it has owed something for too long at `now`, a moment of the loop's clock."""
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > self.limits.closing_s:
                self.transport.abort()
        elif self._stalled_since is not None and now - self._stalled_since > self.limits.stalled_s:
            self.transport.abort()
        elif self._head_due is not None and now > self._head_due:
            self.transport.close()
