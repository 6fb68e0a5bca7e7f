"""Watching a registry: reading what comes, again and again, through outages."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from credroot.auditor.anomalies import find_anomalies
from credroot.auditor.exports import event_json
from credroot.auditor.ledger import Ledger
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from credroot.app.auditing import Desk
    from credroot.auditor.findings import Finding
    from credroot.auditor.sync import Synced

FINDING_FORMAT = "credroot/finding/v1"


def rounds(at: Desk, poll_s: float, *, once: bool = False) -> Iterator[Synced]:
    """Read what is new every `poll_s` seconds and give what each reading did; an outage is said and waited out."""
    while True:
        try:
            yield at.sync()
        except ChainUnavailable as error:
            if once:
                raise
            click.echo(f"{error} [{error.code}]; trying again in {poll_s:g} s", err=True)
        if once:
            return
        time.sleep(poll_s)


def watch_events(at: Desk, poll_s: float, *, once: bool = False) -> Iterator[str]:
    """Give each new event, and each anomaly that was not there before, as a line of JSON.

    What was in the index before the first reading is not repeated. After a reorganisation the events of the new blocks
    come; those that are gone can't be called back, so a line says from which block on.
    """
    known = at.index.position(at.source)
    ledger = Ledger.of(at.index.events(at.source))
    seen = {finding.id for finding in _findings(ledger)}
    last = -1 if known is None else known.number
    for synced in rounds(at, poll_s, once=once):
        if synced.reorganised_from is not None:
            yield json.dumps({"format": "credroot/reorganisation/v1", "fromBlock": synced.reorganised_from})
            last = min(last, synced.reorganised_from - 1)
            ledger = Ledger.of(at.index.events(at.source, last=last))
        for stored in at.index.events(at.source, first=last + 1):
            ledger.apply(stored)
            yield json.dumps(event_json(stored), ensure_ascii=False)
        last = max(last, synced.position.number)
        for finding in _findings(ledger):
            if finding.id not in seen:
                seen.add(finding.id)
                yield json.dumps({"format": FINDING_FORMAT, **finding.to_json()}, ensure_ascii=False)


def _findings(ledger: Ledger) -> list[Finding]:
    return [*ledger.impossible, *find_anomalies(ledger, now=int(time.time()))]
