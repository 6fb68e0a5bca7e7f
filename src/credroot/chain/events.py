"""The registry's events: logs of a node, decoded and checked, in the order of the chain.

Every event is described by the shipped ABI. Static arguments are one word each; the one dynamic kind is a string.

Source: Solidity ABI specification 2.0, events.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from credroot.chain.artifact import load
from credroot.chain.hex_codec import parse_address, parse_data, parse_digest, parse_quantity
from credroot.core.errors import ChainUnavailable
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from credroot.chain.deployment import Deployment
    from credroot.chain.rpc import Rpc
    from credroot.core.json_types import JsonValue

WORD = 32
FIRST_RANGE_BLOCKS = 2_000
LARGEST_RANGE_BLOCKS = 100_000
MAX_STRING_BYTES = 65_536

EventValue = Address | Digest | int | str


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the registry, and its place on the chain."""

    name: str
    arguments: Mapping[str, EventValue]
    block_number: int
    block_hash: Digest
    transaction: Digest
    log_index: int
    """Place among the logs of its block."""


@dataclass(frozen=True, slots=True)
class _Argument:
    name: str
    kind: str
    indexed: bool


@cache
def _layouts() -> dict[Digest, tuple[str, tuple[_Argument, ...]]]:
    """Map the first topic of each event to its name and arguments."""
    artifact = load("CredentialRegistry")
    return {
        Digest(artifact.topic(entry["name"])): (
            entry["name"],
            tuple(_Argument(item["name"], item["type"], item["indexed"]) for item in entry["inputs"]),
        )
        for entry in artifact.abi
        if entry["type"] == "event"
    }


def decode_log(log: JsonValue, registry: Address) -> Event:
    """Decode one log as a node gives it.

    Raises:
        ChainUnavailable: ``chain.bad_answer``, it is of another contract, of an event that the registry has not, marked
            as removed, or not of the shape of its event.
    """
    if not isinstance(log, dict) or log.get("removed") is True or parse_address(log.get("address")) != registry:
        raise _bad_log("of another contract, or removed")
    topics = log.get("topics")
    words = [parse_digest(topic) for topic in topics] if isinstance(topics, list) else []
    layout = _layouts().get(words[0]) if words else None
    if layout is None:
        raise _bad_log("of an event that the registry has not")
    name, arguments = layout
    return Event(
        name=name,
        arguments=_decode(arguments, words[1:], parse_data(log.get("data"))),
        block_number=parse_quantity(log.get("blockNumber")),
        block_hash=parse_digest(log.get("blockHash")),
        transaction=parse_digest(log.get("transactionHash")),
        log_index=parse_quantity(log.get("logIndex")),
    )


def _decode(arguments: tuple[_Argument, ...], topics: list[Digest], data: bytes) -> dict[str, EventValue]:
    if len(topics) != sum(argument.indexed for argument in arguments):
        raise _bad_log("with another number of topics")
    decoded: dict[str, EventValue] = {}
    place, indexed = 0, iter(topics)
    for argument in arguments:
        if argument.indexed:
            decoded[argument.name] = _value(argument.kind, next(indexed))
            continue
        word = data[place : place + WORD]
        place += WORD
        if len(word) != WORD:
            raise _bad_log("shorter than its event")
        decoded[argument.name] = _string(data, word) if argument.kind == "string" else _value(argument.kind, word)
    return decoded


def _value(kind: str, word: bytes) -> EventValue:
    if kind == "address":
        return Address(word[12:])
    if kind == "bytes32":
        return Digest(word)
    return int.from_bytes(word, "big")


def _string(data: bytes, offset_word: bytes) -> str:
    offset = int.from_bytes(offset_word, "big")
    length = int.from_bytes(data[offset : offset + WORD], "big")
    value = data[offset + WORD : offset + WORD + length]
    if length > MAX_STRING_BYTES or len(value) != length:
        raise _bad_log("with a text that ends elsewhere")
    return value.decode("utf-8", "replace")


def read_events(
    rpc: Rpc, deployment: Deployment, *, first: int, last: int, issuer: Address | None = None
) -> Iterator[Event]:
    """Yield every event from block `first` to block `last`, in order; of one issuer where it is named.

    Ranges are halved when the endpoint refuses one and grow after each success, so any endpoint's limit is found.

    Raises:
        ChainUnavailable: the endpoint refuses even a single block, or its answer is not of this registry.
    """
    from credroot.chain.rpc import RpcError

    size = FIRST_RANGE_BLOCKS
    topics: list[JsonValue] = [] if issuer is None else [None, "0x" + (bytes(12) + issuer).hex()]
    while first <= last:
        end = min(first + size - 1, last)
        query: JsonValue = {
            "address": "0x" + deployment.address.hex(),
            "fromBlock": hex(first),
            "toBlock": hex(end),
            "topics": topics,
        }
        try:
            logs = rpc.call("eth_getLogs", [query])
        except (RpcError, ChainUnavailable) as error:
            if end == first:
                raise ChainUnavailable(
                    f"the endpoint gives no logs of block {first}: {error}", code="chain.no_logs"
                ) from error
            size = max(1, (end - first + 1) // 2)
            continue
        if not isinstance(logs, list):
            raise _bad_log("not in a list")
        events = [decode_log(log, deployment.address) for log in logs]
        yield from _in_order(events, first, end)
        first = end + 1
        size = min(size * 2, LARGEST_RANGE_BLOCKS)


def _in_order(events: list[Event], first: int, last: int) -> list[Event]:
    """Sort by place; a place outside the range or given twice is a lie."""
    ordered = sorted(events, key=lambda event: (event.block_number, event.log_index))
    places = {(event.block_number, event.log_index) for event in ordered}
    if len(places) != len(ordered) or any(not first <= event.block_number <= last for event in ordered):
        raise _bad_log("twice, or from outside the range that was asked for")
    return ordered


def _bad_log(what: str) -> ChainUnavailable:
    return ChainUnavailable(f"the endpoint gave a log {what}", code="chain.bad_answer")
