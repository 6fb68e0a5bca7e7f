"""From our complete answers to what the framework sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from credroot.app.api.http.answers import Answer


def framework_response(answer: Answer) -> Response:
    """Give an answer as the framework's own response."""
    response = Response(answer.body, answer.status)
    response.raw_headers += [(b"content-type", answer.media_type), *answer.headers]
    return response
