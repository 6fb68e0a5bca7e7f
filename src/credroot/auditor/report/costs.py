"""What anchoring and withdrawing cost: the gas and the fee of each transaction, from its receipt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import data, parse_quantity

if TYPE_CHECKING:
    from credroot.chain.rpc.client import Rpc

RECEIPTS_A_BATCH = 200
MAX_TRANSACTIONS = 5_000
"""Transactions that are asked for at most, the newest ones."""


class Cost(NamedTuple):
    """What one transaction cost."""

    gas: int
    fee_wei: int


def ask_costs(rpc: Rpc, transactions: Iterable[bytes]) -> dict[bytes, Cost]:
    """Ask for the costs of the newest `MAX_TRANSACTIONS` of `transactions`; what the endpoint can't tell is left out.

    A fee is the endpoint's word: the receipts that were checked against headers have the gas, not the price.

    Raises:
        ChainUnavailable: no usable answer.
    """
    wanted = list(dict.fromkeys(transactions))[-MAX_TRANSACTIONS:]
    costs: dict[bytes, Cost] = {}
    for start in range(0, len(wanted), RECEIPTS_A_BATCH):
        page = wanted[start : start + RECEIPTS_A_BATCH]
        for transaction, answer in zip(
            page, rpc.batch([("eth_getTransactionReceipt", [data(hash_)]) for hash_ in page]), strict=True
        ):
            if isinstance(answer, RpcError) or not isinstance(answer, dict):
                continue
            gas = parse_quantity(answer.get("gasUsed"), name="gas")
            price = parse_quantity(answer.get("effectiveGasPrice", "0x0"), name="gas price")
            costs[transaction] = Cost(gas, gas * price)
    return costs
