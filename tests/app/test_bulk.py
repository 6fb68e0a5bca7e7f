"""``credroot verify`` on archives, PDFs and many files, with a table for a spreadsheet."""

from __future__ import annotations

import csv
import json
import os
import shutil
import zipfile
from typing import TYPE_CHECKING

from credroot.app.verifying.verdict_table import HEADER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Workspace


def test_a_zip_of_applicants_becomes_a_table(demonstrated: Workspace, tmp_path: Path) -> None:
    archive, table = tmp_path / "applicants.zip", tmp_path / "out.csv"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in demonstrated.credentials[:5]:
            zipped.write(path, path.name)
        zipped.write(demonstrated.folder / "altered-copy.json", "=altered.json")
        zipped.writestr("inner.zip", b"PK\x03\x04")
        zipped.writestr("photo.pdf", b"%PDF-1.7\n")
    done = demonstrated.run("verify", str(archive), "--csv", str(table), "--quiet")
    assert done.returncode == 3, done.stderr
    with table.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == HEADER
    assert [row[1] for row in rows] == ["invalid", *["valid"] * 4, "invalid", "invalid", "invalid"]
    assert [row[2] for row in rows[5:]] == ["inclusion.changed", "archive.nested", "pdf.no_credential"]
    assert rows[0][2] == "status.revoked"
    assert rows[1][3] == "Data Analytics Foundations"
    assert rows[5][3:7] == [""] * 4


def test_an_archive_that_shows_bad_faith_is_one_row_and_no_crash(demonstrated: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("../../evil.json", "{}")
    reports = demonstrated.reports(archive, demonstrated.credentials[1])
    assert [report["verdict"] for report in reports] == ["invalid", "valid"]
    assert reports[0]["checks"][0]["code"] == "archive.unsafe_name"
    assert not (tmp_path.parent.parent / "evil.json").exists()


def test_five_hundred_applicants_in_folders_of_their_own(demonstrated: Workspace, tmp_path: Path) -> None:
    archive, table = tmp_path / "applicants.zip", tmp_path / "out.csv"
    genuine = demonstrated.credentials[1:]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number in range(490):
            zipped.write(genuine[number % len(genuine)], f"applicants/{number:03d}/credential.json")
        for number in range(10):
            zipped.writestr(f"applicants/{number:03d}/letter.txt", "Dear Sir or Madam,")
        zipped.writestr("__MACOSX/applicants/._credential.json", b"\0")
    done = demonstrated.run("verify", str(archive), "--csv", str(table), "--quiet")
    assert done.returncode == 3, done.stderr
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == 500
    assert len({row[0] for row in rows}) == 500
    assert [row[1] for row in rows] == ["valid"] * 490 + ["invalid"] * 10
    assert {row[2] for row in rows[490:]} == {"baking.unknown_file"}


def test_a_folder_stands_for_the_files_in_it_and_below(demonstrated: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "applicants.d"
    (folder / "b" / "c").mkdir(parents=True)
    (folder / ".git").mkdir()
    shutil.copy(demonstrated.credentials[1], folder / "b" / "c" / "credential.json")
    shutil.copy(demonstrated.credentials[2], folder / "a.json")
    (folder / "b" / "letter.txt").write_text("Dear Sir or Madam,")
    for clutter in (folder / ".DS_Store", folder / ".git" / "config", folder / "a.evidence.json"):
        clutter.write_text("none of a holder's")
    (folder / "b" / "again").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    done = demonstrated.run("verify", str(folder), "--json")
    found = [(report["file"], report["verdict"]) for report in json.loads(done.stdout)["reports"]]
    assert done.returncode == 3, done.stderr
    assert found == [
        (str(folder / "a.json"), "valid"),
        (str(folder / "b" / "c" / "credential.json"), "valid"),
        (str(folder / "b" / "letter.txt"), "invalid"),
    ]


def test_a_folder_without_a_file_is_not_called_valid(demonstrated: Workspace, tmp_path: Path) -> None:
    done = demonstrated.run("verify", str(tmp_path))
    assert (done.returncode, "no file in this folder" in done.stderr) == (2, True), done.stderr
