"""The demonstration: every step of the main job for real, on the embedded chain, each with what it showed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.demo.audit import demonstrate_audit
from credroot.app.demo.outputs import give_out
from credroot.app.demo.people import (
    ACHIEVEMENT_NAME,
    BATCH_NAME,
    DEMO_ACHIEVEMENT,
    ISSUER_NAME,
    ISSUER_URL,
    ROSTER_NAME,
    demo_roster,
)
from credroot.app.demo.theme import DEMO_LOGO, DEMO_THEME, LOGO_NAME, THEME_NAME
from credroot.app.issuing.batches import issue, profile_of
from credroot.app.issuing.identity import PUBLIC, publish_profile
from credroot.app.issuing.status_lists import publish_status_lists
from credroot.app.issuing.workbench import keys_of, workbench
from credroot.app.settings.networks import LOCAL_NETWORK
from credroot.app.settings.settings import load_settings
from credroot.app.setup.registry_setup import deploy_registry, fund_locally
from credroot.app.setup.workspace import create_workspace
from credroot.app.verifying.verifier import verifier_of
from credroot.app.workspace.connections import Connections
from credroot.chain.registry.calls import Action
from credroot.core.errors import InputError
from credroot.core.reasons import Reason
from credroot.core.report import Verdict
from credroot.issuer.batch.folder import BatchFolder
from credroot.issuer.batch.request import take_in
from credroot.issuer.sending.intent import Guards
from credroot.issuer.withdrawal.selection import find_targets
from credroot.issuer.withdrawal.status_change import intents
from credroot.roster.roster import read_roster
from credroot.store.durable import PRIVATE, write_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from credroot.app.settings.settings import Settings
    from credroot.core.report import Report

_OUTPUTS = """\
# What learners get beside the JSON, made by `credroot batch outputs NAME`.
[outputs]
make = ["png", "svg", "pdf", "mail"]
page = "{page}"
theme = "{theme}"
"""


def demonstrate(folder: Path, say: Callable[[str], None], *, page: str) -> bool:
    """Run the demonstration in `folder`; answer whether everything came out as it must.

    `page` is the verify page that links and QR codes lead to.

    Raises:
        InputError: ``demo.folder``, the folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty: name another with --dir", code="demo.folder")
    settings = _set_up(folder, page)
    say(
        f"Local chain     {settings.network_named().chain_id.caip2}   {_short(folder / 'chain')}   "
        "LOCAL CHAIN: proves nothing to others"
    )
    with (folder / ROSTER_NAME).open("rb") as stream:
        roster = read_roster(stream)
    say(f"Roster          {ROSTER_NAME}: {roster.people} people, {roster.errors + roster.warnings} problems")
    batch = _anchor(settings, say)
    files = sorted(batch.published.glob("*.json"))
    given_out = give_out(settings, batch, say)
    say(f"Published       profile (its digest is on chain) and status list in {_short(folder / PUBLIC)}")
    is_caught = _check(settings, files, say)
    say(f"                {given_out.told()}")
    is_audited = demonstrate_audit(settings, demo_roster(), say)
    return is_caught and given_out.is_right and is_audited


def _set_up(folder: Path, page: str) -> Settings:
    network = load_settings(folder).network_named(LOCAL_NETWORK)
    create_workspace(
        folder,
        name=ISSUER_NAME,
        network=network,
        passphrase=None,
        url=ISSUER_URL,
        publish_url=f"{ISSUER_URL}/credroot",
        outputs=_OUTPUTS.format(page=page, theme=THEME_NAME),
    )
    (folder / THEME_NAME).write_text(DEMO_THEME, encoding="utf-8")
    (folder / LOGO_NAME).write_text(DEMO_LOGO, encoding="utf-8")
    write_file(folder / ROSTER_NAME, demo_roster(), mode=PRIVATE)
    (folder / ACHIEVEMENT_NAME).write_text(DEMO_ACHIEVEMENT, encoding="utf-8")
    settings = load_settings(folder)
    fund_locally(settings, network, settings.required_issuer().account.address)
    deploy_registry(settings, network, keys_of(settings), Guards())
    with workbench(settings) as (bench, _):
        publish_profile(settings, bench, keys_of(settings), Guards())
    return settings


def _anchor(settings: Settings, say: Callable[[str], None]) -> BatchFolder:
    batch = BatchFolder(settings.workspace / "batches" / BATCH_NAME)
    take_in(
        batch,
        settings.workspace / ROSTER_NAME,
        settings.workspace / ACHIEVEMENT_NAME,
        profile_of(settings.required_issuer()),
    )
    with workbench(settings) as (bench, _):
        issued = issue(settings, bench, batch, keys_of(settings), Guards(), may_exist=False)
    record, operation = issued.record, issued.anchor
    root = str(record.root)
    say(
        f"Anchored        batch {record.name} | root {root[:6]}...{root[-4:]} | block {operation.block_number} | "
        f"{operation.gas_used:,} gas"
    )
    return batch


def _check(settings: Settings, files: list[Path], say: Callable[[str], None]) -> bool:
    """Verify all, then revoke one and alter a copy of another: both must be caught, each for its own reason."""
    reports = _verify(settings, files)
    valid = sum(report.verdict is Verdict.VALID for report in reports)
    _revoke(settings, files[0])
    altered = settings.workspace / "altered-copy.json"
    write_file(altered, _altered(files[1].read_bytes()), mode=PRIVATE)
    revoked_report, altered_report = _verify(settings, [files[0], altered])
    caught_revoked = (
        revoked_report.check("status").code == "status.revoked" and revoked_report.verdict is Verdict.INVALID
    )
    caught_altered = (
        altered_report.check("inclusion").code == "inclusion.changed" and altered_report.verdict is Verdict.INVALID
    )
    caught = "an altered copy and a revoked copy were both caught"
    if not (caught_revoked and caught_altered):
        caught = (
            f"NOT CAUGHT: {'' if caught_revoked else 'the revoked copy '}{'' if caught_altered else 'the altered copy'}"
        )
    say(f"Checked         {valid} of {len(files)} valid; {caught}")
    return valid == len(files) and caught_revoked and caught_altered


def _verify(settings: Settings, files: list[Path]) -> tuple[Report, ...]:
    with Connections(settings) as connections:
        verifier = verifier_of(settings, connections, clock=lambda: datetime.now(UTC))
        return verifier.verify_many((path.read_bytes(), None) for path in files)


def _revoke(settings: Settings, file: Path) -> None:
    with workbench(settings) as (bench, _):
        targets = find_targets([str(file)], bench.folder / "batches", bench.deployment, bench.issuer)
        for intent in intents(targets, Action.REVOKE, Reason.ISSUED_IN_ERROR, bench.deployment, bench.issuer):
            bench.carry_out(keys_of(settings).signer(), intent, Guards())
    publish_status_lists(settings, keys_of(settings))


def _altered(data: bytes) -> bytes:
    """Give the copy that a forger would make: the same file about a better result of the same length."""
    marker = b'"name": "Data Analytics Foundations"'
    if marker not in data:
        raise InputError("the demonstration's credential has no such name", code="demo.altered")
    return data.replace(marker, b'"name": "Data Analytics Mastership!"')


def _short(path: Path) -> str:
    """Give a path as a person types it from here."""
    return "./" + os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
