"""Reissuing and renewing from settings: what follows what, what it costs, and the request that is stored."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import orjson

from credroot.app.issuing.batches import profile_of
from credroot.app.workspace.signers import payer_of
from credroot.chain.registry import calls as registry_calls
from credroot.core.errors import GuardRefused, InputError
from credroot.core.status import Status
from credroot.core.values import Digest, Root
from credroot.issuer.batch.folder import BatchFolder, check_name
from credroot.issuer.batch.request import read_achievement, take_in_people
from credroot.issuer.batch.request_mark import MARK_BYTES
from credroot.issuer.sending.intent import Intent
from credroot.issuer.withdrawal.corrections import Correction, corrections, roster_of
from credroot.issuer.withdrawal.selection import entries_of, place_in_batches, select
from credroot.issuer.withdrawal.status_change import statuses
from credroot.issuer.withdrawal.succession import SUCCESSION_FILE, Kind, Predecessor, Succession, successors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from credroot.app.settings.settings import Settings
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address
    from credroot.issuer.sending.intent import Cost
    from credroot.issuer.sending.workbench import Workbench
    from credroot.issuer.withdrawal.selection import Cell, Target, Wanted

MAX_NAME = 64
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Terms:
    """How a succession is to be done."""

    kind: Kind
    name: str | None = None
    """The new batch's name; made of the old one's where none is given."""
    reason: int = 0
    signer: str | None = None
    """URI of the key that anchors, where it is not the workspace's own."""
    revoker: str | None = None
    """URI of the key that revokes, where it is not that one."""
    max_cost_wei: int | None = None
    achievement: Path | None = None
    """Another achievement than the old batch's."""
    roster: Path | None = None
    """A corrected copy of the old batch's roster."""
    cells: tuple[Cell, ...] = ()
    """What every new row is to say."""
    expiring_by: date | None = None
    """Of a whole batch, or of what rows say, renew only what ends on this day or before."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be issued in the place of what."""

    folder: BatchFolder
    """The new batch's, which is not there yet."""
    old: BatchFolder
    corrections: tuple[Correction, ...]
    succession: Succession
    achievement: bytes
    left_out: Mapping[str, int]
    """Why others of those named are not among them, with their numbers."""
    costs: tuple[tuple[Address, Cost], ...]
    """Of the anchor, then of each revocation, with who pays."""


def plan_succession(settings: Settings, bench: Workbench, wanted: Wanted, terms: Terms) -> Planned:
    """Find what was named, correct it, and ask what it would cost. Nothing is written, signed or sent.

    Raises:
        InputError: something can't be found, corrected, or followed in this way; it says why.
        GuardRefused: ``succession.refused``, somebody named one by one can't have one; ``succession.empty``, there is
            nothing to do.
    """
    old, targets = _named(bench, wanted)
    people = {entry.row: entry for entry in entries_of(old)}
    chosen = corrections({target.row: people[target.row] for target in targets}, terms.roster, terms.cells)
    one_by_one = bool(wanted.names or wanted.rows)
    kept, left_out = _kept(bench, old, targets, chosen, terms, one_by_one=one_by_one)
    if not kept:
        why = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        raise GuardRefused(f"nothing to do: {why}", code="succession.empty")
    succession = Succession(
        kind=terms.kind,
        predecessors=tuple(_predecessor(old, row, target) for row, (target, _) in enumerate(kept, start=2)),
        is_whole_batch=len(kept) == bench.journal.batch(old.name).leaf_count,
        reason=terms.reason,
        signer=terms.signer,
        revoker=terms.revoker,
        max_cost_wei=terms.max_cost_wei,
    )
    achievement = old.achievement.read_bytes() if terms.achievement is None else read_achievement(terms.achievement)
    folder = BatchFolder(bench.folder / "batches" / (check_name(terms.name) if terms.name else _free_name(old, terms)))
    costs = _costs(settings, bench, succession)
    return Planned(folder, old, tuple(one for _, one in kept), succession, achievement, left_out, costs)


def take_in_succession(settings: Settings, planned: Planned) -> None:
    """Store the request of the new batch, whole or not at all; from then on `credroot batch resume` knows it.

    Raises:
        RosterRefused: the corrected people can't be issued; each row is named.
        InputError: the name is taken, or the achievement can't be used.
    """
    roster = roster_of(correction.new for correction in planned.corrections)
    request: JsonObject = {"roster": "roster.csv", "achievement": "achievement.json"}
    take_in_people(
        planned.folder,
        roster,
        planned.achievement,
        profile_of(settings.required_issuer()),
        {**request, planned.succession.kind.value: planned.old.name},
        {SUCCESSION_FILE: planned.succession.to_bytes()},
    )


def _named(bench: Workbench, wanted: Wanted) -> tuple[BatchFolder, tuple[Target, ...]]:
    batches = bench.folder / "batches"
    found = place_in_batches(select(wanted, batches, bench.deployment, bench.issuer), batches)
    names = sorted({target.batch for target in found})
    if len(names) > 1:
        raise InputError(
            f"these are of {len(names)} batches: {', '.join(names[:MAX_NAMED])}; name one with --batch, and do one "
            "after the other",
            code="succession.batches",
        )
    old = BatchFolder(batches / names[0])
    if not old.achievement.exists():
        raise InputError(f"batch {old.name!r} is one of files, which have no roster to issue from", code="batch.files")
    if not old.published.exists():
        raise InputError(
            f"batch {old.name!r} is not published yet: credroot batch resume {old.name}", code="batch.unpublished"
        )
    return old, tuple(sorted(found, key=lambda target: target.row))


def _kept(
    bench: Workbench,
    old: BatchFolder,
    targets: Sequence[Target],
    chosen: Sequence[Correction],
    terms: Terms,
    *,
    one_by_one: bool,
) -> tuple[list[tuple[Target, Correction]], dict[str, int]]:
    """Take out what is not to be followed; where people were named one by one, that is a mistake."""
    facts = statuses(targets, bench.reader, bench.issuer)
    known = successors(old.path.parent, terms.kind)
    kept: list[tuple[Target, Correction]] = []
    left_out: dict[str, list[Target]] = {}
    for target, correction, fact in zip(targets, chosen, facts, strict=True):
        reason = _followed(target, known, terms.kind)
        if not reason and terms.kind is Kind.RENEWAL:
            reason = _not_renewed(correction, fact.status, terms, one_by_one=one_by_one)
        elif not reason and terms.roster is not None and not correction.changes and not one_by_one:
            reason = "unchanged in the corrected copy"
        if reason:
            left_out.setdefault(reason, []).append(target)
        else:
            kept.append((target, correction))
    if left_out and one_by_one:
        named = "; ".join(f"{where[0]}: {reason}" for reason, where in left_out.items())
        raise GuardRefused(named, code="succession.refused")
    return kept, {reason: len(where) for reason, where in left_out.items()}


def _followed(target: Target, known: Mapping[str, str], kind: Kind) -> str:
    if target.id not in known:
        return ""
    done = "reissued" if kind is Kind.REISSUE else "renewed"
    return f"{done} in batch {known[target.id]}, which credroot batch resume brings to its end"


def _not_renewed(correction: Correction, status: Status, terms: Terms, *, one_by_one: bool) -> str:
    """Say why a credential is not renewed: a renewal must not lift a withdrawal, nor end what has no end."""
    if status is not Status.ACTIVE:
        return f"{status.name.lower()}: reissue it, if the person is to have one"
    end = correction.old.expires_on
    if end is None:
        return "without an end of validity"
    if not one_by_one and terms.expiring_by is not None and end > terms.expiring_by:
        return f"good until after {terms.expiring_by}"
    return ""


def _predecessor(old: BatchFolder, row: int, target: Target) -> Predecessor:
    content = old.file_of({"id": target.id}).read_bytes()
    awarded = str(orjson.loads(content)["awardedDate"])[:10]
    return Predecessor(row, target, Digest.sha256(content), date.fromisoformat(awarded))


def _free_name(old: BatchFolder, terms: Terms) -> str:
    number = 1
    while True:
        suffix = f"-{terms.kind.value}-{number}"
        name = old.name[: MAX_NAME - len(suffix)] + suffix
        if not (old.path.parent / name).exists():
            return name
        number += 1


def _costs(settings: Settings, bench: Workbench, succession: Succession) -> tuple[tuple[Address, Cost], ...]:
    payer = payer_of(settings, succession.signer)
    revoker = payer if succession.revoker is None else payer_of(settings, succession.revoker)
    # The new root is not known yet, and any other costs the same.
    root, count = Root(Digest(os.urandom(Digest.SIZE))), len(succession.predecessors)
    data = registry_calls.anchor(bench.issuer, root, count) + os.urandom(MARK_BYTES)
    anchor = Intent("anchor", "the new batch", bench.deployment.address, data)
    wanted = [(payer, anchor), *((revoker, intent) for intent in succession.intents(bench.deployment, bench.issuer))]
    return tuple((account, bench.submission.cost(account, intent)) for account, intent in wanted)


def expiring_within(days: int, today: date) -> date:
    """Give the last day of what ends within so many days."""
    return today + timedelta(days=days)
