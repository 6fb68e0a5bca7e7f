"""What the journal remembers: batches, operations on the chain, and the signed attempts at each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.core.values import Address, ChainId, Digest, Root


class OperationState(StrEnum):
    """Where one transaction stands. Each state is durable before anything is done because of it."""

    SIGNED = "signed"
    """Signed bytes, nonce and hash are written; whether anything was sent is not known, so it may have been."""
    BROADCAST = "broadcast"
    """An endpoint took the bytes, or may have."""
    MINED = "mined"
    """A receipt of one of its attempts was read in a canonical block."""
    FINAL = "final"
    """That block is final by policy, and the chain's state there shows the effect."""
    STUCK = "stuck"
    """Sent, pending for long, and the caps or the balance allow no higher fee; it may be mined all the same."""
    REVERTED = "reverted"
    """Mined, and refused by the contract: paid for, without effect."""
    REPLACED_EXTERNALLY = "replaced-externally"
    """Another transaction used the nonce, in a block that is final by policy."""
    REORGED_AFTER_FINAL = "reorged-after-final"
    """A block that was final by policy is gone: the policy was too weak for this chain."""
    ABANDONED = "abandoned"
    """It can never be mined with effect any more, and another operation took its place. Never sent again."""

    @property
    def is_mined(self) -> bool:
        """Whether it is in a block and had its effect."""
        return self in (OperationState.MINED, OperationState.FINAL)

    @property
    def is_open(self) -> bool:
        """Whether there is still something to wait for."""
        return self in (OperationState.SIGNED, OperationState.BROADCAST, OperationState.STUCK, OperationState.MINED)


class BatchState(StrEnum):
    """The life of a batch, read off its row and its operation."""

    PREPARING = "preparing"
    """Its roster is stored; its credentials are not complete. Nothing was sent."""
    PREPARED = "prepared"
    """Its files are written, read back and checked by a second implementation. Nothing was sent."""
    SIGNED = "signed"
    BROADCAST = "broadcast"
    STUCK = "stuck"
    MINED = "mined"
    FINAL = "final"
    REPLACING = "replacing"
    """Its credentials lie where people find them; those whose place they take are not all revoked yet."""
    PUBLISHED = "published"
    """Its credentials lie where people find them, and nothing is owed."""
    REVERTED = "reverted"
    REPLACED_EXTERNALLY = "replaced-externally"
    REORGED_AFTER_FINAL = "reorged-after-final"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction. All attempts at an operation share its nonce, so at most one of them is ever mined."""

    hash: Digest
    raw: bytes
    """The signed bytes, exactly as sent."""
    gas: int
    max_fee_wei: int
    """Per unit of gas; the gas price of a legacy transaction."""
    tip_wei: int
    """Per unit of gas; equal to `max_fee_wei` in a legacy transaction."""
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Caps:
    """What an issuer is ready to pay, kept with the operation so that a resumed one is bound by it too."""

    cost_wei: int | None = None
    """In all, the data fee of a rollup included; `None` sets no bound."""
    fee_wei: int | None = None
    """Per unit of gas; `None` sets no bound."""

    def changed_by(self, other: Caps) -> Caps:
        """Give these with what `other` bounds: a bound that is not named anew stays."""
        return Caps(
            self.cost_wei if other.cost_wei is None else other.cost_wei,
            self.fee_wei if other.fee_wei is None else other.fee_wei,
        )


NO_CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that we want on the chain exactly once."""

    id: int
    kind: str
    """``anchor``, ``withdraw``, ``key``, ``profile``, ``fund`` or ``deploy``."""
    label: str
    """What it is, for people."""
    chain_id: ChainId
    sender: Address
    to: Address | None
    """`None` creates a contract."""
    data: bytes
    value_wei: int
    nonce: int | None
    """`None`: somebody else sent the transaction; we only watch it."""
    state: OperationState
    caps: Caps
    block_number: int | None
    block_hash: Digest | None
    transaction: Digest | None
    """The attempt that was mined."""
    gas_used: int | None
    fee_wei: int | None
    note: str


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """One batch, from the moment its roster was taken in."""

    name: str
    request_digest: Digest
    """Of roster, achievement and issuer: the same request twice is the same batch."""
    chain_id: ChainId
    registry: Address
    issuer: Address
    created_at: datetime
    root: Root | None
    leaf_count: int | None
    checked_by: str | None
    """The second implementation that computed the root again from the written files."""
    operation_id: int | None
    published_at: datetime | None
    predecessors: int
    """Credentials of an earlier batch that are to be revoked once this one is published."""
    replaced_at: datetime | None
    """When they were."""
    state: BatchState


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step of a batch or an operation, with the time it was written."""

    at: datetime
    batch: str | None
    operation_id: int | None
    state: str
    note: str
