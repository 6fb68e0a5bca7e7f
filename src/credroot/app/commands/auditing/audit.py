"""``credroot audit``: all that was ever anchored, withdrawn, or done to a key, and whether anything is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credroot.app.commands.auditing.place import Place, account_of, at_a_place
from credroot.app.exit_codes import Exit
from credroot.app.terminal import say
from credroot.chain.registry.events import KINDS
from credroot.core.errors import InputError
from credroot.core.report import Outcome
from credroot.core.text.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from credroot.app.auditing.audit import Desk
    from credroot.auditor.checks.completeness import Completeness
    from credroot.auditor.ledger.ledger import Ledger
    from credroot.auditor.report.report import AuditReport
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address
    from credroot.store.event_index import Position

DEPTHS = ("state", "proved", "every-block")
LEDGER_FORMAT = "credroot/ledger/v1"
POLL_S = 12.0


@click.group()
def audit() -> None:
    """Read what the registry's events say, and check that they are complete."""


@audit.command()
@click.option("--follow", is_flag=True, help="Keep reading what comes, through outages, until Ctrl-C.")
@click.option("--poll", type=click.FloatRange(0.1), default=POLL_S, show_default=True, help="Seconds between readings.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--jsonl", "as_lines", is_flag=True, help="Print one JSON object a line, for each reading.")
@at_a_place
def sync(place: Place, follow: bool, poll: float, as_json: bool, as_lines: bool) -> int:
    """Read the registry's new events into the index, up to finality. A second run reads only what is new."""
    from credroot.app.auditing.following import rounds, synced_json, synced_told

    if follow and as_json:
        raise InputError("with --follow there is one object for each reading: use --jsonl", code="usage.options")
    with place.desk() as at:
        for synced in rounds(at, poll, once=not follow):
            if as_json or as_lines:
                click.echo(json.dumps(synced_json(synced)))
            elif not follow or synced.events or synced.forgotten:
                say(synced_told(synced), err=True)
    return Exit.OK


@audit.command()
@click.option("--issuer", help="Only events of this account: 0x..., or eip155:N:0x...")
@click.option("--kind", type=click.Choice(KINDS), metavar="NAME", help=f"Only events of this name: {', '.join(KINDS)}.")
@click.option("--from-block", type=click.IntRange(0), default=0, help="The first block; the deployment's by default.")
@click.option("--to-block", type=click.IntRange(0), help="The last block; the last final one by default.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "json", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
    help="What is written.",
)
@click.option("--json", "form", flag_value="json", help="The same as --format json: one object, as GET /v1/events.")
@click.option("--jsonl", "form", flag_value="jsonl", help="The same as --format jsonl.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; standard output by default.")
@at_a_place
def events(
    place: Place,
    issuer: str | None,
    kind: str | None,
    from_block: int,
    to_block: int | None,
    form: str,
    out: Path | None,
) -> int:
    """Write every event of the registry, in the order of the chain."""
    from credroot.app.auditing.event_export import Export
    from credroot.auditor.index.pages import EventFilter

    wanted = EventFilter(None if issuer is None else account_of(issuer), kind, from_block, to_block)
    with place.desk() as at:
        at.sync(to_block)
        export = Export(at, wanted)
        if out is not None:
            export.write(form, out)
        else:
            for line in export.lines(form):
                click.echo(line, nl=False)
    return Exit.OK


@audit.command()
@click.option("--as-of", type=click.IntRange(0), help="The state after this block; the last final one by default.")
@click.option("--issuer", help="Only entries of this account.")
@click.option("--prove", is_flag=True, help="Prove storage and receipts by hashes, too.")
@click.option("--every-block", is_flag=True, help="Follow every header as well, so that no block is left out.")
@click.option(
    "--json", "as_lines", flag_value=False, default=False, help="Print one JSON object, which is the default."
)
@click.option("--jsonl", "as_lines", flag_value=True, help="Print the entries alone, one JSON object a line.")
@at_a_place
def ledger(place: Place, as_of: int | None, issuer: str | None, prove: bool, every_block: bool, as_lines: bool) -> int:
    """Print the state that the events add up to, at any block, after checking that they are complete."""
    from credroot.auditor.checks.completeness import Depth, Subject, check_completeness
    from credroot.auditor.ledger.digest import ledger_entries

    account = None if issuer is None else account_of(issuer)
    depth = Depth.EVERY_BLOCK if every_block else Depth.PROVED if prove else Depth.STATE
    with place.desk() as at:
        at.sync()
        position = at.position_at(as_of)
        state = at.ledger(position.number)
        subject = Subject(at.rpc, at.deployment, at.index, at.source, state, position)
        checked = check_completeness(subject, depth, also=() if account is None else (account,))
    if as_lines:
        for entry in ledger_entries(state, account):
            click.echo(json.dumps(entry, ensure_ascii=False))
    else:
        click.echo(json.dumps(_ledger_json(at, state, position, checked, account), indent=1, ensure_ascii=False))
    for check in checked.checks:
        say(f"{check.outcome.value:<8}{check.message}", err=True)
    return _exit_of_checks([check.outcome for check in checked.checks])


def _ledger_json(
    at: Desk, state: Ledger, position: Position, checked: Completeness, account: Address | None
) -> JsonObject:
    from credroot.auditor.ledger.digest import ledger_digest, ledger_entries

    return {
        "format": LEDGER_FORMAT,
        "chain": at.deployment.chain_id.caip2,
        "registry": str(at.deployment.address),
        "block": position.number,
        "blockHash": "0x" + position.hash.hex(),
        "digest": str(ledger_digest(state)),
        "checks": [check.to_json() for check in checked.checks],
        "findings": [finding.to_json() for finding in checked.findings],
        "entries": list(ledger_entries(state, account)),
    }


_files = (
    click.option(
        "--batches",
        type=click.Path(path_type=Path, file_okay=False),
        help="The folder of batches with their manifests; that of the workspace by default.",
    ),
    click.option(
        "--rosters",
        multiple=True,
        type=click.Path(path_type=Path, exists=True),
        help="A roster or a folder of them, repeatable; rosters/, or those of the batches, by default.",
    ),
    click.option("--issuer", "issuers", multiple=True, help="An account whose batches must all be known; repeatable."),
    click.option(
        "--accreditor", "accreditors", multiple=True, help="Whose accreditation each batch needs; repeatable."
    ),
    click.option("--depth", type=click.Choice(DEPTHS), default="proved", show_default=True, help="How far checks go."),
    click.option("--to-block", type=click.IntRange(0), help="The last block; the last final one by default."),
    click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write all files into this folder."),
    click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object."),
)


def _with_files(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_files):
        command = option(command)
    return command


@audit.command()
@_with_files
@at_a_place
def reconcile(place: Place, **options: Any) -> int:
    """Compare rosters, manifests and credential files with the chain, in both directions."""
    return _report(place, contract=True, files=True, **options)


@audit.command()
@_with_files
@at_a_place
def report(place: Place, out: Path | None, **options: Any) -> int:
    """Check everything and write it down: one HTML page for people, JSON for programs, events as CSV and JSON lines.

    With the extra credroot[parquet], events as Parquet, too.
    """
    from credroot.app.auditing.index import AUDIT_FOLDER

    folder = out or place.settings.workspace / AUDIT_FOLDER / "report"
    return _report(place, contract=True, files=True, out=folder, **options)


def _report(
    place: Place,
    *,
    contract: bool,
    files: bool,
    batches: Path | None,
    rosters: Sequence[Path],
    issuers: Sequence[str],
    accreditors: Sequence[str],
    depth: str,
    to_block: int | None,
    out: Path | None,
    as_json: bool,
) -> int:
    from credroot.app.auditing.audit import Request, told, write_report
    from credroot.app.auditing.audit import audit as run_audit
    from credroot.auditor.checks.completeness import Depth
    from credroot.auditor.index.exports import has_parquet

    request = Request(
        depth=Depth(DEPTHS.index(depth) + 1),
        contract=contract,
        files=files,
        batches=batches,
        rosters=tuple(rosters),
        issuers=tuple(map(account_of, issuers)),
        accreditors=tuple(map(account_of, accreditors)),
        until=to_block,
    )
    with place.desk() as at:
        made = run_audit(at, request)
        written = write_report(at, made, out, parquet=has_parquet()) if out is not None else ()
    if as_json:
        click.echo(json.dumps(made.to_json(), indent=1, ensure_ascii=False))
    else:
        for line in told(made):
            say(line)
        if written:
            say(f"{'Wrote':<12}{', '.join(written)} in {out}")
    return _exit_of(made)


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@at_a_place
def contract(place: Place, as_json: bool) -> int:
    """Check the contract itself: our build byte for byte, its deployment, no owner and no upgrade path."""
    from credroot.auditor.checks.contract import check_contract

    with place.desk() as at:
        checked = check_contract(at.rpc, at.deployment)
    if as_json:
        click.echo(json.dumps({"format": "credroot/audit-contract/v1", **checked.to_json()}, indent=1))
    else:
        width = max((len(name) for name, _ in checked.facts), default=0) + 2
        for name, fact in checked.facts:
            say(f"{name:<{width}}{fact}")
        for finding in checked.findings:
            say(f"{finding.severity.value:<8}{finding.id}  {finding.rule.title}: {finding.message}")
    return Exit.PROBLEM if checked.findings else Exit.OK


@audit.command()
@click.option("--poll", type=click.FloatRange(0.1), default=POLL_S, show_default=True, help="Seconds between readings.")
@click.option("--once", is_flag=True, help="Look once and stop.")
@click.option("--jsonl", "as_lines", is_flag=True, help="Print one JSON object a line.")
@at_a_place
def watch(place: Place, poll: float, once: bool, as_lines: bool) -> int:
    """Keep watching: every new event as a line, and every anomaly as soon as it is there; until Ctrl-C."""
    from credroot.app.auditing.following import told, watch_events

    with place.desk() as at:
        for seen in watch_events(at, poll, once=once):
            click.echo(json.dumps(seen, ensure_ascii=False) if as_lines else one_line(told(seen)))
    return Exit.OK


@audit.command()
@click.argument("earlier", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("later", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@at_a_place
def diff(place: Place, earlier: Path, later: Path | None, as_json: bool) -> int:
    """Compare two JSON reports: what was added, what changed, and whether the past was rewritten (exit 3).

    Without LATER the audit of EARLIER is run again here, up to the same block, and compared: whoever trusts nobody
    takes another auditor's report, and gets the same or an exit status of 3.
    """
    from credroot.app.auditing.audit import Request
    from credroot.app.auditing.audit import audit as run_audit
    from credroot.auditor.report.difference import compare, read_report

    before = read_report(earlier.read_bytes(), source=str(earlier))
    if later is not None:
        after = read_report(later.read_bytes(), source=str(later))
    else:
        with place.desk() as at:
            after = run_audit(at, Request.again(before)).to_json()
    found = compare(before, after)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=1, ensure_ascii=False))
        return Exit.PROBLEM if found.is_suspicious else Exit.OK
    say(f"{len(found.added)} added, {len(found.changed)} changed, {len(found.gone)} gone")
    for name, entries in (("GONE", found.gone), ("added", found.added)):
        for entry in entries:
            say(f"{name:<8}{json.dumps(entry, ensure_ascii=False)}")
    for name, pairs in (("REWRITTEN", found.rewritten), ("changed", found.changed)):
        for before, after in pairs:
            say(f"{name:<8}{json.dumps(before)}")
            say(f"     ->  {json.dumps(after)}")
    for name, findings in (("found", found.new_findings), ("settled", found.settled_findings)):
        for finding in findings:
            say(f"{name:<8}{finding.get('id')}  {finding.get('message')}")
    return Exit.PROBLEM if found.is_suspicious else Exit.OK


@audit.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--sign", "should_sign", is_flag=True, help="Sign with the workspace's key, beside who signed before.")
@click.option(
    "--passphrase-fd", type=click.IntRange(0), help="Read the key's passphrase from this open file descriptor."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: the checkpoint, and what differs.")
@at_a_place
def checkpoint(place: Place, file: Path, should_sign: bool, passphrase_fd: int | None, as_json: bool) -> int:
    """Make a checkpoint, or check one: whether the chain gives the same ledger at its block, and who signed it.

    A FILE that is not there is made from the last final block. One that disagrees with the chain is never signed.
    """
    from credroot.app.auditing.checkpoints import checked_checkpoint, made_checkpoint
    from credroot.app.issuing.workbench import keys_of
    from credroot.store.durable import write_file

    with place.desk() as at:
        at.sync()
        is_new = not file.exists()
        agreed, problem = (made_checkpoint(at), "") if is_new else checked_checkpoint(at, file)
    if should_sign and not problem:
        agreed = agreed.signed_by(keys_of(place.settings, passphrase_fd).signer())
    if (is_new or should_sign) and not problem:
        write_file(file, agreed.to_bytes())
    if as_json:
        click.echo(json.dumps({**agreed.to_json(), "differs": problem or None}))
        return Exit.PROBLEM if problem else Exit.OK
    if problem:
        say(f"DIFFERS     {problem}")
        return Exit.PROBLEM
    say(f"Block       {agreed.block:,} {agreed.block_hash}")
    say(f"Ledger      {agreed.ledger}, {agreed.events:,} events, {agreed.batches:,} batches")
    for account in agreed.signers():
        say(f"Signed by   {account}")
    return Exit.OK


@audit.command()
@click.argument("finding")
@click.option("--note", required=True, help="Why it is accepted; it stands beside the finding from now on.")
@click.pass_obj
def accept(workspace: Path | None, finding: str, note: str) -> int:
    """Accept a finding by its id, with a note: it stays in every report, as no more than a note."""
    from credroot.app.auditing.audit import accept as remember
    from credroot.app.settings.settings import load_settings

    say(f"Accepted {finding} in {remember(load_settings(workspace), finding, note)}", err=True)
    return Exit.OK


def _exit_of(made: AuditReport) -> int:
    if made.errors:
        return Exit.PROBLEM
    return _exit_of_checks([check.outcome for check in made.checks])


def _exit_of_checks(outcomes: list[Outcome]) -> int:
    if Outcome.FAILED in outcomes:
        return Exit.PROBLEM
    return Exit.UNKNOWN if Outcome.UNKNOWN in outcomes else Exit.OK
