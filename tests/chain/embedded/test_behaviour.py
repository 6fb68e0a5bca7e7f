"""What callers rely on, asked of the embedded chain and of a real node in the same words."""

from __future__ import annotations

import time
from typing import Any

import pytest

from credroot.chain.rpc.client import RpcError
from credroot.core.json.types import JsonValue
from credroot.core.keccak import keccak256
from tests.chain.embedded.bytecode import (
    CONTEXT,
    CREATION,
    LOAD,
    NEST,
    NEW_OPCODES,
    REVERT,
    RUNTIME,
    STORE,
    WASTE,
    assemble,
    words,
)
from tests.chain.embedded.nodes import Node

POOR_TEST_KEY = b"\x77" * 32  # TEST KEY


@pytest.fixture(scope="module")
def contract(node: Node) -> str:
    return node.deploy(CREATION)


def call(node: Node, contract: str | None, calldata: bytes, block: JsonValue = "latest", **fields: Any) -> bytes:
    request = {"data": "0x" + calldata.hex(), **fields}
    if contract is not None:
        request["to"] = contract
    return bytes.fromhex(str(node.rpc.call("eth_call", [request, block]))[2:])


def refusal(node: Node, method: str, *params: JsonValue) -> RpcError:
    with pytest.raises(RpcError) as caught:
        node.rpc.call(method, list(params))
    return caught.value


def head(node: Node) -> int:
    return int(str(node.rpc.call("eth_blockNumber")), 16)


def test_the_chain_id_is_the_same_by_every_way(node: Node, contract: str) -> None:
    assert node.rpc.call("eth_chainId") == hex(node.chain_id)
    assert node.rpc.call("net_version") == str(node.chain_id)
    assert int.from_bytes(call(node, contract, words(CONTEXT))[:32], "big") == node.chain_id


def test_a_deployed_contract_has_its_code_and_its_account(node: Node, contract: str) -> None:
    assert node.rpc.call("eth_getCode", [contract, "latest"]) == "0x" + RUNTIME.hex()
    assert node.rpc.call("eth_getCode", [node.account, "latest"]) == "0x"
    assert node.rpc.call("eth_getTransactionCount", [contract, "latest"]) == "0x1"


def test_each_transaction_has_a_block_of_its_own_and_a_receipt_like_geth_s(node: Node, contract: str) -> None:
    before = head(node)
    receipt = node.send(to=contract, data=words(STORE, 5, 50))
    assert head(node) == before + 1 == int(receipt["blockNumber"], 16)
    block: Any = node.rpc.call("eth_getBlockByNumber", [receipt["blockNumber"], True])
    (transaction,) = block["transactions"]
    expected = {"blockHash": block["hash"], "blockNumber": block["number"], "transactionIndex": "0x0", "type": "0x2"}
    assert {name: receipt[name] for name in expected} == expected
    assert {name: transaction[name] for name in expected} == expected
    assert receipt["transactionHash"] == transaction["hash"]
    assert receipt["from"] == transaction["from"] == node.account.lower()
    assert receipt["to"] == transaction["to"] == contract
    assert receipt["contractAddress"] is None
    assert receipt["gasUsed"] == receipt["cumulativeGasUsed"] == block["gasUsed"]
    price = int(block["baseFeePerGas"], 16) + 10**9
    assert int(receipt["effectiveGasPrice"], 16) == int(transaction["gasPrice"], 16) == price
    assert transaction["input"] == "0x" + words(STORE, 5, 50).hex()
    assert node.rpc.call("eth_getTransactionByHash", [receipt["transactionHash"]]) == transaction
    assert node.rpc.call("eth_getBlockByHash", [block["hash"], True]) == block
    hashes: Any = node.rpc.call("eth_getBlockByHash", [block["hash"], False])
    assert hashes["transactions"] == [transaction["hash"]]
    (log,) = receipt["logs"]
    assert log["topics"] == ["0x" + words(5).hex(), "0x" + words(50).hex()]
    assert (log["data"], log["address"], log["logIndex"], log["removed"]) == (
        "0x" + words(50).hex(),
        contract,
        "0x0",
        False,
    )
    assert int(block["logsBloom"], 16) == int(receipt["logsBloom"], 16) > 0


def test_a_failed_transaction_is_mined_with_status_zero_and_without_logs(node: Node, contract: str) -> None:
    receipt = node.send(to=contract, data=words(REVERT, 1))
    assert (receipt["status"], receipt["logs"]) == ("0x0", [])


def test_a_legacy_transaction_is_mined_too(node: Node, contract: str) -> None:
    receipt = node.send(
        type=None,
        maxFeePerGas=None,
        maxPriorityFeePerGas=None,
        gasPrice=4 * 10**9,
        to=contract,
        data=words(STORE, 6, 1),
    )
    assert (receipt["status"], receipt["type"], receipt["effectiveGasPrice"]) == ("0x1", "0x0", hex(4 * 10**9))


def test_an_access_list_transaction_is_mined_too(node: Node, contract: str) -> None:
    entry = {"address": contract, "storageKeys": ["0x" + words(9).hex()]}
    receipt = node.send(to=contract, data=words(STORE, 9, 1), accessList=[entry])
    transaction: Any = node.rpc.call("eth_getTransactionByHash", [receipt["transactionHash"]])
    assert transaction["accessList"] == [entry]


def test_a_call_answers_on_the_state_of_any_earlier_block(node: Node, contract: str) -> None:
    numbers = [int(node.send(to=contract, data=words(STORE, 1, value))["blockNumber"], 16) for value in (11, 12, 13)]
    for number, value in zip(numbers, (11, 12, 13), strict=True):
        assert call(node, contract, words(LOAD, 1), hex(number)) == words(value)
        slot = node.rpc.call("eth_getStorageAt", [contract, "0x1", hex(number)])
        assert slot == "0x" + words(value).hex()
        block: Any = node.rpc.call("eth_getBlockByNumber", [hex(number), False])
        assert call(node, contract, words(LOAD, 1), {"blockHash": block["hash"]}) == words(value)
        context = call(node, contract, words(CONTEXT), hex(number))
        assert int.from_bytes(context[32:64], "big") == number
        assert int.from_bytes(context[64:], "big") == int(block["timestamp"], 16)


@pytest.mark.parametrize("tag", ["latest", "pending", "safe", "finalized", "earliest"])
def test_every_tag_names_a_block(node: Node, contract: str, tag: str) -> None:
    block: Any = node.rpc.call("eth_getBlockByNumber", [tag, False])
    number = int(block["number"], 16)
    if node.is_embedded:
        assert number == {"earliest": 0, "pending": head(node) + 1}.get(tag, head(node))
    assert int(str(node.rpc.call("eth_getBalance", [node.account, tag])), 16) > 0


def test_timestamps_grow_strictly_and_keep_to_the_wall_clock(node: Node, contract: str) -> None:
    before = int(time.time())
    receipts = [node.send(to=contract, data=words(STORE, 2, value)) for value in range(3)]
    after = time.time()
    blocks: Any = [node.rpc.call("eth_getBlockByNumber", [receipt["blockNumber"], False]) for receipt in receipts]
    times = [int(block["timestamp"], 16) for block in blocks]
    assert times == sorted(times)
    if node.is_embedded:  # anvil gives equal ones to blocks of the same second
        assert times[0] < times[1] < times[2]
    # Blocks of one second are told apart by a second each, so as many as there are may run ahead of the clock.
    ahead = int(str(blocks[-1]["number"]), 16)
    assert before <= times[0] <= after + ahead
    assert [block["parentHash"] for block in blocks[1:]] == [block["hash"] for block in blocks[:-1]]


def test_a_revert_gives_code_3_and_the_returned_bytes(node: Node, contract: str) -> None:
    for method in ("eth_call", "eth_estimateGas"):
        error = refusal(node, method, {"to": contract, "data": "0x" + words(REVERT, 0xABCD).hex()}, "latest")
        assert (error.rpc_code, error.data) == (3, "0x" + words(0xABCD).hex())
        assert str(error).startswith("execution reverted")


def test_a_revert_with_a_reason_says_it(node: Node, contract: str) -> None:
    reason = bytes.fromhex("08c379a0") + words(32, 7) + b"because".ljust(32, b"\0")
    error = refusal(node, "eth_call", {"to": contract, "data": "0x" + (words(REVERT) + reason).hex()}, "latest")
    assert (error.rpc_code, error.data) == (3, "0x" + reason.hex())
    assert "because" in str(error)


def test_an_invalid_instruction_is_an_error_and_no_revert(node: Node, contract: str) -> None:
    error = refusal(node, "eth_call", {"to": contract, "data": "0x" + words(WASTE).hex()}, "latest")
    assert error.rpc_code != 3


def test_the_opcodes_of_shanghai_and_cancun_work(node: Node, contract: str) -> None:
    assert call(node, contract, words(NEW_OPCODES)) == words(7)


def test_contracts_may_call_each_other_hundreds_deep(node: Node, contract: str) -> None:
    assert call(node, contract, words(NEST, 300)) == words(300)


def test_a_call_without_a_contract_runs_its_data_as_a_constructor(node: Node, contract: str) -> None:
    source = "0 0 0 0 0 0 PUSH0 MSTORE NUMBER PUSH0 MSTORE CHAINID 32 MSTORE 64 PUSH0 RETURN"
    returned = call(node, None, assemble(source))
    assert returned == words(head(node), node.chain_id)


def test_a_constructor_call_can_read_other_contracts_at_an_earlier_block(node: Node, contract: str) -> None:
    first = node.send(to=contract, data=words(STORE, 3, 31))
    node.send(to=contract, data=words(STORE, 3, 32))
    source = f"3 PUSH0 MSTORE 3 32 MSTORE 32 64 64 PUSH0 {int(contract, 16)} GAS STATICCALL 96 MSTORE 64 64 RETURN"
    assert call(node, None, assemble(source)) == words(32, 1)
    assert call(node, None, assemble(source), first["blockNumber"]) == words(31, 1)


def test_a_constructor_call_that_reverts_gives_its_bytes(node: Node) -> None:
    error = refusal(node, "eth_call", {"data": "0x" + assemble("77 PUSH0 MSTORE 32 PUSH0 REVERT").hex()}, "latest")
    assert (error.rpc_code, error.data) == (3, "0x" + words(77).hex())


@pytest.mark.parametrize(("source", "allowed"), [("24576 PUSH0 RETURN", True), ("24577 PUSH0 RETURN", False)])
def test_a_constructor_call_returns_at_most_what_a_contract_may_be(node: Node, source: str, allowed: bool) -> None:
    request: JsonValue = {"data": "0x" + assemble(source).hex()}
    if allowed:
        assert len(str(node.rpc.call("eth_call", [request, "latest"]))) == 2 + 2 * 24_576
    else:
        refusal(node, "eth_call", request, "latest")


def test_a_constructor_call_may_not_return_bytes_that_begin_with_ef(node: Node) -> None:
    refusal(node, "eth_call", {"data": "0x" + assemble(f"{0xEF << 248} PUSH0 MSTORE 32 PUSH0 RETURN").hex()}, "latest")


def test_creation_code_beyond_49152_bytes_is_refused(node: Node) -> None:
    refusal(node, "eth_call", {"data": "0x" + "00" * 49_153}, "latest")


@pytest.mark.parametrize("calldata", [words(STORE, 40, 1), words(LOAD, 40), words(NEST, 20), b"\xff" * 500])
def test_an_estimate_is_enough_and_at_most_two_percent_too_much(node: Node, contract: str, calldata: bytes) -> None:
    request: JsonValue = {"from": node.account, "to": contract, "data": "0x" + calldata.hex()}
    estimate = int(str(node.rpc.call("eth_estimateGas", [request])), 16)
    receipt = node.send(to=contract, data=calldata, gas=estimate)
    assert receipt["status"] == "0x1"
    if calldata != words(NEST, 20):  # inner calls need more at hand than they use
        assert estimate <= int(receipt["gasUsed"], 16) * 1.02


def test_an_estimate_for_a_transfer_and_for_a_deployment_is_enough(node: Node) -> None:
    transfer: JsonValue = {"from": node.account, "to": "0x" + "12" * 20, "value": "0x1"}
    assert node.rpc.call("eth_estimateGas", [transfer]) == hex(21_000)
    creation: JsonValue = {"from": node.account, "data": "0x" + CREATION.hex()}
    estimate = int(str(node.rpc.call("eth_estimateGas", [creation])), 16)
    receipt = node.send(data=CREATION, gas=estimate)
    assert receipt["status"] == "0x1"
    assert estimate <= int(receipt["gasUsed"], 16) * 1.02


def test_a_transaction_that_cannot_be_paid_is_refused(node: Node) -> None:
    error = refusal(node, "eth_sendRawTransaction", node.signed(key=POOR_TEST_KEY, nonce=0, to="0x" + "12" * 20))
    assert "insufficient funds" in str(error).lower()


def test_a_used_nonce_is_refused(node: Node) -> None:
    error = refusal(node, "eth_sendRawTransaction", node.signed(nonce=0, to="0x" + "12" * 20, value=3))
    assert "nonce too low" in str(error)


def test_too_little_gas_is_refused(node: Node) -> None:
    error = refusal(node, "eth_sendRawTransaction", node.signed(gas=20_999, to="0x" + "12" * 20))
    assert "intrinsic gas too low" in str(error) or "intrinsic" in str(error)


def test_a_transaction_for_another_chain_is_refused(node: Node) -> None:
    refusal(node, "eth_sendRawTransaction", node.signed(chainId=1, to="0x" + "12" * 20))


def test_a_tip_above_the_fee_is_refused(node: Node) -> None:
    raw = node.signed(maxPriorityFeePerGas=6 * 10**9, to="0x" + "12" * 20)
    assert "max priority fee per gas higher than max fee per gas" in str(refusal(node, "eth_sendRawTransaction", raw))


def test_garbage_is_refused_and_changes_nothing(node: Node) -> None:
    before = head(node)
    good = node.signed(to="0x" + "12" * 20)
    trailing = [good + "00"] if node.is_embedded else []  # anvil overlooks a byte too many
    for raw in ("0x", "0x02", "0x02c0", "0xc0", "0x05c0", "0x" + "ff" * 100, good[:-2], *trailing):
        refusal(node, "eth_sendRawTransaction", raw)
    assert head(node) == before


def test_logs_are_found_by_block_contract_and_topics(node: Node, contract: str) -> None:
    other = node.deploy(CREATION)
    start = head(node) + 1
    for target, key, value in ((contract, 1, 1), (other, 1, 2), (contract, 2, 1), (contract, 2, 2)):
        node.send(to=target, data=words(STORE, key, value))

    def found(**query: JsonValue) -> list[tuple[str, int, int]]:
        logs: Any = node.rpc.call("eth_getLogs", [{"fromBlock": hex(start), "toBlock": "latest", **query}])
        return [(log["address"], int(log["topics"][0], 16), int(log["topics"][1], 16)) for log in logs]

    one, two = "0x" + words(1).hex(), "0x" + words(2).hex()
    everything = [(contract, 1, 1), (other, 1, 2), (contract, 2, 1), (contract, 2, 2)]
    assert found() == everything
    assert found(topics=[]) == everything
    assert found(address=contract) == [everything[0], everything[2], everything[3]]
    assert found(address=[contract, other], topics=[one]) == everything[:2]
    assert found(topics=[None, two]) == [everything[1], everything[3]]
    assert found(topics=[[one, two], [one]]) == [everything[0], everything[2]]
    if node.is_embedded:  # as geth; anvil takes a null for a topic that is not there
        assert found(topics=[None, None, None]) == []
    assert found(fromBlock=hex(start + 1), toBlock=hex(start + 2)) == everything[1:3]
    block: Any = node.rpc.call("eth_getBlockByNumber", [hex(start + 3), False])
    by_hash: Any = node.rpc.call("eth_getLogs", [{"blockHash": block["hash"], "address": contract}])
    assert [(log["blockNumber"], log["transactionHash"]) for log in by_hash] == [
        (hex(start + 3), block["transactions"][0])
    ]


def test_what_does_not_exist_is_null_and_what_is_not_offered_is_32601(node: Node) -> None:
    nothing = "0x" + "77" * 32
    assert node.rpc.call("eth_getTransactionByHash", [nothing]) is None
    assert node.rpc.call("eth_getTransactionReceipt", [nothing]) is None
    assert node.rpc.call("eth_getBlockByHash", [nothing, False]) is None
    assert node.rpc.call("eth_getBlockByNumber", ["0xffffff", False]) is None
    assert refusal(node, "eth_nonsense").rpc_code == -32601


def test_a_wrong_parameter_is_32602(node: Node) -> None:
    for method, params in (
        ("eth_getBalance", ["0x12", "latest"]),
        ("eth_getBalance", []),
        ("eth_getBlockByNumber", ["newest", False]),
        ("eth_getTransactionReceipt", ["0x12"]),
        ("eth_call", ["0x12", "latest"]),
        ("eth_getLogs", [{"fromBlock": "0x0", "topics": ["0x12"]}]),
    ):
        assert refusal(node, method, *params).rpc_code == -32602


def test_a_batch_is_answered_whole(node: Node) -> None:
    chain_id, unknown, number = node.rpc.batch([("eth_chainId", []), ("eth_nonsense", []), ("eth_blockNumber", [])])
    assert (chain_id, number) == (hex(node.chain_id), hex(head(node)))
    assert isinstance(unknown, RpcError)


def test_fees_are_told_for_the_past_and_for_the_next_block(node: Node) -> None:
    node.send(to="0x" + "12" * 20, value=1)
    history: Any = node.rpc.call("eth_feeHistory", ["0x2", "latest", [10, 90]])
    assert int(history["oldestBlock"], 16) == head(node) - 1
    assert len(history["baseFeePerGas"]) == 3
    assert len(history["gasUsedRatio"]) == 2
    assert history["reward"][1] == [hex(10**9)] * 2
    base_fee = int(history["baseFeePerGas"][2], 16)
    tip = int(str(node.rpc.call("eth_maxPriorityFeePerGas")), 16)
    assert int(str(node.rpc.call("eth_gasPrice")), 16) >= base_fee
    node.send(to="0x" + "12" * 20, maxFeePerGas=base_fee + tip, maxPriorityFeePerGas=tip)


def test_a_transfer_moves_value_and_fees(node: Node) -> None:
    def balance(account: str) -> int:
        return int(str(node.rpc.call("eth_getBalance", [account, "latest"])), 16)

    receiver = "0x" + keccak256(str(time.time()).encode())[:20].hex()
    before = balance(node.account)
    receipt = node.send(to=receiver, value=10**18, gas=21_000)
    assert balance(receiver) == 10**18
    assert before - balance(node.account) == 10**18 + 21_000 * int(receipt["effectiveGasPrice"], 16)
