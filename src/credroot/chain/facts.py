"""What a registry says about a credential, at one block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credroot.core.status import Status
    from credroot.core.values import Address, ChainId, Digest, Root


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
    """The block at which facts were read."""

    chain_id: ChainId
    number: int
    timestamp: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One anchored batch. Key, time and leaf count never change."""

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
    """What an event tells of a revocation or suspension."""

    at: int
    """The block's time, in seconds since 1970."""
    reason: int
    """The issuer's number for it, see `credroot.core.reasons`."""


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


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The chain could not be asked, or not the right one: ignorance, with its reason."""

    code: str
    message: str
