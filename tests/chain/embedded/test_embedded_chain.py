"""The embedded chain by itself: what it starts from, what it says of itself, and its clock."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.failures import CallFailure
from credroot.chain.embedded.layout import CHAIN_ID, FAUCET_ADDRESS, FAUCET_BALANCE, FAUCET_TEST_KEY
from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.core.json.types import JsonValue
from tests.chain.embedded.bytecode import CREATION, NEST, STORE, words

with keep_recursion_limit():
    from eth_account import Account


def send(chain: EmbeddedChain, nonce: int, **fields: Any) -> Any:
    transaction = {
        "chainId": int(CHAIN_ID),
        "nonce": nonce,
        "gas": 1_000_000,
        "maxFeePerGas": 5 * 10**9,
        "maxPriorityFeePerGas": 10**9,
        "value": 0,
        **fields,
    }
    raw = bytes(Account.sign_transaction(transaction, FAUCET_TEST_KEY).raw_transaction)
    return chain.call("eth_sendRawTransaction", ["0x" + raw.hex()])


def test_the_faucet_s_key_is_the_faucet_s_account_and_it_holds_plenty(tmp_path: Path) -> None:
    assert Account.from_key(FAUCET_TEST_KEY).address == str(FAUCET_ADDRESS)
    with EmbeddedChain(tmp_path) as chain:
        assert chain.call("eth_getBalance", [str(FAUCET_ADDRESS), "latest"]) == hex(FAUCET_BALANCE)


def test_it_says_that_it_proves_nothing_and_has_a_chain_id_of_its_own(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        assert "proves nothing to others" in str(chain.call("web3_clientVersion", []))
        assert chain.call("eth_chainId", []) == "0x43524544"


def test_blocks_have_the_clock_s_time_or_a_second_more_than_the_last(tmp_path: Path) -> None:
    now = [1_800_000_000.9]
    with EmbeddedChain(tmp_path, clock=lambda: now[0]) as chain:

        def mined_at(nonce: int) -> int:
            receipt: Any = chain.call("eth_getTransactionReceipt", [send(chain, nonce, to=bytes(20))])
            block: Any = chain.call("eth_getBlockByHash", [receipt["blockHash"]])
            return int(block["timestamp"], 16) - 1_800_000_000

        first, second = mined_at(0), mined_at(1)
        now[0] += 100
        third = mined_at(2)
        now[0] -= 1_000  # the clock was set back
        assert (first, second, third, mined_at(3)) == (1, 2, 100, 101)


def test_opening_a_chain_leaves_the_recursion_limit_alone(tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    with EmbeddedChain(tmp_path) as chain:
        send(chain, 0, data=CREATION)
        assert sys.getrecursionlimit() == before < 10_000


def test_contracts_nest_as_deep_as_the_gas_goes_without_an_internal_error(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        receipt: Any = chain.call("eth_getTransactionReceipt", [send(chain, 0, data=CREATION)])
        request: JsonValue = {"to": receipt["contractAddress"], "data": "0x" + words(NEST, 2_000).hex()}
        depth = int(str(chain.call("eth_call", [request, "latest"])), 16)
        assert depth > 400


def test_a_transaction_that_was_mined_is_already_known(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        send(chain, 0, to=bytes(20))
        with pytest.raises(CallFailure) as caught:
            send(chain, 0, to=bytes(20))
        assert (caught.value.rpc_code, caught.value.message) == (-32000, "already known")
        with pytest.raises(CallFailure) as caught:
            send(chain, 0, to=bytes(20), value=1)
        assert caught.value.message.startswith("nonce too low")
        with pytest.raises(CallFailure) as caught:
            send(chain, 2, to=bytes(20))
        assert caught.value.message.startswith("nonce too high")


def test_an_endless_loop_ends_with_its_gas(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain, pytest.raises(CallFailure) as caught:
        chain.call("eth_call", [{"data": "0x5b5f56", "gas": hex(200_000)}])
    assert caught.value.message == "out of gas"


def test_a_transaction_needs_the_gas_of_its_data_even_if_it_uses_less(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        with pytest.raises(CallFailure) as caught:
            send(chain, 0, to=bytes(20), data=b"\x01" * 100, gas=21_000 + 100 * 40 - 1)
        assert caught.value.message.startswith("insufficient gas for floor data gas cost")
        request: JsonValue = {"from": str(FAUCET_ADDRESS), "to": "0x" + "00" * 20, "data": "0x" + "01" * 100}
        assert chain.call("eth_estimateGas", [request]) == hex(21_000 + 100 * 40)


def test_creation_code_that_is_too_large_is_refused_before_it_costs_anything(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        with pytest.raises(CallFailure) as caught:
            send(chain, 0, data=bytes(49_153), gas=5_000_000)
        assert caught.value.message.startswith("max initcode size exceeded")
        assert chain.call("eth_blockNumber", []) == "0x0"


def test_state_of_a_block_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        choices: list[JsonValue] = ["0x5", "0x" + "77" * 32, {"blockHash": "0x" + "77" * 32}]
        for choice in choices:
            with pytest.raises(CallFailure) as caught:
                chain.call("eth_getBalance", [str(FAUCET_ADDRESS), choice])
            assert (caught.value.rpc_code, caught.value.message) == (-32000, "header not found")


def test_many_blocks_are_read_at_any_height(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain:
        receipt: Any = chain.call("eth_getTransactionReceipt", [send(chain, 0, data=CREATION)])
        contract = bytes.fromhex(receipt["contractAddress"][2:])
        for nonce in range(1, 40):
            send(chain, nonce, to=contract, data=words(STORE, nonce, nonce))
        logs: Any = chain.call("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest"}])
        assert [int(log["blockNumber"], 16) for log in logs] == list(range(2, 41))
