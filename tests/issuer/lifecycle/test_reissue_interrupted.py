"""A reissue that is killed at its writes, and resumed: nobody is without a good credential, nobody ends with two.

The short form kills at every second write, before it or after it; ``CREDROOT_LONG=1`` does both at each.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.app.issuing.workbench import JOURNAL_FILE, workbench
from credroot.app.settings.settings import load_settings
from credroot.core.status import Status
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.sending.recorded_events import own_events
from credroot.issuer.withdrawal.selection import targets_of
from credroot.issuer.withdrawal.status_change import statuses
from credroot.store.journal import Journal
from tests.issuer.lifecycle.mortal import dies

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Workspace

MOST_WRITES = 20
NEVER = 1_000_000
LONG = bool(os.environ.get("CREDROOT_LONG"))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the registry and the folders show of one person."""

    old: Status
    new: Status | None
    """`None` where no new credential is published."""
    events: Counter[str]
    """All events in the issuer's name, by kind."""


def look(folder: Path, row: int, name: str) -> Seen:
    batches = folder / "batches"
    new = BatchFolder(batches / name)
    with workbench(load_settings(folder)) as (bench, _):
        old = next(target for target in targets_of(BatchFolder(batches / "spring")) if target.row == row)
        targets = [old, *(targets_of(new) if new.published.exists() else ())]
        found = [facts.status for facts in statuses(targets, bench.reader, bench.issuer)]
        events = Counter(event.name for event in own_events(bench))
    return Seen(found[0], found[1] if len(found) > 1 else None, events)


def state_of(folder: Path, name: str) -> str:
    with Journal(folder / JOURNAL_FILE) as journal:
        known = {record.name: record.state for record in journal.batches()}
    return str(known.get(name, "planned"))


def test_a_reissue_killed_at_any_write_is_resumed_without_loss_and_without_paying_twice(workspace: Workspace) -> None:
    folder = workspace.folder
    rows = "".join(f"Person {n},p{n}@students.example,2026-06-30\n" for n in range(2 * MOST_WRITES))
    (folder / "spring.csv").write_text("name,email,issued_on\n" + rows)
    anchored = workspace.run(
        "batch", "anchor", "spring", "--roster", "spring.csv", "--achievement", "data-analytics.json"
    )
    assert anchored.returncode == 0, anchored.stderr

    row, states = 1, Counter[str]()
    for write in range(1, MOST_WRITES, 1 if LONG else 2):
        killed = True
        for after in (False, True) if LONG else (write % 4 == 1,):
            row += 1
            name = f"spring-reissue-{row - 1}"
            before = look(folder, row, name)
            arguments = ("reissue", "--batch", "spring", "--rows", str(row), "--set", f"name=Corrected {row}")
            killed = dies(folder, *arguments, write=write, after=after)
            between = look(folder, row, name)
            assert Status.ACTIVE in (between.old, between.new)
            states[state_of(folder, name)] += 1
            if killed:
                assert not dies(folder, "batch", "resume", name, write=NEVER, after=False)
            end = look(folder, row, name)
            assert (end.old, end.new) == (Status.REVOKED, Status.ACTIVE)
            assert end.events - before.events == Counter(BatchAnchored=1, StatusChanged=1)
        if not killed:
            break
    assert not killed, "it has more writes than this test knows"
    print(f"{row - 1} reissues, left at {dict(states)}")
    assert {"preparing", "replacing", "published"} <= set(states)
