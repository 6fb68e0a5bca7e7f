"""RLP, tries and proofs: equal to an independent implementation, and strict about everything else."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import decode, encode_bytes, encode_list, encode_number
from credroot.chain.proofs.trie import EMPTY_ROOT, prove_value, trie_root
from credroot.core import keccak as slow_keccak
from credroot.core.errors import ProofError

with keep_recursion_limit():
    import rlp
    from trie.hexary import HexaryTrie

items = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=4), max_leaves=12)


def encoded(item: Any) -> bytes:
    return encode_bytes(item) if isinstance(item, bytes) else encode_list([encoded(part) for part in item])


@given(st.binary(max_size=400))
def test_both_keccaks_agree(data: bytes) -> None:
    assert keccak256(data) == slow_keccak.keccak256(data)


@given(items)
def test_rlp_equals_the_reference_and_comes_back(item: Any) -> None:
    assert encoded(item) == rlp.encode(item)
    assert decode(encoded(item)) == item


@given(st.binary(max_size=60))
def test_no_bytes_have_two_readings(data: bytes) -> None:
    try:
        item = decode(data)
    except ProofError:
        return
    assert encoded(item) == data


@pytest.mark.parametrize(
    "data", ["", "8100", "b800", "b90001" + "00", "f800", "c180ff", "83ffff", "c3ff", "bf" + "ff" * 8, "c1" * 20]
)
def test_rlp_in_another_spelling_is_refused(data: str) -> None:
    with pytest.raises(ProofError) as caught:
        decode(bytes.fromhex(data))
    assert caught.value.code == "proof.rlp"


def reference(entries: dict[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in entries.items():
        trie[key] = value
    return trie


def nodes_of(trie: HexaryTrie, key: bytes) -> list[bytes]:
    """The nodes that `eth_getProof` would give: those that are hashed into their parents."""
    raw = [rlp.encode(node.raw if hasattr(node, "raw") else node) for node in trie.get_proof(key)]
    return [node for place, node in enumerate(raw) if place == 0 or len(node) >= 32]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 16, 17, 200])
def test_roots_equal_the_reference_for_hashed_and_for_numbered_keys(size: int, rng: random.Random) -> None:
    hashed = {keccak256(rng.randbytes(8)): rng.randbytes(rng.randint(1, 40)) for _ in range(size)}
    numbered = {encode_number(place): rng.randbytes(rng.randint(1, 300)) for place in range(size)}
    for entries in (hashed, numbered):
        assert trie_root(entries) == reference(entries).root_hash
    assert trie_root({}) == EMPTY_ROOT


def test_a_proof_shows_each_value_and_each_absence(rng: random.Random) -> None:
    entries = {keccak256(rng.randbytes(8)): encode_number(rng.getrandbits(200)) for _ in range(60)}
    trie = reference(entries)
    absent = [keccak256(rng.randbytes(9)) for _ in range(60)]
    for key in [*entries, *absent]:
        assert prove_value(trie.root_hash, key, nodes_of(trie, key)) == entries.get(key)


def test_a_proof_with_any_node_changed_cut_added_or_swapped_is_refused(rng: random.Random) -> None:
    entries = {keccak256(rng.randbytes(8)): encode_number(rng.getrandbits(250) + 1) for _ in range(40)}
    trie = reference(entries)
    for key in list(entries)[:15]:
        nodes = nodes_of(trie, key)
        flipped = bytearray(nodes[-1])
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        for wrong in (nodes[:-1], nodes[1:], [*nodes, nodes[-1]], [*nodes[:-1], bytes(flipped)], []):
            with pytest.raises(ProofError):
                prove_value(trie.root_hash, key, wrong)
        if len(nodes) > 1:
            with pytest.raises(ProofError):
                prove_value(trie.root_hash, key, nodes[::-1])


def test_the_proof_of_another_key_does_not_prove_this_one_absent(rng: random.Random) -> None:
    entries = {keccak256(bytes([number])): b"\x05" for number in range(40)}
    trie = reference(entries)
    keys = sorted(entries)
    with pytest.raises(ProofError):
        prove_value(trie.root_hash, keys[0], nodes_of(trie, keys[-1]))
