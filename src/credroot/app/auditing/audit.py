"""An audit from settings: what the commands, the scripts and the demonstration share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from credroot.app.auditing.index import AUDIT_FOLDER, open_index
from credroot.app.workspace.connections import Connections
from credroot.auditor.checks.anomalies import find_anomalies
from credroot.auditor.checks.completeness import Depth, Subject, check_completeness
from credroot.auditor.checks.contract import ContractChecked, check_contract
from credroot.auditor.checks.issued_files import Person, RosterFile, read_batches
from credroot.auditor.checks.reconciliation import Reconciled, Reconciliation
from credroot.auditor.findings import ACCEPTED_FORMAT, Finding, accepted_notes, in_order, with_notes
from credroot.auditor.index.synchroniser import Synced, Synchroniser
from credroot.auditor.ledger.ledger import Ledger
from credroot.auditor.report.costs import ask_costs
from credroot.auditor.report.report import AuditReport
from credroot.auditor.rules import RULES, Severity
from credroot.auditor.wording import counted
from credroot.core.errors import InputError
from credroot.core.report import Check, Outcome
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from typing import Self

    from credroot.app.settings.networks import Network
    from credroot.app.settings.settings import Settings
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonObject
    from credroot.store.event_index import EventIndex, Position

ACCEPTED_FILE = "accepted.json"
ROSTER_FOLDER = "rosters"
ROSTER_SUFFIXES = (".csv", ".tsv", ".txt")

Progress = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an audit is to look at."""

    depth: Depth = Depth.STATE
    contract: bool = True
    files: bool = True
    """Whether rosters, manifests and credential files are compared."""
    batches: Path | None = None
    """The folder of batches; that of the workspace where it is `None`."""
    rosters: tuple[Path, ...] = ()
    """Files or folders; those of the workspace where there is none."""
    issuers: tuple[Address, ...] = ()
    """Accounts beside the workspace's own whose batches must all be known."""
    accreditors: tuple[Address, ...] = ()
    costs: bool = True
    until: int | None = None
    """The last block; finality where it is `None`."""

    def to_json(self) -> JsonObject:
        """Give what a report says of it; where files are is the auditor's own business."""
        return {
            "depth": self.depth.name.lower(),
            "contract": self.contract,
            "files": self.files,
            "issuers": [str(account) for account in self.issuers],
            "accreditors": [str(account) for account in self.accreditors],
        }

    @classmethod
    def again(cls, report: JsonObject) -> Self:
        """Give what was asked for a report, up to the block that it ends at.

        Raises:
            InputError: ``audit.report``, it does not say what was asked.
        """
        try:
            asked, checkpoint = cast("Any", report["asked"]), cast("Any", report["checkpoint"])
            return cls(
                depth=Depth[str(asked["depth"]).upper()],
                contract=bool(asked["contract"]),
                files=bool(asked["files"]),
                issuers=tuple(map(Address.from_hex, asked["issuers"])),
                accreditors=tuple(map(Address.from_hex, asked["accreditors"])),
                until=int(checkpoint["block"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"the report does not say what was asked: {error}", code="audit.report") from error


@dataclass(slots=True)
class Desk:
    """An auditor at work on one registry."""

    settings: Settings
    network: Network
    deployment: Deployment
    rpc: Rpc
    index: EventIndex
    synchroniser: Synchroniser
    progress: Progress = field(default=_silent)

    @property
    def source(self) -> int:
        """The registry's number in the index."""
        return self.synchroniser.source

    def sync(self, last: int | None = None) -> Synced:
        """Read what is new; errors as `Synchroniser.run`."""
        return self.synchroniser.run(last=last)

    def ledger(self, as_of: int | None = None) -> Ledger:
        """Add the indexed events up, to block `as_of` where it is given."""
        return Ledger.of(self.index.events(self.source, last=as_of))

    def position_at(self, as_of: int | None) -> Position:
        """Give the block that a ledger is of, with its hash.

        Raises:
            InputError: ``audit.block``, the index does not reach it, or ends behind it and does not keep its hash.
        """
        from credroot.chain.proofs.block_header import parse_mark
        from credroot.chain.rpc.hex_codec import quantity
        from credroot.store.event_index import Position

        position = self.index.position(self.source)
        if position is None or (as_of is not None and not self.deployment.deploy_block <= as_of <= position.number):
            raise InputError(f"the index does not reach block {as_of}: run credroot audit sync", code="audit.block")
        if as_of is None or as_of == position.number:
            return position
        mark = parse_mark(self.rpc.call("eth_getBlockByNumber", [quantity(as_of), False]), number=as_of)
        return Position(mark.number, bytes(mark.hash))


@contextmanager
def desk(
    settings: Settings, *, network: str | None = None, index_url: str | None = None, progress: Progress = _silent
) -> Iterator[Desk]:
    """Open chain and index for an audit; the endpoint must serve the pinned registry.

    Raises:
        InputError: no such network, no registry on it, or an index URL that is none.
        ChainUnavailable, ChainMismatch: as `RegistryReader.check`.
        IndexProblem: the index can't be opened.
    """
    chosen = settings.network_named(network)
    deployment = settings.deployment(chosen)
    with Connections(settings) as connections:
        connections.recent_reader(deployment).check()
        with open_index(settings, index_url) as index:
            rpc = connections.rpc(chosen)
            synchroniser = Synchroniser(
                rpc,
                deployment,
                chosen.finality,
                index,
                progress=lambda block, last, _: progress(
                    block - deployment.deploy_block, last - deployment.deploy_block
                ),
            )
            yield Desk(settings, chosen, deployment, rpc, index, synchroniser, progress)


def audit(at: Desk, request: Request) -> AuditReport:
    """Read what is new, check everything that `request` names, and give the report.

    Raises:
        ChainUnavailable: the events could not be read; a check that could not be made is an unknown outcome instead.
        ChainMismatch, IndexProblem: as `Synchroniser.run`.
        InputError: a manifest or the file of accepted findings is damaged.
    """
    at.sync(request.until)
    position = at.position_at(request.until)
    ledger = at.ledger(position.number)
    own = () if at.settings.issuer is None else (at.settings.issuer.account.address,)
    issuers = tuple(dict.fromkeys((*own, *request.issuers)))
    subject = Subject(at.rpc, at.deployment, at.index, at.source, ledger, position)
    completeness = check_completeness(subject, request.depth, also=issuers, progress=at.progress)
    checks, findings = list(completeness.checks), list(completeness.findings)
    notes = read_accepted(at.settings)
    contract = reconciled = None
    if request.contract:
        contract = check_contract(at.rpc, at.deployment)
        checks.append(_contract_check(contract))
        findings += contract.findings
    if request.files:
        reconciled = reconcile(at, ledger, request, issuers)
        checks.append(rosters_check(reconciled, notes))
        findings += reconciled.findings
    block_time = _block_time(at, position)
    findings += find_anomalies(ledger, now=block_time)
    costs = ask_costs(at.rpc, [bytes(batch.transaction) for batch in ledger.batches.values()]) if request.costs else {}
    return AuditReport(
        deployment=at.deployment,
        position=position,
        block_time=block_time,
        made_at=datetime.now(UTC),
        finality=str(at.network.finality),
        ledger=ledger,
        checks=tuple(checks),
        findings=in_order(with_notes(findings, notes)),
        contract=contract,
        reconciled=reconciled,
        costs=costs,
        names={one.account.address: one.name for one in at.settings.trusted.issuers if one.account is not None},
        coin=at.network.coin,
        asked=request.to_json(),
    )


def reconcile(at: Desk, ledger: Ledger, request: Request, issuers: Sequence[Address]) -> Reconciled:
    """Compare rosters, manifests and files with the ledger."""
    folder = request.batches or at.settings.workspace / "batches"
    rosters = [read_roster_file(path) for path in roster_paths(at.settings.workspace, folder, request.rosters)]
    comparison = Reconciliation(ledger, issuers=issuers, accreditors=request.accreditors, progress=at.progress)
    return comparison.run(read_batches(folder), rosters)


def roster_paths(workspace: Path, batches: Path, given: Sequence[Path]) -> list[Path]:
    """Find the rosters: those given, else the workspace's folder of them, else those that batches were made from.

    Raises:
        InputError: ``audit.roster``, one that was given is not there.
    """
    if not given:
        kept = workspace / ROSTER_FOLDER
        if not kept.is_dir():
            return sorted(batches.glob("*/roster.csv"))
        given = (kept,)
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(file for file in path.iterdir() if file.suffix.lower() in ROSTER_SUFFIXES)
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"{path}: no such roster", code="audit.roster")
    return found


def read_roster_file(path: Path) -> RosterFile:
    """Read one roster as the issuer's commands do; `InputError` (``roster.errors``) where it has rows with errors."""
    from credroot.roster.roster import read_roster

    with path.open("rb") as stream:
        roster = read_roster(stream)
        if roster.errors:
            raise InputError(f"{path}: {roster.errors} errors; see: credroot roster check {path}", code="roster.errors")
        people = tuple(Person(entry.row, entry.name, entry.email, entry.did) for entry in roster.entries())
    name = path.name if path.name != "roster.csv" else f"{path.parent.name}/{path.name}"
    return RosterFile(name, Digest.sha256(path.read_bytes()), people)


def rosters_check(reconciled: Reconciled, notes: Mapping[str, str]) -> Check:
    """Give the outcome of a reconciliation as one line; findings that were accepted, by `notes`, don't fail it."""
    findings = with_notes(reconciled.findings, notes)
    missing = reconciled.rows - reconciled.rows_on_chain
    message = (
        f"{counted(reconciled.rosters, 'roster')}, {counted(reconciled.rows, 'row')}: {reconciled.rows_on_chain:,} on "
        f"chain, {missing:,} missing; {counted(reconciled.batches, 'batch')} on chain, "
        f"{reconciled.batches_without_files:,} without files; {counted(reconciled.credentials, 'file')} unaltered"
    )
    if not reconciled.rosters and not reconciled.batches_with_files:
        return Check("rosters", Outcome.SKIPPED, "rosters.none", "no roster and no manifest was given")
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Check("rosters", Outcome.FAILED, "rosters.differ", message)
    return Check("rosters", Outcome.PASSED, "rosters.equal", message)


def _contract_check(contract: ContractChecked) -> Check:
    if contract.findings:
        told = "; ".join(finding.message for finding in contract.findings)
        return Check("contract", Outcome.FAILED, "contract.differs", told)
    message = "runtime code equals our build byte for byte; no owner, no upgrade path"
    return Check("contract", Outcome.PASSED, "contract.exact", message)


def _block_time(at: Desk, position: Position) -> int:
    from credroot.chain.proofs.block_header import parse_mark
    from credroot.chain.rpc.hex_codec import quantity

    return parse_mark(at.rpc.call("eth_getBlockByNumber", [quantity(position.number), False])).timestamp


def read_accepted(settings: Settings) -> dict[str, str]:
    """Read which findings were accepted, id -> note; none where there is no such file."""
    path = settings.workspace / AUDIT_FOLDER / ACCEPTED_FILE
    return accepted_notes(path.read_bytes(), source=str(path)) if path.is_file() else {}


def accept(settings: Settings, identifier: str, note: str) -> Path:
    """Remember that a finding is accepted, with the reason; give the file.

    Raises:
        InputError: ``audit.accepted``, the id is of no rule, or the note is empty.
    """
    from credroot.store.durable import write_file

    if identifier.partition("-")[0] not in RULES or not note.strip():
        raise InputError(f"{identifier!r} with that note can't be accepted", code="audit.accepted")
    notes = {**read_accepted(settings), identifier: note.strip()}
    path = settings.workspace / AUDIT_FOLDER / ACCEPTED_FILE
    path.parent.mkdir(exist_ok=True)
    content = {"format": ACCEPTED_FORMAT, "accepted": dict(sorted(notes.items()))}
    write_file(path, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def write_report(at: Desk, report: AuditReport, folder: Path, *, parquet: bool = False) -> tuple[str, ...]:
    """Write everything about an audit into `folder`, events as Parquet too where asked for; give the files' names."""
    from credroot.auditor.index.exports import csv_lines, jsonl_lines, write_parquet
    from credroot.auditor.report.html.page import html_report
    from credroot.store.durable import write_file

    folder.mkdir(parents=True, exist_ok=True)
    last = report.position.number
    for name, lines in (("events.jsonl", jsonl_lines), ("events.csv", csv_lines)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines(at.index.events(at.source, last=last)))
    write_file(folder / "report.json", (json.dumps(report.to_json(), indent=1, ensure_ascii=False) + "\n").encode())
    write_file(folder / "report.html", html_report(report).encode())
    write_file(folder / "checkpoint.json", report.checkpoint().to_bytes())
    names = ("report.html", "report.json", "events.csv", "events.jsonl", "checkpoint.json")
    if not parquet:
        return names
    write_parquet(at.index.events(at.source, last=last), folder / "events.parquet")
    return (*names, "events.parquet")


def told(report: AuditReport) -> Iterator[str]:
    """Say a report in lines for a terminal."""
    deployment, position = report.deployment, report.position
    if report.is_local:
        yield "LOCAL CHAIN: proves nothing to others"
    yield (
        f"Events      {report.ledger.events:,} from block {deployment.deploy_block:,} (deployment) to "
        f"{position.number:,} ({report.finality})"
    )
    names = {"events": "Sequence", "state": "State", "proof": "Proof", "history": "History"}
    for check in report.checks:
        name = names.get(check.id, check.id.capitalize())
        word = "" if check.outcome is Outcome.PASSED else f"{check.outcome.value.upper()}: "
        yield f"{name:<12}{word}{check.message}"
    yield from findings_told(report.findings)


def findings_told(findings: Sequence[Finding], *, most: int = 20) -> Iterator[str]:
    """Say findings in lines, at most so many of one rule."""
    shown: dict[str, int] = {}
    for finding in findings:
        shown[finding.number] = shown.get(finding.number, 0) + 1
        if shown[finding.number] <= most:
            accepted = f" (accepted: {finding.note})" if finding.note else ""
            line = f"{finding.severity.value:<8}{finding.id}  {finding.rule.title}: {finding.message}"
            yield line + accepted
    for number, count in shown.items():
        if count > most:
            yield f"        {number}: {count - most:,} more; the report has all"
