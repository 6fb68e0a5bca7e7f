"""A batch's outputs from settings: addresses from the roster, facts from the journal, files into the batch's folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from credroot.app.progress import Progress
from credroot.core.errors import InputError
from credroot.core.values import LOCAL_CHAIN_ID
from credroot.issuer.batch.request import usable_roster
from credroot.issuer.outputs.content import read_content
from credroot.issuer.outputs.links import check_page
from credroot.issuer.outputs.making import FOLDER, MAIL_TABLE, REPORT, Made, Wanted, make_outputs
from credroot.issuer.outputs.report.report import BatchFacts, batch_report
from credroot.issuer.outputs.theme import Theme, read_theme
from credroot.issuer.sending.intent import coins
from credroot.store.durable import PRIVATE, write_file
from credroot.store.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.app.settings.outputs import OutputSettings
    from credroot.app.settings.settings import Settings
    from credroot.issuer.batch.folder import BatchFolder

_WORDS = (
    ("png", "badge (PNG)", "badges (PNG)"),
    ("svg", "badge (SVG)", "badges (SVG)"),
    ("pdf", "PDF", "PDFs"),
    ("mail", "message", "messages"),
)


def wanted_outputs(settings: Settings, chosen: OutputSettings) -> Wanted:
    """Give what `chosen`, the settings or the command line in their place, ask for.

    Raises:
        InputError: as `read_theme` and `check_page`; ``output.page``, messages without a page that they lead to;
            ``settings.outputs``, a folder of fonts that is not there.
    """
    if "mail" in chosen.make and chosen.page is None:
        raise InputError(
            "messages need the verify page that their links lead to: --page URL, or page under [outputs]",
            code="output.page",
        )
    for folder in chosen.fonts:
        if not folder.is_dir():
            raise InputError(f"fonts: {folder} is no folder", code="settings.outputs")
    return Wanted(
        kinds=chosen.make,
        page=None if chosen.page is None else check_page(chosen.page),
        language=chosen.language,
        linkedin_link=chosen.linkedin_link,
        sender=settings.required_issuer().email,
        theme=Theme() if chosen.theme is None else read_theme(chosen.theme),
        font_folders=chosen.fonts,
    )


def write_outputs(
    settings: Settings,
    batch: BatchFolder,
    wanted: Wanted,
    *,
    notices: tuple[str, ...] = (),
) -> tuple[Made, Path]:
    """Make the wanted files of a published batch, and the report with `notices`; give what was made and the folder.

    Raises:
        InputError: ``batch.unknown``; ``output.no_roster``, a batch of files; as `make_outputs`.
    """
    if not batch.exists():
        raise InputError(f"no batch named {batch.name!r}: credroot batch list names them", code="batch.unknown")
    if not batch.roster.is_file():
        raise InputError(
            f"batch {batch.name!r} was made from files, not from a roster: there are no learners",
            code="output.no_roster",
        )
    with batch.roster.open("rb") as stream:
        addresses = {entry.row: entry.email for entry in usable_roster(stream, batch.roster.name).entries()}
    with Progress(len(addresses)) as progress:
        made = make_outputs(batch, addresses, wanted, lambda done: progress.step("made", done))
    folder = batch.path / FOLDER
    facts = replace(_facts(settings, batch), page=wanted.page or "", notices=(*wanted.theme.warnings(), *notices))
    write_file(folder / REPORT, batch_report(facts, made.lines, wanted.theme), mode=PRIVATE)
    return made, folder


def told_outputs(made: Made, wanted: Wanted) -> str:
    """Say in one line what was made."""
    counts = [(made.count(kind), one, many) for kind, one, many in _WORDS if kind in wanted.kinds]
    parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts]
    return ", ".join((*parts, *([MAIL_TABLE] if "mail" in wanted.kinds else []), REPORT))


def _facts(settings: Settings, batch: BatchFolder) -> BatchFacts:
    # Imported here: it brings the libraries that sign and send.
    from credroot.app.issuing.workbench import JOURNAL_FILE

    manifest = batch.read_manifest()
    with Journal(settings.workspace / JOURNAL_FILE) as journal:
        record = next((record for record in journal.batches() if record.name == batch.name), None)
        operation = None if record is None or record.operation_id is None else journal.operation(record.operation_id)
    network = next(
        (network for network in settings.networks.values() if network.chain_id.caip2 == manifest["chain"]), None
    )
    content = read_content(batch.file_of(manifest["credentials"][0]).read_bytes())
    facts = BatchFacts(
        batch=batch.name,
        issuer=content.issuer,
        skill=content.skill,
        chain=manifest["chain"],
        is_local=manifest["chain"] == LOCAL_CHAIN_ID.caip2,
        root=manifest["root"],
        leaf_count=int(manifest["leafCount"]),
        explorer=(network.explorer if network else None) or "",
    )
    if operation is None:
        return facts
    coin = network.coin if network else ""
    fee = operation.fee_wei
    return replace(
        facts,
        transaction="" if operation.transaction is None else str(operation.transaction),
        block="" if operation.block_number is None else f"{operation.block_number:,}",
        gas="" if operation.gas_used is None else f"{operation.gas_used:,}",
        fee="" if fee is None else f"{coins(fee)} {coin}",
        fee_each="" if fee is None else f"{coins(fee // facts.leaf_count)} {coin}",
    )
