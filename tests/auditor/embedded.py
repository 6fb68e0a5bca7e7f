"""The embedded chain with a registry: the node whose tries are true, for proofs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.layout import CHAIN_ID, FAUCET_TEST_KEY
from credroot.chain.embedded.node.server import serving
from credroot.chain.registry.artifact import load
from credroot.chain.registry.deployment import Deployment
from credroot.chain.rpc.client import Rpc
from credroot.core.values import Address, Digest
from tests.chain.embedded.nodes import Node
from tests.contracts.registry import encode_call


@dataclass
class EmbeddedRegistry:
    """A node, its only account, and a registry."""

    node: Node
    deployment: Deployment

    @property
    def account(self) -> Address:
        return Address.from_hex(self.node.account)

    def send(self, function: str, *args: object) -> None:
        receipt = self.node.send(to="0x" + self.deployment.address.hex(), data=encode_call(function, *args))
        assert receipt["status"] == "0x1"


@contextmanager
def embedded_registry(folder: Path) -> Iterator[EmbeddedRegistry]:
    """Run an embedded chain in `folder` with a fresh registry."""
    with EmbeddedChain(folder) as chain, serving(chain) as url, Rpc(url) as rpc:
        node = Node(rpc, FAUCET_TEST_KEY, CHAIN_ID, is_embedded=True)
        artifact = load("CredentialRegistry")
        receipt = node.send(data=artifact.creation_code, gas=5_000_000)
        yield EmbeddedRegistry(
            node,
            Deployment(
                network="local",
                chain_id=CHAIN_ID,
                address=Address.from_hex(receipt["contractAddress"]),
                code_hash=Digest(artifact.runtime_code_hash),
                deploy_block=int(receipt["blockNumber"], 16),
                transaction=Digest.from_hex(receipt["transactionHash"]),
                deployer=Address.from_hex(node.account),
            ),
        )
