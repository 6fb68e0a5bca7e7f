"""web3.py, as issuers' scripts use it, works against the embedded chain."""

from __future__ import annotations

from typing import Any

from credroot.chain.ethereum_packages import keep_recursion_limit
from tests.chain.embedded.bytecode import CREATION, LOAD, RUNTIME, STORE, words
from tests.chain.embedded.nodes import Node

with keep_recursion_limit():
    from eth_account import Account
    from web3 import HTTPProvider, Web3


def test_web3_signs_deploys_sends_waits_and_reads(embedded: Node) -> None:
    web3: Any = Web3(HTTPProvider(f"http://{embedded.rpc.endpoint.host_header}"))
    account = Account.from_key(embedded.key)
    assert web3.is_connected()
    assert web3.eth.chain_id == embedded.chain_id

    def send(**fields: Any) -> Any:
        transaction = {
            "from": account.address,
            "nonce": web3.eth.get_transaction_count(account.address, "pending"),
            "chainId": web3.eth.chain_id,
            "maxPriorityFeePerGas": web3.eth.max_priority_fee,
            "maxFeePerGas": 2 * web3.eth.get_block("pending")["baseFeePerGas"] + web3.eth.max_priority_fee,
            "value": 0,
            **fields,
        }
        transaction["gas"] = web3.eth.estimate_gas(transaction)
        signed = account.sign_transaction(transaction)
        return web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(signed.raw_transaction), timeout=5)

    receipt = send(data=CREATION)
    contract = receipt["contractAddress"]
    assert receipt["status"] == 1
    assert web3.eth.get_code(contract) == RUNTIME
    stored = send(to=contract, data=words(STORE, 1, 7))
    assert web3.eth.call({"to": contract, "data": words(LOAD, 1)}) == words(7)
    (log,) = web3.eth.get_logs({"fromBlock": 0, "address": contract})
    assert (log["transactionHash"], log["blockNumber"]) == (stored["transactionHash"], stored["blockNumber"])
    block = web3.eth.get_block("latest", full_transactions=True)
    assert block["transactions"][0]["hash"] == stored["transactionHash"]
    assert web3.eth.get_proof(contract, [1], "latest")["storageProof"][0]["value"] == words(7).lstrip(b"\0")
    assert web3.eth.fee_history(1, "latest", [50])["reward"]
