"""``credroot verify``: check files and say what was found."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.exit_codes import exit_of_report, worst
from credroot.app.page.words.content_standing import Standing, standing_of
from credroot.app.settings.settings import load_settings
from credroot.app.terminal import say
from credroot.app.verifying.given_files import Opening, named_files, unreadable
from credroot.app.verifying.verifier import verifier_of
from credroot.app.workspace.connections import Connections
from credroot.core.errors import InputError
from credroot.core.report import Outcome, Report, Verdict
from credroot.core.text.plain_text import as_name, one_line
from credroot.core.values import Digest
from credroot.verifier.trust import PinnedBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from credroot.app.settings.settings import Settings
    from credroot.app.verifying.given_files import Opened
    from credroot.core.json.types import JsonObject
    from credroot.verifier.trust import Policy
    from credroot.verifier.verifier import Verifier

OUTPUT_FORMAT = "credroot/verify/v1"
MAX_FILE_BYTES = 20 * 2**20
PAGE_FILES = 1_000
"""Files that are read and checked together: what bounds memory when there are many."""
PAGE_BYTES = 32 * 2**20
"""Bytes of them, and one file more."""
STDIN = "-"
_MARKS = {
    Outcome.PASSED: "ok",
    Outcome.FAILED: "FAILED",
    Outcome.UNKNOWN: "unknown",
    Outcome.SKIPPED: "skipped",
    Outcome.WARNING: "warning",
}
_WORDS = {Verdict.VALID: "VALID", Verdict.INVALID: "INVALID", Verdict.INDETERMINATE: "COULD NOT BE CHECKED"}


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option(
    "--file",
    "document",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file that a receipt is of.",
)
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write one row for each file into a table that a spreadsheet can open.",
)
@click.option("--recipient", metavar="WHO", help="Ask as well whether it is about this e-mail address or DID.")
@click.option(
    "--offline",
    is_flag=True,
    help="Ask no chain and fetch nothing: rest on the evidence that lies beside each file, NAME.evidence.json, with it "
    "in a zip, or in a receipt.",
)
@click.option(
    "--block",
    "blocks",
    metavar="HASH",
    multiple=True,
    help="With --offline: a block hash that you have from a source that you trust; may be repeated.",
)
@click.option(
    "--as-of-block",
    is_flag=True,
    help="Judge as of the block of the facts, not as of now: that says nothing about what came later.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing; the exit status tells.")
@click.pass_obj
def verify(
    workspace: Path | None,
    files: tuple[str, ...],
    document: Path | None,
    table: Path | None,
    recipient: str | None,
    offline: bool,
    blocks: tuple[str, ...],
    as_of_block: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Check credentials and receipts against the registry; '-' reads standard input.

    A credential is read as JSON, as a JWT, or out of a PNG or SVG picture or a PDF. A folder or a zip stands for the
    files in it.

    The exit status is that of the worst file: 0 all valid, 3 changed or not anchored, 4 withdrawn, 5 out of time,
    6 could not be checked.
    """
    settings = load_settings(workspace)
    files = tuple(named_files(files))
    digest = None if document is None else _digest(document)
    exits = set()
    first = True
    brief_on: dict[str, JsonObject] = {}
    with Connections(settings, any_head=as_of_block) as connections, _table(table) as write_row:
        policy = replace(settings.policy(), recipient=recipient, as_of_block=as_of_block)
        verifier = _verifier(settings, connections, policy, files if offline else None, blocks)
        if as_json:
            click.echo(f'{{"format": "{OUTPUT_FORMAT}", "reports": [', nl=False)
        for names, reports in _pages(verifier, files, digest):
            for name, report in zip(names, reports, strict=True):
                exits.add(exit_of_report(report))
                write_row(name, report)
                if as_json:
                    click.echo(
                        ("" if first else ",") + "\n" + json.dumps(_wire(name, report), ensure_ascii=False), nl=False
                    )
                elif not quiet:
                    brief = len(files) > 1 or not first or len(names) > 1
                    click.echo(_told(name, report, brief=brief))
                    if brief and report.verdict is Verdict.VALID:
                        _keep_oldest(brief_on, report.network)
                first = False
        if as_json:
            click.echo("\n]}")
        for network in brief_on.values():
            say(f"Read from {_read_at(network)}")
    return worst(exits)


def _verifier(
    settings: Settings, connections: Connections, policy: Policy, offline: Sequence[str] | None, blocks: Sequence[str]
) -> Verifier:
    """Give the verifier: over the chain, or over the evidence beside the files that `offline` names."""

    def now() -> datetime:
        return datetime.now(UTC)

    if offline is None:
        if blocks:
            raise InputError("--block goes with --offline", code="usage.options")
        return verifier_of(settings, connections, clock=now, policy=policy)
    from credroot.app.verifying.saved_evidence import WithProfiles, evidence_for, offline_sources
    from credroot.app.verifying.verifier import documents_of
    from credroot.app.workspace.checkpointed_blocks import checkpointed_blocks

    saved = [one for name in offline if name != STDIN for one in evidence_for(Path(name), _read(name))]
    pinned = [*settings.trusted.blocks, *checkpointed_blocks(settings), *_pinned(settings, blocks)]
    return verifier_of(
        settings,
        connections,
        clock=now,
        policy=policy,
        source_of=offline_sources(saved, pinned, connections.known_creation),
        documents=WithProfiles(documents_of(settings, now), saved),
    )


def _pinned(settings: Settings, blocks: Sequence[str]) -> Iterator[PinnedBlock]:
    """Take the hashes of the command line for blocks of every pinned registry's chain: a hash has one chain."""
    for text in blocks:
        for deployment in settings.deployments():
            yield PinnedBlock(deployment.chain_id, Digest.from_hex(text), "whoever gave its hash on the command line")


def _wire(name: str, report: Report) -> JsonObject:
    return {"file": name, **report.to_json()}


def _pages(
    verifier: Verifier, files: Sequence[str], digest: Digest | None
) -> Iterator[tuple[Sequence[str], Sequence[Report]]]:
    """Judge a page of files after the other; what an archive holds is unpacked when its page has come."""
    every = (part for name in files for part in Opening(name, _read(name), prefix=True))
    for opened in _in_groups(every):
        judged = iter(verifier.verify_many(part.submitted(digest) for part in opened if part.problem is None))
        reports = [unreadable(part.problem) if part.problem else next(judged) for part in opened]
        yield [part.name for part in opened], reports


def _in_groups(opened: Iterable[Opened]) -> Iterator[list[Opened]]:
    group: list[Opened] = []
    size = 0
    for part in opened:
        group.append(part)
        size += len(part.data)
        if len(group) == PAGE_FILES or size >= PAGE_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


@contextmanager
def _table(path: Path | None) -> Iterator[Callable[[str, Report], None]]:
    """Give a function that adds a row to the table at `path`; it does nothing where no table is wanted."""
    if path is None:
        yield lambda _name, _report: None
        return
    from credroot.app.verifying.verdict_table import table_writer
    from credroot.store.durable import private

    with open(path, "w", encoding="utf-8-sig", newline="", opener=private) as file:
        yield table_writer(file)


def _read(name: str) -> bytes:
    """Read one file, a byte more than is allowed at most, so that a larger one is refused and not cut."""
    if name == STDIN:
        return sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}", code="file.unreadable") from error


def _digest(document: Path) -> Digest:
    import hashlib

    with document.open("rb") as file:
        return Digest(hashlib.file_digest(file, "sha256").digest())


def _keep_oldest(told: dict[str, JsonObject], network: JsonObject) -> None:
    """Remember the oldest block of each network, for files that get one line each."""
    name, known = str(network.get("name")), told.get(str(network.get("name")))
    if "block" in network and (known is None or int(str(network["block"])) < int(str(known["block"]))):
        told[name] = network


def _read_at(network: JsonObject) -> str:
    """Name the block that the facts are of, and its time."""
    from credroot.core.text.clock import format_time

    at = format_time(datetime.fromtimestamp(int(str(network["blockTime"])), UTC))
    return f"{network['name']} ({network['chain']}), as of block {network['block']}, of {at}"


def _told(name: str, report: Report, *, brief: bool) -> str:
    """Say it in words: one line for each of many valid files, every check for a single one or one with a problem.

    What a file says is shown as far as something vouches for it; nothing in it makes a line of its own.
    """
    subject = _about(report)
    head = f"{_WORDS[report.verdict]}  {as_name(name)}" + (f"  ({subject})" if subject else "")
    if brief and report.verdict is Verdict.VALID:
        return one_line(head)
    lines = [head]
    for check in report.checks:
        if not brief or check.outcome not in (Outcome.PASSED, Outcome.SKIPPED):
            lines.append(f"  {_MARKS[check.outcome]:<8}{check.id:<10} {check.message} [{check.code}]")
    if "block" in report.network:
        lines.append(f"  read    {_read_at(report.network)}")
    lines += [f"  NOTE    {notice}" for notice in report.notices]
    return "\n".join(map(one_line, lines))


def _about(report: Report) -> str:
    """Say what a file is about, where its content is not known to be changed or somebody else's."""
    if standing_of(report) is Standing.HIDDEN:
        return ""
    if "endorses" in report.subject:
        return f"endorsement of {report.subject['endorses']}"
    return ", ".join(str(report.subject[key]) for key in ("skill", "holder") if key in report.subject)
