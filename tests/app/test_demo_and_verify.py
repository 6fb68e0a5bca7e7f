"""The main job from the command line: the demonstration, then verdicts in new processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import credroot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Workspace


def codes(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {check["id"]: check["code"] for check in report["checks"]}


def test_the_demo_ends_with_all_valid_and_both_forgeries_caught(demonstrated: Workspace) -> None:
    assert "25 of 25 valid; an altered copy and a revoked copy were both caught" in demonstrated.output
    assert "LOCAL CHAIN: proves nothing to others" in demonstrated.output
    assert len(demonstrated.credentials) == 25


def test_no_file_that_names_a_learner_can_be_read_by_others(demonstrated: Workspace, tmp_path: Path) -> None:
    demonstrated.run("verify", *map(str, demonstrated.credentials), "--csv", str(tmp_path / "table.csv"))
    naming = [
        path
        for path in (*demonstrated.folder.rglob("*"), tmp_path / "table.csv")
        if path.is_file() and not path.is_symlink()
        if any(mark in path.read_bytes() for mark in (b"@students.example", "Łukasz".encode(), b"Ngozi Okonkwo"))
    ]
    assert {"roster.csv", "registrar.csv", "mail-merge.csv", "table.csv"} <= {path.name for path in naming}
    assert sum(path.parent.name == "credentials" for path in naming) >= 2
    assert [path for path in naming if path.stat().st_mode & 0o077] == []


def test_in_a_new_process_all_are_valid_but_the_revoked_one(demonstrated: Workspace) -> None:
    reports = demonstrated.reports(*demonstrated.credentials)
    revoked = [report for report in reports if codes(report)["status"] == "status.revoked"]
    assert [report["verdict"] for report in revoked] == ["invalid"]
    assert sum(report["verdict"] == "valid" for report in reports) == 24
    for report in reports:
        assert {"id", "outcome", "code", "message"} <= report["checks"][0].keys()
        assert any("proves nothing to others" in notice for notice in report["notices"])


def test_exit_statuses_tell_what_was_found(demonstrated: Workspace, tmp_path: Path) -> None:
    revoked, valid = demonstrated.credentials[:2]
    altered = demonstrated.folder / "altered-copy.json"
    assert demonstrated.run("verify", str(valid)).returncode == 0
    assert demonstrated.run("verify", str(revoked)).returncode == 4
    assert demonstrated.run("verify", str(altered)).returncode == 3
    assert demonstrated.run("verify", str(valid), str(revoked), str(altered)).returncode == 3
    assert demonstrated.run("verify", str(valid), str(revoked)).returncode == 4
    assert demonstrated.run("verify", str(tmp_path / "missing.json")).returncode == 2


def test_outside_the_workspace_nobody_is_trusted_and_nothing_is_called_forged(
    demonstrated: Workspace, tmp_path: Path
) -> None:
    from tests.workspaces import run_credroot

    done = run_credroot(tmp_path, "verify", str(demonstrated.credentials[1]), "--json")
    report = json.loads(done.stdout)["reports"][0]
    assert (done.returncode, report["verdict"]) == (6, "indeterminate")
    assert codes(report)["anchor"] == "anchor.registry_unknown"
    assert codes(report)["inclusion"] == "inclusion.ok"


def test_a_verdict_on_a_known_shape_imports_no_json_ld_and_no_context(demonstrated: Workspace) -> None:
    program = (
        "import sys\n"
        "from credroot.__main__ import main\n"
        f"sys.argv = ['credroot', 'verify', '--quiet', {str(demonstrated.credentials[1])!r}]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as ending:\n"
        "    heavy = ('pyld', 'importlib.resources', 'tempfile', 'asyncio', 'web3')\n"
        "    heavy += ('credroot.credential.rdf.contexts',)\n"
        "    print(ending.code, [name for name in heavy if name in sys.modules])\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program], cwd=demonstrated.folder, capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert told[1] == "0 []"


def test_a_revoked_credential_does_not_come_back_by_deleting_its_anchor(
    demonstrated: Workspace, tmp_path: Path
) -> None:
    document = json.loads(demonstrated.credentials[0].read_bytes())
    document["proof"] = document["proof"][:1]
    stripped = tmp_path / "stripped.json"
    stripped.write_text(json.dumps(document))
    report = demonstrated.reports(stripped)[0]
    told = codes(report)
    assert (told["anchor"], told["signature"], told["status"]) == ("anchor.missing", "signature.ok", "status.revoked")


def test_standard_input_is_read(demonstrated: Workspace) -> None:
    done = demonstrated.run("verify", "-", input=demonstrated.credentials[1].read_text())
    assert done.returncode == 0
    assert done.stdout.startswith("VALID")


def test_an_unknown_issuer_is_neither_valid_nor_forged(demonstrated: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "stranger"
    shutil.copytree(demonstrated.folder / "deployments", folder / "deployments")
    url = json.loads((demonstrated.folder / "chain" / "endpoint.json").read_text())["url"]
    (folder / "credroot.toml").write_text(
        f'format = "credroot/settings/v1"\n[networks.local]\nendpoints = ["{url}"]\n', encoding="utf-8"
    )
    report = credroot.verify(demonstrated.credentials[1].read_bytes(), workspace=folder)
    assert report.verdict is credroot.Verdict.INDETERMINATE
    assert report.check("issuer").code == "issuer.unknown"
    assert report.check("anchor").code == "anchor.ok"


def test_the_library_gives_the_same_verdict(demonstrated: Workspace) -> None:
    revoked, valid = demonstrated.credentials[:2]
    assert credroot.verify(valid.read_bytes(), workspace=demonstrated.folder).verdict is credroot.Verdict.VALID
    report = credroot.verify(revoked.read_bytes(), workspace=demonstrated.folder)
    assert report.check("status").code == "status.revoked"


def test_an_outage_is_not_evidence_of_forgery(demonstrated: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "cut-off"
    shutil.copytree(demonstrated.folder / "deployments", folder / "deployments")
    settings = (demonstrated.folder / "credroot.toml").read_text()
    settings = settings.replace(
        'network = "local"\n', 'network = "local"\nnetworks.local.endpoints = ["http://127.0.0.1:9"]\n'
    )
    (folder / "credroot.toml").write_text(settings)
    from tests.workspaces import run_credroot

    done = run_credroot(folder, "verify", str(demonstrated.credentials[1]), "--json")
    report = json.loads(done.stdout)["reports"][0]
    assert (done.returncode, report["verdict"]) == (6, "indeterminate")
    assert codes(report)["anchor"] == "anchor.unavailable"
    assert not [check for check in report["checks"] if check["outcome"] == "failed"]


def test_a_second_demo_does_not_touch_a_folder_with_content(demonstrated: Workspace) -> None:
    done = demonstrated.run("demo", "--no-serve", "--dir", ".")
    assert done.returncode == 2
    assert "not empty" in done.stderr
