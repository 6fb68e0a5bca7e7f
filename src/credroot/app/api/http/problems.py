"""Problem details (RFC 9457): every refusal by a name that stays, with a text of its own under ``/problems/<name>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from credroot.app.api.limits import RETRY_AFTER_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from credroot.core.json.types import JsonObject

PROBLEM_MEDIA_TYPE = b"application/problem+json"
MAX_DETAIL = 500
"""Characters of a detail, which may name what the caller sent."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of refusal, the same for ever."""

    name: str
    status: int
    title: str
    text: str
    """What it means and what to do, for people."""
    retry_after_s: int | None = None

    @property
    def type(self) -> str:
        """The problem's ``type``, relative to whoever serves it."""
        return f"/problems/{self.name}"


def _kind(name: str, status: int, title: str, text: str, retry_after_s: int | None = None) -> ProblemKind:
    return ProblemKind(name, status, title, text, retry_after_s)


NOT_JSON = _kind(
    "not-json",
    400,
    "The body is not JSON with one meaning",
    "The body is not JSON, or two readers could understand it differently: a duplicate key, a number beyond 2^53-1, "
    "NaN, half a character, a byte order mark, more than 32 levels. The member `code` says which. A credential that "
    "was read and does not hold is no problem: it is answered with 200 and its report.",
)
BAD_REQUEST = _kind("bad-request", 400, "Not an HTTP request", "The request can't be read as HTTP/1.1.")
UNAUTHORIZED = _kind(
    "unauthorized",
    401,
    "A key is needed",
    "Send a key that the operator gave you, as `Authorization: Bearer KEY`. Verifying needs none.",
)
NOT_FOUND = _kind(
    "not-found", 404, "No such resource", "There is nothing under this path; /openapi.json lists what is."
)
NOT_ANCHORED = _kind(
    "not-anchored",
    404,
    "The registry does not hold this batch",
    "As of the block that is named, this issuer never anchored this root in the registry of this network.",
)
NO_SUCH_LEAF = _kind(
    "no-such-leaf", 404, "The batch has no such index", "The index is not below the batch's number of credentials."
)
UNKNOWN_NETWORK = _kind(
    "unknown-network",
    404,
    "No registry is pinned on this network",
    "This server has no pinned registry on the network that was asked for; the member `networks` lists those it has.",
)
NO_EVENTS = _kind(
    "no-events",
    404,
    "No event is about this account",
    "As of the block that is named, the registry has no event of this account and no accreditation of it.",
)
STALE_CURSOR = _kind(
    "stale-cursor",
    410,
    "The cursor is of a version of the chain that is gone",
    "The chain was reorganised: the block in which that page ended is another one now, and events of earlier pages may "
    "be gone as well. Read again without a cursor, or from a block that you know to be the same by its hash.",
)
METHOD_NOT_ALLOWED = _kind(
    "method-not-allowed", 405, "Another method is wanted", "The header Allow names the methods that this path takes."
)
TIMEOUT = _kind(
    "request-timeout", 408, "The body did not arrive in time", "The body was sent too slowly, so it was given up."
)
TOO_LARGE = _kind(
    "too-large",
    413,
    "The body is too large",
    "A credential or receipt has at most 1 MiB, a picture or a batch at most 16 MiB and 1,000 of them.",
)
MEDIA_TYPE = _kind(
    "unsupported-media-type",
    415,
    "This kind of content is not taken",
    "Send the credential itself as application/json (or a vc+json type), or a PNG or SVG badge as image/png or "
    "image/svg+xml, without a content encoding. With curl: -H 'Content-Type: application/json' --data-binary @file.",
)
UNPROCESSABLE = _kind(
    "unprocessable",
    422,
    "The request has another form than this path takes",
    "The JSON or a parameter is well-formed, but not what is asked for here; the detail says what is.",
)
RATE = _kind(
    "too-many-requests",
    429,
    "Too many requests from this address",
    "Wait for the seconds that Retry-After names. To check many credentials, send them together to /v1/verify/batch.",
    1,
)
BUSY = _kind(
    "busy", 429, "The server has no room for this request now", "Wait for the seconds that Retry-After names.", 1
)
TARGET = _kind("target-too-long", 414, "Path and query are too long", "They have at most 1 KiB together.")
HEADERS = _kind(
    "headers-too-large", 431, "The headers are too large", "Request line and headers have at most 32 KiB and 100 lines."
)
INTERNAL = _kind(
    "internal-error", 500, "Our fault", "The server failed; nothing can be concluded about the credential."
)
UNAVAILABLE = _kind(
    "chain-unavailable",
    503,
    "Could not check: the chain gives no answer",
    "The endpoint of the chain is down or too slow. This says nothing about the credential. Wait for the seconds that "
    "Retry-After names. Where a credential was sent, `report` (or `reports`) has every check that needs no chain.",
    RETRY_AFTER_S,
)
MISMATCH = _kind(
    "chain-mismatch",
    503,
    "Could not check: the endpoint serves another chain or registry",
    "The endpoint's chain id or the registry's code is not what this server has pinned. Its operator must look at it.",
    60,
)
NO_INDEX = _kind(
    "no-index",
    503,
    "There is no index of events here now",
    "Nobody has read the registry's events into this server's index yet, or it can't be opened; the member `code` says "
    "which. Its operator runs `credroot audit sync --follow`.",
    60,
)
INDEX_BEHIND = _kind(
    "index-behind",
    503,
    "The index of events is behind the chain",
    "The members say how far the index goes, which block is final, and how many seconds lie between. It is not served "
    "until it has caught up, so that nobody takes an old answer for a new one. Its operator runs "
    "`credroot audit sync --follow`.",
    60,
)
NOT_READY = _kind(
    "not-ready",
    503,
    "Not every pinned registry can be read",
    "The member `registries` says which can't, and why.",
    RETRY_AFTER_S,
)
SHUTTING_DOWN = _kind("shutting-down", 503, "The server is being stopped", "Send the request again in a moment.", 1)

KINDS: dict[str, ProblemKind] = {kind.name: kind for kind in list(globals().values()) if isinstance(kind, ProblemKind)}
"""Every kind, by its name."""


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        kind: ProblemKind,
        detail: str = "",
        *,
        code: str | None = None,
        members: Mapping[str, Any] | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        is_body_unread: bool = False,
    ) -> None:
        """Say with `detail` what is wrong here, with `code` which error of ours it was; `members` go beside them."""
        super().__init__(kind.name)
        self.kind = kind
        self.detail = detail
        self.code = code
        self.members: JsonObject = dict(members or {})
        self.headers = headers
        self.is_body_unread = is_body_unread
        """The connection can't be used again, for a body is still coming."""

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes with all that is said here."""
        return _problem, (self.kind, self.detail, self.code, self.members, self.headers, self.is_body_unread)

    def body(self) -> bytes:
        """Give the ``application/problem+json`` document."""
        kind = self.kind
        document: JsonObject = {"type": kind.type, "title": kind.title, "status": kind.status}
        if self.detail:
            document["detail"] = self.detail[:MAX_DETAIL]
        if self.code is not None:
            document["code"] = self.code
        return orjson.dumps(document | self.members)


def _problem(
    kind: ProblemKind,
    detail: str,
    code: str | None,
    members: JsonObject,
    headers: tuple[tuple[bytes, bytes], ...],
    is_body_unread: bool,
) -> ProblemError:
    return ProblemError(kind, detail, code=code, members=members, headers=headers, is_body_unread=is_body_unread)


def problem_page(kind: ProblemKind) -> str:
    """Give the text that is served under a problem's type."""
    retry = f"\n\nIt may be tried again after {kind.retry_after_s} s." if kind.retry_after_s else ""
    return f"{kind.title} (HTTP {kind.status})\n\n{kind.text}{retry}\n"
