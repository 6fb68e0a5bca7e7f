"""A block's header, from a node's JSON: the members that hash to the block hash, and what they commit to.

Source: yellow paper, section 4.3; EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685 for the later members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import RlpItem, decode, encode_bytes, encode_list, encode_number
from credroot.chain.rpc.hex_codec import parse_data, parse_digest, parse_quantity
from credroot.core.errors import ChainUnavailable, ProofError
from credroot.core.text.clock import MAX_BLOCK_TIME
from credroot.core.values import Digest

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

_NUMBERS = frozenset({"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}) | {
    "blobGasUsed",
    "excessBlobGas",
}
_MEMBERS = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
"""In the order in which they are hashed; a chain leaves out the last ones that its rules do not know."""
_ALWAYS = 15
_PLACES = {name: place for place, name in enumerate(_MEMBERS)}
BLOOM_BYTES = 256
MAX_BLOCK_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class BlockMark:
    """What tells one block from another: enough to follow a chain."""

    number: int
    hash: Digest
    parent: Digest
    timestamp: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """A header, and whether it really hashes to the hash that the node gave it."""

    mark: BlockMark
    state_root: bytes
    receipts_root: bytes
    logs_bloom: bytes
    encoded: bytes
    """RLP of the header."""

    @property
    def is_proven(self) -> bool:
        """Whether the members hash to the block hash; also false on a chain whose headers have members of their own."""
        return keccak256(self.encoded) == self.mark.hash

    def may_have_log_of(self, address: bytes) -> bool:
        """Answer whether the bloom filter admits a log of this contract; `False` is certain."""
        return bloom_admits(self.logs_bloom, address)


def bloom_admits(bloom: bytes, value: bytes) -> bool:
    """Answer whether an address or a topic may be among those that went into a bloom filter of 256 bytes."""
    digest = keccak256(value)
    for place in (0, 2, 4):
        bit = int.from_bytes(digest[place : place + 2], "big") & 0x7FF
        if not bloom[BLOOM_BYTES - 1 - bit // 8] >> bit % 8 & 1:
            return False
    return True


def parse_mark(block: JsonValue, *, number: int | None = None) -> BlockMark:
    """Read what identifies a block from an answer to `eth_getBlockByNumber`; it must be of `number` where it is given.

    Raises:
        ChainUnavailable: ``chain.no_block``, the node has no such block; ``chain.bad_answer``.
    """
    if block is None:
        raise ChainUnavailable(f"the endpoint has no block {'' if number is None else number}", code="chain.no_block")
    members = _object(block)
    mark = BlockMark(
        parse_quantity(members.get("number"), name="block number", maximum=MAX_BLOCK_NUMBER),
        parse_digest(members.get("hash"), name="block hash"),
        parse_digest(members.get("parentHash"), name="parent hash"),
        parse_quantity(members.get("timestamp"), name="block time", maximum=MAX_BLOCK_TIME),
    )
    if number is not None and mark.number != number:
        raise ChainUnavailable(f"asked for block {number}, got {mark.number}", code="chain.bad_answer")
    return mark


def parse_header(block: JsonValue, *, number: int | None = None) -> BlockHeader:
    """Read a whole header from a node's answer; errors as `parse_mark`."""
    mark = parse_mark(block, number=number)
    members = _object(block)
    encoded: list[bytes] = []
    for name in _MEMBERS:
        value = members.get(name)
        if value is None:
            if len(encoded) < _ALWAYS:
                raise ChainUnavailable(f"a header without {name}", code="chain.bad_answer")
            break
        encoded.append(
            encode_number(parse_quantity(value, name=name))
            if name in _NUMBERS
            else encode_bytes(parse_data(value, name=name))
        )
    return BlockHeader(
        mark,
        parse_digest(members.get("stateRoot")),
        parse_digest(members.get("receiptsRoot")),
        parse_data(members.get("logsBloom"), size=BLOOM_BYTES),
        encode_list(encoded),
    )


def decode_header(encoded: bytes) -> BlockHeader:
    """Read a header from its RLP, as a storage witness carries it; its hash is computed, so it is always proven.

    Raises:
        ProofError: it is not a header.
    """
    items = decode(encoded)
    if not isinstance(items, list) or len(items) < _ALWAYS:
        raise ProofError("not a block header", code="proof.header")

    def member(name: str, size: int | None = None) -> bytes:
        item: RlpItem = items[_PLACES[name]]
        if not isinstance(item, bytes) or (size is not None and len(item) != size):
            raise ProofError(f"a block header with a wrong {name}", code="proof.header")
        return item

    def number(name: str, maximum: int) -> int:
        value = int.from_bytes(member(name), "big")
        if value > maximum:
            raise ProofError(f"a block header with a wrong {name}", code="proof.header")
        return value

    mark = BlockMark(
        number("number", MAX_BLOCK_NUMBER),
        Digest(keccak256(encoded)),
        Digest(member("parentHash", 32)),
        number("timestamp", MAX_BLOCK_TIME),
    )
    bloom = member("logsBloom", BLOOM_BYTES)
    return BlockHeader(mark, member("stateRoot", 32), member("receiptsRoot", 32), bloom, encoded)


def _object(block: JsonValue) -> JsonObject:
    if not isinstance(block, dict):
        raise ChainUnavailable("a block that is no object", code="chain.bad_answer")
    return block
