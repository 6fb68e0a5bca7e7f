"""A batch's outputs from settings: people from the roster, facts from the journal, files into the batch's folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.values import LOCAL_CHAIN_ID
from credroot.credential.badge_picture.colour import parse_colour
from credroot.credential.badge_picture.scene import BadgeStyle
from credroot.issuer.batch_request import usable_roster
from credroot.issuer.intent import coins
from credroot.issuer.outputs.batch_report import BatchFacts, Line, batch_report
from credroot.issuer.outputs.making import FOLDER, REPORT, Wanted, make_outputs
from credroot.store.durable import PRIVATE, write_file
from credroot.store.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from credroot.app.settings import Settings
    from credroot.issuer.batch_folder import BatchFolder


def write_outputs(
    settings: Settings, batch: BatchFolder, wanted: Wanted, told: Callable[[int], None] = lambda _: None
) -> tuple[tuple[Line, ...], Path]:
    """Make the wanted files of a published batch, and the report; give its lines and the folder.

    Raises:
        InputError: ``batch.unknown``; as `make_outputs`.
    """
    if not batch.exists():
        raise InputError(f"no batch named {batch.name!r}", code="batch.unknown")
    issuer = settings.required_issuer()
    if issuer.badge_colour:
        wanted = replace(wanted, style=BadgeStyle(colour=parse_colour(issuer.badge_colour)))
    if wanted.sender is None:
        wanted = replace(wanted, sender=issuer.email)
    with batch.roster.open("rb") as stream:
        people = {entry.row: entry for entry in usable_roster(stream, batch.roster.name).entries()}
    lines = make_outputs(batch, people, wanted, told)
    folder = batch.path / FOLDER
    write_file(folder / REPORT, batch_report(_facts(settings, batch, lines), lines), mode=PRIVATE)
    return lines, folder


def _facts(settings: Settings, batch: BatchFolder, lines: Sequence[Line]) -> BatchFacts:
    # Imported here: it brings the libraries that sign and send.
    from credroot.app.issuing import JOURNAL_FILE
    from credroot.issuer.outputs.content import read_content

    manifest = batch.read_manifest()
    with Journal(settings.workspace / JOURNAL_FILE) as journal:
        record = next((record for record in journal.batches() if record.name == batch.name), None)
        operation = None if record is None or record.operation_id is None else journal.operation(record.operation_id)
    network = next(
        (network for network in settings.networks.values() if network.chain_id.caip2 == manifest["chain"]), None
    )
    first = lines[0].credential_id.removeprefix("urn:uuid:")
    content = read_content((batch.published / f"{first}.json").read_bytes())
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
    return replace(
        facts,
        transaction="" if operation.transaction is None else str(operation.transaction),
        block="" if operation.block_number is None else f"{operation.block_number:,}",
        gas="" if operation.gas_used is None else f"{operation.gas_used:,}",
        fee="" if operation.fee_wei is None else f"{coins(operation.fee_wei)} {coin}",
    )
