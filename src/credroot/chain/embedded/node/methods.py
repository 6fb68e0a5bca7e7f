"""The JSON-RPC methods of the embedded chain: name -> what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from credroot.chain.embedded import parameters
from credroot.chain.embedded.failures import METHOD_NOT_FOUND, CallFailure, invalid_params
from credroot.chain.embedded.layout import CHAIN_ID, CLIENT_VERSION
from credroot.chain.embedded.machine import execution
from credroot.chain.embedded.machine.admission import admit
from credroot.chain.embedded.machine.engine import Engine
from credroot.chain.embedded.machine.fees import TIP, fee_history
from credroot.chain.embedded.machine.state_proof import prove
from credroot.chain.embedded.node import answers
from credroot.chain.embedded.parameters import BlockChoice
from credroot.chain.rpc.hex_codec import data, quantity
from credroot.core.values import Digest

if TYPE_CHECKING:
    from credroot.core.json.types import JsonValue

MAX_PROOF_SLOTS = 1024

Parameters = list["JsonValue"]
Method = Callable[[Engine, Parameters], "JsonValue"]


def answer(engine: Engine, method: str, params: Parameters) -> JsonValue:
    """Return the result of one method. Raise `CallFailure` for whatever the caller is to see as an error."""
    entry = _METHODS.get(method)
    if entry is None:
        raise CallFailure(METHOD_NOT_FOUND, f"the method {method[:100]} does not exist/is not available")
    least, most, function = entry
    if len(params) < least:
        raise invalid_params(f"missing value for required argument {len(params)}")
    if len(params) > most:
        raise invalid_params(f"too many arguments, want at most {most}")
    return function(engine, [*params, *(None,) * (most - len(params))])


def _block_number(engine: Engine, params: Parameters) -> JsonValue:
    return quantity(engine.head().block_number)


def _block_by_number(engine: Engine, params: Parameters) -> JsonValue:
    choice, full = parameters.read_block(params[0]), parameters.boolean(params[1], "full transactions")
    if choice == "pending":
        return answers.pending_answer(engine.next_header())
    return _block(engine, choice, full)


def _block_by_hash(engine: Engine, params: Parameters) -> JsonValue:
    digest = parameters.read_digest(params[0], "block hash")
    return _block(engine, digest, parameters.boolean(params[1], "full transactions"))


def _block(engine: Engine, choice: BlockChoice, full: bool) -> JsonValue:
    header = engine.header(choice)
    return None if header is None else answers.block_answer(engine.block(header), full=full)


def _balance(engine: Engine, params: Parameters) -> JsonValue:
    address = parameters.read_address(params[0], "address")
    return quantity(engine.state(_header(engine, params[1])).get_balance(bytes(address)))


def _code(engine: Engine, params: Parameters) -> JsonValue:
    address = parameters.read_address(params[0], "address")
    return data(engine.state(_header(engine, params[1])).get_code(bytes(address)))


def _transaction_count(engine: Engine, params: Parameters) -> JsonValue:
    address = parameters.read_address(params[0], "address")
    return quantity(engine.state(_header(engine, params[1])).get_nonce(bytes(address)))


def _storage_at(engine: Engine, params: Parameters) -> JsonValue:
    address, slot = parameters.read_address(params[0], "address"), parameters.read_slot(params[1])
    value: int = engine.state(_header(engine, params[2])).get_storage(bytes(address), slot)
    return data(value.to_bytes(32, "big"))


def _header(engine: Engine, value: JsonValue) -> object:
    return engine.header_or_refuse(parameters.read_block(value))


def _call(engine: Engine, params: Parameters) -> JsonValue:
    if params[2]:
        raise invalid_params("state overrides are not offered")
    return data(execution.call(engine, parameters.read_call(params[0]), parameters.read_block(params[1])))


def _estimate_gas(engine: Engine, params: Parameters) -> JsonValue:
    return quantity(execution.estimate_gas(engine, parameters.read_call(params[0]), parameters.read_block(params[1])))


def _gas_price(engine: Engine, params: Parameters) -> JsonValue:
    return quantity(engine.next_header().base_fee_per_gas + TIP)


def _fee_history(engine: Engine, params: Parameters) -> JsonValue:
    percentiles = params[2] if params[2] is not None else []
    if not isinstance(percentiles, list):
        raise invalid_params("reward percentiles are a list")
    count = params[0] if type(params[0]) is int else parameters.read_quantity(params[0], "block count")
    return fee_history(engine, count, parameters.read_block(params[1]), percentiles)


def _send_raw_transaction(engine: Engine, params: Parameters) -> JsonValue:
    raw = parameters.read_data(params[0], "transaction")
    transaction_hash = admit(engine, raw)
    engine.mine(raw)
    return data(transaction_hash)


def _transaction_by_hash(engine: Engine, params: Parameters) -> JsonValue:
    place = engine.transaction_place(parameters.read_digest(params[0], "transaction hash"))
    if place is None:
        return None
    block = engine.block(engine.header(place[0]))
    return answers.transaction_answer(block.header, block.transactions[place[1]], place[1])


def _transaction_receipt(engine: Engine, params: Parameters) -> JsonValue:
    place = engine.transaction_place(parameters.read_digest(params[0], "transaction hash"))
    if place is None:
        return None
    number, index = place
    block = engine.block(engine.header(number))
    return answers.receipt_answer(block, engine.receipts(block), index, list(engine.logs.select(number, number)))


def _logs(engine: Engine, params: Parameters) -> JsonValue:
    wanted = parameters.read_log_filter(params[0])
    first, last = _bound(engine, wanted.first), _bound(engine, wanted.last)
    if first > last:
        raise invalid_params("invalid block range params")
    return [answers.log_answer(log) for log in engine.logs.select(first, last, wanted.addresses, wanted.topics)]


def _bound(engine: Engine, choice: BlockChoice) -> int:
    """Return a block number; one beyond the head is no error, it has no logs yet."""
    if isinstance(choice, int):
        return min(choice, 2**62)
    header = engine.header(choice)
    if header is None:
        raise CallFailure(-32000, "unknown block" if isinstance(choice, Digest) else "header not found")
    return int(header.block_number)


def _proof(engine: Engine, params: Parameters) -> JsonValue:
    address, keys = parameters.read_address(params[0], "address"), params[1]
    if not isinstance(keys, list) or len(keys) > MAX_PROOF_SLOTS:
        raise invalid_params(f"storage keys are a list of at most {MAX_PROOF_SLOTS}")
    slots = [(str(key), parameters.read_slot(key)) for key in keys]
    return prove(engine, address, slots, parameters.read_block(params[2]))


_METHODS: dict[str, tuple[int, int, Method]] = {
    "web3_clientVersion": (0, 0, lambda engine, params: CLIENT_VERSION),
    "net_version": (0, 0, lambda engine, params: str(int(CHAIN_ID))),
    "eth_chainId": (0, 0, lambda engine, params: quantity(CHAIN_ID)),
    "eth_syncing": (0, 0, lambda engine, params: False),
    "eth_accounts": (0, 0, lambda engine, params: []),
    "eth_blockNumber": (0, 0, _block_number),
    "eth_getBlockByNumber": (1, 2, _block_by_number),
    "eth_getBlockByHash": (1, 2, _block_by_hash),
    "eth_getBalance": (1, 2, _balance),
    "eth_getCode": (1, 2, _code),
    "eth_getStorageAt": (2, 3, _storage_at),
    "eth_getTransactionCount": (1, 2, _transaction_count),
    "eth_call": (1, 3, _call),
    "eth_estimateGas": (1, 2, _estimate_gas),
    "eth_gasPrice": (0, 0, _gas_price),
    "eth_maxPriorityFeePerGas": (0, 0, lambda engine, params: quantity(TIP)),
    "eth_feeHistory": (2, 3, _fee_history),
    "eth_sendRawTransaction": (1, 1, _send_raw_transaction),
    "eth_getTransactionByHash": (1, 1, _transaction_by_hash),
    "eth_getTransactionReceipt": (1, 1, _transaction_receipt),
    "eth_getLogs": (1, 1, _logs),
    "eth_getProof": (2, 3, _proof),
}
"""Name -> (fewest arguments, most arguments, function). A missing optional argument arrives as null."""
