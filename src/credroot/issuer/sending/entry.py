"""Entering a batch into the journal, once: what was asked for before, under whatever name, is refused or told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.core.errors import GuardRefused
from credroot.issuer.batch.repeated_people import issued_folders, note_people, repeated_people

if TYPE_CHECKING:
    from array import array

    from credroot.core.values import Digest
    from credroot.issuer.batch.folder import BatchFolder
    from credroot.issuer.sending.workbench import Workbench
    from credroot.store.journal_records import BatchRecord


def begin(
    bench: Workbench,
    folder: BatchFolder,
    request_digest: Digest,
    *,
    predecessors: int = 0,
    people: array[int] | None = None,
    again: bool = False,
) -> BatchRecord:
    """Enter a batch into the journal, or give its entry; `predecessors` are to be revoked when it is published.

    `people` are the keys of those who must not have the achievement already; `again` says that they may.

    Raises:
        GuardRefused: as `require_not_issued`.
    """
    record = {record.name: record for record in bench.journal.batches()}.get(folder.name)
    if record is not None and record.operation_id is not None:
        return record
    if not again:
        require_not_issued(bench, folder, request_digest, people)
    if people is not None:
        note_people(folder, people)
    return record or bench.journal.add_batch(
        folder.name,
        request_digest=request_digest,
        chain_id=bench.deployment.chain_id,
        registry=bench.deployment.address,
        issuer=bench.issuer,
        at=bench.clock(),
        predecessors=predecessors,
    )


def require_not_issued(
    bench: Workbench, folder: BatchFolder, request_digest: Digest, people: array[int] | None
) -> None:
    """Refuse what another batch of this workspace has, whatever it is called; not one that was never prepared.

    Raises:
        GuardRefused: ``batch.already_anchored``, the same people, achievement and issuer are in another batch;
            ``batch.people_repeated``, somebody has the achievement of the same day from another batch.
    """
    chain_id = bench.deployment.chain_id
    others = [one for one in bench.journal.batches() if one.root is not None and one.name != folder.name]
    for record in others:
        if record.request_digest == request_digest and record.chain_id == chain_id:
            raise GuardRefused(
                f"the same roster and achievement are in batch {record.name!r} ({record.state}); nothing was sent. "
                f"Go on with that one: credroot batch resume {record.name}. To issue it a second time: --again",
                code="batch.already_anchored",
            )
    if people is None:
        return
    names = {record.name for record in others if (record.chain_id, record.issuer) == (chain_id, bench.issuer)}
    issued = issued_folders(folder.path.parent, names, chain_id.caip2, str(bench.issuer))
    found = repeated_people(people, (other for other in issued if other.name != folder.name))
    if found is not None:
        raise GuardRefused(
            f"{found.people} of these have this achievement of the same day in batch {found.batch!r} already; nothing "
            "was sent. Leave them out of the roster; to issue it to them a second time: --again",
            code="batch.people_repeated",
        )
