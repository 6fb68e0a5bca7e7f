"""A storage proof with its block header: what the registry's storage held in one block, to be checked offline.

Only shape and size are settled here. Whether the nodes hash up to the state root in the header, and the header to a
block that the verifier knows, is for the chain side to judge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject, JsonValue

MAX_HEADER_BYTES: Final = 8192
"""A header has some 600 bytes; some networks put a list of validators into it."""
MAX_NODE_BYTES: Final = 1024
"""A node has at most 532 bytes (17 children), a leaf with an account less."""
MAX_NODES: Final = 64
"""A path in a trie of 32-byte keys has at most 64 nodes."""
MAX_SLOTS: Final = 16
MAX_WITNESS_BYTES: Final = 96 * 1024
"""Header and nodes together: a proof on a large network has some 4 kB for the account and for each slot."""

_SLOT_BYTES: Final = 32
_HEX: Final = re.compile(r"0x(?:[0-9a-f]{2})+")


@dataclass(frozen=True, slots=True)
class SlotProof:
    """The trie nodes that show one storage slot of the registry, or that it is empty."""

    slot: bytes
    """Where in the storage: 32 bytes."""
    nodes: tuple[bytes, ...]
    """RLP of the nodes from the storage root down, as ``eth_getProof`` gives them; none for an empty storage."""

    def __post_init__(self) -> None:
        if len(self.slot) != _SLOT_BYTES:
            raise _malformed(f"a slot has {_SLOT_BYTES} bytes, got {len(self.slot)}")
        _require_nodes(self.nodes)


@dataclass(frozen=True, slots=True)
class StorageWitness:
    """One block header, and the nodes that lead from its state root to slots of the registry.

    Values are not stated beside the nodes that prove them, so nothing can be stated twice.
    Raises `InputError` (``receipt.witness``) when built with sizes out of bounds.

    Source: EIP-1186.
    """

    header: bytes
    """RLP of the block header, at most `MAX_HEADER_BYTES`; its Keccak-256 is the block hash."""
    account_nodes: tuple[bytes, ...]
    """RLP of the nodes from the state root down to the registry's account."""
    slots: tuple[SlotProof, ...]
    """One to `MAX_SLOTS`, ordered by slot, none twice."""

    def __post_init__(self) -> None:
        if not 0 < len(self.header) <= MAX_HEADER_BYTES:
            raise _malformed(f"a header has 1 to {MAX_HEADER_BYTES} bytes, got {len(self.header)}")
        _require_nodes(self.account_nodes)
        if not self.account_nodes:
            raise _malformed("an account is proved by at least one node")
        nodes = [*self.account_nodes, *(node for proof in self.slots for node in proof.nodes)]
        if len(self.header) + sum(map(len, nodes)) > MAX_WITNESS_BYTES:
            raise _malformed(f"has at most {MAX_WITNESS_BYTES} bytes of header and nodes")
        places = [proof.slot for proof in self.slots]
        if not 0 < len(places) <= MAX_SLOTS or places != sorted(set(places)):
            raise _malformed(f"needs 1 to {MAX_SLOTS} slots in rising order, got {len(places)}")

    def to_json(self) -> JsonObject:
        """Give ``{"header", "accountProof", "storageProof": [{"key", "proof"}, ...]}``, bytes as lowercase ``0x`` hex.

        The names are those of ``eth_getProof``.
        """
        return {
            "header": _hex(self.header),
            "accountProof": [_hex(node) for node in self.account_nodes],
            "storageProof": [
                {"key": _hex(proof.slot), "proof": [_hex(node) for node in proof.nodes]} for proof in self.slots
            ],
        }

    @classmethod
    def from_json(cls, value: JsonValue) -> Self:
        """Read what `to_json` writes; `InputError` (``receipt.witness``) for anything else, unknown members too."""
        members = _members(value, {"header", "accountProof", "storageProof"})
        return cls(
            header=_bytes(members["header"]),
            account_nodes=_nodes(members["accountProof"]),
            slots=tuple(_slot(item) for item in _array(members["storageProof"], MAX_SLOTS)),
        )


def _slot(value: JsonValue) -> SlotProof:
    members = _members(value, {"key", "proof"})
    return SlotProof(slot=_bytes(members["key"]), nodes=_nodes(members["proof"]))


def _nodes(value: JsonValue) -> tuple[bytes, ...]:
    return tuple(_bytes(item) for item in _array(value, MAX_NODES))


def _members(value: JsonValue, names: set[str]) -> JsonObject:
    if not isinstance(value, dict) or value.keys() != names:
        raise _malformed(f"needs an object with exactly {sorted(names)}")
    return value


def _array(value: JsonValue, most: int) -> list[JsonValue]:
    if not isinstance(value, list) or len(value) > most:
        raise _malformed(f"needs an array of at most {most}")
    return value


def _bytes(value: JsonValue) -> bytes:
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        raise _malformed("bytes are written 0x and lowercase hex, at least one byte")
    return bytes.fromhex(value[2:])


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _require_nodes(nodes: tuple[bytes, ...]) -> None:
    if len(nodes) > MAX_NODES or not all(0 < len(node) <= MAX_NODE_BYTES for node in nodes):
        raise _malformed(f"needs at most {MAX_NODES} nodes of 1 to {MAX_NODE_BYTES} bytes")


def _malformed(reason: str) -> InputError:
    return InputError(f"storage witness: {reason}", code="receipt.witness")
