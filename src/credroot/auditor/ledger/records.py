"""What a ledger holds: batches, keys, profiles, accreditations, withdrawals. Times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from credroot.core.values import Address, Digest, Root

ROLE_ANCHOR, ROLE_SUSPEND, ROLE_REVOKE, ROLE_ACCREDIT, ROLE_ADMIN, ALL_ROLES = 1, 2, 4, 8, 16, 31
SUSPEND, REINSTATE, REVOKE = 1, 2, 3
ACTIONS = {SUSPEND: "suspended", REINSTATE: "reinstated", REVOKE: "revoked"}
WORD_BITS = 256


@dataclass(slots=True)
class Batch:
    """One batch and what became of it."""

    issuer: Address
    root: Root
    key: Address
    leaf_count: int
    sequence: int
    anchored_at: int
    """Time of its block, in seconds since 1970."""
    block: int
    transaction: Digest
    revoked: bool = False
    suspended: bool = False
    ratified: bool = False
    revoked_words: dict[int, int] = field(default_factory=dict)
    """Leaf index / 256 -> bits; never zero."""
    suspended_words: dict[int, int] = field(default_factory=dict)

    def bit(self, words: Mapping[int, int], index: int) -> bool:
        """Answer whether the bit of one leaf is set in `revoked_words` or `suspended_words`."""
        return bool(words.get(index // WORD_BITS, 0) >> index % WORD_BITS & 1)

    @property
    def revoked_credentials(self) -> int:
        """How many are revoked, all of them where the batch is."""
        return self.leaf_count if self.revoked else sum(word.bit_count() for word in self.revoked_words.values())

    @property
    def suspended_credentials(self) -> int:
        """How many are suspended, all of them where the batch is; some may be revoked as well."""
        return self.leaf_count if self.suspended else sum(word.bit_count() for word in self.suspended_words.values())


@dataclass(frozen=True, slots=True)
class Key:
    """What an account may do for an issuer."""

    roles: int = 0
    since: int = 0
    expires_at: int = 0
    distrusted_from: int = 0


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One change of a key, by an admin."""

    issuer: Address
    account: Address
    admin: Address
    at: int
    before: Key
    after: Key
    block: int


@dataclass(frozen=True, slots=True)
class Window:
    """One setting of an accreditation; two zeros withdraw it."""

    accreditor: Address
    subject: Address
    scope: Digest
    valid_from: int
    valid_until: int
    key: Address
    uri: str
    at: int
    block: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Where an issuer's profile is."""

    digest: Digest
    uri: str
    at: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One change of status: of some credentials, or of a whole batch."""

    issuer: Address
    root: Root
    key: Address
    action: int
    credentials: int
    is_whole_batch: bool
    reason: int
    at: int
    block: int
