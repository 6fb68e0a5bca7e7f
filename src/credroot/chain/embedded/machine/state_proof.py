"""``eth_getProof``: an account and slots of its storage, proven against a block's state root.

Source: EIP-1186; the proofs are the nodes from the root to the value, or to where the path of an absent value ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.chain.embedded.machine.engine import Engine
from credroot.chain.embedded.parameters import BlockChoice
from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.chain.rpc.hex_codec import data, quantity
from credroot.core.keccak import keccak256
from credroot.core.values import Address

with keep_recursion_limit():
    import rlp
    from eth.rlp.accounts import Account
    from trie.hexary import HexaryTrie

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue


def prove(engine: Engine, address: Address, slots: list[tuple[str, int]], choice: BlockChoice) -> JsonObject:
    """Return the account's members with their proof, and each slot (its spelling, its number) with its own.

    An absent account has zeros, the hash of no code and the root of an empty trie.
    """
    header = engine.header_or_refuse(choice)
    nodes, encoded = _path(engine, header.state_root, keccak256(bytes(address)))
    account = rlp.decode(encoded, sedes=Account) if encoded else Account()
    proofs: list[JsonValue] = []
    for spelling, slot in slots:
        storage_nodes, value = _path(engine, account.storage_root, keccak256(slot.to_bytes(32, "big")))
        number = int.from_bytes(rlp.decode(value), "big") if value else 0
        proofs.append({"key": spelling, "value": quantity(number), "proof": storage_nodes})
    return {
        "address": data(address),
        "accountProof": nodes,
        "balance": quantity(account.balance),
        "codeHash": data(account.code_hash),
        "nonce": quantity(account.nonce),
        "storageHash": data(account.storage_root),
        "storageProof": proofs,
    }


def _path(engine: Engine, root: bytes, key: bytes) -> tuple[list[JsonValue], bytes]:
    """Return the nodes that are hashed into their parents, encoded, and the value, empty when absent.

    A node shorter than 32 bytes stands inside its parent, so it is no item of its own.
    """
    trie: Any = HexaryTrie(engine.database, root)
    encoded = [rlp.encode(_raw(node)) for node in trie.get_proof(key)]
    value: bytes = trie[key]
    return [data(node) for position, node in enumerate(encoded) if position == 0 or len(node) >= 32], value


def _raw(node: Any) -> Any:
    return node.raw if hasattr(node, "raw") else node
