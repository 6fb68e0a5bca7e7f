"""``credroot doctor``: what works here, what does not, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path

import click

from credroot.app.exit_codes import Exit
from credroot.app.settings.settings import load_settings
from credroot.app.setup.diagnosis import Health, diagnose
from credroot.app.terminal import say

DOCTOR_FORMAT = "credroot/doctor/v1"
_MARKS = {Health.OK: "ok", Health.WARNING: "!", Health.BROKEN: "x"}


@click.command()
@click.option("--network", help="The network; the workspace's default where none is given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.pass_obj
def doctor(workspace: Path | None, network: str | None, as_json: bool) -> int:
    """Say what works here and what does not: settings, network, key, endpoint, registry, coins. Nothing is changed.

    Exit status 2 where settings are wrong, 6 where the chain can't be asked, 7 for a wrong chain, a wrong contract or
    an empty account.
    """
    findings = list(diagnose(load_settings(workspace), network))
    if as_json:
        wire = [
            {"subject": one.subject, "health": one.health, "code": one.code, "answer": one.answer} for one in findings
        ]
        click.echo(json.dumps({"format": DOCTOR_FORMAT, "findings": wire}))
    else:
        for one in findings:
            say(f"{_MARKS[one.health]:<3} {one.subject:<9} {one.answer}")
    return next((one.exit for one in findings if one.health is Health.BROKEN), Exit.OK)
