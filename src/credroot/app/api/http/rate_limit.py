"""How many requests one client address may send: a token bucket each, for the addresses seen last."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

IPV6_NETWORK_GROUPS = 4
"""Groups of an IPv6 address that name a household: one subscriber has at least 2^64 addresses."""


class RateLimit:
    """Token buckets. The least recently seen address is forgotten when there are too many."""

    def __init__(self, rate_per_s: float, burst: float, clients: int, monotonic: Callable[[], float]) -> None:
        """Allow `burst` requests at once and `rate_per_s` in the long run; a rate of 0 allows everything."""
        self._rate = rate_per_s
        self._burst = burst
        self._clients = clients
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}
        """Client to tokens and the moment of the count, the longest unseen first."""

    def __len__(self) -> int:
        return len(self._buckets)

    def allows(self, address: str, cost: float = 1.0) -> bool:
        """Take `cost` tokens of the client. A cost beyond what there is is refused and takes nothing."""
        if self._rate <= 0:
            return True
        client = client_of(address)
        now = self._monotonic()
        tokens, since = self._buckets.pop(client, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        is_allowed = tokens >= cost
        self._buckets[client] = (tokens - cost if is_allowed else tokens, now)
        if len(self._buckets) > self._clients:
            del self._buckets[next(iter(self._buckets))]
        return is_allowed


def client_of(address: str) -> str:
    """Give what is counted as one client: an IPv4 address, or the first 64 bits of an IPv6 address."""
    if ":" not in address or address.startswith("::ffff:"):
        return address
    from ipaddress import IPv6Address

    try:
        groups = IPv6Address(address.partition("%")[0]).exploded.split(":")
    except ValueError:
        return address
    return ":".join(groups[:IPV6_NETWORK_GROUPS])
