"""A program, not a test: kills the chain's owner at random moments and looks for what it had acknowledged.

    python kill_campaign.py DIRECTORY CYCLES SEED

Each cycle forks an owner that mines one transaction after another and tells each one that it has acknowledged; the
parent kills it at a random moment. The next owner must know all of them. Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any, cast

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.layout import CHAIN_ID, FAUCET_ADDRESS, FAUCET_TEST_KEY
from credroot.chain.ethereum_packages import keep_recursion_limit

with keep_recursion_limit():
    from eth_account import Account

LOG_ONCE = bytes.fromhex("5f5fa000")
"""Creation code: one log without topics and data, and a contract without code."""


FIRST = 2
"""Acknowledgements that most owners live to give, so that a slow machine is tested as much as a quick one."""


def owner(directory: Path, known: list[str], tell: int) -> None:
    """Check that every known transaction is there with its log; then mine until killed."""
    with EmbeddedChain(directory) as chain:
        for transaction_hash in known:
            assert chain.call("eth_getTransactionReceipt", [transaction_hash]) is not None, transaction_hash
        head = int(str(chain.call("eth_blockNumber", [])), 16)
        nonce = int(str(chain.call("eth_getTransactionCount", [str(FAUCET_ADDRESS), "latest"])), 16)
        assert head == nonce, (head, nonce)
        logs = cast(list[Any], chain.call("eth_getLogs", [{"fromBlock": "0x0"}]))
        assert len(logs) == nonce, (len(logs), nonce)
        os.write(tell, f"open {nonce}\n".encode())
        while True:
            transaction = {
                "chainId": int(CHAIN_ID),
                "nonce": nonce,
                "gas": 200_000,
                "maxFeePerGas": 5 * 10**9,
                "maxPriorityFeePerGas": 10**9,
                "data": LOG_ONCE,
                "value": 0,
            }
            raw = bytes(Account.sign_transaction(transaction, FAUCET_TEST_KEY).raw_transaction)
            acknowledged = chain.call("eth_sendRawTransaction", ["0x" + raw.hex()])
            os.write(tell, f"{acknowledged}\n".encode())
            nonce += 1


def cycle(directory: Path, known: list[str], moment_s: float, *, first: int) -> None:
    """Run one owner until it acknowledged `first` transactions and `moment_s` more, kill it, add what it told us."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            owner(directory, known, tell)
        except BaseException as error:
            os.write(tell, f"failed {error!r}\n".encode())
        os._exit(1)
    os.close(tell)
    with os.fdopen(hear, "rb") as heard:
        line = heard.readline()
        assert line.startswith(b"open"), line
        for _ in range(first):
            known.append(heard.readline().decode().strip())
            assert known[-1].startswith("0x"), known[-1]
        select.select([], [], [], moment_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for rest in heard:
            assert rest.startswith(b"0x"), rest
            if rest.endswith(b"\n"):
                known.append(rest.decode().strip())


def main() -> None:
    """Run the campaign and print what it did."""
    directory, cycles, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    known: list[str] = []
    started = time.monotonic()
    for number in range(cycles):
        # Every fifth owner may be killed before it has acknowledged anything, however slow the machine is.
        cycle(directory, known, chance.uniform(0, 0.2), first=0 if number % 5 == 0 else FIRST)
    with EmbeddedChain(directory) as chain:
        found = sum(chain.call("eth_getTransactionReceipt", [entry]) is not None for entry in known)
    seconds = round(time.monotonic() - started, 1)
    print(json.dumps({"seed": seed, "kills": cycles, "acknowledged": len(known), "found": found, "seconds": seconds}))


if __name__ == "__main__":
    main()
