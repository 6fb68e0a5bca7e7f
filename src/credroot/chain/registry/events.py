"""The registry's events: logs of a node, checked and decoded, in the order of the chain.

A log is first put into a `LogRow`, bytes and numbers whose shape is right for its event: what an index keeps, and what
costs little for each of many. An `Event` with names is made of a row when somebody wants to read it.

Source: Solidity ABI specification 2.0, events; the shipped ABI describes each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from credroot.chain.registry.artifact import load
from credroot.chain.rpc.hex_codec import parse_data, parse_quantity
from credroot.core.errors import ChainUnavailable
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonValue

WORD = 32
HEX_DIGEST = 66
"""Characters of a digest as nodes write it."""
MAX_STRING_BYTES = 65_536
_PAD = b"\0" * 12
_BITS = {"address": 160, "bytes32": 256, "uint8": 8, "uint32": 32, "uint40": 40, "uint64": 64, "uint256": 256}

KINDS = (
    "BatchAnchored",
    "StatusChanged",
    "BatchStatusChanged",
    "BatchRatified",
    "KeySet",
    "KeyDistrusted",
    "ProfileSet",
    "Accredited",
    "NonceUsed",
)
"""The events by number: the place in this tuple is what an index stores, so a new one goes to the end."""

EventValue = Address | Digest | int | str


class LogRow(NamedTuple):
    """One log whose shape fits its event: what an index keeps."""

    block_number: int
    log_index: int
    """Place among the logs of its block."""
    transaction: bytes
    transaction_index: int
    kind: int
    """Place in `KINDS`."""
    subject: bytes
    """The first indexed argument: the issuer, accreditor or signer, 20 bytes."""
    topics: bytes
    """The other indexed arguments, 32 bytes each."""
    data: bytes
    """The arguments that are not indexed, as the ABI encodes them."""
    block_hash: bytes


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


class _Layout(NamedTuple):
    kind: int
    topic_count: int
    topic_excess: int
    """Bits that no value of the indexed arguments sets, over all topics."""
    data_size: int
    """Bytes of the arguments' heads."""
    data_excess: int
    string_head: int
    """Where the offset of the one string stands in the heads; -1 without one."""


def _excess(kinds: Sequence[str]) -> int:
    """Give the bits beyond the width of each argument; the high bits of a word are the first ones."""
    mask = 0
    for kind in kinds:
        mask = mask << 8 * WORD | (2**256 - 2 ** _BITS[kind])
    return mask


@cache
def _layouts() -> dict[bytes, _Layout]:
    """Map the first topic of each event to its shape."""
    artifact = load("CredentialRegistry")
    entries = {entry["name"]: entry for entry in artifact.abi if entry["type"] == "event"}
    if set(entries) != set(KINDS):
        raise ValueError("the registry's events are not those that are known here")
    layouts = {}
    for number, name in enumerate(KINDS):
        # An enum of the contract has the ABI type uint8; a string's head is an offset.
        indexed = [item["type"] for item in entries[name]["inputs"] if item["indexed"]]
        heads = [item["type"] for item in entries[name]["inputs"] if not item["indexed"]]
        layouts[artifact.topic(name)] = _Layout(
            kind=number,
            topic_count=1 + len(indexed),
            topic_excess=_excess(["bytes32", *indexed]),
            data_size=WORD * len(heads),
            data_excess=_excess(["uint32" if kind == "string" else kind for kind in heads]),
            string_head=WORD * heads.index("string") if "string" in heads else -1,
        )
    return layouts


@cache
def _arguments(kind: int) -> tuple[tuple[str, str, bool], ...]:
    """Give name, type and whether it is indexed, of each argument of an event."""
    entries = {entry["name"]: entry for entry in load("CredentialRegistry").abi if entry["type"] == "event"}
    return tuple((item["name"], item["type"], item["indexed"]) for item in entries[KINDS[kind]]["inputs"])


def parse_logs(logs: JsonValue, registry: Address, *, first: int, last: int) -> list[LogRow]:
    """Check the answer to one `eth_getLogs` and give its rows by their place on the chain.

    Raises:
        ChainUnavailable: ``chain.bad_answer``: a log is of another contract, of an event that the registry has not,
            marked as removed, not of the shape of its event, from outside blocks `first` to `last`, or there twice.
    """
    if not isinstance(logs, list):
        raise _bad_log("not in a list")
    reader = _LogReader(registry)
    rows = [reader.read(log) for log in logs]
    rows.sort(key=lambda row: row[:2])
    previous = (first, -1)
    hash_of: dict[int, bytes] = {}
    for row in rows:
        place = row[:2]
        if place <= previous or place[0] > last:
            raise _bad_log(f"twice, or from outside blocks {first} to {last}: block {place[0]}, log {place[1]}")
        if hash_of.setdefault(row.block_number, row.block_hash) != row.block_hash:
            raise _bad_log(f"of block {row.block_number} with two block hashes")
        previous = place
    return rows


class _LogReader:
    """Puts logs of one contract into rows. Texts that logs have in common are read once."""

    def __init__(self, registry: Address) -> None:
        self._address = "0x" + registry.hex()
        self._layouts = _layouts()
        self._digests: dict[JsonValue, bytes] = {}
        self._numbers: dict[JsonValue, int] = {}

    def read(self, log: JsonValue) -> LogRow:
        """Put one log into a row; errors as `parse_logs`."""
        if not isinstance(log, dict):
            raise _bad_log("that is no object")
        source = log.get("address")
        if source != self._address and (not isinstance(source, str) or source.lower() != self._address):
            raise _bad_log(f"of another contract: {str(source)[:64]}")
        if log.get("removed", False) is not False:
            raise _bad_log("marked as removed")
        layout, topics = self._topics(log.get("topics"))
        if int.from_bytes(topics, "big") & layout.topic_excess:
            raise _bad_log(f"of {KINDS[layout.kind]} with a topic beyond its type")
        try:
            block_number = self._numbers[log["blockNumber"]]
            block_hash = self._digests[log["blockHash"]]
        except (KeyError, TypeError):
            block_number = self._number(log.get("blockNumber"))
            block_hash = self._digest(log.get("blockHash"))
        return LogRow(
            block_number,
            self._number(log.get("logIndex")),
            self._digest(log.get("transactionHash")),
            self._number(log.get("transactionIndex")),
            layout.kind,
            topics[44:64],
            topics[64:],
            _data(log.get("data"), layout),
            block_hash,
        )

    def _topics(self, topics: JsonValue) -> tuple[_Layout, bytes]:
        """Give the event's shape and all its topics, 32 bytes each."""
        try:
            joined = "".join(topics)  # type: ignore[arg-type]  # anything else raises
            values = bytes.fromhex(joined.replace("0x", ""))
        except (TypeError, ValueError):
            raise _bad_log("with topics that are none") from None
        count = len(joined) // HEX_DIGEST
        # Of the right length, with an x where each topic has one and only hex digits elsewhere: no topic is misplaced.
        if len(values) != WORD * count or len(joined) != HEX_DIGEST * count or joined[1::HEX_DIGEST] != "x" * count:
            raise _bad_log("with topics that are none")
        layout = self._layouts.get(values[:WORD])
        if layout is None:
            raise _bad_log("of an event that the registry has not")
        if count != layout.topic_count:
            raise _bad_log(f"of {KINDS[layout.kind]} with {count} topics")
        return layout, values

    def _digest(self, text: JsonValue) -> bytes:
        found = self._digests.get(text) if isinstance(text, str) else None
        if found is None:
            found = self._digests[text] = parse_data(text, name="digest of a log", size=WORD)
        return found

    def _number(self, text: JsonValue) -> int:
        found = self._numbers.get(text) if isinstance(text, str) else None
        if found is None:
            found = self._numbers[text] = parse_quantity(text, name="place of a log", maximum=2**63 - 1)
        return found


def _data(text: JsonValue, layout: _Layout) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise _bad_log("without data")
    try:
        data = bytes.fromhex(text[2:])
    except ValueError:
        data = b""
    size = layout.data_size
    # `fromhex` skips spaces, which the length tells.
    if 2 * len(data) + 2 != len(text) or len(data) < size or (len(data) != size and layout.string_head < 0):
        raise _bad_log(f"of {KINDS[layout.kind]} with data of another size")
    if int.from_bytes(data[:size], "big") & layout.data_excess:
        raise _bad_log(f"of {KINDS[layout.kind]} with a value beyond its type")
    if layout.string_head >= 0:
        _string(data, layout.string_head)
    return data


def _string(data: bytes, head: int) -> str:
    """Give the text whose offset stands at `head`. Bytes that are no UTF-8 are replaced: a stranger chose them."""
    offset = int.from_bytes(data[head : head + WORD], "big")
    length = int.from_bytes(data[offset : offset + WORD], "big")
    value = data[offset + WORD : offset + WORD + length]
    padded = offset + WORD + (length + WORD - 1) // WORD * WORD
    if length > MAX_STRING_BYTES or len(value) != length or len(data) != padded:
        raise _bad_log("with a text that ends elsewhere")
    return value.decode("utf-8", "replace")


def event_of(row: LogRow) -> Event:
    """Give the event of a row with its arguments by name."""
    indexed = iter(
        [_PAD + row.subject, *(row.topics[place : place + WORD] for place in range(0, len(row.topics), WORD))]
    )
    arguments: dict[str, EventValue] = {}
    place = 0
    for name, kind, is_indexed in _arguments(row.kind):
        if is_indexed:
            arguments[name] = _value(kind, next(indexed))
            continue
        if kind == "string":
            arguments[name] = _string(row.data, place)
        else:
            arguments[name] = _value(kind, row.data[place : place + WORD])
        place += WORD
    return Event(
        KINDS[row.kind], arguments, row.block_number, Digest(row.block_hash), Digest(row.transaction), row.log_index
    )


def _value(kind: str, word: bytes) -> EventValue:
    if kind == "address":
        return Address(word[12:])
    if kind == "bytes32":
        return Digest(word)
    return int.from_bytes(word, "big")


def decode_log(log: JsonValue, registry: Address) -> Event:
    """Decode one log as a node gives it; errors as `parse_logs`."""
    return event_of(_LogReader(registry).read(log))


def log_query(registry: Address, first: int, last: int, issuer: Address | None = None) -> JsonValue:
    """Give the filter of `eth_getLogs` for blocks `first` to `last`; only what is about `issuer` where it is named."""
    topics: list[JsonValue] = [] if issuer is None else [None, "0x" + (_PAD + issuer).hex()]
    return {"address": "0x" + registry.hex(), "fromBlock": hex(first), "toBlock": hex(last), "topics": topics}


def read_events(
    rpc: Rpc, deployment: Deployment, *, first: int, last: int, issuer: Address | None = None
) -> Iterator[Event]:
    """Yield every event of blocks `first` to `last`, in order, without an index; of one issuer where it is named.

    Raises:
        ChainUnavailable: the endpoint refuses even a single block, or its answer is not of this registry.
    """
    from credroot.chain.registry.log_ranges import LogRanges

    ranges = LogRanges(rpc, deployment.address, issuer=issuer)
    while first <= last:
        end, rows = ranges.read(first, last)
        yield from map(event_of, rows)
        first = end + 1


def _bad_log(what: str) -> ChainUnavailable:
    return ChainUnavailable(f"the endpoint gave a log {what}", code="chain.bad_answer")
