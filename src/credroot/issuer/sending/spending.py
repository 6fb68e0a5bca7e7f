"""What several transactions cost together, and what is left of what an issuer is ready to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import GuardRefused
from credroot.issuer.sending.intent import Cost, Guards, coins

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credroot.core.values import Address


def total(costs: Iterable[Cost]) -> Cost:
    """Add costs of one account up; the balance is the account's."""
    listed = list(costs)
    return Cost(
        gas=sum(cost.gas for cost in listed),
        likely_wei=sum(cost.likely_wei for cost in listed),
        most_wei=sum(cost.most_wei for cost in listed),
        balance_wei=min((cost.balance_wei for cost in listed), default=0),
        data_fee_wei=sum(cost.data_fee_wei for cost in listed),
        fee_wei=max((cost.fee_wei for cost in listed), default=0),
        most_fee_wei=max((cost.most_fee_wei for cost in listed), default=0),
    )


class Budget:
    """What may be paid for several transactions, one after the other."""

    def __init__(self, guards: Guards) -> None:
        """Take the bounds for all of them together."""
        self._guards = guards
        self._left_wei = guards.max_cost_wei

    def require(self, costs: Iterable[tuple[Address, Cost]]) -> None:
        """Raise `GuardRefused` where what is planned could cost more than is left, or than a payer has."""
        listed = list(costs)
        most_wei = sum(cost.most_wei for _, cost in listed)
        if self._left_wei is not None and most_wei > self._left_wei:
            raise GuardRefused(
                f"it could cost {coins(most_wei)}, more than the cap of {coins(self._left_wei)}; nothing was sent",
                code="guard.max_cost",
            )
        for payer in {payer for payer, _ in listed}:
            own = total(cost for account, cost in listed if account == payer)
            if own.most_wei > own.balance_wei:
                raise GuardRefused(
                    f"{payer} holds {coins(own.balance_wei)} and it could cost {coins(own.most_wei)}; nothing was sent",
                    code="guard.balance",
                )

    def next(self, *, kept_wei: int = 0) -> Guards:
        """Give the bounds of the next transaction, where `kept_wei` is kept for those after it."""
        left = None if self._left_wei is None else max(self._left_wei - kept_wei, 0)
        return Guards(max_cost_wei=left, max_fee_wei=self._guards.max_fee_wei)

    def spend(self, fee_wei: int | None) -> None:
        """Note what a transaction cost."""
        if self._left_wei is not None:
            self._left_wei = max(self._left_wei - (fee_wei or 0), 0)
