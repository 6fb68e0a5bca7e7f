"""Everything that issuing needs, wired once by whoever reads the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.issuer.sending.settlement import await_death, settle
from credroot.store.journal_records import OperationState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from credroot.chain.reading.reader import RegistryReader
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.writing.keystore import Signer
    from credroot.chain.writing.writer import ChainWriter
    from credroot.core.values import Address
    from credroot.issuer.sending.intent import Guards, Intent
    from credroot.issuer.sending.submission import Submission
    from credroot.store.journal import Journal
    from credroot.store.journal_records import Operation


@dataclass(frozen=True, slots=True)
class Workbench:
    """One issuer at work on one chain. Whoever signs with it holds the lock of the account."""

    folder: Path
    """The workspace."""
    journal: Journal
    chain: ChainWriter
    submission: Submission
    deployment: Deployment
    reader: RegistryReader
    issuer: Address
    """The account in whose name batches are anchored."""
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    """Waits for so many seconds."""
    tell: Callable[[str], None]
    """Says a line to the person who waits."""

    def carry_out(self, signer: Signer, intent: Intent, guards: Guards, *, batch: str | None = None) -> Operation:
        """Sign `intent`, send it, and wait until it is final; errors as `Submission.sign` and `settle`.

        Where the very same was begun before and not finished, that is finished, and nothing is paid twice.
        """
        begun = self.finish_earlier(signer, intent)
        operation = begun or self.submission.sign(signer, intent, guards=guards, batch=batch)
        return self.settle(operation, signer)

    def finish_earlier(self, signer: Signer, intent: Intent | None = None) -> Operation | None:
        """Bring what was begun before into a block, for a chain takes transactions in order.

        Give the operation that does what `intent` wants, where there is one; the others are told about.
        """
        same: Operation | None = None
        for operation in self.submission.open_operations(signer.address):
            if intent is not None and (operation.to, operation.data, operation.value_wei) == (
                intent.to,
                intent.data,
                intent.value_wei,
            ):
                same = self._taken_up(operation, signer)
                continue
            self.tell(f"first, what was begun before: {operation.label}")
            self.settle(self.submission.reopen(operation), signer, enough=OperationState.MINED)
        return same

    def _taken_up(self, operation: Operation, signer: Signer) -> Operation:
        """Look at what is ordered again; where it vanished after it was final it is sent again, before what follows."""
        moved = self.submission.advance(operation, signer)
        if moved.state is OperationState.REORGED_AFTER_FINAL:
            self.tell(f"{moved.label}: its final block is gone; it is sent again")
        return self.submission.reopen(moved)

    def settle(
        self,
        operation: Operation,
        signer: Signer | None = None,
        seen: Callable[[Operation], None] = lambda _operation: None,
        enough: OperationState = OperationState.FINAL,
    ) -> Operation:
        """Wait until an operation is final, or only mined where that is `enough`; errors as `settle`."""
        return settle(
            self.submission, operation, pause=self.pause, tell=self.tell, signer=signer, seen=seen, enough=enough
        )

    def await_death(self, operation: Operation) -> Operation:
        """Wait until an operation can have no effect any more; errors as `await_death`."""
        return await_death(self.submission, operation, pause=self.pause, tell=self.tell)
