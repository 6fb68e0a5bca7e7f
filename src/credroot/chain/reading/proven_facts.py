"""A registry's facts out of its storage: which slots hold them, and what their words say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.registry import storage_layout as layout
from credroot.chain.registry.facts import STATUS_BITS, Accreditation, ChainFacts, status_of
from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credroot.chain.registry.facts import Basis, Endorser, Head, Query


@dataclass(frozen=True, slots=True)
class FactSlots:
    """Where the registry keeps what one query asks for; the key's slot is known once the batch's word is."""

    query: Query
    batch: int
    revoked: int
    suspended: int
    profile: int
    accreditations: tuple[tuple[Endorser, int], ...]

    @classmethod
    def of(cls, query: Query) -> FactSlots:
        """Compute the slots of a query."""
        batch, word = layout.batch_slot(query.issuer, query.root), query.index // STATUS_BITS
        return cls(
            query,
            batch,
            layout.revoked_slot(batch, word),
            layout.suspended_slot(batch, word),
            layout.profile_slot(query.issuer),
            tuple(
                (endorser, layout.accreditation_slot(endorser.account, query.issuer, endorser.scope))
                for endorser in query.endorsers
            ),
        )

    @property
    def required(self) -> tuple[int, ...]:
        """The slots without which nothing can be said, but that of the key."""
        return self.batch, self.revoked, self.suspended, self.profile

    @property
    def wanted(self) -> tuple[int, ...]:
        """The slots that can be asked for before anything is known."""
        return *self.required, *(slot for _, slot in self.accreditations)

    def key(self, batch_word: int) -> int | None:
        """Give the slot of the key that anchored the batch; `None` where its word says that there is no such batch."""
        if layout.batch_facts(batch_word) is None:
            return None
        return layout.key_slot(self.query.issuer, layout.key_of(batch_word))

    def facts(self, values: Mapping[int, int], head: Head, *, final: bool | None, basis: Basis) -> ChainFacts:
        """Read the facts off the words of the slots; an accreditation that is not among them is as good as none.

        Raises:
            KeyError: the word of a required slot, or of the key's, is not there.
        """
        word, profile = values[self.batch], values[self.profile]
        key = self.key(word)
        batch = layout.batch_facts(word, 0 if key is None else values[key])
        return ChainFacts(
            head,
            batch,
            status_of(batch, self.query.index, values[self.revoked], values[self.suspended]),
            final,
            Digest(layout.slot_bytes(profile)) if profile else None,
            tuple(
                Accreditation(endorser, word & layout.TIME_MASK, word >> layout.VALID_UNTIL_SHIFT & layout.TIME_MASK)
                for endorser, slot in self.accreditations
                if (word := values.get(slot, 0))
            ),
            basis=basis,
        )
