"""Checkpoints of a registry: made from the index, and checked against it before anybody signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.auditor.checks.completeness import Depth, Subject, check_completeness
from credroot.auditor.ledger.digest import ledger_digest
from credroot.auditor.report.checkpoint import MAX_CHECKPOINT_BYTES, Checkpoint
from credroot.core.errors import InputError
from credroot.core.report import Outcome
from credroot.core.values import Digest

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.auditing.audit import Desk


def made_checkpoint(at: Desk, block: int | None = None) -> Checkpoint:
    """Compute the checkpoint of the last final block, or of `block`.

    Raises:
        InputError: ``checkpoint.incomplete``, the events contradict the chain, so that there is nothing to sign.
    """
    position = at.position_at(block)
    ledger = at.ledger(position.number)
    subject = Subject(at.rpc, at.deployment, at.index, at.source, ledger, position)
    failed = [check for check in check_completeness(subject, Depth.STATE).checks if check.outcome is Outcome.FAILED]
    if failed:
        raise InputError("; ".join(check.message for check in failed), code="checkpoint.incomplete")
    return Checkpoint(
        at.deployment.chain_id,
        at.deployment.address,
        position.number,
        Digest(position.hash),
        ledger.events,
        len(ledger.batches),
        ledger_digest(ledger),
    )


def checked_checkpoint(at: Desk, path: Path) -> tuple[Checkpoint, str]:
    """Read a checkpoint and compute it again at its block; give it, and what differs, empty where nothing does.

    Raises:
        InputError: it is no checkpoint, a signature is wrong, or the index does not reach its block.
    """
    with path.open("rb") as file:
        given = Checkpoint.from_bytes(file.read(MAX_CHECKPOINT_BYTES + 1), source=str(path))
    if (given.chain_id, given.registry) != (at.deployment.chain_id, at.deployment.address):
        return given, f"it is about {given.registry} on {given.chain_id.caip2}"
    own = made_checkpoint(at, given.block)
    if given.agrees_with(own):
        return given, ""
    names = ("block_hash", "events", "batches", "ledger")
    differing = [name for name in names if getattr(given, name) != getattr(own, name)]
    return given, "; ".join(
        f"{name} is {getattr(given, name)}, by the chain {getattr(own, name)}" for name in differing
    )
