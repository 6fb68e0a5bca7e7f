"""When a block counts as there for good: a number of confirmations, or the chain's own tag."""

from __future__ import annotations

from dataclasses import dataclass

from credroot.core.errors import InputError

MAX_CONFIRMATIONS = 100_000


@dataclass(frozen=True, slots=True)
class Confirmations:
    """Final once this many blocks, the one itself included, are on the chain. 0 and 1 both mean: once it is mined."""

    count: int

    def __str__(self) -> str:
        return "1 confirmation" if self.count == 1 else f"{self.count} confirmations"


@dataclass(frozen=True, slots=True)
class FinalityTag:
    """Final once the chain's own tag, ``finalized`` or ``safe``, has reached the block."""

    tag: str

    def __str__(self) -> str:
        return f"the tag {self.tag!r}"


Finality = Confirmations | FinalityTag


def parse_finality(value: object, *, source: str) -> Finality:
    """Read ``"finalized"``, ``"safe"`` or a number of confirmations.

    Raises:
        InputError: it is neither; `source` is named.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_CONFIRMATIONS:
        return Confirmations(value)
    if value in ("finalized", "safe"):
        return FinalityTag(str(value))
    raise InputError(
        f'{source}: finality is "finalized", "safe" or a number of confirmations', code="settings.finality"
    )
