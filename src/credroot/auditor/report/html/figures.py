"""The figures of the report: which numbers are drawn, and the one sentence that says what they show."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from credroot.auditor.ledger.records import ACTIONS
from credroot.auditor.report.html.plots import bar_plot, row_plot
from credroot.auditor.report.html.series import MAX_SERIES, OTHERS, Series, latency_histogram, over_time
from credroot.auditor.report.html.tables import series_table
from credroot.auditor.wording import counted

if TYPE_CHECKING:
    from credroot.auditor.report.report import AuditReport
    from credroot.core.values import Address

WEI = 10**18
_ACTION_COLOURS = {"revoked": "withdrawn", "suspended": "halted", "reinstated": "restored", OTHERS: f"s{MAX_SERIES}"}


def figures(report: AuditReport) -> Iterator[str]:
    """Give each figure for which there are numbers. An issuer has the same colour in all of them."""
    batches = list(report.ledger.batches.values())
    issuers = [name_of(report, issuer) for issuer in report.batches_of()]
    credentials = over_time(
        ((batch.anchored_at, name_of(report, batch.issuer), batch.leaf_count) for batch in batches), issuers
    )
    yield _figure("Credentials anchored", _busiest(credentials, "credential"), credentials, "credentials", _by(issuers))
    counts = over_time(((batch.anchored_at, name_of(report, batch.issuer), 1) for batch in batches), issuers)
    yield _figure("Batches anchored", _busiest(counts, "batch"), counts, "batches", _by(issuers))
    withdrawals = over_time(
        ((item.at, ACTIONS.get(item.action, OTHERS), item.credentials) for item in report.ledger.withdrawals),
        list(_ACTION_COLOURS),
    )
    yield _figure(
        "Withdrawals", _busiest(withdrawals, "credential"), withdrawals, "credentials", _ACTION_COLOURS.__getitem__
    )
    if report.reconciled is not None and report.reconciled.latencies:
        yield _latency(report.reconciled.latencies)
    if report.costs:
        yield _costs(report, issuers)


def _by(issuers: Sequence[str]) -> Callable[[str], str]:
    """Give the colour of an issuer: that of its place, and one for all who have none of their own."""
    return lambda name: f"s{min(issuers.index(name), MAX_SERIES) if name in issuers else MAX_SERIES}"


def name_of(report: AuditReport, issuer: Address) -> str:
    """Give an issuer's name by the trust list, a short form of its account otherwise."""
    account = str(issuer)
    return report.names.get(issuer) or f"{account[:8]}…{account[-4:]}"


def _figure(title: str, told: str, series: Series, unit: str, colour_of: Callable[[str], str]) -> str:
    if not series.labels:
        return _framed(title, told, "", "")
    colours = [colour_of(name) for name, _ in series.rows]
    legend = ""
    if len(series.rows) > 1:
        names = zip(series.rows, colours, strict=True)
        items = "".join(f'<li><i class="{colour}"></i>{escape(name)}</li>' for (name, _), colour in names)
        legend = f'<ul class="legend">{items}</ul>'
    plot = bar_plot(series, title=title, unit=unit, colours=colours)
    return _framed(title, told, plot + legend, series_table(series, unit))


def _framed(title: str, told: str, plot: str, numbers: str) -> str:
    head = f"<figcaption><h3>{escape(title)}</h3><p>{escape(told)}</p></figcaption>"
    below = f"<details><summary>The numbers</summary>{numbers}</details>" if numbers else ""
    return f"<figure>{head}{plot}{below}</figure>"


def _busiest(series: Series, noun: str) -> str:
    if not series.labels:
        return "None so far."
    totals = series.totals
    place = max(range(len(totals)), key=lambda number: totals[number])
    if len(totals) == 1:
        return f"{counted(totals[0], noun)}, on {series.labels[0]}."
    return f"{counted(sum(totals), noun)}; most in the {series.period} of {series.labels[place]}: {totals[place]:,}."


def _latency(latencies: list[int]) -> str:
    ordered = sorted(latencies)
    median = ordered[len(ordered) // 2] / 86_400
    told = f"From the date in {counted(len(ordered), 'credential')} to the anchoring; half within {median:,.1f} days."
    title, series = "From issue to anchor", latency_histogram(latencies)
    plot = row_plot(series, title=title, unit="credentials")
    return _framed(title, told, plot, series_table(series, "credentials"))


def _costs(report: AuditReport, issuers: Sequence[str]) -> str:
    """Draw the gas of anchoring over time; a transaction with several batches is counted once, at its first."""
    points, seen, fees, credentials = [], set[bytes](), 0, 0
    for batch in report.ledger.batches.values():
        cost = report.costs.get(bytes(batch.transaction))
        if cost is None:
            continue
        credentials += batch.leaf_count
        if bytes(batch.transaction) not in seen:
            seen.add(bytes(batch.transaction))
            fees += cost.fee_wei
            points.append((batch.anchored_at, name_of(report, batch.issuer), cost.gas))
    series = over_time(points, issuers)
    each = fees / WEI / max(1, credentials)
    told = (
        f"{counted(len(seen), 'transaction')}: {_coins(fees / WEI)} {report.coin} in all, {_coins(each)} a credential."
    )
    return _figure("Cost of anchoring", told, series, "gas", _by(issuers))


def _coins(amount: float) -> str:
    """Write an amount with two digits that count, never as a power of ten."""
    digits = 2 if amount >= 1 else min(18, 1 - math.floor(math.log10(amount))) if amount > 0 else 0
    return f"{amount:,.{digits}f}"
