"""Facts out of saved proofs: no endpoint is asked, and only a block that the verifier pinned counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credroot.chain.proofs.state_proof import check_witness
from credroot.chain.reading.proven_facts import FactSlots
from credroot.chain.registry.facts import Basis, ChainFacts, Head, Unavailable
from credroot.core.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from credroot.chain.proofs.block_header import BlockMark
    from credroot.chain.reading.saved_facts import SavedFacts
    from credroot.chain.registry.creation import Creation
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Query
    from credroot.core.values import ChainId, Digest

    Pins = Mapping[tuple[ChainId, Digest], str]
    """Chain and hash of a block -> who vouches for it."""


@dataclass(frozen=True, slots=True)
class _Proven:
    """The words that one saved proof shows."""

    mark: BlockMark
    code_hash: Digest
    values: Mapping[int, int]


class WitnessSource:
    """A source of facts over saved proofs of one pinned registry."""

    def __init__(
        self, deployment: Deployment, saved: Iterable[SavedFacts], pins: Pins, creation: Creation | None = None
    ) -> None:
        """Check the proofs of `deployment` among `saved`; those of other registries are passed over.

        `creation` is how the registry was created, which each fact says again.
        """
        self._deployment = deployment
        self._creation = creation
        self._pins = pins
        self._broken: ProofError | None = None
        self._proven: dict[int, list[_Proven]] = {}
        for one in saved:
            if (one.chain_id, one.registry) != (deployment.chain_id, deployment.address):
                continue
            try:
                header, account, values = check_witness(one.witness, deployment.address)
            except ProofError as error:
                self._broken = error
                continue
            words = {int.from_bytes(slot, "big"): value for slot, value in values.items()}
            for slot in words:
                self._proven.setdefault(slot, []).append(_Proven(header.mark, account.code_hash, words))

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts | Unavailable, ...]:
        """Answer every query, in order, from the newest proof that covers it; what none shows is a value as well.

        A proof that there was no batch says nothing: what was not there in a block of the past may be there by now.
        """
        return tuple(self._answer(FactSlots.of(query)) for query in queries)

    def _answer(self, slots: FactSlots) -> ChainFacts | Unavailable:
        covering = [proven for proven in self._proven.get(slots.batch, ()) if self._covers(proven, slots)]
        if not covering:
            if self._broken is not None:
                return Unavailable("chain.bad_proof", f"the saved evidence does not hold: {self._broken}")
            return Unavailable("chain.no_evidence", "no saved evidence of this batch is at hand")
        pinned = [proven for proven in covering if self._pin(proven) is not None]
        if not pinned:
            mark = covering[0].mark
            return Unavailable(
                "chain.block_unpinned",
                f"the saved evidence rests on block {mark.number} with the hash {mark.hash}, which this verifier has "
                "from no source of its own; compare it with one that you trust, and pin it",
            )
        proven = max(pinned, key=lambda one: one.mark.number)
        if proven.code_hash != self._deployment.code_hash:
            return Unavailable("chain.wrong_code", "the code at the address is not the registry that was pinned")
        mark = proven.mark
        head = Head(self._deployment.chain_id, mark.number, mark.timestamp, mark.hash)
        basis = Basis(agreeing=0, proven=True, pinned_by=self._pin(proven))
        return replace(slots.facts(proven.values, head, final=True, basis=basis), creation=self._creation)

    def _covers(self, proven: _Proven, slots: FactSlots) -> bool:
        if any(slot not in proven.values for slot in slots.required):
            return False
        return slots.key(proven.values[slots.batch]) in proven.values

    def _pin(self, proven: _Proven) -> str | None:
        return self._pins.get((self._deployment.chain_id, proven.mark.hash))
