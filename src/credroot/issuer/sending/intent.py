"""One thing to be done on the chain, what it costs, what an issuer is ready to pay, and its signed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import GuardRefused
from credroot.store.journal_records import Attempt, Caps

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.chain.writing.keystore import Signer
    from credroot.chain.writing.writer import Fees
    from credroot.core.values import Address, ChainId
    from credroot.issuer.sending.fees import Price


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing to be done on the chain."""

    kind: str
    label: str
    to: Address | None
    data: bytes
    value_wei: int = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What a transaction costs, in wei, and what there is."""

    gas: int
    """The limit that the transaction would carry."""
    likely_wei: int
    most_wei: int
    balance_wei: int
    data_fee_wei: int = 0
    """What a rollup asks now for the data beside the gas; it is in `likely_wei`, and twice in `most_wei`."""
    fee_wei: int = 0
    """What a unit of gas costs now."""
    most_fee_wei: int = 0
    """What a first attempt offers for one at most."""


@dataclass(frozen=True, slots=True)
class Guards:
    """What an issuer is ready to pay. `None` sets no bound."""

    max_cost_wei: int | None = None
    max_fee_wei: int | None = None
    """Per unit of gas."""

    @property
    def caps(self) -> Caps:
        """The same, as the journal keeps it."""
        return Caps(self.max_cost_wei, self.max_fee_wei)


def check_guards(cost: Cost, fees: Fees, guards: Guards) -> None:
    """Raise `GuardRefused` where a transaction would cost more than is allowed, or than there is."""
    if guards.max_cost_wei is not None and cost.most_wei > guards.max_cost_wei:
        raise GuardRefused(
            f"it could cost {coins(cost.most_wei)}, more than the cap of {coins(guards.max_cost_wei)}; "
            "nothing was sent",
            code="guard.max_cost",
        )
    if guards.max_fee_wei is not None and fees.likely > guards.max_fee_wei:
        raise GuardRefused(
            f"a unit of gas costs {gwei(fees.likely)} gwei now, more than the cap of {gwei(guards.max_fee_wei)} "
            "(max_fee_gwei of the network); nothing was sent",
            code="guard.max_fee",
        )
    if cost.most_wei > cost.balance_wei:
        raise GuardRefused(
            f"the account holds {coins(cost.balance_wei)} and the transaction could cost {coins(cost.most_wei)}; "
            "nothing was sent",
            code="guard.balance",
        )


def sign_attempt(
    signer: Signer, intent: Intent, chain_id: ChainId, nonce: int, gas: int, price: Price, fees: Fees, now: datetime
) -> Attempt:
    """Sign one attempt at `intent`: EIP-1559 where the chain has a base fee, a legacy transaction elsewhere."""
    transaction: dict[str, object] = {
        "chainId": int(chain_id),
        "nonce": nonce,
        "gas": gas,
        "value": intent.value_wei,
        "data": intent.data,
        # An empty recipient creates a contract.
        "to": b"" if intent.to is None else str(intent.to),
    }
    if fees.base_fee is None:
        transaction["gasPrice"] = price.max_fee
    else:
        transaction |= {"type": 2, "maxFeePerGas": price.max_fee, "maxPriorityFeePerGas": price.tip}
    raw, digest = signer.sign_transaction(transaction)
    return Attempt(hash=digest, raw=raw, gas=gas, max_fee_wei=price.max_fee, tip_wei=price.tip, signed_at=now)


def coins(wei: int) -> str:
    """Write an amount in whole coins of 10^18 wei, with what digits it needs and at most nine after the point."""
    whole, part = divmod(wei, 10**18)
    digits = f"{part:018d}"[:9].rstrip("0")
    if not digits and not whole and wei:
        return "less than 0.000000001"
    return f"{whole}.{digits}" if digits else str(whole)


def gwei(wei: int) -> str:
    """Write the price of a unit of gas in gwei, as explorers do: three digits after the point at most."""
    whole, part = divmod(wei, 10**9)
    digits = f"{part:09d}"[:3].rstrip("0")
    if not digits and not whole and wei:
        return "less than 0.001"
    return f"{whole}.{digits}" if digits else str(whole)
