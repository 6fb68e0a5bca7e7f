"""What a registry says about a credential, at one block."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.core.errors import ChainUnavailable
from credroot.core.status import Status
from credroot.core.text.clock import MAX_BLOCK_TIME

if TYPE_CHECKING:
    from credroot.chain.registry.creation import Creation
    from credroot.core.values import Address, ChainId, Digest, Root

STATUS_BITS = 256
"""Credentials whose status is in one word."""


@dataclass(frozen=True, slots=True)
class Endorser:
    """An account that may have accredited an issuer, and what for."""

    account: Address
    scope: Digest


@dataclass(frozen=True, slots=True)
class Query:
    """One credential's place: the coordinates that its proof claims."""

    issuer: Address
    root: Root
    index: int
    endorsers: tuple[Endorser, ...] = ()
    """Whose accreditations of the issuer are asked for, in the same request."""


@dataclass(frozen=True, slots=True)
class Head:
    """The block at which facts were read. Raises `ChainUnavailable` (``chain.bad_answer``) at a time of no calendar."""

    chain_id: ChainId
    number: int
    timestamp: int
    """Seconds since 1970."""
    hash: Digest | None = None
    """`None` where an endpoint was asked that is believed anyway."""

    def __post_init__(self) -> None:
        _require_time(self.timestamp)

    @property
    def moment(self) -> datetime:
        """Its time, aware."""
        return datetime.fromtimestamp(self.timestamp, UTC)


@dataclass(frozen=True, slots=True)
class Basis:
    """What facts rest on, so that nothing more is claimed for them."""

    agreeing: int = 1
    """Endpoints that said the same; 0 where none was asked."""
    proven: bool = False
    """Whether each fact was shown by hashes from the block's state root on: endpoints only vouch for the block then."""
    pinned_by: str | None = None
    """Who vouches for the block of saved evidence; `None` for facts that were just read."""


ONE_ENDPOINT = Basis()


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One anchored batch. Key, time and leaf count never change. Raises as `Head` does."""

    key: Address
    """The account that anchored it: the issuer itself or an operator."""
    anchored_at: int
    """The block's time, in seconds since 1970."""
    leaf_count: int
    revoked: bool
    suspended: bool
    ratified: bool
    distrusted_from: int = 0
    """From when on the issuer distrusts what `key` anchored, in seconds since 1970; 0 while it trusts it."""

    def __post_init__(self) -> None:
        _require_time(self.anchored_at)

    @property
    def is_distrusted(self) -> bool:
        """Whether the batch falls under its issuer's distrust of the key, and was not ratified since."""
        return 0 < self.distrusted_from <= self.anchored_at and not self.ratified


@dataclass(frozen=True, slots=True)
class Accreditation:
    """A public endorsement of an issuer, as the registry has it at the head; it can be changed and withdrawn."""

    endorser: Endorser
    valid_from: int
    """First second of its window, since 1970."""
    valid_until: int
    """First second after it."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What an event tells of a revocation or suspension. Raises as `Head` does."""

    at: int
    """The block's time, in seconds since 1970."""
    reason: int
    """The issuer's number for it, see `credroot.core.reasons`."""

    def __post_init__(self) -> None:
        _require_time(self.at)


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """The registry's answer to one query."""

    head: Head
    batch: BatchFacts | None
    """`None`: this issuer never anchored this root, as of `head`."""
    status: Status
    final: bool | None
    """Whether the batch is final by policy; `None` where the endpoint could not say."""
    profile: Digest | None
    """The digest that the issuer's account set for its profile document, where it set one."""
    accreditations: tuple[Accreditation, ...] = ()
    """What there is of those that the query asked for, in its order."""
    withdrawal: Withdrawal | None = None
    """When and why, where `status` is revoked or suspended and the endpoint could tell."""
    basis: Basis = ONE_ENDPOINT
    creation: Creation | None = None
    """How the registry was created; `None` where whoever read it did not ask."""


def status_of(batch: BatchFacts | None, index: int, revoked: int, suspended: int) -> Status:
    """Read one credential's status off its batch and the two words with its bits, as the registry's `statusOf` does."""
    if batch is None or index >= batch.leaf_count:
        return Status.UNKNOWN
    bit = 1 << index % STATUS_BITS
    if batch.revoked or revoked & bit:
        return Status.REVOKED
    if batch.is_distrusted:
        return Status.DISTRUSTED
    return Status.SUSPENDED if batch.suspended or suspended & bit else Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The chain could not be asked, or not the right one, or as of another time: ignorance, with its reason."""

    code: str
    message: str
    head: Head | None = None
    """The block of an answer from which nothing is concluded; `None` where there was no answer."""


def _require_time(seconds: int) -> None:
    if not 0 <= seconds <= MAX_BLOCK_TIME:
        raise ChainUnavailable(f"a time of no calendar: {seconds:.3g} seconds", code="chain.bad_answer")
