"""anvil as a chain that a test moves: nothing is mined unless somebody says so."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.registry.deployment import Deployment
from credroot.chain.rpc.client import Rpc
from credroot.chain.writing.keystore import signer_from_key
from credroot.chain.writing.writer import ChainWriter
from credroot.core.keccak import keccak256
from credroot.core.values import Address, ChainId
from credroot.issuer.registry_deployment import deploy
from credroot.issuer.sending.intent import Guards
from credroot.issuer.sending.submission import Submission
from credroot.store.journal import Journal
from tests.campaigns.moments import present

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
CHAIN_ID = ChainId(31_337)
PLENTY_WEI = 10**24
GAS_LIMIT = 30_000_000


def test_key(name: str) -> bytes:
    """Give the TEST KEY of a name."""
    return keccak256(f"TEST KEY {name}".encode())


test_key.__test__ = False  # type: ignore[attr-defined]


def anvil_program() -> Path:
    """Find the program, or skip."""
    modules = Path(os.environ.get("CREDROOT_NODE_MODULES") or PROJECT / ".node" / "node_modules")
    for program in sorted(modules.glob("@foundry-rs/anvil-*/bin/anvil*")):
        if os.access(program, os.X_OK):
            return program
    pytest.skip("anvil is missing: npm ci in .node, or set CREDROOT_NODE_MODULES")


class Anvil:
    """A running anvil. Only one thread may mine and reorganise: both at once corrupt its chain."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._rpc = Rpc(url, deadline_s=30)

    def ask(self, method: str, *params: Any) -> Any:
        """Ask for anything at all."""
        return self._rpc.call(method, list(params))

    @property
    def head(self) -> int:
        """The number of the newest block."""
        return int(self.ask("eth_blockNumber"), 16)

    def mine(self, blocks: int = 1) -> None:
        """Add blocks, the first with what is in the pool."""
        self.ask("anvil_mine", hex(blocks))

    def reorganise(self, depth: int) -> None:
        """Replace the newest blocks by empty ones; their transactions are gone, also from the pool."""
        self.ask("anvil_reorg", depth, [])

    def drop(self, transaction: bytes) -> None:
        """Take a transaction out of the pool."""
        self.ask("anvil_dropTransaction", "0x" + transaction.hex())

    def fund(self, account: Address, wei: int = PLENTY_WEI) -> None:
        """Set what an account holds."""
        self.ask("anvil_setBalance", str(account), hex(wei))

    def set_base_fee(self, wei: int) -> None:
        """Set what the next block asks for a unit of gas."""
        self.ask("anvil_setNextBlockBaseFeePerGas", hex(wei))

    def close(self) -> None:
        """Close the connection."""
        self._rpc.close()


@contextmanager
def running_anvil(*options: str, mining: bool = False) -> Iterator[Anvil]:
    """Run anvil on a free port of loopback, `mining` a block for each transaction or none; ended by its process id."""
    still = [] if mining else ["--no-mining"]
    command = [str(anvil_program()), "--port", "0", "--accounts", "1", *still, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        address = next(line.split()[-1] for line in process.stdout if line.startswith("Listening on"))
        # Read on, or the pipe fills and anvil waits for ever.
        drain = subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL)
        process.stdout.close()
        anvil = Anvil(f"http://{address}")
        try:
            yield anvil
        finally:
            anvil.close()
    finally:
        process.kill()
        process.wait()
        drain.wait()


def deploy_registry(anvil: Anvil, folder: Path) -> Deployment:
    """Put the registry on the chain, as `credroot deploy` does."""
    deployer = signer_from_key(test_key("deployer"))
    anvil.fund(deployer.address)
    with Journal(folder / "deployer.db") as journal, Rpc(anvil.url) as rpc:
        chain = ChainWriter(rpc)
        return deploy(
            chain,
            Submission(journal, chain, chain_id=CHAIN_ID, finality=Confirmations(1), clock=present),
            deployer,
            network="anvil",
            chain_id=CHAIN_ID,
            guards=Guards(),
            pause=lambda _seconds: anvil.mine(),
            tell=lambda _line: None,
        )
