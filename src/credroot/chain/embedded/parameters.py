"""JSON-RPC parameters to values; whatever is wrong is an "invalid argument" that says which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.embedded.failures import CallFailure, invalid_params
from credroot.chain.rpc.hex_codec import MAX_UINT64, parse_address, parse_data, parse_digest, parse_quantity
from credroot.core.errors import ChainUnavailable
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

TAGS = ("latest", "pending", "safe", "finalized", "earliest")
"""All of them mean the head here, except the last: a block of the embedded chain is final when it exists."""
MAX_ADDRESSES = 1000
MAX_TOPICS = 4

BlockChoice = int | str | Digest
"""A number, one of `TAGS`, or a block's hash."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What ``eth_call`` and ``eth_estimateGas`` are asked to execute."""

    sender: Address
    to: Address | None
    """None: `data` is creation code, executed as a constructor."""
    data: bytes
    value: int
    """Wei."""
    gas: int | None
    max_fee: int | None
    """Wei per gas, when the caller named a price: then the sender must be able to pay it."""
    access_list: tuple[tuple[Address, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which logs are asked for: blocks, contracts, and for each topic the values it may have."""

    first: BlockChoice
    last: BlockChoice
    addresses: tuple[Address, ...]
    """Empty: any."""
    topics: tuple[tuple[Digest, ...], ...]
    """By position; an empty one is met by any topic, but there must be one."""


def read_quantity(value: JsonValue, name: str, maximum: int = MAX_UINT64) -> int:
    """Return a number of at most `maximum`."""
    try:
        return parse_quantity(value, name=name, maximum=maximum)
    except ChainUnavailable as error:
        raise _wrong(name, error) from error


def read_data(value: JsonValue, name: str) -> bytes:
    """Return bytes of any length."""
    try:
        return parse_data(value, name=name)
    except ChainUnavailable as error:
        raise _wrong(name, error) from error


def read_address(value: JsonValue, name: str) -> Address:
    """Return 20 bytes."""
    try:
        return parse_address(value, name=name)
    except ChainUnavailable as error:
        raise _wrong(name, error) from error


def read_digest(value: JsonValue, name: str) -> Digest:
    """Return 32 bytes."""
    try:
        return parse_digest(value, name=name)
    except ChainUnavailable as error:
        raise _wrong(name, error) from error


def read_slot(value: JsonValue, name: str = "storage key") -> int:
    """Return the number of a storage slot, written as a quantity or as up to 32 bytes of data."""
    digits = value[2:] if isinstance(value, str) and value.startswith("0x") else ""
    if not 0 < len(digits) <= 64 or digits.strip("0123456789abcdefABCDEF"):
        raise invalid_params(f"{name} is not 0x and up to 64 hex digits")
    return int(digits, 16)


def read_block(value: JsonValue) -> BlockChoice:
    """Return a block choice: a tag, a number, or the object ``{"blockHash"}`` or ``{"blockNumber"}`` of EIP-1898."""
    if isinstance(value, dict):
        if "blockHash" in value:
            return read_digest(value["blockHash"], "block hash")
        return read_block(value.get("blockNumber"))
    if value is None:
        return "latest"
    if isinstance(value, str) and value in TAGS:
        return value
    if isinstance(value, str) and len(value) == 66:
        return read_digest(value, "block hash")
    return read_quantity(value, "block number")


def read_call(value: JsonValue) -> CallRequest:
    """Return a call object; ``input`` and ``data`` mean the same and must agree."""
    if not isinstance(value, dict):
        raise invalid_params("the call is not an object")
    both = [read_data(value[name], name) for name in ("input", "data") if value.get(name) is not None]
    if len(both) == 2 and both[0] != both[1]:
        raise invalid_params('both "data" and "input" are set and not equal')
    price = value.get("maxFeePerGas", value.get("gasPrice"))
    return CallRequest(
        sender=Address(bytes(20)) if value.get("from") is None else read_address(value["from"], "from"),
        to=None if value.get("to") is None else read_address(value["to"], "to"),
        data=both[0] if both else b"",
        value=0 if value.get("value") is None else read_quantity(value["value"], "value", 2**256 - 1),
        gas=None if value.get("gas") is None else read_quantity(value["gas"], "gas"),
        max_fee=(read_quantity(price, "gas price", 2**256 - 1) or None) if price is not None else None,
        access_list=_access_list(value.get("accessList")),
    )


def read_log_filter(value: JsonValue) -> LogFilter:
    """Return a log filter; without bounds it asks for the head's logs."""
    if not isinstance(value, dict):
        raise invalid_params("the filter is not an object")
    if value.get("blockHash") is not None:
        if value.get("fromBlock") is not None or value.get("toBlock") is not None:
            raise invalid_params("cannot specify both blockHash and fromBlock/toBlock")
        first = last = read_block({"blockHash": value["blockHash"]})
    else:
        first, last = read_block(value.get("fromBlock")), read_block(value.get("toBlock"))
    topics = value.get("topics") or []
    if not isinstance(topics, list) or len(topics) > MAX_TOPICS:
        raise invalid_params(f"topics are a list of at most {MAX_TOPICS}")
    addresses = _one_or_many(value.get("address"))
    if len(addresses) > MAX_ADDRESSES:
        raise invalid_params(f"more than {MAX_ADDRESSES} addresses")
    return LogFilter(
        first=first,
        last=last,
        addresses=tuple(read_address(address, "address") for address in addresses),
        topics=tuple(tuple(read_digest(topic, "topic") for topic in _alternatives(entry)) for entry in topics),
    )


def _alternatives(entry: JsonValue) -> list[JsonValue]:
    """Return a topic's alternatives; a null among them, as a null in their place, is met by any topic."""
    many = _one_or_many(entry)
    if len(many) > MAX_ADDRESSES:
        raise invalid_params(f"more than {MAX_ADDRESSES} topics")
    return [] if None in many else many


def _one_or_many(value: JsonValue) -> list[JsonValue]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _access_list(value: JsonValue) -> tuple[tuple[Address, tuple[int, ...]], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise invalid_params("the access list is not a list")
    return tuple(_access(entry) for entry in value)


def _access(entry: JsonValue) -> tuple[Address, tuple[int, ...]]:
    if not isinstance(entry, dict) or not isinstance(keys := entry.get("storageKeys", []), list):
        raise invalid_params("an entry of the access list is not an address and its storage keys")
    return read_address(entry.get("address"), "address"), tuple(read_slot(key) for key in keys)


def boolean(value: JsonValue, name: str) -> bool:
    """Return a flag; absent is false."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise invalid_params(f"{name} is not true or false")


def _wrong(name: str, error: ChainUnavailable) -> CallFailure:
    return invalid_params(str(error).removeprefix("the node's "))


def object_of(value: JsonValue, name: str) -> JsonObject:
    """Return a JSON object."""
    if isinstance(value, dict):
        return value
    raise invalid_params(f"{name} is not an object")
