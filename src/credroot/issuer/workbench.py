"""Everything that issuing needs, wired once by whoever reads the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.issuer.settlement import settle

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from credroot.chain.deployment import Deployment
    from credroot.chain.keystore import Signer
    from credroot.chain.reader import RegistryReader
    from credroot.chain.writer import ChainWriter
    from credroot.core.values import Address
    from credroot.issuer.submission import Guards, Intent, Submission
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
        """Sign `intent`, send it, and wait until it is final; errors as `Submission.sign` and `settle`."""
        return self.settle(self.submission.sign(signer, intent, guards=guards, batch=batch))

    def settle(self, operation: Operation) -> Operation:
        """Wait until an operation is final; errors as `settle`."""
        return settle(self.submission, operation, pause=self.pause, tell=self.tell)
