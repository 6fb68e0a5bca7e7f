"""Planted bugs: what a campaign must catch, or it would not catch the real thing either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.issuer.sending import walk as anchoring
from credroot.issuer.sending.submission import Submission
from credroot.store.journal_records import OperationState

if TYPE_CHECKING:
    from credroot.chain.writing.keystore import Signer
    from credroot.core.values import Address
    from credroot.issuer.sending.intent import Intent
    from credroot.store.journal_records import BatchRecord, Operation


class SendsBeforeJournal(Submission):
    """Sends what it signed, then writes it down: a death between the two leaves a transaction that nobody knows of."""

    def sign(self, signer: Signer, intent: Intent, **options: Any) -> Operation:
        journal, real = self._journal, self._journal.add_operation

        def send_then_write(**fields: Any) -> Operation:
            self._chain.send(fields["attempt"].raw)
            return real(**fields)

        journal.add_operation = send_then_write  # type: ignore[method-assign]
        return super().sign(signer, intent, **options)


class SendsBeforeJournalUnguarded(SendsBeforeJournal):
    """The same, without the guards that find such a transaction on the chain."""

    def _next_nonce(self, sender: Address) -> int:
        return self._chain.nonce(sender)


class TrustsErrorText(Submission):
    """Believes what an endpoint says when it refuses: that the number is used up, so that the batch is sent anew."""

    def _broadcast(self, operation: Operation, signer: Signer | None, *, alone: bool) -> Operation:
        moved = super()._broadcast(operation, signer, alone=alone)
        if "nonce too low" in moved.note or "insufficient funds" in moved.note:
            return self._to(moved, OperationState.REPLACED_EXTERNALLY, "the endpoint said so")
        return moved

    def is_dead(self, operation: Operation) -> bool:
        return True

    def open_operations(self, sender: Address) -> tuple[Operation, ...]:
        operations = super().open_operations(sender)
        return tuple(one for one in operations if one.state is not OperationState.REPLACED_EXTERNALLY)

    def _advance(self, operation: Operation, signer: Signer | None, *, alone: bool) -> Operation:
        if operation.state is OperationState.REPLACED_EXTERNALLY:
            return operation
        return super()._advance(operation, signer, alone=alone)

    def _next_nonce(self, sender: Address) -> int:
        return max(self._journal.next_nonce(self._chain_id, sender), self._chain.nonce(sender))


def walk_without_looking(*arguments: Any, **options: Any) -> BatchRecord:
    """Anchor without reading first what the chain knows already."""
    anchoring.adopt = lambda *_arguments: None  # type: ignore[assignment]
    anchoring.require_known_anchors = lambda *_arguments: None
    return anchoring.walk(*arguments, **options)


def walk_that_publishes_when_mined(*arguments: Any, **options: Any) -> BatchRecord:
    """Publish as soon as the anchor is in a block."""

    def until_mined(bench: Any, operation: Operation, signer: Signer, *_rest: Any) -> None:
        bench.settle(operation, signer, enough=OperationState.MINED)

    anchoring._until_it_holds = until_mined
    return anchoring.walk(*arguments, **options)


MUTANTS: dict[str, dict[str, Any]] = {
    "send before journal": {"submission": SendsBeforeJournal},
    "send before journal, no guards": {"submission": SendsBeforeJournalUnguarded, "walker": walk_without_looking},
    "trust error text": {"submission": TrustsErrorText, "walker": walk_without_looking},
    "publish before final": {"walker": walk_that_publishes_when_mined},
}
"""Name -> what a `Desk` is made with. Each is only ever used in a child process of its own."""
