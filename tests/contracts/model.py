"""The registry in plain Python: what the contract must do, written as dictionaries and sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.contracts.registry import (
    ACCREDIT_ROLE,
    ACTIVE,
    ADMIN_ROLE,
    ALL_ROLES,
    ANCHOR_ROLE,
    DISTRUSTED,
    REINSTATE,
    REVOKE,
    REVOKE_ROLE,
    REVOKED,
    SUSPEND,
    SUSPEND_ROLE,
    SUSPENDED,
    UNKNOWN,
)


class Refused(Exception):
    """The model's revert, with the name of the contract's error."""


@dataclass
class Batch:
    key: bytes
    anchored_at: int
    leaf_count: int
    revoked: bool = False
    suspended: bool = False
    ratified: bool = False
    revoked_leaves: set[int] = field(default_factory=set)
    suspended_leaves: set[int] = field(default_factory=set)


@dataclass
class Key:
    roles: int = 0
    since: int = 0
    expires_at: int = 0
    distrusted_from: int = 0


class Model:
    """Every mutating function takes the time and the acting key, and raises `Refused` with the error's name."""

    def __init__(self) -> None:
        self.batches: dict[tuple[bytes, bytes], Batch] = {}
        self.keys: dict[tuple[bytes, bytes], Key] = {}
        self.counts: dict[bytes, int] = {}
        self.profiles: dict[bytes, bytes] = {}
        self.windows: dict[tuple[bytes, bytes, bytes], tuple[int, int]] = {}
        self.nonces: dict[bytes, int] = {}

    def key(self, issuer: bytes, account: bytes) -> Key:
        default = Key(roles=ALL_ROLES) if issuer == account else Key()
        return self.keys.get((issuer, account), default)

    def need(self, time: int, issuer: bytes, account: bytes, role: int) -> None:
        key = self.key(issuer, account)
        if key.expires_at and key.expires_at <= time:
            raise Refused("KeyExpired")
        if not key.roles & role:
            raise Refused("RoleMissing")

    def batch(self, issuer: bytes, root: bytes) -> Batch:
        try:
            return self.batches[issuer, root]
        except KeyError:
            raise Refused("BatchUnknown") from None

    def anchor(self, time: int, key: bytes, issuer: bytes, batches: list[tuple[bytes, int]]) -> None:
        if not batches:
            raise Refused("NothingGiven")
        self.need(time, issuer, key, ANCHOR_ROLE)
        new: dict[tuple[bytes, bytes], Batch] = {}
        for root, leaf_count in batches:
            if leaf_count == 0:
                raise Refused("EmptyBatch")
            known = self.batches.get((issuer, root)) or new.get((issuer, root))
            if known is None:
                new[issuer, root] = Batch(key, time, leaf_count)
            elif known.leaf_count != leaf_count:
                raise Refused("LeafCountDiffers")
        self.batches |= new
        self.counts[issuer] = self.counts.get(issuer, 0) + len(new)

    def revoke(self, time: int, key: bytes, issuer: bytes, root: bytes, index: int) -> None:
        self.need(time, issuer, key, REVOKE_ROLE)
        batch = self.batch(issuer, root)
        if index >= batch.leaf_count:
            raise Refused("IndexBeyondBatch")
        batch.revoked_leaves.add(index)

    def set_status(
        self, time: int, key: bytes, issuer: bytes, root: bytes, action: int, words: list[tuple[int, int]]
    ) -> None:
        if not words:
            raise Refused("NothingGiven")
        self._need_for(time, issuer, key, action)
        batch = self.batch(issuer, root)
        chosen = {256 * index + bit for index, mask in words for bit in range(256) if mask >> bit & 1}
        if any(index >= batch.leaf_count for index in chosen):
            raise Refused("MaskBeyondBatch")
        if action == REVOKE:
            batch.revoked_leaves |= chosen
        elif action == SUSPEND:
            batch.suspended_leaves |= chosen
        else:
            batch.suspended_leaves -= chosen

    def set_batch_status(self, time: int, key: bytes, issuer: bytes, root: bytes, action: int) -> None:
        self._need_for(time, issuer, key, action)
        batch = self.batch(issuer, root)
        if action == REVOKE:
            batch.revoked = True
        else:
            batch.suspended = action == SUSPEND

    def _need_for(self, time: int, issuer: bytes, key: bytes, action: int) -> None:
        if action not in (SUSPEND, REINSTATE, REVOKE):
            raise Refused("ActionMissing")
        self.need(time, issuer, key, REVOKE_ROLE if action == REVOKE else SUSPEND_ROLE)

    def ratify(self, time: int, key: bytes, issuer: bytes, root: bytes) -> None:
        self.need(time, issuer, key, ADMIN_ROLE)
        batch = self.batch(issuer, root)
        if not batch.ratified and not self.is_distrusted(issuer, batch):
            raise Refused("BatchNotDistrusted")
        batch.ratified = True

    def set_key(self, time: int, key: bytes, issuer: bytes, account: bytes, roles: int, expires_at: int) -> None:
        self.need(time, issuer, key, ADMIN_ROLE)
        if account == bytes(20):
            raise Refused("AccountIsZero")
        if roles > ALL_ROLES:
            raise Refused("RolesUnknown")
        if expires_at and expires_at <= time:
            raise Refused("ExpiryInPast")
        if account == key and not roles & ADMIN_ROLE:
            raise Refused("AdminCannotDropItself")
        if roles & ADMIN_ROLE and expires_at:
            raise Refused("AdminCannotExpire")
        if self.key(issuer, account).distrusted_from:
            raise Refused("KeyIsDistrusted")
        self.keys[issuer, account] = Key(roles, time, expires_at)

    def distrust(self, time: int, key: bytes, issuer: bytes, account: bytes, start: int) -> None:
        self.need(time, issuer, key, ADMIN_ROLE)
        if account == bytes(20):
            raise Refused("AccountIsZero")
        if account == key:
            raise Refused("AdminCannotDropItself")
        current = self.key(issuer, account).distrusted_from
        if not 0 < start <= (current or time):
            raise Refused("DistrustOutOfRange")
        if start != current:
            self.keys[issuer, account] = Key(since=time, distrusted_from=start)

    def set_profile(self, time: int, key: bytes, issuer: bytes, digest: bytes) -> None:
        self.need(time, issuer, key, ADMIN_ROLE)
        self.profiles[issuer] = digest

    def accredit(
        self, time: int, key: bytes, issuer: bytes, subject: bytes, scope: bytes, window: tuple[int, int]
    ) -> None:
        self.need(time, issuer, key, ACCREDIT_ROLE)
        if window[1] < window[0]:
            raise Refused("WindowReversed")
        self.windows[issuer, subject, scope] = window

    def use_nonce(self, signer: bytes, nonce: int) -> None:
        if nonce != self.nonces.get(signer, 0):
            raise Refused("NonceDiffers")
        self.nonces[signer] = nonce + 1

    def is_distrusted(self, issuer: bytes, batch: Batch) -> bool:
        start = self.key(issuer, batch.key).distrusted_from
        return bool(start) and start <= batch.anchored_at and not batch.ratified

    def status(self, issuer: bytes, root: bytes, index: int) -> int:
        batch = self.batches.get((issuer, root))
        if batch is None or index >= batch.leaf_count:
            return UNKNOWN
        if batch.revoked or index in batch.revoked_leaves:
            return REVOKED
        if self.is_distrusted(issuer, batch):
            return DISTRUSTED
        if batch.suspended or index in batch.suspended_leaves:
            return SUSPENDED
        return ACTIVE

    def admins(self, time: int, issuer: bytes) -> list[bytes]:
        """The accounts that hold the role admin at `time`."""
        known = {account for owner, account in self.keys if owner == issuer} | {issuer}
        keys = {account: self.key(issuer, account) for account in known}
        return [
            account
            for account, key in keys.items()
            if key.roles & ADMIN_ROLE and not key.distrusted_from and not 0 < key.expires_at <= time
        ]
