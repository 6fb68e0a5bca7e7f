"""A batch's way from request to published files, from wherever it stands: `anchor` and `resume` are the same walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain import registry_calls
from credroot.chain.facts import Query
from credroot.core.errors import AnchorRejected, GuardRefused, InputError
from credroot.issuer.second_opinion import second_opinion
from credroot.issuer.submission import Intent
from credroot.store.journal_records import BatchState

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.chain.keystore import Signer
    from credroot.core.values import Digest, Root
    from credroot.issuer.batch_folder import BatchFolder
    from credroot.issuer.preparation import Prepared
    from credroot.issuer.submission import Guards
    from credroot.issuer.workbench import Workbench
    from credroot.store.journal_records import BatchRecord

_GIVEN_UP = (BatchState.REVERTED, BatchState.REPLACED_EXTERNALLY)


def begin(bench: Workbench, folder: BatchFolder, request_digest: Digest) -> BatchRecord:
    """Enter a batch into the journal, or give its entry.

    Raises:
        GuardRefused: ``batch.already_anchored``, the same people, achievement and issuer are in another batch.
    """
    for record in bench.journal.batches():
        if record.name == folder.name:
            return record
        same = record.request_digest == request_digest and record.chain_id == bench.deployment.chain_id
        if same and record.state not in _GIVEN_UP:
            raise GuardRefused(
                f"the same roster and achievement are in batch {record.name!r} ({record.state}); nothing was sent",
                code="batch.already_anchored",
            )
    return bench.journal.add_batch(
        folder.name,
        request_digest=request_digest,
        chain_id=bench.deployment.chain_id,
        registry=bench.deployment.address,
        issuer=bench.issuer,
        at=bench.clock(),
    )


def walk(
    bench: Workbench,
    folder: BatchFolder,
    signer: Signer,
    guards: Guards,
    prepare: Callable[[], Prepared],
) -> BatchRecord:
    """Bring a batch from where it stands to published. Every step is durable, so the process may end anywhere.

    Raises:
        GuardRefused, AnchorRejected, ChainUnavailable: as `Submission.sign` and `settle`; the batch keeps its state.
        InputError: ``batch.published_elsewhere``, the batch was made for another registry.
    """
    record = bench.journal.batch(folder.name)
    if (record.chain_id, record.registry, record.issuer) != (
        bench.deployment.chain_id,
        bench.deployment.address,
        bench.issuer,
    ):
        raise InputError(
            f"batch {record.name!r} was made for another registry or issuer: {record.chain_id.caip2}",
            code="batch.other_registry",
        )
    is_checked = False
    if record.state is BatchState.PREPARING:
        prepared = prepare()
        bench.journal.batch_prepared(
            folder.name,
            root=prepared.root,
            leaf_count=prepared.leaf_count,
            checked_by=prepared.checked_by,
            at=bench.clock(),
        )
        is_checked = True
        record = bench.journal.batch(folder.name)
    if record.state is BatchState.PUBLISHED:
        return record
    root, leaf_count = _root(record)
    if not is_checked:
        # Another process wrote the files, some time ago: what is anchored and published must be what is there now.
        check_files(folder, root, leaf_count)
    if record.state is BatchState.PREPARED:
        operation = bench.submission.sign(signer, anchor_intent(bench, record), guards=guards, batch=folder.name)
    else:
        operation = bench.journal.operation(record.operation_id or 0)
    bench.settle(operation)
    _require_anchored(bench, root, leaf_count)
    folder.publish()
    bench.journal.batch_published(folder.name, bench.clock())
    return bench.journal.batch(folder.name)


def anchor_intent(bench: Workbench, record: BatchRecord) -> Intent:
    """Give the one transaction of a prepared batch."""
    root, leaf_count = _root(record)
    data = registry_calls.anchor(bench.issuer, root, leaf_count)
    return Intent("anchor", f"batch {record.name}", bench.deployment.address, data)


def check_files(folder: BatchFolder, root: Root, leaf_count: int) -> str:
    """Compute the root of the written files again; `SecondOpinionDiffers` where it is another."""
    entries = folder.read_manifest()["credentials"]
    files = (folder.files() / f"{entry['id'].removeprefix('urn:uuid:')}.json" for entry in entries)
    return second_opinion(files, root, leaf_count)


def _root(record: BatchRecord) -> tuple[Root, int]:
    if record.root is None or record.leaf_count is None:
        raise InputError(f"batch {record.name!r} is not prepared yet", code="batch.unprepared")
    return record.root, record.leaf_count


def _require_anchored(bench: Workbench, root: Root, leaf_count: int) -> None:
    """Read the registry's state: a receipt says that a transaction succeeded, the state says that the batch is there."""
    facts = bench.reader.read([Query(bench.issuer, root, 0)])[0]
    if facts.batch is None or facts.batch.leaf_count != leaf_count:
        raise AnchorRejected(
            "the transaction succeeded, but the registry does not hold the batch", code="anchor.missing"
        )
