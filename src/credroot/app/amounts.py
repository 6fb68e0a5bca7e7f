"""Amounts as people write them: whole coins with a point, never wei."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal, InvalidOperation

from credroot.core.errors import InputError

WEI_DIGITS = 18
MOST_COINS = Decimal(10) ** 12


def parse_coins(text: str) -> int:
    """Read an amount in coins (``0.01``) and give it in wei. Raise `InputError` for anything but a plain amount."""
    try:
        amount = Decimal(text)
        if not amount.is_finite() or not 0 <= amount <= MOST_COINS:
            raise InputError(f"{text!r} is no amount", code="amount.malformed")
        wei = amount.scaleb(WEI_DIGITS)
    except InvalidOperation as error:
        raise InputError(f"{text!r} is no amount", code="amount.malformed") from error
    if wei != int(wei):
        raise InputError(f"{text!r} has more than {WEI_DIGITS} digits behind the point", code="amount.malformed")
    return int(wei)


@dataclass(frozen=True, slots=True)
class Price:
    """What one coin is worth, as a person said just now."""

    amount: Decimal
    currency: str

    def of(self, wei: int) -> str:
        """Give the worth of an amount, rounded up to a hundredth: what is not nothing does not look like nothing."""
        worth = (Decimal(wei).scaleb(-WEI_DIGITS) * self.amount).quantize(Decimal("0.01"), rounding=ROUND_UP)
        return f"{worth} {self.currency}"


def parse_price(text: str) -> Price:
    """Read a price such as ``2500 EUR``. Raise `InputError` for anything else."""
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,8})?)\s?([A-Z]{3})", text.strip())
    if match is None:
        raise InputError(f"{text!r} is no price, such as '2500 EUR'", code="amount.malformed")
    return Price(Decimal(match[1]), match[2])
