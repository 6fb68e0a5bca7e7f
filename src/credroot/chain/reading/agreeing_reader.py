"""Reading a registry without believing one endpoint: several must agree, and storage proofs leave them only the block.

Without proofs, `quorum` endpoints must give the same answers at one block whose hash they agree on. With proofs
(`eth_getProof`), each fact is shown by hashes from that block's state root on, so that whoever lies would have to lie
about the block's hash, together with all others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from credroot.chain.blocks.agreement import AgreedBlock, agree_on
from credroot.chain.blocks.finality import Confirmations
from credroot.chain.proofs.state_proof import ask_proof
from credroot.chain.reading.proven_facts import FactSlots
from credroot.chain.reading.reader import RegistryReader
from credroot.chain.registry.facts import Basis, ChainFacts, Head
from credroot.chain.registry.storage_layout import slot_bytes
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import quantity
from credroot.core.anchor.storage_witness import SlotProof, StorageWitness
from credroot.core.errors import ChainMismatch, ChainUnavailable, InputError, ProofError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.blocks.endpoint_trust import Caution
    from credroot.chain.blocks.finality import Finality
    from credroot.chain.blocks.recency import RecentHeads
    from credroot.chain.proofs.block_header import BlockHeader, BlockMark
    from credroot.chain.proofs.state_proof import ProvenStorage
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Query, Withdrawal
    from credroot.chain.rpc.client import Rpc
    from credroot.core.values import Digest

HEAD = "latest"


class BlockPin(NamedTuple):
    """A block that somebody vouches for."""

    number: int
    hash: Digest


class AgreeingReader:
    """One pinned registry, read at several endpoints. Threads may share it."""

    def __init__(
        self,
        nodes: Sequence[Rpc],
        deployment: Deployment,
        finality: Finality,
        caution: Caution,
        *,
        recent: RecentHeads | None = None,
    ) -> None:
        """Read `deployment` through `nodes`, of which `caution.quorum` must agree; nothing is asked yet.

        Of these only the ones count whose head is `recent`; `None` asks nothing about its time.
        """
        self._nodes = tuple(nodes)
        self._deployment = deployment
        self._finality = finality
        self._caution = caution
        self._recent = recent

    def check(self) -> Head:
        """Ask only whether enough endpoints serve the pinned registry; errors as `read`."""
        block = self._agree(HEAD)
        for node in block.nodes[: self._caution.quorum]:
            RegistryReader(node, self._deployment, self._finality).check()
        return self._head(block.header)

    def final_block(self) -> BlockMark | None:
        """Give the last final block that enough endpoints agree on; `None` where there is none."""
        block = self._final_block(self._agree(HEAD))
        return None if block is None else block.header.mark

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order, at one block.

        Raises:
            ChainUnavailable: as `agree_on`; ``chain.disagreement``, too few give the same answers; ``chain.no_proof``
                and ``chain.bad_proof``, no endpoint can prove what it says.
            ChainMismatch: ``chain.wrong_id`` or ``chain.wrong_code``: this is not the pinned registry.
        """
        block = self._agree(HEAD)
        if not self._caution.prove:
            return self._agreed(queries, block)
        final_block = self._final_block(block)
        return tuple(self._proven(query, block, final_block) for query in queries)

    def witness(self, query: Query, *, block: BlockPin | None = None) -> tuple[StorageWitness, ChainFacts]:
        """Give the proof of all that is known about one query, to be saved, and what it shows.

        It is as of the last final block, or of `block`.

        Raises:
            ChainUnavailable: as `read`; ``chain.not_final``, the batch is not in the last final block;
                ``chain.disagreement``, the endpoints have another block than `block`.
            ChainMismatch: as `read`.
        """
        proven_at = self._final_block(self._agree(HEAD)) if block is None else self._pinned(block)
        if proven_at is not None:
            slots = FactSlots.of(query)
            proven = self._prove(slots, proven_at)
            facts = slots.facts(proven.values, self._head(proven_at.header), final=True, basis=self._by_proof)
            if facts.batch is not None:
                return _saved(proven, proven_at.header), facts
        raise ChainUnavailable("the batch is not in a final block yet; try again soon", code="chain.not_final")

    def _agree(self, block: str, nodes: Sequence[Rpc] | None = None) -> AgreedBlock:
        return agree_on(
            self._nodes if nodes is None else nodes,
            self._caution.quorum,
            self._deployment.chain_id,
            block,
            recent=self._recent if block == HEAD else None,
        )

    def _pinned(self, pin: BlockPin) -> AgreedBlock:
        block = self._agree(quantity(pin.number))
        if block.header.mark.hash != pin.hash:
            raise ChainUnavailable(
                f"block {pin.number} is {block.header.mark.hash} for the endpoints, not {pin.hash}",
                code="chain.disagreement",
            )
        return block

    def _final_block(self, block: AgreedBlock) -> AgreedBlock | None:
        """Give the newest block that is final by policy, as of `block`; `None` where that can't be said."""
        if not isinstance(self._finality, Confirmations):
            try:
                # Of those alone that agree on the head: one that replays an old block has an old final one as well.
                return self._agree(self._finality.tag, block.nodes)
            except ChainUnavailable:
                return None
        number = block.header.mark.number - max(self._finality.count, 1) + 1
        if number == block.header.mark.number:
            return block
        return self._agree(quantity(number), block.nodes) if number >= self._deployment.deploy_block else None

    def _head(self, header: BlockHeader) -> Head:
        return Head(self._deployment.chain_id, header.mark.number, header.mark.timestamp, header.mark.hash)

    # -- by their word --

    def _agreed(self, queries: Sequence[Query], block: AgreedBlock) -> tuple[ChainFacts, ...]:
        answers: dict[tuple[ChainFacts, ...], list[tuple[Withdrawal | None, ...]]] = {}
        failures: list[ChainUnavailable | ChainMismatch] = []
        head, basis = self._head(block.header), Basis(agreeing=self._caution.quorum)
        for node in block.nodes:
            reader = RegistryReader(node, self._deployment, self._finality, withdrawals=True)
            try:
                facts = reader.read(queries, block=block.header.mark.number)
            except (ChainUnavailable, ChainMismatch) as error:
                failures.append(error)
                continue
            said = tuple(replace(one, head=head, basis=basis, withdrawal=None) for one in facts)
            told = answers.setdefault(said, [])
            told.append(tuple(one.withdrawal for one in facts))
            if len(told) >= self._caution.quorum:
                return tuple(_with_withdrawal(one, stories) for one, *stories in zip(said, *told, strict=True))
        if not answers and failures:
            raise failures[0]
        raise ChainUnavailable(
            f"{len(block.nodes)} endpoints do not give the same answers at block {block.header.mark.number}",
            code="chain.disagreement",
        )

    # -- by proof --

    def _proven(self, query: Query, block: AgreedBlock, final_block: AgreedBlock | None) -> ChainFacts:
        slots = FactSlots.of(query)
        values = self._prove(slots, block).values
        final = None
        if final_block is not None:
            settled = values if final_block is block else self._prove(slots, final_block).values
            final = bool(settled[slots.batch])
        return slots.facts(values, self._head(block.header), final=final, basis=self._by_proof)

    @property
    def _by_proof(self) -> Basis:
        return Basis(agreeing=self._caution.quorum, proven=True)

    def _prove(self, slots: FactSlots, block: AgreedBlock) -> _Proven:
        """Have the slots proven by the first endpoint that can."""
        last: Exception | None = None
        for node in block.nodes:
            try:
                return self._prove_by(node, slots, block.header)
            except ProofError as error:
                message = f"{node.endpoint.masked} proves something else: {error}"
                last = ChainUnavailable(message, code="chain.bad_proof")
            except RpcError as error:
                last = ChainUnavailable(f"{node.endpoint.masked} offers no proofs: {error}", code="chain.no_proof")
            except (ChainUnavailable, ChainMismatch) as error:
                last = error
        assert last is not None, "an agreed block has at least one endpoint"
        raise last

    def _prove_by(self, node: Rpc, slots: FactSlots, header: BlockHeader) -> _Proven:
        if not header.is_proven:
            raise ChainUnavailable("this chain's headers are of a form that is not known here", code="chain.no_proof")
        address = self._deployment.address
        proven = _Proven(slots.wanted, ask_proof(node, address, header, [slot_bytes(slot) for slot in slots.wanted]))
        if proven.storage.account.code_hash != self._deployment.code_hash:
            raise ChainMismatch(f"the code at {address} is not the registry that was pinned", code="chain.wrong_code")
        key = slots.key(proven.values[slots.batch])
        if key is None:
            return proven
        return proven.and_also(key, ask_proof(node, address, header, [slot_bytes(key)]))


def _with_withdrawal(facts: ChainFacts, stories: Sequence[Withdrawal | None]) -> ChainFacts:
    """Add when and why where all tell the same: who lies about events, or has none, takes nothing from the facts."""
    return replace(facts, withdrawal=stories[0]) if len(set(stories)) == 1 else facts


@dataclass(frozen=True, slots=True)
class _Proven:
    """Slots of a registry, and what was shown of each."""

    slots: tuple[int, ...]
    storage: ProvenStorage

    @property
    def values(self) -> dict[int, int]:
        return dict(zip(self.slots, self.storage.values, strict=True))

    def and_also(self, slot: int, storage: ProvenStorage) -> _Proven:
        both = replace(
            self.storage,
            values=self.storage.values + storage.values,
            slot_nodes=self.storage.slot_nodes + storage.slot_nodes,
        )
        return _Proven((*self.slots, slot), both)


def _saved(proven: _Proven, header: BlockHeader) -> StorageWitness:
    """Give a proof in the form that is saved."""
    places = map(slot_bytes, proven.slots)
    try:
        proofs = [SlotProof(slot, nodes) for slot, nodes in zip(places, proven.storage.slot_nodes, strict=True)]
        proofs.sort(key=lambda proof: proof.slot)
        return StorageWitness(header.encoded, proven.storage.account_nodes, tuple(proofs))
    except InputError as error:
        raise ChainUnavailable(f"the proof can't be saved: {error}", code="chain.no_proof") from error
