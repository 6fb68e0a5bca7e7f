"""Blocks, transactions, receipts and logs in the JSON that geth gives for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.chain.embedded.machine.log_index import LogRecord
from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.chain.rpc.hex_codec import data, quantity

with keep_recursion_limit():
    import rlp
    from eth._utils.address import generate_contract_address

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue


def block_answer(block: Any, *, full: bool) -> JsonObject:
    """Return a block; with its transactions as objects when `full`, else as hashes."""
    header = block.header
    transactions: list[JsonValue] = [
        transaction_answer(header, transaction, index) if full else data(transaction.hash)
        for index, transaction in enumerate(block.transactions)
    ]
    return {
        **_header_members(header),
        "hash": data(header.hash),
        "size": quantity(len(rlp.encode(block))),
        "transactions": transactions,
        "uncles": [],
        "withdrawals": [],
    }


def pending_answer(header: Any) -> JsonObject:
    """Return the block that the next transaction would be in: empty, without a hash."""
    return {
        **_header_members(header),
        "hash": None,
        "nonce": None,
        "miner": None,
        "size": quantity(len(rlp.encode(header))),
        "transactions": [],
        "uncles": [],
        "withdrawals": [],
    }


def _header_members(header: Any) -> JsonObject:
    return {
        "baseFeePerGas": quantity(header.base_fee_per_gas),
        "blobGasUsed": quantity(header.blob_gas_used),
        "difficulty": quantity(header.difficulty),
        "excessBlobGas": quantity(header.excess_blob_gas),
        "extraData": data(header.extra_data),
        "gasLimit": quantity(header.gas_limit),
        "gasUsed": quantity(header.gas_used),
        "logsBloom": data(header.bloom.to_bytes(256, "big")),
        "miner": data(header.coinbase),
        "mixHash": data(header.mix_hash),
        "nonce": data(header.nonce),
        "number": quantity(header.block_number),
        "parentBeaconBlockRoot": data(header.parent_beacon_block_root),
        "parentHash": data(header.parent_hash),
        "receiptsRoot": data(header.receipt_root),
        "requestsHash": data(header.requests_hash),
        "sha3Uncles": data(header.uncles_hash),
        "stateRoot": data(header.state_root),
        "timestamp": quantity(header.timestamp),
        "transactionsRoot": data(header.transaction_root),
        "withdrawalsRoot": data(header.withdrawals_root),
    }


def transaction_answer(header: Any, transaction: Any, index: int) -> JsonObject:
    """Return a mined transaction."""
    kind = transaction_type(transaction)
    answer: JsonObject = {
        "blockHash": data(header.hash),
        "blockNumber": quantity(header.block_number),
        "blockTimestamp": quantity(header.timestamp),
        "chainId": quantity(transaction.chain_id),
        "from": data(transaction.sender),
        "gas": quantity(transaction.gas),
        "gasPrice": quantity(effective_price(header, transaction)),
        "hash": data(transaction.hash),
        "input": data(transaction.data),
        "nonce": quantity(transaction.nonce),
        "r": quantity(transaction.r),
        "s": quantity(transaction.s),
        "to": data(transaction.to) if transaction.to else None,
        "transactionIndex": quantity(index),
        "type": quantity(kind),
        "v": quantity(transaction.v if kind == 0 else transaction.y_parity),
        "value": quantity(transaction.value),
    }
    if kind:
        answer["yParity"] = quantity(transaction.y_parity)
        answer["accessList"] = [
            {"address": data(address), "storageKeys": [data(slot.to_bytes(32, "big")) for slot in slots]}
            for address, slots in transaction.access_list
        ]
    if kind >= 2:
        answer["maxFeePerGas"] = quantity(transaction.max_fee_per_gas)
        answer["maxPriorityFeePerGas"] = quantity(transaction.max_priority_fee_per_gas)
    if kind == 4:
        answer["authorizationList"] = [
            {
                "chainId": quantity(entry.chain_id),
                "address": data(entry.address),
                "nonce": quantity(entry.nonce),
                "yParity": quantity(entry.y_parity),
                "r": quantity(entry.r),
                "s": quantity(entry.s),
            }
            for entry in transaction.authorization_list
        ]
    return answer


def receipt_answer(block: Any, receipts: tuple[Any, ...], index: int, logs: list[LogRecord]) -> JsonObject:
    """Return the receipt of a block's transaction; `logs` are the whole block's."""
    header, transaction, receipt = block.header, block.transactions[index], receipts[index]
    before = receipts[index - 1].gas_used if index else 0
    created = None if transaction.to else data(generate_contract_address(transaction.sender, transaction.nonce))
    return {
        "blockHash": data(header.hash),
        "blockNumber": quantity(header.block_number),
        "contractAddress": created,
        "cumulativeGasUsed": quantity(receipt.gas_used),
        "effectiveGasPrice": quantity(effective_price(header, transaction)),
        "from": data(transaction.sender),
        "gasUsed": quantity(receipt.gas_used - before),
        "logs": [log_answer(log) for log in logs if log.transaction_index == index],
        "logsBloom": data(receipt.bloom.to_bytes(256, "big")),
        "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
        "to": data(transaction.to) if transaction.to else None,
        "transactionHash": data(transaction.hash),
        "transactionIndex": quantity(index),
        "type": quantity(transaction_type(transaction)),
    }


def log_answer(log: LogRecord) -> JsonObject:
    """Return one log."""
    return {
        "address": data(log.address),
        "blockHash": data(log.block_hash),
        "blockNumber": quantity(log.block),
        "blockTimestamp": quantity(log.time),
        "data": data(log.data),
        "logIndex": quantity(log.position),
        "removed": False,
        "topics": [data(topic) for topic in log.topics],
        "transactionHash": data(log.transaction_hash),
        "transactionIndex": quantity(log.transaction_index),
    }


def transaction_type(transaction: Any) -> int:
    """Return 0 for an untyped transaction, else its EIP-2718 type."""
    return int(getattr(transaction, "type_id", None) or 0)


def effective_price(header: Any, transaction: Any) -> int:
    """Return the wei per gas that a mined transaction paid: base fee and tip."""
    return int(min(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas + header.base_fee_per_gas))
