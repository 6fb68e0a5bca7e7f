"""``credroot batch outputs``: a published batch becomes what learners get."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from credroot.app.issuing.outputs import wanted_outputs
from credroot.app.settings.settings import load_settings
from credroot.core.errors import InputError
from credroot.credential.baking.detect import read_credential_bytes
from credroot.credential.baking.pdf import extract_pdf
from tests.workspaces import run_credroot

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.issuer.outputs.making import Wanted
    from tests.workspaces import Workspace

BATCH = "data-analytics-2026"


@pytest.mark.usefixtures("typesetter")
def test_every_learner_of_the_demonstration_gets_every_file_and_each_verifies(demonstrated: Workspace) -> None:
    assert "25 badges (PNG), 25 badges (SVG), 25 PDFs, 25 messages, mail-merge.csv, report.html" in demonstrated.output
    assert "25 of 25 PNG, 25 of 25 SVG, 25 of 25 PDF valid" in demonstrated.output
    folder = demonstrated.folder / "batches" / BATCH / "outputs"
    assert folder.stat().st_mode & 0o077 == 0
    for credential in demonstrated.credentials:
        data = credential.read_bytes()
        for kind in ("png", "svg"):
            path = folder / kind / f"{credential.stem}.{kind}"
            assert read_credential_bytes(path.read_bytes()).payload == data
            assert path.stat().st_mode & 0o077 == 0
        assert extract_pdf((folder / "pdf" / f"{credential.stem}.pdf").read_bytes()) == data
        assert (folder / "mail" / f"{credential.stem}.eml").is_file()
    rows = list(csv.reader(io.StringIO((folder / "mail-merge.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 26
    assert {row[0] for row in rows[1:]} == {f"learner{number:02d}@students.example" for number in range(1, 26)}
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "LOCAL CHAIN" in report
    assert report.count("<tr>") == 26
    files = [folder / kind / f"{demonstrated.credentials[1].stem}.{kind}" for kind in ("png", "svg", "pdf")]
    assert [report["verdict"] for report in demonstrated.reports(*files)] == ["valid"] * 3


def test_what_is_there_is_kept_and_no_secret_is_in_it(demonstrated: Workspace) -> None:
    done = run_credroot(demonstrated.folder, "batch", "outputs", BATCH, "--json")
    assert done.returncode in (0, 3), done.stderr
    told = json.loads(done.stdout)
    assert told["kept"] == sum(told["made"].values()) >= 75
    passphrase = (demonstrated.folder / "keys" / "passphrase").read_text().strip()
    for path in (demonstrated.folder / "batches" / BATCH / "outputs").rglob("*"):
        if path.suffix in (".eml", ".csv", ".html", ".json"):
            text = path.read_text(encoding="utf-8")
            assert passphrase not in text
            assert str(demonstrated.folder) not in text


@pytest.mark.parametrize(
    ("outputs", "code"),
    [
        ('make = ["gif"]', "settings.outputs"),
        ('language = "xx"', "settings.outputs"),
        ('fonts = ["nowhere"]', "settings.outputs"),
        ('pages = "x"', "settings.unknown"),
        ('make = "png"', "settings.kind"),
        ('page = "ftp://x/"', "output.page"),
        ('theme = "none.toml"', "theme.unreadable"),
    ],
)
def test_a_setting_that_can_not_be_is_named(outputs: str, code: str, tmp_path: Path) -> None:
    head = 'format = "credroot/settings/v1"\n[issuer]\nid = "did:web:u.example"\nname = "U"\n'
    key = f'account = "eip155:1:0x{"1" * 40}"\nsigner = "keystore://a"\nsigning_key = "a.json"\n'
    (tmp_path / "credroot.toml").write_text(f"{head}{key}[outputs]\n{outputs}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        wanted_in(tmp_path)
    assert caught.value.code == code


def wanted_in(folder: Path) -> Wanted:
    settings = load_settings(folder, {})
    return wanted_outputs(settings, settings.outputs)


def test_messages_need_the_page_that_they_lead_to(demonstrated: Workspace) -> None:
    settings = replace(load_settings(demonstrated.folder).outputs, page=None)
    with pytest.raises(InputError) as caught:
        wanted_outputs(load_settings(demonstrated.folder), settings)
    assert caught.value.code == "output.page"


def test_an_unknown_batch_is_named(demonstrated: Workspace) -> None:
    done = run_credroot(demonstrated.folder, "batch", "outputs", "nope", "--png")
    assert done.returncode == 2
    assert "batch.unknown" in done.stderr
