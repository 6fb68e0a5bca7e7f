"""The nodes that the shared suite runs against, and what a test needs to use one."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.chain.rpc.client import Rpc
from credroot.chain.rpc.hex_codec import data

with keep_recursion_limit():
    from eth_account import Account

ANVIL_TEST_KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""TEST KEY: the first account of every anvil."""
ANNOUNCED_BYTES = 65_536
"""Accounts, keys and settings, before the address."""


@dataclass
class Node:
    """A running node and an account on it that has funds."""

    rpc: Rpc
    key: bytes
    chain_id: int
    is_embedded: bool

    @property
    def account(self) -> str:
        return str(Account.from_key(self.key).address)

    def nonce(self) -> int:
        return int(cast(str, self.rpc.call("eth_getTransactionCount", [self.account, "pending"])), 16)

    def signed(self, *, key: bytes | None = None, **fields: Any) -> str:
        """Return a raw dynamic-fee transaction; `fields` replace the usual ones, None removes one."""
        usual = {
            "type": 2,
            "chainId": self.chain_id,
            "nonce": fields["nonce"] if "nonce" in fields else self.nonce(),
            "gas": 1_000_000,
            "maxFeePerGas": 5 * 10**9,
            "maxPriorityFeePerGas": 10**9,
            "value": 0,
            "data": b"",
        }
        transaction = {name: value for name, value in {**usual, **fields}.items() if value is not None}
        if isinstance(transaction.get("to"), str):
            transaction["to"] = bytes.fromhex(transaction["to"][2:])
        return data(bytes(Account.sign_transaction(transaction, key or self.key).raw_transaction))

    def send(self, **fields: Any) -> dict[str, Any]:
        """Sign, send, and return the receipt."""
        transaction_hash = self.rpc.call("eth_sendRawTransaction", [self.signed(**fields)])
        for _ in range(500):
            receipt = self.rpc.call("eth_getTransactionReceipt", [transaction_hash])
            if receipt is not None:
                return cast(dict[str, Any], receipt)
            time.sleep(0.01)
        raise AssertionError("not mined")

    def deploy(self, creation: bytes) -> str:
        """Create a contract and return its address."""
        receipt = self.send(data=creation)
        assert receipt["status"] == "0x1"
        return cast(str, receipt["contractAddress"])


def anvil_program() -> Path | None:
    """Return anvil's native binary, not the script around it: a signal must reach anvil itself."""
    modules = Path(os.environ.get("CREDROOT_NODE_MODULES", Path(__file__).parents[3] / ".node" / "node_modules"))
    return next(iter(sorted(modules.glob("@foundry-rs/anvil-*/bin/anvil*"))), None)


def begin_anvil(program: Path, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """Begin anvil on a port that it takes itself, so that no neighbour can; give the process and its address."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(program), "--port", "0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        while (told := re.search(rb"Listening on (\S+)\s", os.pread(output.fileno(), ANNOUNCED_BYTES, 0))) is None:
            assert process.poll() is None, "anvil did not start"
            time.sleep(0.01)
        return process, f"http://{told[1].decode()}"


@contextmanager
def running_anvil(program: Path, chain_id: int = 31_337) -> Iterator[Node]:
    """Run anvil on a free port of loopback until the block ends."""
    process, url = begin_anvil(program, "--chain-id", str(chain_id), "--hardfork", "prague")
    try:
        with Rpc(url) as rpc:
            yield Node(rpc, ANVIL_TEST_KEY, chain_id, is_embedded=False)
    finally:
        process.kill()
        process.wait()
