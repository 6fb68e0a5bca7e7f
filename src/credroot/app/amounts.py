"""Amounts as people write them: whole coins with a point, never wei."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

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
