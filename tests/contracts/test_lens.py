"""The lens: many facts at one block in one call, with nothing deployed."""

from __future__ import annotations

from typing import Any

from eth_abi import decode, encode

from credroot.chain.registry.artifact import load
from tests.contracts.people import ISSUER, ROOT, STRANGER
from tests.contracts.registry import ACTIVE, Registry, encode_call


def look(registry: Registry, calls: list[bytes], *, at: bytes | None = None) -> tuple[Any, ...]:
    """The lens's answer: chain id, block number, time, code hash, [(ok, data)]."""
    arguments = encode(["address", "bytes[]"], [at or registry.address, calls])
    receipt = registry.evm.call(STRANGER, None, load("RegistryLens").creation_code + arguments)
    assert receipt.ok
    *facts, results = decode(["uint256", "uint256", "uint256", "bytes32", "bytes[]"], receipt.output)
    return *facts, [decode(["bool", "bytes"], result) for result in results]


def test_one_call_gives_the_answers_and_the_block_that_they_are_from(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 9)
    calls = [encode_call("statusOf", ISSUER, ROOT, 3), encode_call("countOf", ISSUER), encode_call("version")]
    chain_id, number, time, code_hash, results = look(registry, calls)
    assert (chain_id, number, time) == (1, registry.evm.number, registry.evm.time)
    assert code_hash == load("CredentialRegistry").runtime_code_hash
    assert results[0] == (True, ACTIVE.to_bytes(32))
    assert results[1] == (True, (1).to_bytes(32))
    assert decode(["string"], results[2][1]) == ("1",)


def test_a_call_that_fails_does_not_spoil_the_others(registry: Registry) -> None:
    calls = [b"\xde\xad\xbe\xef", encode_call("countOf", ISSUER), encode_call("anchor", STRANGER, ROOT, 1)]
    *_, results = look(registry, calls)
    assert [ok for ok, _ in results] == [False, True, False]


def test_an_address_without_code_shows_by_its_code_hash(registry: Registry) -> None:
    _, _, _, code_hash, results = look(registry, [encode_call("countOf", ISSUER)], at=ISSUER)
    assert code_hash != load("CredentialRegistry").runtime_code_hash
    assert results == [(True, b"")]


def test_no_calls_give_the_block_alone(registry: Registry) -> None:
    assert look(registry, [])[4] == []


def test_a_page_of_a_hundred_and_twenty_statuses_fits(registry: Registry) -> None:
    registry.send(ISSUER, "anchor", ISSUER, ROOT, 200)
    *_, results = look(registry, [encode_call("statusOf", ISSUER, ROOT, index) for index in range(120)])
    assert results == [(True, ACTIVE.to_bytes(32))] * 120


def test_looking_changes_nothing(registry: Registry) -> None:
    before = registry.evm.storage(registry.address)
    look(registry, [encode_call("invalidateNonce", 0)])
    assert registry.evm.storage(registry.address) == before
