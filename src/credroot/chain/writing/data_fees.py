"""What a rollup takes for a transaction's data on layer 1, beside the gas.

On chains of the OP stack it is a fee of its own, which a contract at a fixed address tells. On Arbitrum the estimate of
gas contains it already; a contract that only nodes answer for tells how much of it that is.

Source: OP Stack specification, predeploys (GasPriceOracle); Arbitrum, precompiles (NodeInterface).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.core.keccak import keccak256
from credroot.core.values import Address

if TYPE_CHECKING:
    from credroot.chain.writing.writer import ChainWriter

GAS_PRICE_ORACLE = Address.from_hex("0x420000000000000000000000000000000000000F")
NODE_INTERFACE = Address.from_hex("0x00000000000000000000000000000000000000C8")
SIGNATURE_BYTES = 68
"""What a signed transaction has more than its unsigned form: r and s with their lengths, v, longer list heads."""
WORD = 32


class DataFees(StrEnum):
    """How a chain charges for data on layer 1."""

    NONE = "none"
    OP_STACK = "op-stack"
    ARBITRUM = "arbitrum"


def data_fee_wei(kind: DataFees, chain: ChainWriter, data: bytes) -> int:
    """Ask what the data of a transaction with call data `data` costs beside its gas, in wei, now.

    Raises:
        ChainUnavailable: the endpoint can't say.
        AnchorRejected: the chain has no such contract: it is not of this `kind`.
    """
    if kind is not DataFees.OP_STACK:
        return 0
    # The oracle wants the whole transaction and counts its bytes; what is not known yet is padded with bytes that cost.
    answer = chain.call(GAS_PRICE_ORACLE, _call("getL1Fee(bytes)", data + b"\xff" * (SIGNATURE_BYTES + 2 * WORD)))
    return int.from_bytes(answer[:WORD], "big")


def data_gas(kind: DataFees, chain: ChainWriter, to: Address, data: bytes) -> int:
    """Ask how much of a gas estimate pays for data on layer 1; it moves with layer 1, so it needs room to grow."""
    if kind is not DataFees.ARBITRUM:
        return 0
    arguments = bytes(12) + to + bytes(WORD) + (3 * WORD).to_bytes(WORD, "big") + _bytes(data)
    answer = chain.call(NODE_INTERFACE, _selector("gasEstimateL1Component(address,bool,bytes)") + arguments)
    return int.from_bytes(answer[:WORD], "big")


def _call(signature: str, data: bytes) -> bytes:
    return _selector(signature) + WORD.to_bytes(WORD, "big") + _bytes(data)


def _selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def _bytes(data: bytes) -> bytes:
    return len(data).to_bytes(WORD, "big") + data + bytes(-len(data) % WORD)
