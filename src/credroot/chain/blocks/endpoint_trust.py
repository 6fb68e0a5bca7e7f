"""How little a verifier believes the endpoints of a chain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caution:
    """What endpoints must do before a verdict rests on what they say."""

    quorum: int = 1
    """Endpoints that must say the same."""
    prove: bool = False
    """Whether facts must be shown by storage proofs."""


BELIEVE_ONE = Caution()
