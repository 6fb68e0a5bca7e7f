"""The second half of a reissue: the old credentials are revoked, exactly once, after the new ones are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.status import Status
from credroot.issuer.sending.walk import WITHOUT_EFFECT
from credroot.issuer.withdrawal.status_change import statuses

if TYPE_CHECKING:
    from credroot.chain.writing.keystore import Signer
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.issuer.sending.intent import Intent
    from credroot.issuer.sending.spending import Budget
    from credroot.issuer.sending.workbench import Workbench
    from credroot.issuer.withdrawal.succession import Succession
    from credroot.store.journal_records import Operation


def revoke_predecessors(
    bench: Workbench, folder: BatchFolder, succession: Succession, signer: Signer, budget: Budget
) -> tuple[Operation, ...]:
    """Revoke what a published batch takes the place of, from wherever that stands; give the transactions.

    What the journal holds already is finished, what the registry shows as revoked is not paid for, and only then is
    the batch done. The process may end at any moment.

    Raises:
        GuardRefused, AnchorRejected, ChainUnavailable: as `Submission.sign` and `settle`; the next call goes on.
    """
    wanted = succession.intents(bench.deployment, bench.issuer)
    begun = {intent.data: _finished(bench, intent, signer) for intent in wanted}
    done = [operation for operation in begun.values() if operation is not None]
    for operation in done:
        budget.spend(operation.fee_wei)
    owed = [intent for intent in wanted if begun[intent.data] is None]
    if owed and not are_revoked(bench, succession):
        bench.finish_earlier(signer)
        for intent in owed:
            operation = bench.settle(bench.submission.sign(signer, intent, guards=budget.next()), signer)
            budget.spend(operation.fee_wei)
            done.append(operation)
    bench.journal.predecessors_revoked(folder.name, bench.clock())
    return tuple(done)


def are_revoked(bench: Workbench, succession: Succession) -> bool:
    """Answer whether the registry shows every old credential as revoked already."""
    targets = [predecessor.target for predecessor in succession.predecessors]
    return all(facts.status is Status.REVOKED for facts in statuses(targets, bench.reader, bench.issuer))


def _finished(bench: Workbench, intent: Intent, signer: Signer) -> Operation | None:
    """Bring the transaction that was begun for `intent` to its end; `None` where none is, or it can have no effect."""
    begun = bench.journal.last_operation(bench.deployment.chain_id, bench.deployment.address, intent.data)
    if begun is None:
        return None
    operation = bench.submission.reopen(begun)
    if operation.state in WITHOUT_EFFECT:
        operation = bench.await_death(operation)
    return None if operation.state in WITHOUT_EFFECT else bench.settle(operation, signer)
