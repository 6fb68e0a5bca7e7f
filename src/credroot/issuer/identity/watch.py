"""An alarm: everything that the chain records in an issuer's name and the issuer's journal does not know.

It also looks again at what was final: a block that vanished behind the policy's back is told too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.issuer.sending.recorded_events import unknown_events
from credroot.store.journal_records import OperationState

if TYPE_CHECKING:
    from credroot.chain.registry.events import Event
    from credroot.issuer.sending.workbench import Workbench
    from credroot.store.journal_records import Operation

_WHAT = {
    "BatchAnchored": "a batch was anchored",
    "StatusChanged": "credentials were withdrawn or reinstated",
    "BatchStatusChanged": "a whole batch was withdrawn or reinstated",
    "BatchRatified": "a distrusted batch was vouched for",
    "KeySet": "a key's roles were changed",
    "KeyDistrusted": "a key was distrusted",
    "ProfileSet": "the profile was changed",
    "Accredited": "somebody was accredited",
    "NonceUsed": "a signed order was used or given up",
}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that happened in the issuer's name without the issuer's journal."""

    event: Event

    @property
    def key(self) -> str:
        """The account that did it, as the event names it."""
        for name in ("key", "admin", "accreditor", "signer"):
            if name in self.event.arguments:
                return str(self.event.arguments[name])
        return "unknown"

    @property
    def what(self) -> str:
        """What happened, for people."""
        return _WHAT.get(self.event.name, self.event.name)


@dataclass(frozen=True, slots=True)
class Watched:
    """What one look found."""

    alarms: tuple[Alarm, ...]
    vanished: tuple[Operation, ...]
    """Operations that were final, and whose block is gone."""
    head: int
    """The newest block that was looked at."""

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.alarms and not self.vanished


def watch_once(bench: Workbench, first: int | None = None) -> Watched:
    """Look once at all events in the issuer's name, from block `first` or the registry's own, and at what was final.

    Raises:
        ChainUnavailable: the endpoint gives no events.
    """
    head = bench.chain.block("latest")
    alarms = tuple(Alarm(event) for event in unknown_events(bench, first))
    vanished = tuple(
        moved
        for operation in bench.journal.operations(chain_id=bench.deployment.chain_id)
        if operation.state in (OperationState.FINAL, OperationState.REORGED_AFTER_FINAL)
        for moved in [bench.submission.advance(operation)]
        if moved.state is OperationState.REORGED_AFTER_FINAL
    )
    return Watched(alarms, vanished, 0 if head is None else head.number)
