"""Blocks and state proofs that hold against their hashes, by arithmetic that is not the chain's own."""

from __future__ import annotations

from typing import Any

import pytest

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.core.keccak import keccak256
from tests.chain.embedded.bytecode import CREATION, STORE, words
from tests.chain.embedded.nodes import Node

with keep_recursion_limit():
    import rlp
    from trie.hexary import HexaryTrie

HEADER_MEMBERS = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty"),
    *("number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas"),
    *("withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash"),
)
NUMBERS = {
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"),
}


def header_hash(block: dict[str, Any]) -> str:
    """Hash the header that a block's JSON members spell. Source: EIP-4895, EIP-4844, EIP-4788, EIP-7685."""
    fields = []
    for name in HEADER_MEMBERS:
        if name in NUMBERS:
            number = int(block[name], 16)
            fields.append(number.to_bytes((number.bit_length() + 7) // 8, "big"))
        else:
            fields.append(bytes.fromhex(block[name][2:]))
    return "0x" + keccak256(rlp.encode(fields)).hex()


def proven(root: str, key: bytes, proof: list[str]) -> bytes:
    """Return the value that a proof shows for a key, empty for a proof of absence; raise for a wrong one."""
    nodes = [rlp.decode(bytes.fromhex(node[2:])) for node in proof]
    trie: Any = HexaryTrie
    value: bytes = trie.get_from_proof(bytes.fromhex(root[2:]), keccak256(key), nodes)
    return value


@pytest.fixture(scope="module")
def contract(node: Node) -> str:
    return node.deploy(CREATION)


def test_a_block_s_members_hash_to_its_hash(node: Node, contract: str) -> None:
    receipt = node.send(to=contract, data=words(STORE, 1, 1))
    for number in ("0x0", receipt["blockNumber"]):
        block: Any = node.rpc.call("eth_getBlockByNumber", [number, False])
        if number == "0x0" and not node.is_embedded:
            continue
        assert header_hash(block) == block["hash"]


def test_an_account_and_its_slots_are_proven_against_the_state_root(node: Node, contract: str) -> None:
    values = {slot: slot * 1_000_003 for slot in range(1, 25)}
    for slot, value in values.items():
        node.send(to=contract, data=words(STORE, slot, value))
    block: Any = node.rpc.call("eth_getBlockByNumber", ["latest", False])
    slots = [*values, 999]
    proof: Any = node.rpc.call(
        "eth_getProof", [contract, ["0x" + words(slot).hex() for slot in slots], block["number"]]
    )
    account = rlp.decode(proven(block["stateRoot"], bytes.fromhex(contract[2:]), proof["accountProof"]))
    nonce, balance, storage_root, code_hash = account
    assert "0x" + storage_root.hex() == proof["storageHash"]
    assert "0x" + code_hash.hex() == proof["codeHash"]
    code = bytes.fromhex(str(node.rpc.call("eth_getCode", [contract, "latest"]))[2:])
    assert keccak256(code) == code_hash
    assert (int.from_bytes(nonce, "big"), balance) == (int(proof["nonce"], 16), b"")
    for slot, entry in zip(slots, proof["storageProof"], strict=True):
        shown = proven(proof["storageHash"], words(slot), entry["proof"])
        number = int.from_bytes(rlp.decode(shown), "big") if shown else 0
        assert number == int(entry["value"], 16) == values.get(slot, 0)


def test_a_proof_at_an_earlier_block_shows_the_earlier_value(node: Node, contract: str) -> None:
    early = node.send(to=contract, data=words(STORE, 50, 1))
    node.send(to=contract, data=words(STORE, 50, 2))
    for tag, value in ((early["blockNumber"], "0x1"), ("latest", "0x2")):
        proof: Any = node.rpc.call("eth_getProof", [contract, ["0x" + words(50).hex()], tag])
        block: Any = node.rpc.call("eth_getBlockByNumber", [tag, False])
        assert proof["storageProof"][0]["value"] == value
        assert proven(block["stateRoot"], bytes.fromhex(contract[2:]), proof["accountProof"])


def test_the_absence_of_an_account_is_proven_too(node: Node) -> None:
    absent = "0x" + "5a" * 20
    proof: Any = node.rpc.call("eth_getProof", [absent, [], "latest"])
    block: Any = node.rpc.call("eth_getBlockByNumber", ["latest", False])
    assert (proof["balance"], proof["nonce"], proof["storageProof"]) == ("0x0", "0x0", [])
    assert proven(block["stateRoot"], bytes.fromhex(absent[2:]), proof["accountProof"]) == b""
