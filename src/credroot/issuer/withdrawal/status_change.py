"""Revoking, suspending, reinstating: what would change, and the fewest transactions that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.registry import calls as registry_calls
from credroot.chain.registry.calls import Action
from credroot.chain.registry.facts import Query
from credroot.core.errors import GuardRefused, InputError
from credroot.core.status import Status
from credroot.issuer.sending.intent import Intent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from credroot.chain.reading.reader import RegistryReader
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import ChainFacts
    from credroot.core.values import Address, Root
    from credroot.issuer.withdrawal.selection import Target

WORDS = {Action.REVOKE: "revoke", Action.SUSPEND: "suspend", Action.REINSTATE: "reinstate"}
DONE = {Action.REVOKE: "revoked", Action.SUSPEND: "suspended", Action.REINSTATE: "not suspended"}
PAGE = 4_000
"""Credentials asked about together."""
MAX_WORDS = 500
"""Storage words of one transaction: some 13.3 million gas, and Ethereum takes no transaction above 16.7 million."""
_CHANGES = {
    Action.REVOKE: (Status.ACTIVE, Status.SUSPENDED, Status.DISTRUSTED),
    Action.SUSPEND: (Status.ACTIVE, Status.DISTRUSTED),
    Action.REINSTATE: (Status.SUSPENDED, Status.DISTRUSTED),
}
"""The statuses that an action changes, or may change beneath a distrust; it leaves the others as they are."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What an action would change."""

    targets: tuple[Target, ...]
    unchanged: tuple[Target, ...]
    """What is so already, or revoked for ever."""


def statuses(targets: Sequence[Target], reader: RegistryReader, issuer: Address) -> tuple[ChainFacts, ...]:
    """Ask the registry about every target, by the page; errors as `RegistryReader.read`."""
    queries = [Query(issuer, target.root, target.index) for target in targets]
    pages = (reader.read(queries[start : start + PAGE]) for start in range(0, len(queries), PAGE))
    return tuple(facts for page in pages for facts in page)


def outstanding(targets: Sequence[Target], action: Action, reader: RegistryReader, issuer: Address) -> Outstanding:
    """Ask the registry which targets `action` would change.

    Raises:
        InputError: ``withdraw.unanchored``, a target is in no batch that the registry has.
        GuardRefused: ``withdraw.empty``, there is nothing to do; ``withdraw.whole_batch``, a suspension of the whole
            batch can't be lifted for one of it.
    """
    changing: list[Target] = []
    unchanged: list[Target] = []
    for target, facts in zip(targets, statuses(targets, reader, issuer), strict=True):
        if facts.batch is None:
            raise InputError(f"{target}: its batch is not anchored", code="withdraw.unanchored")
        if action is Action.REINSTATE and facts.batch.suspended and facts.status is not Status.REVOKED:
            raise GuardRefused(
                f"{target}: its whole batch is suspended; lift that with: credroot reinstate --batch NAME",
                code="withdraw.whole_batch",
            )
        (changing if facts.status in _CHANGES[action] else unchanged).append(target)
    if not changing:
        raise GuardRefused(f"nothing to {WORDS[action]}: {_said(action, len(unchanged))}", code="withdraw.empty")
    return Outstanding(tuple(changing), tuple(unchanged))


def require_change_of_batch(root: Root, action: Action, reader: RegistryReader, issuer: Address) -> None:
    """Raise as `outstanding` where `action` would change nothing of the batch as a whole."""
    batch = reader.read([Query(issuer, root, 0)])[0].batch
    if batch is None:
        raise InputError(f"batch {str(root)[:10]} is not anchored", code="withdraw.unanchored")
    if batch.revoked:
        raise GuardRefused("the whole batch is revoked, for ever", code="withdraw.empty")
    if action is not Action.REVOKE and batch.suspended == (action is Action.SUSPEND):
        hint = "" if action is Action.SUSPEND else "; name people who are suspended one by one with --rows or --where"
        raise GuardRefused(
            f"nothing to {WORDS[action]}: the batch as a whole is {DONE[action]}{hint}", code="withdraw.empty"
        )


def _said(action: Action, count: int) -> str:
    if not count:
        return "nothing was named"
    already = "revoked for ever" if action is not Action.REVOKE else "already revoked"
    return f"all {count} are {already}" + ("" if action is Action.REVOKE else f" or {DONE[action]}")


def intents(
    targets: Iterable[Target], action: Action, reason: int, deployment: Deployment, issuer: Address
) -> tuple[Intent, ...]:
    """Give one transaction for each batch that has targets, 256 neighbours in one storage slot.

    Only more than `MAX_WORDS` slots of a batch take more than one.

    Raises:
        GuardRefused: ``withdraw.empty``, there is nothing to do.
    """
    by_root: dict[Root, set[int]] = {}
    for target in targets:
        by_root.setdefault(target.root, set()).add(target.index)
    if not by_root:
        raise GuardRefused("nothing was named", code="withdraw.empty")
    made: list[Intent] = []
    for root, indexes in by_root.items():
        words = registry_calls.status_words(indexes)
        for start in range(0, len(words), MAX_WORDS):
            some = words[start : start + MAX_WORDS]
            count = sum(word.mask.bit_count() for word in some)
            data = registry_calls.set_status(issuer, root, action, reason, some)
            if action is Action.REVOKE and len(indexes) == 1:
                data = registry_calls.revoke(issuer, root, min(indexes), reason)
            label = f"{WORDS[action]} {count} of batch {str(root)[:10]}"
            made.append(Intent("withdraw", label, deployment.address, data))
    return tuple(made)


def intent_for_batch(root: Root, action: Action, reason: int, deployment: Deployment, issuer: Address) -> Intent:
    """Give the one transaction that changes a whole batch."""
    data = registry_calls.set_batch_status(issuer, root, action, reason)
    return Intent("withdraw", f"{WORDS[action]} the whole batch {str(root)[:10]}", deployment.address, data)
