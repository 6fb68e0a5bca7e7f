"""Finding and starting the background server: one server, whoever asks, and a new one after any death."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.finder import find, find_or_start
from credroot.chain.embedded.layout import CHAIN_ID, DATABASE_NAME, ENDPOINT_NAME, FAUCET_TEST_KEY
from credroot.chain.embedded.node.server import serving
from credroot.chain.embedded.ownership import owner_of
from credroot.chain.rpc.client import Rpc
from credroot.core.errors import ChainUnavailable
from tests.chain.embedded.nodes import Node


def end(directory: Path, number: int = signal.SIGTERM) -> None:
    """Signal the owner and wait until the folder is free."""
    owner = owner_of(directory)
    if owner:
        os.kill(owner, number)
    for _ in range(500):
        if owner_of(directory) is None:
            return
        time.sleep(0.01)
    raise AssertionError("the owner does not end")


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "chain"
    yield folder
    end(folder, signal.SIGKILL)


def test_a_server_is_started_found_again_and_started_anew_after_a_kill(directory: Path) -> None:
    assert find(directory) is None
    url = find_or_start(directory)
    assert find_or_start(directory) == find(directory) == url
    with Rpc(url) as rpc:
        receipt = Node(rpc, FAUCET_TEST_KEY, CHAIN_ID, is_embedded=True).send(to="0x" + "12" * 20, value=1)
    end(directory, signal.SIGKILL)
    assert (directory / ENDPOINT_NAME).exists()
    assert find(directory) is None
    with Rpc(find_or_start(directory)) as rpc:
        assert rpc.call("eth_getTransactionReceipt", [receipt["transactionHash"]]) == receipt
        assert "proves nothing" in str(rpc.call("web3_clientVersion"))
    end(directory)
    assert not (directory / ENDPOINT_NAME).exists()


def test_starters_at_the_same_time_end_with_one_server(directory: Path) -> None:
    program = (
        "import sys, pathlib; from credroot.chain.embedded.finder import find_or_start; "
        "print(find_or_start(pathlib.Path(sys.argv[1])))"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", program, str(directory)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    urls = {starter.communicate()[0].strip() for starter in starters}
    assert len(urls) == 1
    assert urls == {find(directory)}


def test_an_idle_server_ends_by_itself(directory: Path) -> None:
    find_or_start(directory, idle_seconds=1)
    for _ in range(500):
        if owner_of(directory) is None:
            break
        time.sleep(0.01)
    assert owner_of(directory) is None
    assert not (directory / ENDPOINT_NAME).exists()


def test_a_server_that_cannot_start_says_why(directory: Path) -> None:
    directory.mkdir()
    (directory / DATABASE_NAME).write_bytes(b"not a database at all" * 100)
    with pytest.raises(ChainUnavailable) as caught:
        find_or_start(directory)
    assert caught.value.code == "chain.local_failed"
    assert DATABASE_NAME in str(caught.value)


def test_the_background_server_does_not_keep_our_secrets(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDROOT_PASSPHRASE", "canary-of-a-secret")
    find_or_start(directory)
    environment = Path(f"/proc/{owner_of(directory)}/environ")
    if not environment.exists():
        pytest.skip("no /proc here to look at another process's environment")
    assert b"canary" not in environment.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"format": "another"}',
        b'{"format": "credroot/local-chain/v1", "url": 1, "pid": 1}',
        b'{"format": "credroot/local-chain/v1", "url": "http://example.org/", "pid": 1}',
    ],
)
def test_an_endpoint_file_that_is_not_the_owner_s_finds_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ENDPOINT_NAME).write_bytes(content)
    assert find(tmp_path) is None


def test_the_server_of_another_folder_is_not_taken_for_ours(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    with EmbeddedChain(theirs) as chain, serving(chain) as url:
        ours.mkdir()
        endpoint = {"format": "credroot/local-chain/v1", "url": url, "pid": os.getpid()}
        (ours / ENDPOINT_NAME).write_text(json.dumps(endpoint))
        assert find(ours) is None


def test_finding_imports_nothing_heavy() -> None:
    program = (
        "import pathlib, sys; from credroot.chain.embedded.finder import find; find(pathlib.Path('.')); "
        "print(sorted({'eth', 'eth_tester', 'eth_utils', 'web3', 'asyncio', 'http', 'ssl', 'subprocess', 'sqlite3'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
