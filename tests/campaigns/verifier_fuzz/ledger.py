"""A registry on an embedded chain of this process, whose clock is the campaign's: the one source of true facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credroot.chain.blocks.endpoint_trust import Caution
from credroot.chain.blocks.finality import Confirmations
from credroot.chain.blocks.recency import Recency, RecentHeads
from credroot.chain.embedded.embedded_chain import EmbeddedChain
from credroot.chain.embedded.layout import CHAIN_ID, FAUCET_TEST_KEY
from credroot.chain.reading.agreeing_reader import AgreeingReader
from credroot.chain.reading.creation_check import ask_creation
from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.deployment import Deployment
from credroot.chain.registry.facts import ChainFacts, Query
from credroot.chain.rpc.hex_codec import parse_address, parse_digest, parse_quantity
from credroot.chain.writing.keystore import Signer, signer_from_key
from credroot.core.status import Status
from credroot.core.values import AccountId, Digest, Root
from tests.campaigns.verifier_fuzz.nodes import InnerNode

GAS = 5_000_000
FEE_WEI = 10**10
ALLOWANCE_WEI = 10**20
FINALITY = Confirmations(1)
NETWORK = "local"
HEADS = Recency(300)
"""As on a public chain: the embedded one asks nothing of its head."""


@dataclass
class Ledger:
    """One chain, one registry, and what was written to it."""

    folder: Path
    moment: datetime
    """What the chain takes for now."""
    now: datetime
    """What verifiers take for now."""
    placed: list[Query] = field(default_factory=list)
    """Every leaf that was anchored."""

    def __post_init__(self) -> None:
        self.chain = EmbeddedChain(self.folder, clock=lambda: self.moment.timestamp())
        self._faucet = signer_from_key(FAUCET_TEST_KEY)
        receipt = self._send(self._faucet, registry_calls.deploy(), to=None)
        found = Deployment(
            network=NETWORK,
            chain_id=CHAIN_ID,
            address=parse_address(receipt["contractAddress"]),
            code_hash=Digest(load("CredentialRegistry").runtime_code_hash),
            deploy_block=parse_quantity(receipt["blockNumber"]),
            transaction=parse_digest(receipt["transactionHash"]),
            deployer=self._faucet.address,
        )
        self.deployment = replace(found, creation=ask_creation([self.node()], 1, found))

    def close(self) -> None:
        self.chain.close()

    def open_account(self, key: bytes) -> Account:
        """Give an account with some money."""
        signer = signer_from_key(key)
        self._send(self._faucet, b"", to=str(signer.address), value=ALLOWANCE_WEI)
        return Account(self, signer)

    @property
    def height(self) -> int:
        """The number of the newest block."""
        return parse_quantity(self.chain.call("eth_blockNumber", []))

    def node(self) -> InnerNode:
        """Give an honest endpoint of this chain."""
        return InnerNode(self.chain)

    def send(self, signer: Signer, data: bytes) -> None:
        self._send(signer, data, to=str(self.deployment.address))

    def _send(self, signer: Signer, data: bytes, *, to: str | None, value: int = 0) -> dict[str, Any]:
        nonce = parse_quantity(self.chain.call("eth_getTransactionCount", ["0x" + signer.address.hex(), "latest"]))
        raw, _ = signer.sign_transaction(
            {
                "type": 2,
                "chainId": int(CHAIN_ID),
                "nonce": nonce,
                "gas": GAS,
                "value": value,
                "data": data,
                "to": b"" if to is None else to,
                "maxFeePerGas": FEE_WEI,
                "maxPriorityFeePerGas": 1,
            }
        )
        transaction = self.chain.call("eth_sendRawTransaction", ["0x" + raw.hex()])
        receipt: Any = self.chain.call("eth_getTransactionReceipt", [transaction])
        assert receipt["status"] == "0x1"
        return dict(receipt)

    def reader(self, nodes: Sequence[InnerNode] = (), *, quorum: int = 1, prove: bool = False) -> AgreeingReader:
        """Read the registry through `nodes`, or one honest one."""
        recent = RecentHeads(HEADS, lambda: self.now)
        return AgreeingReader(nodes or [self.node()], self.deployment, FINALITY, Caution(quorum, prove), recent=recent)

    def facts(self) -> FactTable:
        """Read what the chain says of every leaf now."""
        answers = self.reader().read(self.placed)
        return FactTable(dict(zip(self.placed, answers, strict=True)))


@dataclass(frozen=True)
class Account:
    """Who can send."""

    ledger: Ledger
    signer: Signer

    @property
    def id(self) -> AccountId:
        return AccountId(CHAIN_ID, self.signer.address)

    def anchor(self, root: Root, leaf_count: int) -> None:
        self.ledger.send(self.signer, registry_calls.anchor(self.signer.address, root, leaf_count))
        self.ledger.placed += [Query(self.signer.address, root, index) for index in range(leaf_count)]

    def set_profile(self, digest: Digest) -> None:
        self.ledger.send(self.signer, registry_calls.set_profile(self.signer.address, digest, ""))

    def withdraw(self, root: Root, index: int, *, for_ever: bool) -> None:
        action = registry_calls.Action.REVOKE if for_ever else registry_calls.Action.SUSPEND
        words = registry_calls.status_words([index])
        self.ledger.send(self.signer, registry_calls.set_status(self.signer.address, root, action, 1, words))


@dataclass(frozen=True)
class FactTable:
    """A source of facts as the chain gave them once, which costs nothing to ask."""

    known: dict[Query, ChainFacts]

    def read(self, queries: Iterable[Query]) -> tuple[ChainFacts, ...]:
        return tuple(self.known.get(Query(one.issuer, one.root, one.index)) or self._nothing(one) for one in queries)

    def _nothing(self, query: Query) -> ChainFacts:
        """Say what a registry says of a root that it does not hold, or of an index beyond its batch."""
        head = next(iter(self.known.values())).head
        beside = self.known.get(Query(query.issuer, query.root, 0))
        batch = None if beside is None else beside.batch
        return ChainFacts(head, batch, Status.UNKNOWN, batch is not None, None)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
