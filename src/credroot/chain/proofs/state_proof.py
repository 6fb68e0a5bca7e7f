"""What a contract's storage held in one block, shown by hashes alone: `eth_getProof` against the block's state root.

Source: EIP-1186; yellow paper, section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.proofs.block_header import BlockHeader, decode_header
from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import decode
from credroot.chain.proofs.trie import prove_value
from credroot.chain.rpc.hex_codec import data, parse_data, quantity
from credroot.core.errors import ChainUnavailable, ProofError
from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.rpc.client import Rpc
    from credroot.core.anchor.storage_witness import StorageWitness
    from credroot.core.json.types import JsonValue
    from credroot.core.values import Address

MAX_SLOTS_A_CALL = 256
"""Slots in one `eth_getProof`; nodes refuse more than 1,024 or so, and each has some kilobytes of nodes."""


@dataclass(frozen=True, slots=True)
class ProvenAccount:
    """A contract as of one block."""

    storage_root: bytes
    code_hash: Digest


@dataclass(frozen=True, slots=True)
class ProvenStorage:
    """Slots of a contract as of one block, each shown by the trie's nodes."""

    account: ProvenAccount
    values: tuple[int, ...]
    """In the order of the slots that were asked for."""
    account_nodes: tuple[bytes, ...]
    """What showed the account, from the state root down."""
    slot_nodes: tuple[tuple[bytes, ...], ...]
    """What showed each value, from the storage root down."""


def prove_account(state_root: bytes, address: Address, nodes: Sequence[bytes]) -> ProvenAccount:
    """Follow `nodes` from a block's state root to a contract.

    Raises:
        ProofError: ``proof.trie`` or ``proof.rlp``, they do not lead there; ``proof.no_account``, they show that the
            block's state has no such account.
    """
    encoded = prove_value(state_root, keccak256(bytes(address)), nodes)
    if encoded is None:
        raise ProofError(f"the block's state has no account {address}", code="proof.no_account")
    account = decode(encoded)
    if not isinstance(account, list) or len(account) < 4:
        raise ProofError("an account without its four members", code="proof.trie")
    root, code_hash = account[2], account[3]
    if not isinstance(root, bytes) or not isinstance(code_hash, bytes) or len(root) != 32 or len(code_hash) != 32:
        raise ProofError("an account with a wrong member", code="proof.trie")
    return ProvenAccount(root, Digest(code_hash))


def prove_slot(storage_root: bytes, slot: bytes, nodes: Sequence[bytes]) -> int:
    """Follow `nodes` from a contract's storage root to the slot (32 bytes); 0 where they show that it is empty."""
    encoded = prove_value(storage_root, keccak256(slot), nodes)
    if encoded is None:
        return 0
    value = decode(encoded)
    if value == b"":
        return 0  # a true trie has no zeros, those of development nodes do
    if not isinstance(value, bytes) or len(value) > 32 or value[0] == 0:
        raise ProofError("a slot with something else than a number", code="proof.trie")
    return int.from_bytes(value, "big")


def ask_proof(rpc: Rpc, address: Address, header: BlockHeader, slots: Sequence[bytes] = ()) -> ProvenStorage:
    """Ask for the proof of a contract and of `slots` at the block of `header`, and check every node of it.

    Raises:
        ProofError: what the node gave does not lead from the header's state root to what it says.
        ChainUnavailable: it gave nothing usable.
        RpcError: it offers no proofs, or none of that block any more.
    """
    values: list[int] = []
    shown: list[tuple[bytes, ...]] = []
    account: ProvenAccount | None = None
    account_nodes: tuple[bytes, ...] = ()
    for start in range(0, max(1, len(slots)), MAX_SLOTS_A_CALL):
        page = slots[start : start + MAX_SLOTS_A_CALL]
        account_nodes, slot_nodes = _ask(rpc, address, header, page)
        account = prove_account(header.state_root, address, account_nodes)
        for slot, nodes in zip(page, slot_nodes, strict=True):
            values.append(prove_slot(account.storage_root, slot, nodes))
            shown.append(nodes)
    assert account is not None, "the loop runs at least once"
    return ProvenStorage(account, tuple(values), account_nodes, tuple(shown))


def _ask(
    rpc: Rpc, address: Address, header: BlockHeader, slots: Sequence[bytes]
) -> tuple[tuple[bytes, ...], list[tuple[bytes, ...]]]:
    """Give the nodes of the account, and those of each slot, unchecked."""
    params: list[JsonValue] = [data(address), [data(slot) for slot in slots], quantity(header.mark.number)]
    answer = rpc.call("eth_getProof", params)
    if not isinstance(answer, dict):
        raise ChainUnavailable("a proof that is no object", code="chain.bad_answer")
    proofs = answer.get("storageProof")
    if not isinstance(proofs, list) or len(proofs) != len(slots):
        raise ChainUnavailable("a proof of another number of slots", code="chain.bad_answer")
    slot_nodes = [_nodes(proof.get("proof") if isinstance(proof, dict) else None) for proof in proofs]
    return _nodes(answer.get("accountProof")), slot_nodes


def check_witness(witness: StorageWitness, registry: Address) -> tuple[BlockHeader, ProvenAccount, dict[bytes, int]]:
    """Check a receipt's witness by hashes alone; give its header, the registry's account, and slot -> value.

    Whether the header is of a block of the right chain is for the caller to judge; its hash is computed here.

    Raises:
        ProofError: a node does not lead where it should.
    """
    header = decode_header(witness.header)
    account = prove_account(header.state_root, registry, witness.account_nodes)
    values = {proof.slot: prove_slot(account.storage_root, proof.slot, proof.nodes) for proof in witness.slots}
    return header, account, values


def _nodes(value: JsonValue) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        raise ChainUnavailable("a proof without nodes", code="chain.bad_answer")
    return tuple(parse_data(node, name="node of a proof") for node in value)
