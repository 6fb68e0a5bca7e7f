"""The keys of an issuer in the registry: which there are, and the transactions that change what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.artifact import load
from credroot.chain.registry.calls import Role
from credroot.core.errors import ChainUnavailable, InputError
from credroot.issuer.sending.intent import Intent
from credroot.issuer.sending.recorded_events import own_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.core.values import Address, Root
    from credroot.issuer.sending.workbench import Workbench

WORD = 32
KEY_EVENTS = ("KeySet", "KeyDistrusted")
ROLE_NAMES = {role.name.lower(): role for role in Role if role.name}


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What an account may do for an issuer, as the registry has it now."""

    account: Address
    roles: Role
    since: int
    """When the record last changed, in seconds since 1970; 0 if never."""
    expires_at: int
    """First second at which the roles no longer hold; 0 for never."""
    distrusted_from: int
    """What it anchored at or after this second reads distrusted; 0 while it is trusted."""

    def names(self) -> list[str]:
        """Name the roles."""
        return [name for name, role in ROLE_NAMES.items() if role in self.roles]


def parse_roles(names: Sequence[str]) -> Role:
    """Read role names. Raise `InputError` for an unknown one, or for none at all."""
    unknown = sorted(set(names) - ROLE_NAMES.keys())
    if unknown or not names:
        known = ", ".join(ROLE_NAMES)
        raise InputError(f"roles are {known}; got {', '.join(unknown) or 'none'}", code="key.roles")
    roles = Role(0)
    for name in names:
        roles |= ROLE_NAMES[name]
    return roles


def key_record(bench: Workbench, account: Address) -> KeyRecord:
    """Read the record of one account, at the head."""
    data = load("CredentialRegistry").selectors["keyOf(address,address)"] + bytes(12) + bench.issuer
    answer = bench.chain.call(bench.deployment.address, data + bytes(12) + account)
    if len(answer) != 4 * WORD:
        raise ChainUnavailable("the registry's answer has another shape than its interface", code="chain.bad_answer")
    roles, since, expires_at, distrusted_from = (
        int.from_bytes(answer[place : place + WORD], "big") for place in range(0, len(answer), WORD)
    )
    return KeyRecord(account, Role(roles), since, expires_at, distrusted_from)


def key_records(bench: Workbench) -> list[KeyRecord]:
    """Read every account that ever had a role: the issuer itself, then those that events name, in order."""
    accounts = {bench.issuer: None}
    for event in own_events(bench):
        if event.name in KEY_EVENTS:
            accounts[event.arguments["account"]] = None  # type: ignore[index]
    return [key_record(bench, account) for account in accounts]


def intent_to_set(bench: Workbench, account: Address, roles: Role, expires_at: int = 0) -> Intent:
    """Give the transaction that sets what `account` may do; no roles removes it, which can be undone."""
    label = f"remove the key {account}" if not roles else f"give the key {account} its roles"
    data = registry_calls.set_key(bench.issuer, account, roles, expires_at)
    return Intent("key", label, bench.deployment.address, data)


def intent_to_distrust(bench: Workbench, account: Address, since: int) -> Intent:
    """Give the transaction that distrusts what `account` anchored from a moment on. It can't be undone."""
    data = registry_calls.distrust_key(bench.issuer, account, since)
    return Intent("key", f"distrust the key {account}", bench.deployment.address, data)


def intent_to_ratify(bench: Workbench, root: Root) -> Intent:
    """Give the transaction that vouches for a distrusted batch. It can't be undone."""
    data = registry_calls.ratify_batch(bench.issuer, root)
    return Intent("key", f"ratify the batch {str(root)[:10]}", bench.deployment.address, data)
