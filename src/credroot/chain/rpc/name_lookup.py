"""Host names to socket addresses, within a deadline."""

from __future__ import annotations

import socket
from typing import Any

from credroot.chain.rpc.deadline import Deadline
from credroot.core.errors import ChainUnavailable

MAX_ADDRESSES = 4
"""How many of a name's addresses are tried; each gets its share of the deadline."""


def addresses_of(host: str, port: int, deadline: Deadline) -> list[tuple[int, Any]]:
    """Return up to four (address family, socket address) pairs for `host`, in the resolver's order.

    Raises:
        ChainUnavailable: ``chain.unreachable`` when there is no such name, ``chain.timeout``.
    """
    if host == "localhost" or ":" in host or host.replace(".", "").isdigit():
        found: list[Any] | OSError = _resolve(host, port)
    else:
        found = _resolve_in_thread(host, port, deadline)
    if isinstance(found, OSError):
        raise ChainUnavailable(f"the name {host} has no address: {found.strerror}", code="chain.unreachable")
    return [(entry[0], entry[4]) for entry in found[:MAX_ADDRESSES]]


def _resolve(host: str, port: int) -> list[Any] | OSError:
    try:
        # As bytes: a text would bring in the IDNA codec, which takes longer than connecting and has nothing to do here.
        return socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except UnicodeError:
        return OSError(0, "not a host name")


def _resolve_in_thread(host: str, port: int, deadline: Deadline) -> list[Any] | OSError:
    """Resolve in a thread that may be left behind: the system's resolver takes no deadline of its own."""
    from threading import Thread  # only names need it

    found: list[list[Any] | OSError] = []
    thread = Thread(target=lambda: found.append(_resolve(host, port)), daemon=True)
    thread.start()
    thread.join(deadline.remaining("looking up the name"))
    if not found:
        raise deadline.exceeded("looking up the name")
    return found[0]
