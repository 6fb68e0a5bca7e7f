"""What an issuer asks of a chain in order to write to it: nonces, fees, sending, receipts.

Reads may be repeated. `ChainWriter.send` is done once per call, and its answer decides nothing: a transaction whose
sending failed, or seemed to, may be mined all the same. Only receipts tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.hex_codec import parse_address, parse_digest, parse_quantity
from credroot.chain.rpc import RpcError
from credroot.core.errors import AnchorRejected, ChainUnavailable

if TYPE_CHECKING:
    from credroot.chain.rpc import Rpc
    from credroot.core.json_types import JsonObject, JsonValue
    from credroot.core.values import Address, ChainId, Digest

FEE_HISTORY_BLOCKS = 10
TIP_PERCENTILE = 50
BASE_FEE_HEADROOM = 2
"""The most that we offer is this many times the base fee: enough for six full blocks in a row."""
LEAST_TIP_WEI = 1


@dataclass(frozen=True, slots=True)
class Fees:
    """What a unit of gas costs now, in wei."""

    base_fee: int | None
    """Of the next block; `None` on a chain without EIP-1559."""
    tip: int
    """What validators ask beside it; the gas price of a chain without EIP-1559."""

    @property
    def likely(self) -> int:
        """The price of a unit of gas if nothing changes."""
        return self.tip if self.base_fee is None else self.base_fee + self.tip

    @property
    def most(self) -> int:
        """The price that a first attempt offers at most."""
        return self.tip if self.base_fee is None else BASE_FEE_HEADROOM * self.base_fee + self.tip


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block, by number and hash."""

    number: int
    hash: Digest
    timestamp: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a mined transaction."""

    transaction: Digest
    block_number: int
    block_hash: Digest
    succeeded: bool
    gas_used: int
    gas_price: int
    """What was paid for a unit, in wei."""
    contract: Address | None
    """The contract that it created."""

    @property
    def fee_wei(self) -> int:
        """What it cost in all, layer-1 data fees of rollups not included."""
        return self.gas_used * self.gas_price


class ChainWriter:
    """The questions about one chain, asked at one endpoint."""

    def __init__(self, rpc: Rpc) -> None:
        """Ask `rpc`; nothing is sent before the first question."""
        self._rpc = rpc

    def chain_id(self) -> int:
        """Give the chain id that the endpoint claims."""
        return parse_quantity(self._rpc.call("eth_chainId", []))

    def require_chain(self, expected: ChainId) -> None:
        """Raise `AnchorRejected` with code ``chain.wrong_id`` where the endpoint is of another chain."""
        found = self.chain_id()
        if found != expected:
            raise AnchorRejected(
                f"the endpoint serves chain eip155:{found}, not {expected.caip2}", code="chain.wrong_id"
            )

    def nonce(self, account: Address, block: str = "pending") -> int:
        """Give the number of transactions that `account` sent, as of `block`."""
        return parse_quantity(self._rpc.call("eth_getTransactionCount", [_hex(account), block]))

    def balance_wei(self, account: Address) -> int:
        """Give the balance of `account` at the head, in wei."""
        return parse_quantity(self._rpc.call("eth_getBalance", [_hex(account), "latest"]))

    def code(self, account: Address) -> bytes:
        """Give the runtime code at `account`, empty where there is none."""
        from credroot.chain.hex_codec import parse_data

        return parse_data(self._rpc.call("eth_getCode", [_hex(account), "latest"]))

    def block(self, which: int | str) -> BlockRef | None:
        """Give the block of a number or tag, `None` where the chain has none yet."""
        name = hex(which) if isinstance(which, int) else which
        found = self._rpc.call("eth_getBlockByNumber", [name, False])
        if found is None:
            return None
        block = _object(found)
        return BlockRef(
            number=parse_quantity(block.get("number")),
            hash=parse_digest(block.get("hash")),
            timestamp=parse_quantity(block.get("timestamp")),
        )

    def fees(self) -> Fees:
        """Give the present fees, from the fee history where the chain has one, else from its gas price."""
        head = _object(self._rpc.call("eth_getBlockByNumber", ["latest", False]))
        if head.get("baseFeePerGas") is None:
            return Fees(None, parse_quantity(self._rpc.call("eth_gasPrice", [])))
        history = _object(self._rpc.call("eth_feeHistory", [hex(FEE_HISTORY_BLOCKS), "latest", [TIP_PERCENTILE]]))
        bases = _array(history.get("baseFeePerGas"))
        rewards = [parse_quantity(_array(row)[0]) for row in _array(history.get("reward") or [])]
        tip = sorted(rewards)[len(rewards) // 2] if rewards else 0
        return Fees(parse_quantity(bases[-1]), max(tip, LEAST_TIP_WEI))

    def estimate_gas(self, sender: Address, to: Address | None, data: bytes, value_wei: int = 0) -> int:
        """Ask how much gas a transaction would use now.

        Raises:
            AnchorRejected: the contract would refuse it; `str` has the endpoint's reason.
        """
        call: JsonObject = {"from": _hex(sender), "data": _hex(data), "value": hex(value_wei)}
        if to is not None:
            call["to"] = _hex(to)
        try:
            return parse_quantity(self._rpc.call("eth_estimateGas", [call]))
        except RpcError as error:
            raise AnchorRejected(
                f"the chain would refuse this transaction: {error}", code="anchor.would_revert"
            ) from error

    def send(self, raw: bytes) -> str | None:
        """Hand over a signed transaction, once. Give `None` where it was taken, else what the endpoint said.

        The text is for people. Whether the transaction counts is told by `receipt` alone.
        """
        try:
            self._rpc.call("eth_sendRawTransaction", [_hex(raw)])
        except (RpcError, ChainUnavailable) as error:
            return str(error)
        return None

    def receipt(self, transaction: Digest) -> Receipt | None:
        """Give the receipt of a transaction, `None` while it is in no block that the endpoint knows."""
        found = self._rpc.call("eth_getTransactionReceipt", [_hex(transaction)])
        if found is None:
            return None
        receipt = _object(found)
        if parse_digest(receipt.get("transactionHash")) != transaction:
            raise ChainUnavailable("the endpoint gave the receipt of another transaction", code="chain.bad_answer")
        contract = receipt.get("contractAddress")
        return Receipt(
            transaction=transaction,
            block_number=parse_quantity(receipt.get("blockNumber")),
            block_hash=parse_digest(receipt.get("blockHash")),
            succeeded=parse_quantity(receipt.get("status")) == 1,
            gas_used=parse_quantity(receipt.get("gasUsed")),
            gas_price=parse_quantity(receipt.get("effectiveGasPrice")),
            contract=None if contract is None else parse_address(contract),
        )


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _object(value: JsonValue) -> JsonObject:
    if not isinstance(value, dict):
        raise ChainUnavailable("the endpoint's answer is not an object", code="chain.bad_answer")
    return value


def _array(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list) or not value:
        raise ChainUnavailable("the endpoint's answer is not a list", code="chain.bad_answer")
    return value
