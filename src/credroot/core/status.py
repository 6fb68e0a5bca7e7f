"""The registry's answer about one leaf."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """What the registry contract answers, by its numbers; zero is unsafe on purpose.

    Source: ``ICredentialRegistry.sol``, which has the same numbers for ever.
    """

    UNKNOWN = 0
    """Nothing is anchored under this issuer and root."""
    ACTIVE = 1
    SUSPENDED = 2
    """Withdrawn for now; the issuer can lift it."""
    REVOKED = 3
    """Withdrawn for ever."""
    DISTRUSTED = 4
    """Anchored by a key from a moment on at which the issuer no longer trusts it."""
    INVALID_PROOF = 5
    """The proof does not lead from this leaf to this root."""
