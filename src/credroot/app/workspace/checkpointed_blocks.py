"""Blocks that auditors vouch for: those of the checkpoints below ``trust/checkpoints/`` that a trusted one signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.auditor.report.checkpoint import MAX_CHECKPOINT_BYTES, Checkpoint
from credroot.verifier.trust import PinnedBlock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from credroot.app.settings.settings import Settings


def read_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and check its signatures; errors as `Checkpoint.from_bytes`."""
    with path.open("rb") as file:
        return Checkpoint.from_bytes(file.read(MAX_CHECKPOINT_BYTES + 1), source=str(path))


def checkpointed_blocks(settings: Settings) -> Iterator[PinnedBlock]:
    """Give the block of each checkpoint that an auditor of the settings signed.

    Raises:
        InputError: a file there is no checkpoint, or a signature in it is wrong.
    """
    known = {auditor.account: auditor for auditor in settings.trusted.auditors}
    if not known:
        return
    for path in sorted((settings.workspace / "trust" / "checkpoints").glob("*.json")):
        checkpoint = read_checkpoint(path)
        for account in checkpoint.signers():
            if account in known:
                source = f"the checkpoint of {known[account].name}, according to {known[account].source}"
                yield PinnedBlock(checkpoint.chain_id, checkpoint.block_hash, source)
                break
