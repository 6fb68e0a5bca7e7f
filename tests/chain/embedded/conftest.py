from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.layout import CHAIN_ID, FAUCET_TEST_KEY
from credroot.chain.embedded.node.server import serving
from credroot.chain.rpc.client import Rpc
from tests.chain.embedded.nodes import Node, anvil_program, running_anvil


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    directory: Path = tmp_path_factory.mktemp("chain")
    with EmbeddedChain(directory) as chain, serving(chain) as url, Rpc(url) as rpc:
        yield Node(rpc, FAUCET_TEST_KEY, CHAIN_ID, is_embedded=True)


@pytest.fixture(scope="module", params=["embedded", pytest.param("anvil", marks=pytest.mark.node)])
def node(request: pytest.FixtureRequest) -> Iterator[Node]:
    """The embedded chain, and the real node that it is measured by."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded")
        return
    program = anvil_program()
    if program is None:
        pytest.skip("anvil is not installed: npm package @foundry-rs/anvil, found by CREDROOT_NODE_MODULES")
    with running_anvil(program) as anvil:
        yield anvil
