"""What an issuer asks of a chain in order to write to it: nonces, fees, sending, receipts.

Reads may be repeated, and an error in place of an answer is an outage like any other: it says nothing about the chain.
`ChainWriter.send` is done once per call, and its answer decides nothing: a transaction whose sending failed, or seemed
to, may be mined all the same. Only receipts tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.registry.artifact import load
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import parse_address, parse_data, parse_digest, parse_quantity
from credroot.core.errors import AnchorRejected, ChainUnavailable

if TYPE_CHECKING:
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.core.values import Address, ChainId, Digest

FEE_HISTORY_BLOCKS = 10
TIP_PERCENTILE = 50
BASE_FEE_HEADROOM = 2
"""The most that we offer is this many times the base fee: enough for six full blocks in a row."""
LEAST_TIP_WEI = 1
REVERTED = 3
"""The number by which nodes say that a contract refused."""


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
    data_fee_wei: int = 0
    """What a rollup took beside the gas for its data on layer 1."""

    @property
    def fee_wei(self) -> int:
        """What it cost in all."""
        return self.gas_used * self.gas_price + self.data_fee_wei


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction of a block."""

    transaction: Digest
    sender: Address
    data: bytes


class ChainWriter:
    """The questions about one chain, asked at one endpoint."""

    def __init__(self, rpc: Rpc) -> None:
        """Ask `rpc`; nothing is sent before the first question."""
        self._rpc = rpc

    @property
    def rpc(self) -> Rpc:
        """The endpoint that is asked."""
        return self._rpc

    def _ask(self, method: str, params: list[JsonValue]) -> JsonValue:
        """Ask a question that has an answer on every chain: an error instead is an outage, whatever its text."""
        try:
            return self._rpc.call(method, params)
        except RpcError as error:
            raise ChainUnavailable(f"the endpoint refused to answer {method}: {error}", code="chain.refused") from error

    def chain_id(self) -> int:
        """Give the chain id that the endpoint claims."""
        return parse_quantity(self._ask("eth_chainId", []))

    def require_chain(self, expected: ChainId) -> None:
        """Raise `AnchorRejected` with code ``chain.wrong_id`` where the endpoint is of another chain."""
        found = self.chain_id()
        if found != expected:
            raise AnchorRejected(
                f"the endpoint serves chain eip155:{found}, not {expected.caip2}", code="chain.wrong_id"
            )

    def nonce(self, account: Address, block: str | int = "pending") -> int:
        """Give the number of transactions that `account` sent, as of the block of a number or tag."""
        name = hex(block) if isinstance(block, int) else block
        return parse_quantity(self._ask("eth_getTransactionCount", [_hex(account), name]))

    def balance_wei(self, account: Address) -> int:
        """Give the balance of `account` at the head, in wei."""
        return parse_quantity(self._ask("eth_getBalance", [_hex(account), "latest"]))

    def code(self, account: Address, block: str | int = "latest") -> bytes:
        """Give the runtime code at `account` as of a block, empty where there is none.

        Raises:
            ChainUnavailable: also where the endpoint no longer has the state of an old block.
        """
        name = hex(block) if isinstance(block, int) else block
        return parse_data(self._ask("eth_getCode", [_hex(account), name]))

    def sent_to(self, account: Address, block: int) -> tuple[Sent, ...]:
        """Give what a block's transactions sent to `account`, in order."""
        content = _object(self._ask("eth_getBlockByNumber", [hex(block), True])).get("transactions")
        found = [_object(one) for one in content] if isinstance(content, list) else []
        return tuple(
            Sent(parse_digest(one.get("hash")), parse_address(one.get("from")), parse_data(one.get("input")))
            for one in found
            if one.get("to") is not None and parse_address(one.get("to")) == account
        )

    def transaction_data(self, transaction: Digest) -> bytes:
        """Give the call data of a transaction that is in a block.

        Raises:
            ChainUnavailable: also where the endpoint does not have it, as one does that keeps only recent ones.
        """
        found = self._ask("eth_getTransactionByHash", [_hex(transaction)])
        if found is None:
            raise ChainUnavailable(f"the endpoint does not have transaction {transaction}", code="chain.inconsistent")
        if parse_digest(_object(found).get("hash")) != transaction:
            raise ChainUnavailable("the endpoint gave another transaction", code="chain.bad_answer")
        return parse_data(_object(found).get("input"))

    def block(self, which: int | str) -> BlockRef | None:
        """Give the block of a number or tag, `None` where the chain has none yet."""
        name = hex(which) if isinstance(which, int) else which
        found = self._ask("eth_getBlockByNumber", [name, False])
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
        head = _object(self._ask("eth_getBlockByNumber", ["latest", False]))
        if head.get("baseFeePerGas") is None:
            return Fees(None, parse_quantity(self._ask("eth_gasPrice", [])))
        history = _object(self._ask("eth_feeHistory", [hex(FEE_HISTORY_BLOCKS), "latest", [TIP_PERCENTILE]]))
        bases = _array(history.get("baseFeePerGas"))
        rewards = [parse_quantity(_array(row)[0]) for row in _array(history.get("reward") or [])]
        tip = sorted(rewards)[len(rewards) // 2] if rewards else 0
        return Fees(parse_quantity(bases[-1]), max(tip, LEAST_TIP_WEI))

    def estimate_gas(self, sender: Address, to: Address | None, data: bytes, value_wei: int = 0) -> int:
        """Ask how much gas a transaction would use now.

        Raises:
            AnchorRejected: the contract would refuse it; `str` has the endpoint's reason.
            ChainUnavailable: the endpoint can't say, for whatever other reason.
        """
        call: JsonObject = {"from": _hex(sender), "data": _hex(data), "value": hex(value_wei)}
        if to is not None:
            call["to"] = _hex(to)
        try:
            return parse_quantity(self._rpc.call("eth_estimateGas", [call]))
        except RpcError as error:
            if error.rpc_code == REVERTED or isinstance(error.data, str):
                raise AnchorRejected(
                    f"the chain would refuse this transaction: {_reason(error)}", code="anchor.would_revert"
                ) from error
            raise ChainUnavailable(f"the endpoint does not estimate: {error}", code="chain.refused") from error

    def call(self, to: Address, data: bytes, block: str = "latest") -> bytes:
        """Give what a contract answers to a question.

        Raises:
            AnchorRejected: the contract refuses to answer.
            ChainUnavailable: the endpoint can't say.
        """
        question: JsonObject = {"to": _hex(to), "data": _hex(data)}
        try:
            return parse_data(self._rpc.call("eth_call", [question, block]))
        except RpcError as error:
            if error.rpc_code == REVERTED or isinstance(error.data, str):
                raise AnchorRejected(f"the contract refuses: {_reason(error)}", code="chain.call_reverted") from error
            raise ChainUnavailable(f"the endpoint does not answer: {error}", code="chain.refused") from error

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
        found = self._ask("eth_getTransactionReceipt", [_hex(transaction)])
        if found is None:
            return None
        receipt = _object(found)
        if parse_digest(receipt.get("transactionHash")) != transaction:
            raise ChainUnavailable("the endpoint gave the receipt of another transaction", code="chain.bad_answer")
        contract, data_fee = receipt.get("contractAddress"), receipt.get("l1Fee")
        return Receipt(
            transaction=transaction,
            block_number=parse_quantity(receipt.get("blockNumber")),
            block_hash=parse_digest(receipt.get("blockHash")),
            succeeded=parse_quantity(receipt.get("status")) == 1,
            gas_used=parse_quantity(receipt.get("gasUsed")),
            gas_price=parse_quantity(receipt.get("effectiveGasPrice")),
            contract=None if contract is None else parse_address(contract),
            data_fee_wei=0 if data_fee is None else parse_quantity(data_fee),
        )


def _reason(error: RpcError) -> str:
    """Name the registry's own error where the answer carries one; its selector says more than the node's words."""
    data = error.data if isinstance(error.data, str) else ""
    for signature, selector in load("CredentialRegistry").errors.items():
        if data[2:10].lower() == selector.hex():
            return f"{signature.partition('(')[0]} [{error}]"
    return str(error)


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
