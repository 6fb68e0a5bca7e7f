"""The ledger: the state that the events add up to, as of any block, and every event that can't have happened.

The rules are those of the contract, written a second time. An event that the contract would not have emitted in the
state that the earlier ones left shows that the list was cut, altered or padded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from credroot.auditor.findings import Finding
from credroot.auditor.ledger.records import (
    ACTIONS,
    ALL_ROLES,
    REINSTATE,
    REVOKE,
    ROLE_ACCREDIT,
    ROLE_ADMIN,
    ROLE_ANCHOR,
    ROLE_REVOKE,
    ROLE_SUSPEND,
    SUSPEND,
    WORD_BITS,
    Batch,
    Key,
    KeyChange,
    Profile,
    Window,
    Withdrawal,
)
from credroot.chain.registry.events import KINDS, LogRow, event_of
from credroot.core.values import Address, Digest, Root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credroot.chain.registry.events import EventValue
    from credroot.store.event_index import Stored


class Ledger:
    """The registry's state, event by event."""

    def __init__(self) -> None:
        self.batches: dict[tuple[Address, Root], Batch] = {}
        """By issuer and root, in the order of the chain."""
        self.counts: dict[Address, int] = {}
        """Issuer -> the last sequence number, which the contract keeps as the count."""
        self.keys: dict[tuple[Address, Address], Key] = {}
        """By issuer and account; an account that was never set is not here."""
        self.profiles: dict[Address, Profile] = {}
        self.windows: dict[tuple[Address, Address, Digest], Window] = {}
        """Accreditations, by accreditor, subject and scope."""
        self.nonces: dict[Address, int] = {}
        """Signer -> the next nonce."""
        self.key_changes: list[KeyChange] = []
        self.window_changes: list[Window] = []
        self.withdrawals: list[Withdrawal] = []
        self.impossible: list[Finding] = []
        """Events that the contract would not have emitted."""
        self.events = 0

    @classmethod
    def of(cls, events: Iterable[Stored]) -> Ledger:
        """Add up events in the order of the chain."""
        ledger = cls()
        for event in events:
            ledger.apply(event)
        return ledger

    @property
    def issuers(self) -> list[Address]:
        """Every account that anchored, set a key or a profile, by address."""
        return sorted({*self.counts, *(issuer for issuer, _ in self.keys), *self.profiles})

    def key(self, issuer: Address, account: Address) -> Key:
        """Give what an account may do; an issuer whose own key was never set holds all roles."""
        return self.keys.get((issuer, account)) or Key(roles=ALL_ROLES if account == issuer else 0)

    def is_distrusted(self, batch: Batch) -> bool:
        """Answer whether the batch reads Distrusted: its key is distrusted for its time, and nobody ratified it."""
        start = self.key(batch.issuer, batch.key).distrusted_from
        return 0 < start <= batch.anchored_at and not batch.ratified

    def apply(self, stored: Stored) -> None:
        """Add one event."""
        event = event_of(LogRow(*stored[:9]))
        self.events += 1
        _HANDLERS[KINDS[stored.kind]](self, event.arguments, stored)

    def _anchored(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        issuer, root, key = _address(arguments["issuer"]), Root(_digest(arguments["root"])), _address(arguments["key"])
        leaf_count, sequence = _int(arguments["leafCount"]), _int(arguments["sequence"])
        self._need(issuer, key, ROLE_ANCHOR, at)
        expected = self.counts.get(issuer, 0) + 1
        if sequence != expected:
            missing = f"{expected} to {sequence - 1} missing" if sequence > expected else f"expected {expected}"
            self._impossible(
                "L101",
                at,
                f"batch {root} of {issuer} has sequence {sequence}: {missing}",
                issuer=str(issuer),
                sequence=sequence,
            )
        self.counts[issuer] = max(sequence, expected - 1)
        if (issuer, root) in self.batches:
            self._impossible(
                "L102", at, f"batch {root} of {issuer} was anchored before", issuer=str(issuer), root=str(root)
            )
            return
        self.batches[issuer, root] = Batch(
            issuer, root, key, leaf_count, sequence, at.timestamp, at.block, Digest(at.transaction)
        )

    def _status_changed(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        batch = self._batch(arguments, at)
        action, index, mask = _int(arguments["action"]), _int(arguments["index"]), _int(arguments["mask"])
        key = _address(arguments["key"])
        if batch is None:
            return
        self._need(batch.issuer, key, ROLE_REVOKE if action == REVOKE else ROLE_SUSPEND, at)
        if action not in ACTIONS or mask == 0 or mask >> max(0, min(WORD_BITS, batch.leaf_count - WORD_BITS * index)):
            self._impossible(
                "L105",
                at,
                f"a status of batch {batch.root} beyond its {batch.leaf_count} credentials",
                root=str(batch.root),
                index=index,
            )
        words = batch.revoked_words if action == REVOKE else batch.suspended_words
        word = words.get(index, 0)
        if mask & (~word if action == REINSTATE else word):
            self._impossible(
                "L104",
                at,
                f"credentials of batch {batch.root} {ACTIONS.get(action)} that were so before",
                root=str(batch.root),
                index=index,
            )
        changed = word & ~mask if action == REINSTATE else word | mask
        words.pop(index, None)
        if changed:
            words[index] = changed
        self._withdrawn(batch, key, action, mask.bit_count(), _int(arguments["reason"]), at, whole=False)

    def _batch_status_changed(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        batch = self._batch(arguments, at)
        action, key = _int(arguments["action"]), _address(arguments["key"])
        if batch is None:
            return
        self._need(batch.issuer, key, ROLE_REVOKE if action == REVOKE else ROLE_SUSPEND, at)
        before = (batch.revoked, batch.suspended)
        if action == REVOKE:
            batch.revoked = True
        else:
            batch.suspended = action == SUSPEND
        if action not in ACTIONS or before == (batch.revoked, batch.suspended):
            self._impossible(
                "L104", at, f"batch {batch.root} {ACTIONS.get(action)} as it was before", root=str(batch.root)
            )
        self._withdrawn(batch, key, action, batch.leaf_count, _int(arguments["reason"]), at, whole=True)

    def _ratified(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        batch = self._batch(arguments, at)
        if batch is None:
            return
        self._need(batch.issuer, _address(arguments["admin"]), ROLE_ADMIN, at)
        if not self.is_distrusted(batch):
            self._impossible("L109", at, f"batch {batch.root} was ratified and is not distrusted", root=str(batch.root))
        batch.ratified = True

    def _key_set(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        issuer, account, admin = (_address(arguments[name]) for name in ("issuer", "account", "admin"))
        roles, expires_at = _int(arguments["roles"]), _int(arguments["expiresAt"])
        before = self.key(issuer, account)
        self._need(issuer, admin, ROLE_ADMIN, at)
        drops_itself = account == admin and not roles & ROLE_ADMIN
        expires = expires_at != 0 and (roles & ROLE_ADMIN or expires_at <= at.timestamp)
        if before.distrusted_from or roles > ALL_ROLES or drops_itself or expires or not any(account):
            self._impossible(
                "L108",
                at,
                f"key {account} of {issuer} was set to roles {roles}",
                issuer=str(issuer),
                account=str(account),
            )
        self._change_key(issuer, account, admin, Key(roles, at.timestamp, expires_at, 0), at)

    def _key_distrusted(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        issuer, account, admin = (_address(arguments[name]) for name in ("issuer", "account", "admin"))
        start = _int(arguments["from"])
        before = self.key(issuer, account)
        self._need(issuer, admin, ROLE_ADMIN, at)
        is_later = before.distrusted_from and start >= before.distrusted_from
        if account == admin or not 0 < start <= at.timestamp or is_later or not any(account):
            self._impossible(
                "L108",
                at,
                f"key {account} of {issuer} was distrusted from {start}",
                issuer=str(issuer),
                account=str(account),
            )
        self._change_key(issuer, account, admin, Key(0, at.timestamp, 0, start), at)

    def _change_key(self, issuer: Address, account: Address, admin: Address, after: Key, at: Stored) -> None:
        before = self.key(issuer, account)
        self.keys[issuer, account] = after
        self.key_changes.append(KeyChange(issuer, account, admin, at.timestamp, before, after, at.block))

    def _profile_set(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        issuer = _address(arguments["issuer"])
        self._need(issuer, _address(arguments["admin"]), ROLE_ADMIN, at)
        self.profiles[issuer] = Profile(_digest(arguments["digest"]), str(arguments["uri"]), at.timestamp)

    def _accredited(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        window = Window(
            _address(arguments["accreditor"]),
            _address(arguments["subject"]),
            _digest(arguments["scope"]),
            _int(arguments["validFrom"]),
            _int(arguments["validUntil"]),
            _address(arguments["key"]),
            str(arguments["uri"]),
            at.timestamp,
            at.block,
        )
        self._need(window.accreditor, window.key, ROLE_ACCREDIT, at)
        if window.valid_until < window.valid_from:
            self._impossible(
                "L110", at, f"the accreditation of {window.subject} by {window.accreditor}", subject=str(window.subject)
            )
        self.windows[window.accreditor, window.subject, window.scope] = window
        self.window_changes.append(window)

    def _nonce_used(self, arguments: Mapping[str, EventValue], at: Stored) -> None:
        signer, nonce = _address(arguments["signer"]), _int(arguments["nonce"])
        expected = self.nonces.get(signer, 0)
        if nonce != expected:
            self._impossible(
                "L107", at, f"nonce {nonce} of {signer}, expected {expected}", signer=str(signer), nonce=nonce
            )
        self.nonces[signer] = max(nonce + 1, expected)

    def _batch(self, arguments: Mapping[str, EventValue], at: Stored) -> Batch | None:
        issuer, root = _address(arguments["issuer"]), Root(_digest(arguments["root"]))
        batch = self.batches.get((issuer, root))
        if batch is None:
            self._impossible(
                "L103",
                at,
                f"{KINDS[at.kind]} of batch {root} of {issuer}, which was never anchored",
                issuer=str(issuer),
                root=str(root),
            )
        return batch

    def _need(self, issuer: Address, account: Address, role: int, at: Stored) -> None:
        key = self.key(issuer, account)
        if not key.roles & role or 0 < key.expires_at <= at.timestamp:
            self._impossible(
                "L106",
                at,
                f"{KINDS[at.kind]} for {issuer} by {account}, which had no such role then",
                issuer=str(issuer),
                account=str(account),
            )

    def _withdrawn(
        self, batch: Batch, key: Address, action: int, credentials: int, reason: int, at: Stored, *, whole: bool
    ) -> None:
        self.withdrawals.append(
            Withdrawal(batch.issuer, batch.root, key, action, credentials, whole, reason, at.timestamp, at.block)
        )

    def _impossible(self, number: str, at: Stored, message: str, **about: str | int) -> None:
        place = f"block {at.block}, log {at.log_index}: {message}"
        self.impossible.append(Finding(number, place, {**about, "block": at.block, "log": at.log_index}))


_HANDLERS = {
    "BatchAnchored": Ledger._anchored,
    "StatusChanged": Ledger._status_changed,
    "BatchStatusChanged": Ledger._batch_status_changed,
    "BatchRatified": Ledger._ratified,
    "KeySet": Ledger._key_set,
    "KeyDistrusted": Ledger._key_distrusted,
    "ProfileSet": Ledger._profile_set,
    "Accredited": Ledger._accredited,
    "NonceUsed": Ledger._nonce_used,
}


def _address(value: EventValue) -> Address:
    return cast(Address, value)


def _digest(value: EventValue) -> Digest:
    return cast(Digest, value)


def _int(value: EventValue) -> int:
    return cast(int, value)
