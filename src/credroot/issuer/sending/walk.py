"""A batch's way from request to published files, from wherever it stands: `anchor` and `resume` are the same walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.facts import Query
from credroot.core.errors import AnchorRejected, ChainUnavailable, GuardRefused, InputError
from credroot.core.values import Digest, Root
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.batch.request_mark import mark_in
from credroot.issuer.batch.second_opinion import second_opinion
from credroot.issuer.outputs import provisional
from credroot.issuer.sending.delegation import AnchorOrder
from credroot.issuer.sending.intent import Intent
from credroot.issuer.sending.recorded_events import find_anchor, own_batches, require_known_anchors, require_new_request
from credroot.issuer.sending.settlement import Patience
from credroot.store.journal_records import BatchState, OperationState

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.chain.writing.keystore import Signer
    from credroot.issuer.batch.preparation import Prepared
    from credroot.issuer.sending.delegation import Order
    from credroot.issuer.sending.intent import Guards
    from credroot.issuer.sending.workbench import Workbench
    from credroot.store.journal_records import BatchRecord, Operation

WITHOUT_EFFECT = (OperationState.REVERTED, OperationState.REPLACED_EXTERNALLY)


def walk(
    bench: Workbench,
    folder: BatchFolder,
    signer: Signer,
    guards: Guards,
    prepare: Callable[[], Prepared],
    *,
    early: bool = False,
    again: bool = False,
) -> BatchRecord:
    """Bring a batch from where it stands to published. Every step is durable, so the process may end anywhere.

    `early` hands copies out, marked as provisional, once the anchor is in a block. A batch that is published already is
    looked at again: its anchor may have vanished. `again` issues it even where the same people may have been issued
    the same from elsewhere.

    Raises:
        GuardRefused, AnchorRejected, ChainUnavailable: as `Submission.sign` and `settle`; the batch keeps its state.
        InputError: ``batch.other_registry``, the batch was made for another registry.
    """
    take_over(bench, folder)
    if bench.journal.batch(folder.name).operation_id is None and not again:
        # Told before many files are made for nothing; what counts is asked when the transaction is about to be signed.
        require_known_anchors(bench, signer.address, _head(bench))
    record = prepare_batch(bench, folder, prepare)
    root, leaf_count = root_of(record)
    operation = _operation(bench, folder, record, signer, guards, again=again)

    def seen(now: Operation) -> None:
        # What was published before its final block vanished lies where people find it, and is not handed out again.
        if early and now.state is OperationState.MINED and folder.staged.exists():
            place = provisional.hand_out(folder, now)
            bench.tell(f"provisional, not final yet: {place}")
        elif not now.state.is_mined:
            provisional.take_back(folder)

    _until_it_holds(bench, operation, signer, root, leaf_count, seen)
    if record.state not in (BatchState.PUBLISHED, BatchState.REPLACING):
        folder.publish()
        provisional.take_back(folder)
        bench.journal.batch_published(folder.name, bench.clock())
    return bench.journal.batch(folder.name)


def take_over(bench: Workbench, folder: BatchFolder) -> None:
    """Enter the files of a batch that this journal did not make and the registry knows: another machine's, or lost.

    What an interrupted preparation left is no such batch, and is made anew.

    Raises:
        GuardRefused: ``batch.not_on_chain``, its credentials are published and the registry does not hold them.
        SecondOpinionDiffers: the files are not those that were anchored.
    """
    if bench.journal.batch(folder.name).state is not BatchState.PREPARING or not folder.manifest.exists():
        return
    root, leaf_count = _root_in(folder)
    facts = bench.reader.read([Query(bench.issuer, root, 0)])[0]
    if facts.batch is None:
        if folder.published.exists():
            raise GuardRefused(
                f"the credentials of batch {folder.name!r} are published already, and the registry does not hold their "
                "root in this issuer's name; nothing was sent",
                code="batch.not_on_chain",
            )
        return
    checked_by = check_files(folder, root, leaf_count)
    bench.tell(f"batch {folder.name} is anchored already: its files are taken over as they are")
    bench.journal.batch_prepared(folder.name, root=root, leaf_count=leaf_count, checked_by=checked_by, at=bench.clock())


def _root_in(folder: BatchFolder) -> tuple[Root, int]:
    manifest = folder.read_manifest()
    try:
        return Root(Digest.from_hex(manifest["root"])), int(manifest["leafCount"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder.manifest}: it names no root", code="batch.manifest") from error


def prepare_batch(bench: Workbench, folder: BatchFolder, prepare: Callable[[], Prepared]) -> BatchRecord:
    """Bring a batch to prepared, where it is not that far; its files are checked in any case. Asks the chain nothing.

    Raises:
        InputError: ``batch.other_registry``, the batch was made for another registry.
        GuardRefused: ``batch.published``, its credentials lie there already and this journal did not make them.
        SecondOpinionDiffers: the files are not those that were prepared.
    """
    record = bench.journal.batch(folder.name)
    _require_same_place(bench, record)
    if record.state is not BatchState.PREPARING:
        # Another process wrote the files, some time ago: what is anchored and published must be what is there now.
        check_files(folder, *root_of(record))
        return record
    if folder.published.exists():
        raise GuardRefused(
            f"the credentials of batch {folder.name!r} are published already: credroot batch resume {folder.name}",
            code="batch.published",
        )
    prepared = prepare()
    bench.journal.batch_prepared(
        folder.name,
        root=prepared.root,
        leaf_count=prepared.leaf_count,
        checked_by=prepared.checked_by,
        at=bench.clock(),
    )
    return bench.journal.batch(folder.name)


def _operation(
    bench: Workbench, folder: BatchFolder, record: BatchRecord, signer: Signer, guards: Guards, *, again: bool
) -> Operation:
    """Give the operation that is to anchor the batch: the one that it has, what the chain has already, or a new one."""
    given_up: Operation | None = None
    if record.operation_id is not None:
        operation = bench.journal.operation(record.operation_id)
        caps = operation.caps.changed_by(guards.caps)
        if caps != operation.caps:
            bench.journal.set_caps(operation.id, caps, bench.clock())
            operation = bench.journal.operation(operation.id)
        operation = bench.submission.reopen(operation)
        if operation.state in WITHOUT_EFFECT:
            operation = bench.await_death(operation)
        if operation.state not in WITHOUT_EFFECT:
            return operation
        given_up = operation
    watched = adopt(bench, record, given_up)
    if watched is not None:
        return watched
    bench.finish_earlier(signer)
    mark = mark_in(folder.read_manifest())

    def ready(nonce: int) -> None:
        if not again:
            _require_not_elsewhere(bench, signer, record, mark, nonce)

    intent = anchor_intent(bench, record, mark)
    return bench.submission.sign(signer, intent, guards=guards, batch=record.name, instead_of=given_up, ready=ready)


def _require_not_elsewhere(bench: Workbench, signer: Signer, record: BatchRecord, mark: bytes, nonce: int) -> None:
    """Look for what another machine anchored, at a block where the account's next transaction has the number `nonce`.

    So two machines can't miss each other: what this one does not see has to compete for the number.

    Raises:
        GuardRefused: as `require_known_anchors` and `require_new_request`; ``guard.unknown_pending``, the number was
            used meanwhile.
        ChainUnavailable: also where the endpoint shows an older state than it showed just now.
    """
    block = _head(bench)
    used = bench.chain.nonce(signer.address, block)
    if used < nonce:
        raise ChainUnavailable(
            f"the endpoint knew {nonce} transactions of {signer.address}, and then {used}; try again",
            code="chain.inconsistent",
        )
    if used > nonce:
        raise GuardRefused(
            f"another transaction of {signer.address} was mined at this moment; nothing was sent. Run this again",
            code="guard.unknown_pending",
        )
    require_new_request(bench, mark, root_of(record)[1], block)
    require_known_anchors(bench, signer.address, block)


def mark_of_order(bench: Workbench, order: Order, *, again: bool = False) -> bytes:
    """Give the mark to relay an order with; none where its batch is not of this journal, and so somebody else's.

    Before an order of our own is relayed it is looked at what was anchored elsewhere since it was signed, unless it is
    to be issued `again` in any case.

    Raises:
        GuardRefused: as `require_known_anchors` and `require_new_request`.
    """
    batches = dict(order.batches) if isinstance(order, AnchorOrder) else {}
    for record in own_batches(bench):
        if record.root not in batches:
            continue
        mark = mark_in(BatchFolder(bench.folder / "batches" / record.name).read_manifest())
        if not again:
            block = _head(bench)
            require_new_request(bench, mark, batches[record.root], block)
            require_known_anchors(bench, order.key, block)
        return mark
    return b""


def _head(bench: Workbench) -> int:
    head = bench.chain.block("latest")
    if head is None:
        raise ChainUnavailable("the endpoint has no block", code="chain.inconsistent")
    return head.number


def adopt(bench: Workbench, record: BatchRecord, given_up: Operation | None = None) -> Operation | None:
    """Take over what anchored the batch without this journal's knowledge, if anything did: it is not paid again.

    That is a transaction of a journal that was lost, or of somebody who relayed the issuer's signature.
    """
    root, leaf_count = root_of(record)
    facts = bench.reader.read([Query(bench.issuer, root, 0)])[0]
    if facts.batch is None:
        return None
    event = find_anchor(bench, root)
    if event is None or facts.batch.leaf_count != leaf_count:
        raise ChainUnavailable(
            f"the registry holds batch {record.name!r} and the endpoint shows no event of it; try again",
            code="chain.inconsistent",
        )
    bench.tell(f"found {event.transaction} in block {event.block_number:,}: not sent again")
    return bench.journal.add_watched(
        record.name,
        label=f"batch {record.name}",
        chain_id=record.chain_id,
        sender=facts.batch.key,
        transaction=event.transaction,
        at=bench.clock(),
        instead_of=None if given_up is None else given_up.id,
    )


def anchor_intent(bench: Workbench, record: BatchRecord, mark: bytes) -> Intent:
    """Give the one transaction of a prepared batch, with the mark of its request behind it."""
    root, leaf_count = root_of(record)
    data = registry_calls.anchor(bench.issuer, root, leaf_count) + mark
    return Intent("anchor", f"batch {record.name}", bench.deployment.address, data)


def check_files(folder: BatchFolder, root: Root, leaf_count: int) -> str:
    """Compute the root of the written files again; `SecondOpinionDiffers` where it is another."""
    entries = folder.read_manifest()["credentials"]
    files = (folder.file_of(entry) for entry in entries)
    return second_opinion(files, root, leaf_count)


def _require_same_place(bench: Workbench, record: BatchRecord) -> None:
    place = (bench.deployment.chain_id, bench.deployment.address, bench.issuer)
    if (record.chain_id, record.registry, record.issuer) != place:
        raise InputError(
            f"batch {record.name!r} was made for another registry or issuer: {record.chain_id.caip2}",
            code="batch.other_registry",
        )


def root_of(record: BatchRecord) -> tuple[Root, int]:
    """Give root and leaf count of a batch. Raise `InputError` (``batch.unprepared``) where it has none yet."""
    if record.root is None or record.leaf_count is None:
        raise InputError(f"batch {record.name!r} is not prepared yet", code="batch.unprepared")
    return record.root, record.leaf_count


def _until_it_holds(
    bench: Workbench,
    operation: Operation,
    signer: Signer,
    root: Root,
    leaf_count: int,
    seen: Callable[[Operation], None],
) -> None:
    """Wait until the operation is final and the registry's state, where it is final, shows the batch.

    A receipt says that a transaction succeeded; only the state says that the batch is there. An endpoint that
    contradicts itself for long is an outage.
    """
    patience = Patience(bench.pause, bench.tell)
    while True:
        operation = bench.settle(operation, signer, seen)
        try:
            facts = bench.reader.read([Query(bench.issuer, root, 0)])[0]
            if facts.batch is not None and facts.batch.leaf_count != leaf_count:
                raise AnchorRejected(
                    "the registry holds the batch with another number of credentials", code="anchor.missing"
                )
            if facts.batch is not None and facts.final is not False:
                return
            raise ChainUnavailable(
                "the endpoint gives a final receipt, and a state without the batch", code="chain.inconsistent"
            )
        except ChainUnavailable as error:
            patience.outage(error)
        patience.wait("waiting until the registry shows the batch")
