"""A registry on an embedded chain of this process, and the transactions of one account, for tests of readers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.layout import CHAIN_ID, FAUCET_TEST_KEY
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.deployment import Deployment
from credroot.chain.rpc.hex_codec import parse_address, parse_digest, parse_quantity
from credroot.chain.writing.keystore import signer_from_key
from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address

GAS = 5_000_000
FEE_WEI = 10**10


class RegistryChain:
    """One chain, one registry, one sender that is also the issuer."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.chain = EmbeddedChain(folder, clock=clock)
        self._signer = signer_from_key(FAUCET_TEST_KEY)
        self.issuer: Address = self._signer.address
        receipt = self.send(registry_calls.deploy(), to=None)
        self.deployment = Deployment(
            network="local",
            chain_id=CHAIN_ID,
            address=parse_address(receipt["contractAddress"]),
            code_hash=Digest(load("CredentialRegistry").runtime_code_hash),
            deploy_block=parse_quantity(receipt["blockNumber"]),
            transaction=parse_digest(receipt["transactionHash"]),
            deployer=self.issuer,
        )

    def send(self, data: bytes, *, to: Address | str | None = "registry") -> JsonObject:
        """Send one transaction and give its receipt, which must be of success."""
        recipient = self.deployment.address if to == "registry" else to
        nonce = parse_quantity(self.chain.call("eth_getTransactionCount", ["0x" + self.issuer.hex(), "latest"]))
        raw, _ = self._signer.sign_transaction(
            {
                "type": 2,
                "chainId": int(CHAIN_ID),
                "nonce": nonce,
                "gas": GAS,
                "value": 0,
                "data": data,
                "to": b"" if recipient is None else str(recipient),
                "maxFeePerGas": FEE_WEI,
                "maxPriorityFeePerGas": 1,
            }
        )
        transaction = self.chain.call("eth_sendRawTransaction", ["0x" + raw.hex()])
        receipt = self.chain.call("eth_getTransactionReceipt", [transaction])
        assert isinstance(receipt, dict)
        assert receipt["status"] == "0x1"
        return receipt
