"""Complete answers, and how they go out. Everything that is said to a browser about them is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from credroot.app.api.http.problems import PROBLEM_MEDIA_TYPE, ProblemError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Headers = tuple[tuple[bytes, bytes], ...]

JSON = b"application/json"
NO_STORE = (b"cache-control", b"no-store")
SECURITY_HEADERS: Headers = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
"""Nothing that is answered here is a page: it loads nothing, and nothing may frame it."""
CLOSE = (b"connection", b"close")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response with its whole body."""

    status: int
    body: bytes
    media_type: bytes = JSON
    headers: Headers = ()


def problem_answer(problem: ProblemError) -> Answer:
    """Give the response of a problem."""
    headers = problem.headers
    if problem.kind.retry_after_s is not None:
        headers = (*headers, (b"retry-after", b"%d" % problem.kind.retry_after_s))
    if problem.is_body_unread:
        headers = (*headers, CLOSE)
    return Answer(problem.kind.status, problem.body(), PROBLEM_MEDIA_TYPE, headers)


async def send_answer(send: Send, answer: Answer, more: Headers = ()) -> None:
    """Send `answer` with the headers of every response, and `more` of the request's own.

    A header that the answer brings takes the place of the common one of that name.
    """
    given = {name for name, _ in answer.headers}
    headers = [
        (b"content-type", answer.media_type),
        (b"content-length", b"%d" % len(answer.body)),
        *(header for header in (NO_STORE, *SECURITY_HEADERS) if header[0] not in given),
        *answer.headers,
        *more,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
