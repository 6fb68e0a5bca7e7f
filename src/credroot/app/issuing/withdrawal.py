"""Withdrawing from settings: first what would change and what it costs, then the transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.issuer.batch.folder import BatchFolder, check_name
from credroot.issuer.sending.intent import coins
from credroot.issuer.sending.spending import Budget, total
from credroot.issuer.withdrawal.selection import select, targets_of
from credroot.issuer.withdrawal.status_change import intent_for_batch, intents, outstanding, require_change_of_batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.app.amounts import Price
    from credroot.chain.registry.calls import Action
    from credroot.chain.writing.keystore import Signer
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address
    from credroot.issuer.sending.intent import Cost, Guards, Intent
    from credroot.issuer.sending.workbench import Workbench
    from credroot.issuer.withdrawal.selection import Target, Wanted
    from credroot.store.journal_records import Operation


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What is to be done to the status of credentials, in how many transactions."""

    count: int
    """Credentials whose status changes; of a whole batch, all."""
    targets: tuple[Target, ...]
    """The same one by one, as far as this workspace knows them."""
    unchanged: int
    """Credentials that were named and stay as they are."""
    intents: tuple[Intent, ...]


def plan_withdrawal(bench: Workbench, wanted: Wanted, action: Action, reason: int) -> Withdrawal:
    """Find what was named and ask the registry what would change; errors as `select` and `outstanding`."""
    if wanted.is_whole_batch:
        return _whole_batch(bench, str(wanted.batch), action, reason)
    targets = select(wanted, bench.folder / "batches", bench.deployment, bench.issuer)
    found = outstanding(targets, action, bench.reader, bench.issuer)
    wanted_intents = intents(found.targets, action, reason, bench.deployment, bench.issuer)
    return Withdrawal(len(found.targets), found.targets, len(found.unchanged), wanted_intents)


def _whole_batch(bench: Workbench, name: str, action: Action, reason: int) -> Withdrawal:
    record = bench.journal.batch(check_name(name))
    if record.root is None:
        raise InputError(f"batch {name!r} is not anchored", code="batch.unprepared")
    require_change_of_batch(record.root, action, bench.reader, bench.issuer)
    intent = intent_for_batch(record.root, action, reason, bench.deployment, bench.issuer)
    folder = BatchFolder(bench.folder / "batches" / name)
    targets = targets_of(folder) if folder.manifest.exists() else ()
    return Withdrawal(record.leaf_count or 0, targets, 0, (intent,))


def costs_of(bench: Workbench, payer: Address, wanted: tuple[Intent, ...]) -> tuple[Cost, ...]:
    """Ask what each transaction would cost now; `AnchorRejected` where the registry would refuse one."""
    return tuple(bench.submission.cost(payer, intent) for intent in wanted)


def carry_out_all(bench: Workbench, signer: Signer, wanted: tuple[Intent, ...], guards: Guards) -> Iterator[Operation]:
    """Do one after the other within the bounds for all, yielding each when it is final; `Workbench.carry_out` else.

    Raises:
        GuardRefused: together they could cost more than `guards` allow; nothing was sent then.
    """
    budget = Budget(guards)
    budget.require((signer.address, cost) for cost in costs_of(bench, signer.address, wanted))
    for intent in wanted:
        done = bench.carry_out(signer, intent, budget.next())
        budget.spend(done.fee_wei)
        yield done


def cost_wire(costs: tuple[Cost, ...], coin: str, price: Price | None) -> JsonObject:
    """Give what transactions cost together, in coins, and in money where there is a price."""
    cost = total(costs)
    wire: JsonObject = {
        "transactions": len(costs),
        "gas": cost.gas,
        "coin": coin,
        "likely": coins(cost.likely_wei),
        "most": coins(cost.most_wei),
        "balance": coins(cost.balance_wei),
    }
    if price is not None:
        wire["money"] = {"likely": price.of(cost.likely_wei), "most": price.of(cost.most_wei)}
    return wire


def cost_line(costs: tuple[Cost, ...], coin: str, price: Price | None) -> str:
    """Say the same in one line."""
    cost, number = total(costs), len(costs)
    money = (
        "" if price is None else f" (in money: likely {price.of(cost.likely_wei)}, at most {price.of(cost.most_wei)})"
    )
    return (
        f"{number} transaction{'' if number == 1 else 's'} of at most {cost.gas:,} gas; "
        f"likely {coins(cost.likely_wei)} {coin}, at most {coins(cost.most_wei)} {coin}{money}; "
        f"balance {coins(cost.balance_wei)} {coin}"
    )
