"""Evidence that is saved today and judged when chain, endpoint and issuer are gone."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from credroot.app.verifying.saved_evidence import evidence_for
from tests.workspaces import Workspace, run_credroot, stop_chain

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTINGS = 'format = "credroot/settings/v1"\n'


@pytest.fixture(scope="module")
def saved(demonstrated: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, str]]:
    """A verifier's folder that has files, their evidence and trust, and no chain; and the hash of the block."""
    folder = tmp_path_factory.mktemp("verifier")
    revoked, valid = demonstrated.credentials[:2]
    for path, name in ((revoked, "revoked.json"), (valid, "valid.json")):
        shutil.copy(path, folder / name)
    done = demonstrated.run("evidence", str(folder / "revoked.json"), str(folder / "valid.json"), "--json")
    assert done.returncode == 0, done.stderr
    shutil.copytree(demonstrated.folder / "deployments", folder / "deployments")
    text = (demonstrated.folder / "credroot.toml").read_text()
    (folder / "credroot.toml").write_text(SETTINGS + text[text.index("[[trust.issuers]]") :])
    yield Workspace(folder, ""), json.loads(done.stdout)["saved"][0]["blockHash"]
    assert not (folder / "chain").exists(), "nothing was asked"
    stop_chain(folder)


def reports(workspace: Workspace, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    done = workspace.run("verify", *arguments, "--json")
    return done.returncode, json.loads(done.stdout)["reports"]


def codes(report: dict[str, Any]) -> dict[str, str]:
    return {check["id"]: check["code"] for check in report["checks"]}


def test_with_a_block_of_the_verifiers_own_the_verdict_holds_without_any_chain(saved: tuple[Workspace, str]) -> None:
    workspace, block = saved
    status, (valid, revoked) = reports(workspace, "valid.json", "revoked.json", "--offline", "--block", block)
    assert (status, valid["verdict"], revoked["verdict"]) == (4, "valid", "invalid")
    assert codes(valid)["finality"] == "finality.pinned"
    assert codes(revoked)["status"] == "status.revoked"
    assert valid["network"]["blockHash"] == block
    assert valid["network"]["basis"]["proven"] is True
    warned = next(check for check in valid["checks"] if check["id"] == "status")
    assert (warned["outcome"], "asOf" in warned["details"]) == ("warning", True)


def test_a_profile_out_of_the_evidence_binds_the_account(saved: tuple[Workspace, str]) -> None:
    workspace, block = saved
    _, (valid,) = reports(workspace, "valid.json", "--offline", "--block", block)
    issuer = next(check for check in valid["checks"] if check["id"] == "issuer")
    assert "profile" in issuer["details"]["boundBy"]


def test_the_holder_can_not_bring_his_own_chain(saved: tuple[Workspace, str]) -> None:
    workspace, _ = saved
    status, (valid,) = reports(workspace, "valid.json", "--offline")
    assert (status, valid["verdict"], codes(valid)["anchor"]) == (6, "indeterminate", "anchor.block_unpinned")
    status, (valid,) = reports(workspace, "valid.json", "--offline", "--block", "0x" + "00" * 32)
    assert (status, codes(valid)["anchor"]) == (6, "anchor.block_unpinned")


def test_a_block_in_the_settings_counts_as_well(saved: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, block = saved
    folder = tmp_path / "verifier"
    shutil.copytree(workspace.folder, folder)
    pin = f'\n[[trust.blocks]]\nchain = "eip155:1129465156"\nhash = "{block}"\nsource = "the county archive"\n'
    with (folder / "credroot.toml").open("a") as file:
        file.write(pin)
    status, (valid,) = reports(Workspace(folder, ""), "valid.json", "--offline")
    assert (status, valid["network"]["basis"]["pinnedBy"]) == (0, "the county archive")


def test_what_has_no_evidence_or_another_ones_is_not_checked(saved: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, block = saved
    folder = tmp_path / "verifier"
    shutil.copytree(workspace.folder, folder)
    (folder / "valid.evidence.json").unlink()
    copy = Workspace(folder, "")
    status, (valid,) = reports(copy, "valid.json", "--offline", "--block", block)
    assert (status, codes(valid)["anchor"]) == (6, "anchor.no_evidence")
    text = (folder / "revoked.evidence.json").read_text()
    first = text.index('"accountProof"') + 40
    (folder / "revoked.evidence.json").write_text(
        text[:first] + ("0" if text[first] != "0" else "1") + text[first + 1 :]
    )
    status, (revoked,) = reports(copy, "revoked.json", "--offline", "--block", block)
    assert (status, codes(revoked)["anchor"]) == (6, "anchor.bad_proof")


def test_a_folder_and_a_zip_bring_their_evidence_along(saved: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, block = saved
    folder, archive = tmp_path / "archive.d", tmp_path / "archive.zip"
    folder.mkdir()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in ("valid.json", "valid.evidence.json"):
            shutil.copy(workspace.folder / name, folder / name)
            zipped.write(folder / name, f"kept/{name}")
    for given in (folder, archive):
        status, found = reports(workspace, str(given), "--offline", "--block", block)
        assert (status, [report["verdict"] for report in found]) == (0, ["valid"]), given


def test_a_receipt_carries_its_evidence_inside(workspace: Workspace, tmp_path: Path) -> None:
    document = tmp_path / "transcript.txt"
    document.write_text("Geometry: 92\n")
    done = workspace.run("batch", "anchor", "papers", "--file", str(document))
    assert done.returncode == 0, done.stderr
    receipt = next((workspace.folder / "batches" / "papers").rglob("*.receipt.json"))
    done = workspace.run("evidence", str(receipt), "--out", str(tmp_path / "kept"), "--json")
    assert done.returncode == 0, done.stderr
    entry = json.loads(done.stdout)["saved"][0]
    stop_chain(workspace.folder)
    arguments = ("verify", entry["file"], "--file", str(document), "--offline", "--block", entry["blockHash"], "--json")
    done = workspace.run(*arguments)
    report = json.loads(done.stdout)["reports"][0]
    assert (codes(report)["anchor"], codes(report)["finality"]) == ("anchor.ok", "finality.pinned")
    assert done.returncode == 0, done.stdout
    kept = Path(entry["file"])
    [inside] = evidence_for(kept, kept.read_bytes())
    kept.with_name(f"{kept.stem}.evidence.json").write_text(json.dumps(inside.to_json()))
    assert list(evidence_for(kept, kept.read_bytes())) == [inside, inside]


def test_an_auditors_checkpoint_is_a_source_for_the_block(
    saved: tuple[Workspace, str], demonstrated: Workspace, tmp_path: Path
) -> None:
    audited = tmp_path / "audited"
    shutil.copytree(demonstrated.folder, audited)
    try:
        auditor = Workspace(audited, "")
        signed = auditor.run("audit", "sync"), auditor.run("audit", "checkpoint", "november.json", "--sign")
        assert [done.returncode for done in signed] == [0, 0], signed
        valid = demonstrated.credentials[1]
        done = auditor.run("evidence", str(valid), "--checkpoint", "november.json", "--out", str(tmp_path))
        assert done.returncode == 0, done.stderr
        account = json.loads((audited / "november.json").read_text())["signatures"][0]["account"]
        forged = json.loads((audited / "november.json").read_text())
        forged["blockHash"] = "0x" + "00" * 32
        (audited / "forged.json").write_text(json.dumps(forged))
        done = auditor.run("evidence", str(valid), "--checkpoint", "forged.json", "--out", str(tmp_path))
        assert (done.returncode, "signature" in done.stderr) == (2, True), done.stderr
    finally:
        stop_chain(audited)
    folder = tmp_path / "verifier"
    shutil.copytree(saved[0].folder, folder)
    shutil.copy(valid, folder / "valid.json")
    shutil.copy(tmp_path / f"{valid.stem}.evidence.json", folder / "valid.evidence.json")
    (folder / "trust" / "checkpoints").mkdir(parents=True)
    shutil.copy(audited / "november.json", folder / "trust" / "checkpoints")
    verifier = Workspace(folder, "")
    status, (report,) = reports(verifier, "valid.json", "--offline")
    assert (status, codes(report)["anchor"]) == (6, "anchor.block_unpinned")
    settings = (folder / "credroot.toml").read_text()
    for who, expected in (("0x" + "11" * 20, 6), (account, 0)):
        named = f'\n[[trust.auditors]]\naccount = "{who}"\nname = "Audit House"\n'
        (folder / "credroot.toml").write_text(settings + named)
        status, (report,) = reports(verifier, "valid.json", "--offline")
        assert status == expected, report
    assert report["network"]["basis"]["pinnedBy"].startswith("the checkpoint of Audit House")


def test_mistakes_are_told_in_a_line(demonstrated: Workspace, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.json"
    nothing.write_text("{}")
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in demonstrated.credentials[:2]:
            zipped.write(path, path.name)
    for arguments in (
        ("evidence", str(nothing)),
        ("evidence", str(archive)),
        ("evidence", str(demonstrated.folder / "altered-copy.json")),
        ("verify", str(demonstrated.credentials[1]), "--block", "0x" + "00" * 32),
        ("verify", str(demonstrated.credentials[1]), "--offline", "--block", "latest"),
    ):
        done = run_credroot(demonstrated.folder, *arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
