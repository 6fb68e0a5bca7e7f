"""A node's URL, taken apart once: where to connect, what to ask for, what may be shown.

URLs of nodes carry secrets: a user and password before the host, an API key in the path or the query. What is
printed of an `Endpoint` has none of them.
"""

from __future__ import annotations

import re
from binascii import b2a_base64

from credroot.core.errors import InputError

DEFAULT_PORTS = {"http": 80, "https": 443}
SHOWN_PATH_SEGMENT = 12
"""Characters: a longer part of a path is taken for an API key and masked; words such as ``polygon`` are shorter."""

_URL = re.compile(
    r"(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?)://"
    r"(?:(?P<userinfo>[^/?#@]*)@)?"
    r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+))"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!-\"$->@-~]*)?"
    r"(?:\?(?P<query>[!-\"$-~]*))?"
)
"""Without `re.IGNORECASE`, which lets U+0130 and U+212A through as letters, and is slower to compile."""


class Endpoint:
    """One http or https URL of a node. Equality and `repr` are those of the masked text."""

    __slots__ = ("authorization", "host", "host_header", "masked", "port", "scheme", "target")

    scheme: str
    """``http`` or ``https``."""
    host: str
    """A name or an address, without brackets."""
    port: int
    target: str
    """Path and query, as they go into the request line."""
    host_header: str
    authorization: str | None
    """The value of the Authorization header, when the URL has a user."""
    masked: str
    """The URL with every secret replaced by ``***``: the only form that is ever printed."""

    def __init__(self, url: str) -> None:
        """Raise `InputError` (``rpc.url``) unless `url` is a plain http or https URL in printable ASCII."""
        match = _URL.fullmatch(url)
        if match is None:
            raise InputError(
                f"not a URL of a node: {_scheme_only(url)}; expected http(s)://host[:port][/path]", code="rpc.url"
            )
        self.scheme = match["scheme"].lower()
        self.host = match["v6"] or match["host"]
        self.port = int(match["port"]) if match["port"] else DEFAULT_PORTS[self.scheme]
        if not 0 < self.port < 65536:
            raise InputError(f"a port is between 1 and 65535, got {self.port}", code="rpc.url")
        path, query = match["path"] or "/", match["query"]
        self.target = path if query is None else f"{path}?{query}"
        shown_host = f"[{self.host}]" if match["v6"] else self.host
        self.host_header = shown_host if self.port == DEFAULT_PORTS[self.scheme] else f"{shown_host}:{self.port}"
        self.authorization = _basic(match["userinfo"]) if match["userinfo"] else None
        self.masked = "".join(
            (
                f"{self.scheme}://",
                "***@" if match["userinfo"] else "",
                self.host_header,
                "/".join(_masked_segment(segment) for segment in path.split("/")) if path != "/" else "",
                "?***" if query else "",
            )
        )

    def __repr__(self) -> str:
        return f"Endpoint({self.masked})"


def _masked_segment(segment: str) -> str:
    return "***" if len(segment) > SHOWN_PATH_SEGMENT else segment


def _scheme_only(url: str) -> str:
    """Say of a wrong URL only its scheme: the rest may hold a secret."""
    scheme, colon, _ = url.partition("://")
    return f"{scheme[:10]!r}://..." if colon else "no scheme"


def _basic(userinfo: str) -> str:
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda hexed: bytes.fromhex(hexed[1].decode()), userinfo.encode())
    if b":" not in userinfo.encode():
        raw += b":"
    return "Basic " + b2a_base64(raw, newline=False).decode()
