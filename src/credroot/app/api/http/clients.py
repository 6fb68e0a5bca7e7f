"""Who asks: what is counted as one client, for places, for room and for turns."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from credroot.app.api.http.rate_limit import client_of

if TYPE_CHECKING:
    from credroot.app.api.http.answers import Scope

NOBODY = ""
"""Who asks from within the process, or over a socket that has no address."""
ASKING: ContextVar[str] = ContextVar("asking", default=NOBODY)
"""The client of the request that is being answered. Each request has a task, and so a context, of its own."""


def asking_client(scope: Scope) -> str:
    """Give the client of a request: an IPv4 address or 64 bits of an IPv6 address, that of a trusted proxy's client."""
    client = scope.get("client")
    return NOBODY if client is None else client_of(client[0])
