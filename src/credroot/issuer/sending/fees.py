"""What is offered for a unit of gas: at first, and when a transaction has waited too long.

A replacement keeps the nonce, so that at most one of the attempts is ever mined, and raises both fees by an eighth, the
most that any node asks before it takes a replacement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credroot.chain.writing.writer import Fees
    from credroot.store.journal_records import Attempt, Caps

BUMP_NUMERATOR, BUMP_DENOMINATOR = 9, 8
"""12.5 %: geth asks for 10 %, others for 12.5 %."""
BUMP_AFTER_S = 180.0
"""Seconds that an attempt may wait before it is replaced: some fifteen blocks of Ethereum."""
BUMP_CEILING = 4
"""Without a cap of the issuer's, a replacement offers at most this many times what a first attempt would offer now."""


@dataclass(frozen=True, slots=True)
class Price:
    """An offer for a unit of gas, in wei."""

    max_fee: int
    tip: int
    """Equal to `max_fee` on a chain without a base fee."""


@dataclass(frozen=True, slots=True)
class TooDear:
    """No replacement may be offered."""

    reason: str


def first_price(fees: Fees, caps: Caps) -> Price:
    """Give the offer of a first attempt: room for six full blocks, under the cap."""
    max_fee = fees.most if caps.fee_wei is None else min(fees.most, caps.fee_wei)
    return Price(max_fee, max_fee if fees.base_fee is None else min(fees.tip, max_fee))


def is_due(last: Attempt, fees: Fees, *, age_s: float, bump_after_s: float = BUMP_AFTER_S) -> bool:
    """Answer whether an attempt has to be replaced: it waited too long, or the base fee outgrew what it offers."""
    outgrown = fees.base_fee is not None and fees.base_fee > last.max_fee_wei
    return outgrown or age_s >= bump_after_s


def replacement_price(last: Attempt, fees: Fees, caps: Caps, *, other_wei: int, balance_wei: int) -> Price | TooDear:
    """Give the offer of the next attempt: an eighth more than `last` on both fees, or the present fees where more.

    `other_wei` is what the transaction costs beside its gas.
    """
    least, least_tip = _raised(last.max_fee_wei), _raised(last.tip_wei)
    ceilings = [(BUMP_CEILING * max(fees.most, 1), "it offers a multiple of the present fees already")]
    if caps.fee_wei is not None:
        ceilings.append((caps.fee_wei, "the cap on the fee allows no higher offer"))
    if caps.cost_wei is not None:
        ceilings.append(((caps.cost_wei - other_wei) // last.gas, "the cap on the cost allows no higher offer"))
    ceilings.append(((balance_wei - other_wei) // last.gas, "the account holds too little for a higher offer"))
    ceiling, reason = min(ceilings)
    if least > ceiling or (fees.base_fee is not None and fees.base_fee > ceiling):
        # What the next block would not take is not signed: the fee may sink again.
        return TooDear(reason)
    max_fee = min(max(least, fees.most), ceiling)
    if fees.base_fee is None:
        return Price(max_fee, max_fee)
    tip = max(least_tip, min(fees.tip, max_fee))
    return Price(max_fee, min(tip, max_fee))


def _raised(fee: int) -> int:
    """Raise a fee by an eighth, rounded up: 1 becomes 2."""
    return -(-fee * BUMP_NUMERATOR // BUMP_DENOMINATOR)
