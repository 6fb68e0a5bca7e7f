"""A real node in the hands of a test: blocks are mined, and taken back, when the test says so."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from eth_abi import encode

from credroot.chain.registry.artifact import load
from credroot.chain.registry.deployment import Deployment
from credroot.chain.rpc.client import Rpc
from credroot.core.values import Address, ChainId, Digest
from tests.chain.embedded.nodes import anvil_program, begin_anvil
from tests.contracts.registry import encode_call

CHAIN_ID = ChainId(31337)
GAS_LIMIT = 200_000_000
__all__ = ["AnvilChain", "encode", "start_anvil"]


@dataclass
class AnvilChain:
    """A running anvil with a registry, mining only on demand."""

    process: subprocess.Popen[bytes]
    rpc: Rpc
    accounts: list[Address]
    deployment: Deployment

    def ask(self, method: str, *params: Any) -> Any:
        return self.rpc.call(method, list(params), deadline_s=60)

    def send(self, sender: Address, function: str, *args: Any) -> str:
        """Put a transaction into the pool; give its hash."""
        return self.send_data(sender, encode_call(function, *args))

    def send_data(self, sender: Address, data: bytes, *, gas: int = 5_000_000) -> str:
        transaction = {
            "from": "0x" + sender.hex(),
            "to": "0x" + self.deployment.address.hex(),
            "data": "0x" + data.hex(),
            "gas": hex(gas),
        }
        return str(self.ask("eth_sendTransaction", transaction))

    def mine(self, blocks: int = 1, *, later_s: int = 1) -> int:
        """Mine what is in the pool into one block, then empty ones; give the newest number."""
        self.ask("evm_increaseTime", later_s)
        for _ in range(blocks):
            self.ask("evm_mine")
        return self.head()

    def head(self) -> int:
        return int(self.ask("eth_blockNumber"), 16)

    def reorganise(self, depth: int, transactions: list[tuple[Address, bytes, int]] = ()) -> None:  # type: ignore[assignment]
        """Replace the newest `depth` blocks; each transaction goes into the replacement with the offset given."""
        pairs = [
            [{"from": "0x" + who.hex(), "to": "0x" + self.deployment.address.hex(), "data": "0x" + data.hex(),
              "gas": hex(5_000_000)}, place]
            for who, data, place in transactions
        ]  # fmt: skip
        self.ask("anvil_reorg", depth, pairs)

    def stop(self) -> None:
        self.rpc.close()
        self.process.kill()
        self.process.wait()


def start_anvil(*arguments: str) -> AnvilChain:
    """Start anvil without automatic mining and deploy a registry; skips the test where anvil is missing."""
    program = anvil_program()
    if program is None:
        pytest.skip("anvil is not installed: run .ci/run, or set CREDROOT_NODE_MODULES")
    process, url = begin_anvil(
        program,
        *("--no-mining", "--order", "fifo", "--accounts", "8", "--slots-in-an-epoch", "1"),
        *("--gas-limit", str(GAS_LIMIT), *arguments),
    )
    rpc = Rpc(url, deadline_s=30.0)
    accounts = [Address.from_hex(text) for text in rpc.call("eth_accounts")]  # type: ignore[union-attr, arg-type]
    artifact = load("CredentialRegistry")
    creation = {"from": "0x" + accounts[7].hex(), "data": "0x" + artifact.creation_code.hex(), "gas": hex(5_000_000)}
    transaction = str(rpc.call("eth_sendTransaction", [creation]))
    rpc.call("evm_mine")
    receipt: Any = rpc.call("eth_getTransactionReceipt", [transaction])
    deployment = Deployment(
        network="anvil",
        chain_id=CHAIN_ID,
        address=Address.from_hex(receipt["contractAddress"]),
        code_hash=Digest(artifact.runtime_code_hash),
        deploy_block=int(receipt["blockNumber"], 16),
        transaction=Digest.from_hex(transaction),
        deployer=accounts[7],
    )
    return AnvilChain(process, rpc, accounts, deployment)
