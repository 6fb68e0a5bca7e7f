"""``credroot batch outputs``: a published batch becomes what learners get."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from credroot.credential.baking.detect import read_credential_bytes
from credroot.credential.baking.pdf import extract_pdf
from tests.workspaces import run_credroot

if TYPE_CHECKING:
    from tests.workspaces import Workspace

BATCH = "data-analytics-2026"


@pytest.mark.usefixtures("typesetter")
def test_every_learner_of_the_demonstration_gets_every_file_and_each_verifies(demonstrated: Workspace) -> None:
    options = ("--png", "--svg", "--pdf", "--mail", "--page", "https://verify.example/")
    done = run_credroot(demonstrated.folder, "batch", "outputs", BATCH, *options)
    assert done.returncode == 0, done.stderr
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


def test_messages_need_the_page_that_they_lead_to(demonstrated: Workspace) -> None:
    done = run_credroot(demonstrated.folder, "batch", "outputs", BATCH, "--mail")
    assert done.returncode == 2
    assert "--page" in done.stderr


def test_an_unknown_batch_is_named(demonstrated: Workspace) -> None:
    done = run_credroot(demonstrated.folder, "batch", "outputs", "nope", "--png")
    assert done.returncode == 2
    assert "batch.unknown" in done.stderr
