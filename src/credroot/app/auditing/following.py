"""Watching a registry: reading what comes, again and again, through outages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from credroot.app.terminal import say
from credroot.auditor.checks.anomalies import find_anomalies
from credroot.auditor.index.exports import event_json
from credroot.auditor.ledger.ledger import Ledger
from credroot.auditor.wording import counted
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from credroot.app.auditing.audit import Desk
    from credroot.auditor.findings import Finding
    from credroot.auditor.index.synchroniser import Synced
    from credroot.core.json.types import JsonObject

FINDING_FORMAT = "credroot/finding/v1"
REORGANISATION_FORMAT = "credroot/reorganisation/v1"
SYNC_FORMAT = "credroot/audit-sync/v1"


def rounds(at: Desk, poll_s: float, *, once: bool = False) -> Iterator[Synced]:
    """Read what is new every `poll_s` seconds and give what each reading did; an outage is said and waited out."""
    while True:
        try:
            yield at.sync()
        except ChainUnavailable as error:
            if once:
                raise
            say(f"{error} [{error.code}]; trying again in {poll_s:g} s", err=True)
        if once:
            return
        time.sleep(poll_s)


def synced_json(synced: Synced) -> JsonObject:
    """Give the wire form of what one reading did."""
    return {
        "format": SYNC_FORMAT,
        "toBlock": synced.position.number,
        "toBlockHash": "0x" + synced.position.hash.hex(),
        "newEvents": synced.events,
        "blocksRead": synced.blocks,
        "forgottenEvents": synced.forgotten,
    }


def synced_told(synced: Synced) -> str:
    """Say in a line what one reading did."""
    forgotten = f"; {synced.forgotten:,} forgotten by a reorganisation" if synced.forgotten else ""
    return f"{counted(synced.events, 'new event')}, to block {synced.position.number:,}{forgotten}"


def told(seen: JsonObject) -> str:
    """Say in a line what `watch_events` saw."""
    if seen["format"] == REORGANISATION_FORMAT:
        return f"REORGANISED from block {seen['fromBlock']:,} on: what came of those blocks is gone"
    if seen["format"] == FINDING_FORMAT:
        return f"{seen['severity']:<8}{seen['id']}  {seen['title']}: {seen['message']}"
    arguments = cast("dict[str, Any]", seen["arguments"])
    # A stranger may have chosen a text: nothing in it reaches the terminal as a control character.
    values = "  ".join(f"{name} {_printable(str(value))}" for name, value in arguments.items())
    return f"{seen['time']}  block {seen['block']:,}  {seen['event']}  {values}"


def watch_events(at: Desk, poll_s: float, *, once: bool = False) -> Iterator[JsonObject]:
    """Give each new event, and each anomaly that was not there before, in its wire form.

    What was in the index before the first reading is not repeated. After a reorganisation the events of the new blocks
    come; those that are gone can't be called back, so an object says from which block on.
    """
    known = at.index.position(at.source)
    ledger = Ledger.of(at.index.events(at.source))
    seen = {finding.id for finding in _findings(ledger)}
    last = -1 if known is None else known.number
    for synced in rounds(at, poll_s, once=once):
        if synced.reorganised_from is not None:
            yield {"format": REORGANISATION_FORMAT, "fromBlock": synced.reorganised_from}
            last = min(last, synced.reorganised_from - 1)
            ledger = Ledger.of(at.index.events(at.source, last=last))
        for stored in at.index.events(at.source, first=last + 1):
            ledger.apply(stored)
            yield event_json(stored)
        last = max(last, synced.position.number)
        for finding in _findings(ledger):
            if finding.id not in seen:
                seen.add(finding.id)
                yield {"format": FINDING_FORMAT, **finding.to_json()}


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _findings(ledger: Ledger) -> list[Finding]:
    return [*ledger.impossible, *find_anomalies(ledger, now=int(time.time()))]
