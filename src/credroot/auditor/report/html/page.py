"""The whole page, from a report: verdict first, then what was checked, what was found, plots, and the records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from credroot.auditor.findings import Finding
from credroot.auditor.report.html.figures import figures
from credroot.auditor.report.html.style import STYLE
from credroot.auditor.report.html.tables import Markup, code, moment, table, tag, text
from credroot.auditor.rules import Severity
from credroot.auditor.wording import counted
from credroot.core.text.clock import format_time

if TYPE_CHECKING:
    from credroot.auditor.ledger.records import Batch, Key
    from credroot.auditor.report.report import AuditReport
    from credroot.core.values import Address

MAX_BATCHES_SHOWN = 400
"""Rows of the table of batches, the newest; the JSON report has all."""
BATCHES_IN_SIGHT = 12
"""Rows of that table that need no unfolding."""
SHOWN_OF_A_RULE = {Severity.ERROR: 20, Severity.WARNING: 5, Severity.NOTE: 3}
"""Findings of one rule that are in sight at once; the others unfold."""
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40})\b")
_CHECK_NAMES = {
    "events": "Events follow from one another",
    "state": "The contract's own answers",
    "proof": "Storage against the state root",
    "history": "Receipts against block headers",
    "contract": "The contract is our build",
    "rosters": "Rosters and files",
}
_ROLES = ((1, "anchor"), (2, "suspend"), (4, "revoke"), (8, "accredit"), (16, "admin"))


def html_report(report: AuditReport) -> str:
    """Give the page: complete in itself, no script, nothing fetched, readable from a phone's width to paper."""
    body = "".join(_sections(report))
    title = f"Audit of {report.deployment.address} to block {report.position.number:,}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _sections(report: AuditReport) -> Iterator[str]:
    yield _head(report)
    yield _tiles(report)
    yield "<h2>What was checked</h2>" + _checks(report)
    yield "<h2>What was found</h2>" + _findings(report)
    yield '<h2>Over time</h2><div class="plots">' + "".join(figures(report)) + "</div>"
    yield "<h2>Issuers</h2>" + _card(_issuers(report))
    yield "<h2>Batches</h2>" + _card(_batches(report))
    if report.ledger.keys:
        yield "<h2>Keys</h2>" + _card(_keys(report))
    if report.ledger.windows:
        yield "<h2>Accreditations</h2>" + _card(_windows(report))
    if report.contract is not None:
        yield "<h2>Contract</h2>" + _card(_facts(report.contract.facts))
    yield _foot(report)


def _head(report: AuditReport) -> str:
    deployment = report.deployment
    as_of = datetime.fromtimestamp(report.block_time, UTC)
    blocks = f"{deployment.deploy_block:,} (deployment) to {report.position.number:,}, final by {report.finality}"
    facts = (
        ("Registry", code(deployment.address)),
        ("Network", f"{deployment.network} ({deployment.chain_id.caip2})"),
        ("Blocks", blocks),
        ("As of", f"{as_of.day} {as_of:%B %Y, %H:%M} UTC"),
    )
    local = '<p class="local">Local chain: this proves nothing to others.</p>' if report.is_local else ""
    return (
        f'{local}<p class="eyebrow">Credroot audit</p><h1>Everything anchored in one registry</h1>'
        f"{_verdict(report)}{_facts(facts, 'facts where')}"
    )


def _facts(facts: Iterable[tuple[str, object]], kind: str = "facts") -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{text(value)}</dd>" for name, value in facts)
    return f'<dl class="{kind}">{items}</dl>'


def _verdict(report: AuditReport) -> str:
    failed = [check for check in report.checks if check.outcome.value == "failed"]
    if report.is_clean:
        kind, head = "good", "Complete, and in order"
        told = "No event is missing, altered or invented, and nothing contradicts the files that were compared."
    elif report.errors or failed:
        kind, head = "bad", f"{counted(report.errors or len(failed), 'problem')} found"
        named = "; ".join(dict.fromkeys(f.rule.title for f in report.findings if f.severity is Severity.ERROR))
        told = f"{named}." if named else "; ".join(check.message for check in failed)
    else:
        kind, head = "warn", "No problem found, but not everything could be checked"
        told = "; ".join(check.message for check in report.checks if check.outcome.value == "unknown")
    return f'<div class="verdict {kind}" role="status"><strong>{escape(head)}</strong><p>{escape(told)}</p></div>'


def _tiles(report: AuditReport) -> str:
    batches = list(report.ledger.batches.values())
    tiles = [
        ("Events", report.ledger.events),
        ("Issuers", len(report.ledger.counts)),
        ("Batches", len(batches)),
        ("Credentials", sum(batch.leaf_count for batch in batches)),
        ("Revoked", sum(batch.revoked_credentials for batch in batches)),
        ("Suspended", sum(batch.suspended_credentials for batch in batches)),
    ]
    if report.reconciled is not None and report.reconciled.rosters:
        tiles.append(("Rows on chain", report.reconciled.rows_on_chain))
    cells = "".join(f'<div class="tile"><dt>{name}</dt><dd>{value:,}</dd></div>' for name, value in tiles)
    return f'<dl class="tiles">{cells}</dl>'


def _checks(report: AuditReport) -> Markup:
    rows = [
        f"<li>{tag(check.outcome.value, check.outcome.value)}<h3>{escape(_CHECK_NAMES.get(check.id, check.id))}</h3>"
        f"<p>{escape(_sentence(check.message))}</p></li>"
        for check in report.checks
    ]
    return Markup(f'<ul class="card checks">{"".join(rows)}</ul>')


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + "."


def _findings(report: AuditReport) -> str:
    if not report.findings:
        return '<p class="lead">Nothing at all.</p>'
    parts = []
    for (_, number), group in groupby(report.findings, key=lambda finding: (finding.severity, finding.number)):
        parts.append(_finding(report, list(group), number))
    return f'<div class="card">{"".join(parts)}</div>'


def _finding(report: AuditReport, group: list[Finding], number: str) -> str:
    rule, severity = group[0].rule, group[0].severity
    items = [_item(report, finding) for finding in group]
    shown, hidden = items[: SHOWN_OF_A_RULE[severity]], items[SHOWN_OF_A_RULE[severity] :]
    more = f"<details><summary>{len(hidden):,} more</summary><ul>{''.join(hidden)}</ul></details>" if hidden else ""
    count = f" ({len(group):,})" if len(group) > 1 else ""
    return (
        f'<section class="finding"><header>{tag(severity.value, severity.value)}'
        f'<h3>{escape(rule.title)}{count}</h3><span class="id mono">{number}</span></header>'
        f'<p class="why">{escape(rule.why)}</p><ul>{"".join(shown)}</ul>{more}</section>'
    )


def _item(report: AuditReport, finding: Finding) -> str:
    """Write one finding; an account is shown by its name where it has one, digests in short with the whole as title."""
    names = {str(account): name for account, name in report.names.items()}
    message = _HEX.sub(
        lambda match: escape(names[match[0]]) if match[0] in names else code(match[0], shorten=8),
        escape(finding.message),
    )
    note = f" <em>Accepted: {escape(finding.note)}</em>" if finding.note else ""
    return f'<li>{message}{note} <span class="id mono">{escape(finding.id)}</span></li>'


def _issuers(report: AuditReport) -> Markup:
    rows = [
        (
            _named(report, issuer),
            len(batches),
            sum(batch.leaf_count for batch in batches),
            sum(batch.revoked_credentials for batch in batches),
            sum(batch.suspended_credentials for batch in batches),
            moment(batches[0].anchored_at),
            moment(batches[-1].anchored_at),
        )
        for issuer, batches in report.batches_of().items()
    ]
    heads = ("Issuer", "Batches", "Credentials", "Revoked", "Suspended", "First (UTC)", "Last (UTC)")
    return table(heads, rows, numbers=range(1, 5))


def _batches(report: AuditReport) -> Markup:
    batches = list(report.ledger.batches.values())[-MAX_BATCHES_SHOWN:][::-1]
    rows = [
        (
            moment(batch.anchored_at),
            _named(report, batch.issuer, short=True),
            batch.sequence,
            code(batch.root, shorten=10),
            batch.leaf_count,
            code(batch.key, shorten=6),
            batch.block,
            _state(report, batch),
        )
        for batch in batches
    ]
    left_out = len(report.ledger.batches) - len(batches)
    caption = f"The newest {len(batches)}; the JSON report has {left_out:,} more." if left_out else ""
    heads = ("Anchored (UTC)", "Issuer", "No.", "Root", "Credentials", "Key", "Block", "Now")
    newest = table(heads, rows[:BATCHES_IN_SIGHT], caption=caption, numbers=(2, 4, 6))
    older = rows[BATCHES_IN_SIGHT:]
    if not older:
        return newest
    unfolded = table(heads, older, numbers=(2, 4, 6))
    return Markup(f"{newest}<details><summary>{len(older):,} older batches</summary>{unfolded}</details>")


def _state(report: AuditReport, batch: Batch) -> Markup:
    if batch.revoked:
        return tag("failed", "revoked")
    if report.ledger.is_distrusted(batch):
        return tag("failed", "distrusted")
    if batch.suspended:
        return tag("warning", "suspended")
    revoked, suspended = batch.revoked_credentials, batch.suspended_credentials
    parts = [tag("failed", f"{revoked:,} revoked")] if revoked else []
    parts += [tag("warning", f"{suspended:,} suspended")] if suspended else []
    return Markup(" ".join(parts) or tag("ok", "active"))


def _keys(report: AuditReport) -> Markup:
    rows = [
        (
            _named(report, issuer, short=True),
            code(account, shorten=10),
            _roles(key),
            moment(key.since),
            moment(key.expires_at) if key.expires_at else "never",
            tag("failed", f"from {moment(key.distrusted_from)}") if key.distrusted_from else "no",
        )
        for (issuer, account), key in sorted(report.ledger.keys.items())
    ]
    return table(("Issuer", "Key", "Roles", "Since (UTC)", "Expires", "Distrusted"), rows)


def _roles(key: Key) -> str:
    return ", ".join(name for bit, name in _ROLES if key.roles & bit) or "none"


def _windows(report: AuditReport) -> Markup:
    rows = [
        (
            _named(report, window.accreditor, short=True),
            _named(report, window.subject, short=True),
            code(window.scope, shorten=10),
            moment(window.valid_from),
            moment(window.valid_until) if window.valid_until else tag("note", "withdrawn"),
            window.uri,
        )
        for window in report.ledger.windows.values()
    ]
    return table(("By", "For", "Scope", "From (UTC)", "Until", "Published at"), rows)


def _named(report: AuditReport, account: Address, *, short: bool = False) -> Markup:
    name = report.names.get(account)
    shown = code(account, shorten=6 if short or name else 0)
    return Markup(f"{text(name)} {shown}") if name else shown


def _foot(report: AuditReport) -> str:
    checkpoint = report.checkpoint()
    return (
        f"<footer><p>Made at {format_time(report.made_at)}. Block hash {code(checkpoint.block_hash)}. "
        f"Digest of the ledger {code(checkpoint.ledger)}: whoever reads the chain up to this block gets the same. "
        "Credential holders are named by row or id only. Times are those of blocks, in UTC.</p></footer>"
    )


def _card(content: str) -> Markup:
    return Markup(f'<div class="card">{content}</div>')
