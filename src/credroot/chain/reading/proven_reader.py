"""A reader of a registry whose constructor is known to be ours: before that is shown, nothing is read for a verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from credroot.chain.proofs.block_header import BlockMark
    from credroot.chain.registry.creation import Creation
    from credroot.chain.registry.facts import ChainFacts, Head, Query


class Reading(Protocol):
    """What readers of registries have in common."""

    def check(self) -> Head:
        """Ask only whether the pinned registry is there."""
        ...

    def final_block(self) -> BlockMark | None:
        """Give the last final block."""
        ...

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """Answer every query, in order."""
        ...


class ProvenReader:
    """One pinned registry, read by `reader` once its creation was shown. Threads may share it."""

    def __init__(self, reader: Reading, creation: Callable[[], Creation]) -> None:
        """Have `creation` show the constructor when it is first needed, once; it raises where it can't."""
        self._reader = reader
        self._show = creation
        self._creation: Creation | None = None

    @property
    def creation(self) -> Creation:
        """How the registry was created; errors as `credroot.chain.registry.creation.ask_creation`."""
        if self._creation is None:
            self._creation = self._show()
        return self._creation

    def check(self) -> Head:
        """See `RegistryReader.check`; errors as `creation` as well."""
        head = self._reader.check()
        assert self.creation is not None
        return head

    def final_block(self) -> BlockMark | None:
        """See `RegistryReader.final_block`."""
        return self._reader.final_block()

    def read(self, queries: Sequence[Query]) -> tuple[ChainFacts, ...]:
        """See `RegistryReader.read`; each fact says how the registry was created. Errors as `creation` as well."""
        facts = self._reader.read(queries)
        creation = self.creation
        return tuple(replace(one, creation=creation) for one in facts)
