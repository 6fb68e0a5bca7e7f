"""What the contract allows and an auditor would still ask about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.auditor.findings import Finding
from credroot.auditor.ledger.records import REINSTATE, ROLE_ADMIN, ROLE_ANCHOR, Batch
from credroot.auditor.wording import counted
from credroot.core.text.clock import format_time

if TYPE_CHECKING:
    from credroot.auditor.ledger.ledger import Ledger
    from credroot.core.values import Address

HOUR_S = 3_600
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is odd. Times in seconds."""

    burst: int = 20
    """Batches of one issuer within an hour."""
    key_age: int = HOUR_S
    """Between adding a key and its first batch."""
    withdrawal_age: int = HOUR_S
    """Between anchoring and withdrawing."""
    suspension_age: int = 180 * DAY_S


def find_anomalies(ledger: Ledger, *, now: int, thresholds: Thresholds | None = None) -> Iterator[Finding]:
    """Give every anomaly. `now` is the time of the last block that was read, in seconds since 1970."""
    limits = thresholds or Thresholds()
    by_issuer: defaultdict[Address, list[Batch]] = defaultdict(list)
    for batch in ledger.batches.values():
        by_issuer[batch.issuer].append(batch)
    for issuer, batches in by_issuer.items():
        yield from _bursts(issuer, batches, limits)
        yield from _single(issuer, batches)
        yield from _after_accreditation(ledger, issuer, batches)
        yield from _by_admin(ledger, issuer, batches)
    yield from _fresh_keys(ledger, by_issuer, limits)
    yield from _withdrawals(ledger, limits)
    yield from _distrusted(ledger)
    yield from _long_suspended(ledger, now, limits)


def _bursts(issuer: Address, batches: list[Batch], limits: Thresholds) -> Iterator[Finding]:
    start = 0
    reported_to = -1
    for end, batch in enumerate(batches):
        while batch.anchored_at - batches[start].anchored_at > HOUR_S:
            start += 1
        size = end - start + 1
        if size >= limits.burst and start > reported_to:
            stop = end
            while stop + 1 < len(batches) and batches[stop + 1].anchored_at - batches[start].anchored_at <= HOUR_S:
                stop += 1
            message = f"{issuer} anchored {stop - start + 1} batches within an hour from {_time(batches[start])} on"
            yield Finding("A501", message, {"issuer": str(issuer), "sequence": batches[start].sequence})
            reported_to = stop


def _single(issuer: Address, batches: list[Batch]) -> Iterator[Finding]:
    for batch in batches:
        if batch.leaf_count == 1:
            message = f"batch {batch.sequence} of {issuer} has one credential"
            yield Finding("A505", message, _about(batch))


def _after_accreditation(ledger: Ledger, issuer: Address, batches: list[Batch]) -> Iterator[Finding]:
    windows = [window for window in ledger.window_changes if window.subject == issuer]
    for batch in batches:
        earlier = [window for window in windows if window.at <= batch.anchored_at]
        ended = [window for window in earlier if window.valid_until <= batch.anchored_at]
        if earlier and len(ended) == len(earlier):
            last = max(window.valid_until for window in ended)
            ended_at = f"; the accreditation ended at {_moment(last)}" if last else ""
            message = f"batch {batch.sequence} of {issuer}, anchored at {_time(batch)}{ended_at}"
            yield Finding("A504", message, _about(batch))


def _by_admin(ledger: Ledger, issuer: Address, batches: list[Batch]) -> Iterator[Finding]:
    for key in sorted({batch.key for batch in batches}):
        if ledger.key(issuer, key).roles & ROLE_ADMIN:
            count = sum(batch.key == key for batch in batches)
            message = f"{counted(count, 'batch')} of {issuer} by {key}, an admin"
            yield Finding("A508", message, {"issuer": str(issuer), "account": str(key)})


def _fresh_keys(ledger: Ledger, by_issuer: dict[Address, list[Batch]], limits: Thresholds) -> Iterator[Finding]:
    for change in ledger.key_changes:
        if change.before.roles & ROLE_ANCHOR or not change.after.roles & ROLE_ANCHOR:
            continue
        for batch in by_issuer.get(change.issuer, []):
            if batch.key == change.account and 0 <= batch.anchored_at - change.at < limits.key_age:
                delay = _delay(batch.anchored_at - change.at)
                message = f"batch {batch.sequence} of {batch.issuer}, {delay} after key {batch.key} was added"
                yield Finding("A502", message, _about(batch))
                break


def _withdrawals(ledger: Ledger, limits: Thresholds) -> Iterator[Finding]:
    for withdrawal in ledger.withdrawals:
        batch = ledger.batches[withdrawal.issuer, withdrawal.root]
        if withdrawal.action == REINSTATE:
            continue
        if withdrawal.is_whole_batch:
            size = counted(batch.leaf_count, "credential")
            message = f"batch {batch.sequence} of {batch.issuer}, {size}, reason {withdrawal.reason}"
            yield Finding("A506", message, _about(batch))
        if withdrawal.at - batch.anchored_at < limits.withdrawal_age:
            message = (
                f"{counted(withdrawal.credentials, 'credential')} of batch {batch.sequence} of {batch.issuer} "
                f"{_delay(withdrawal.at - batch.anchored_at)} after it was anchored, reason {withdrawal.reason}"
            )
            yield Finding("A503", message, {**_about(batch), "block": withdrawal.block})


def _distrusted(ledger: Ledger) -> Iterator[Finding]:
    for (issuer, account), key in sorted(ledger.keys.items()):
        if key.distrusted_from:
            batches = sum(
                batch.issuer == issuer and batch.key == account and ledger.is_distrusted(batch)
                for batch in ledger.batches.values()
            )
            message = (
                f"{issuer} distrusts {account} from {_moment(key.distrusted_from)} on: {counted(batches, 'batch')}"
            )
            yield Finding("A507", message, {"issuer": str(issuer), "account": str(account)})


def _long_suspended(ledger: Ledger, now: int, limits: Thresholds) -> Iterator[Finding]:
    last: dict[tuple[Address, bytes], int] = {}
    for withdrawal in ledger.withdrawals:
        last[withdrawal.issuer, withdrawal.root] = withdrawal.at
    for batch in ledger.batches.values():
        since = last.get((batch.issuer, batch.root), now)
        if batch.suspended_credentials and not batch.revoked and now - since > limits.suspension_age:
            message = (
                f"{counted(batch.suspended_credentials, 'credential')} of batch {batch.sequence} of {batch.issuer}"
            )
            yield Finding("A511", f"{message}, unchanged since {_moment(since)}", _about(batch))


def _delay(seconds: int) -> str:
    return counted(seconds // 60, "minute") if seconds >= 60 else counted(seconds, "second")


def _about(batch: Batch) -> dict[str, str | int]:
    return {"issuer": str(batch.issuer), "root": str(batch.root)}


def _time(batch: Batch) -> str:
    return _moment(batch.anchored_at)


def _moment(seconds: int) -> str:
    """Write a time of the chain; one beyond the calendar, which an accreditation may have, as its number."""
    try:
        return format_time(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
