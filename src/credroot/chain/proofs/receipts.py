"""The receipts of a block, checked against its header: which logs the block really has, and at which places.

Source: yellow paper, section 4.3.1; EIP-2718 for typed receipts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.proofs.rlp import encode_bytes, encode_list, encode_number
from credroot.chain.proofs.trie import trie_root
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import data, parse_address, parse_data, parse_digest, parse_quantity
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from credroot.chain.proofs.block_header import BlockHeader
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.core.values import Digest

_METHOD_NOT_FOUND = -32601
_RECEIPTS_A_BATCH = 200


def ask_receipts(rpc: Rpc, block_hash: Digest) -> list[JsonObject]:
    """Ask for all receipts of a block: at once where the node can, else by its transactions.

    Raises:
        ChainUnavailable: the node has no such block, or gives nothing usable.
    """
    try:
        answer = rpc.call("eth_getBlockReceipts", [data(block_hash)])
    except RpcError as error:
        if error.rpc_code != _METHOD_NOT_FOUND:
            raise ChainUnavailable(f"no receipts of block {block_hash}: {error}", code="chain.no_receipts") from error
        return _one_by_one(rpc, block_hash)
    return _objects(answer)


def _one_by_one(rpc: Rpc, block_hash: Digest) -> list[JsonObject]:
    block = rpc.call("eth_getBlockByHash", [data(block_hash), False])
    hashes = block.get("transactions") if isinstance(block, dict) else None
    if not isinstance(hashes, list):
        raise ChainUnavailable(f"no transactions of block {block_hash}", code="chain.no_receipts")
    receipts: list[JsonValue] = []
    for start in range(0, len(hashes), _RECEIPTS_A_BATCH):
        page = hashes[start : start + _RECEIPTS_A_BATCH]
        for outcome in rpc.batch([("eth_getTransactionReceipt", [hash_]) for hash_ in page]):
            if isinstance(outcome, RpcError):
                raise ChainUnavailable(f"no receipt: {outcome}", code="chain.no_receipts") from outcome
            receipts.append(outcome)
    return _objects(receipts)


def are_of(header: BlockHeader, receipts: list[JsonObject]) -> bool:
    """Answer whether these are all receipts of the block, in order: whether they hash to its receipts root."""
    entries = {encode_number(place): encode_receipt(receipt) for place, receipt in enumerate(receipts)}
    return trie_root(entries) == header.receipts_root


def encode_receipt(receipt: JsonObject) -> bytes:
    """Write a receipt as it is hashed."""
    members = [
        encode_number(parse_quantity(receipt.get("status"), name="status", maximum=1)),
        encode_number(parse_quantity(receipt.get("cumulativeGasUsed"), name="gas")),
        encode_bytes(parse_data(receipt.get("logsBloom"), name="bloom")),
        encode_list([_encode_log(log) for log in _objects(receipt.get("logs"))]),
    ]
    # Deposits of optimistic rollups have two members more.
    members += [
        encode_number(parse_quantity(receipt[name]))
        for name in ("depositNonce", "depositReceiptVersion")
        if receipt.get(name) is not None
    ]
    kind = parse_quantity(receipt.get("type", "0x0"), name="type", maximum=0x7F)
    return (bytes((kind,)) if kind else b"") + encode_list(members)


def logs_of(receipts: list[JsonObject], header: BlockHeader) -> list[JsonObject]:
    """Give every log of a block with its place as the order of the receipts tells it, whatever the node says of it."""
    logs: list[JsonObject] = []
    for place, receipt in enumerate(receipts):
        for log in _objects(receipt.get("logs")):
            logs.append(
                {
                    "address": log.get("address"),
                    "topics": log.get("topics"),
                    "data": log.get("data"),
                    "blockNumber": hex(header.mark.number),
                    "blockHash": data(header.mark.hash),
                    "transactionHash": receipt.get("transactionHash"),
                    "transactionIndex": hex(place),
                    "logIndex": hex(len(logs)),
                    "removed": False,
                }
            )
    return logs


def _encode_log(log: JsonObject) -> bytes:
    topics = log.get("topics")
    if not isinstance(topics, list):
        raise ChainUnavailable("a log without topics", code="chain.bad_answer")
    return encode_list(
        [
            encode_bytes(bytes(parse_address(log.get("address")))),
            encode_list([encode_bytes(bytes(parse_digest(topic))) for topic in topics]),
            encode_bytes(parse_data(log.get("data"))),
        ]
    )


def _objects(value: JsonValue) -> list[JsonObject]:
    if not isinstance(value, list):
        raise ChainUnavailable("no list of receipts or logs", code="chain.bad_answer")
    objects = [item for item in value if isinstance(item, dict)]
    if len(objects) != len(value):
        raise ChainUnavailable("a receipt or log that is no object", code="chain.bad_answer")
    return objects
