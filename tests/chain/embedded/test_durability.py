"""What was acknowledged stays, whatever happens to the process; and one process owns a folder."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.layout import DATABASE_NAME, FAUCET_TEST_KEY
from credroot.chain.embedded.machine.database import ChainDatabase
from credroot.chain.embedded.node.server import serving
from credroot.chain.embedded.ownership import Ownership, owner_of
from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainUnavailable
from tests.chain.embedded.bytecode import CREATION, LOAD, STORE, words
from tests.chain.embedded.nodes import Node

CAMPAIGN = Path(__file__).with_name("kill_campaign.py")


def test_nothing_acknowledged_is_lost_over_25_kills(tmp_path: Path) -> None:
    seed = os.environ.get("CREDROOT_SEED", str(random.randrange(2**32)))
    done = subprocess.run(
        [sys.executable, str(CAMPAIGN), str(tmp_path / "chain"), "25", seed],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    print(figures)
    assert figures["found"] == figures["acknowledged"] > 25


def reopened(directory: Path) -> tuple[EmbeddedChain, Any]:
    chain = EmbeddedChain(directory)
    return chain, chain.call("eth_getBlockByNumber", ["latest", True])


def test_a_chain_that_is_opened_again_is_the_same_chain(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain, serving(chain) as url, Rpc(url) as rpc:
        node = Node(rpc, FAUCET_TEST_KEY, 0x43524544, is_embedded=True)
        contract = node.deploy(CREATION)
        node.send(to=contract, data=words(STORE, 1, 99))
        before = rpc.call("eth_getBlockByNumber", ["latest", True])
        logs = rpc.call("eth_getLogs", [{"fromBlock": "0x0"}])
    chain, after = reopened(tmp_path)
    with chain:
        assert after == before
        assert chain.call("eth_getLogs", [{"fromBlock": "0x0"}]) == logs
        answer = chain.call("eth_call", [{"to": contract, "data": "0x" + words(LOAD, 1).hex()}, "latest"])
        assert answer == "0x" + words(99).hex()


def test_a_transaction_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path) as chain, serving(chain) as url, Rpc(url) as rpc:
        node = Node(rpc, FAUCET_TEST_KEY, 0x43524544, is_embedded=True)
        connection = chain._database.connection
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON logs BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        contract = node.deploy(CREATION)
        raw = node.signed(to=contract, data=words(STORE, 1, 1))
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction", "params": [raw]}
        assert json.loads(chain.respond(json.dumps(body).encode()))["error"]["code"] == -32603
        assert (rpc.call("eth_blockNumber"), node.nonce()) == ("0x1", 1)
        connection.execute("DROP TRIGGER full")
        assert rpc.call("eth_sendRawTransaction", [raw])
        assert (rpc.call("eth_blockNumber"), node.nonce()) == ("0x2", 2)


def test_commits_are_made_durable_before_they_return(tmp_path: Path) -> None:
    database = ChainDatabase(tmp_path / DATABASE_NAME)
    assert database.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with EmbeddedChain(tmp_path):
        with pytest.raises(ChainUnavailable) as caught:
            EmbeddedChain(tmp_path)
        assert caught.value.code == "chain.local_owned"
        assert str(os.getpid()) in str(caught.value)
        assert owner_of(tmp_path) == os.getpid()
    assert owner_of(tmp_path) is None
    EmbeddedChain(tmp_path).close()


def test_looking_at_the_lock_does_not_take_it(tmp_path: Path) -> None:
    assert owner_of(tmp_path) is None
    Ownership(tmp_path).release()
    assert owner_of(tmp_path) is None
    Ownership(tmp_path).release()


@pytest.mark.parametrize("spoil", ["bytes", "format"])
def test_a_file_that_is_no_chain_of_ours_is_named_and_left_alone(tmp_path: Path, spoil: str) -> None:
    path = tmp_path / DATABASE_NAME
    if spoil == "bytes":
        path.write_bytes(b"not a database at all" * 100)
    else:
        EmbeddedChain(tmp_path).close()
        connection = sqlite3.connect(path)
        connection.execute("UPDATE about SET value = 'credroot/local-chain-db/v9'")
        connection.commit()
        connection.close()
    with pytest.raises(ChainUnavailable) as caught:
        EmbeddedChain(tmp_path)
    assert caught.value.code == "chain.local_broken"
    assert str(path) in str(caught.value)
    assert owner_of(tmp_path) is None
