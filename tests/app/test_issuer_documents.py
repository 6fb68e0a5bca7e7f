"""``credroot issuer`` from the command line: what is published, and what a verifier makes of it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import credroot
from credroot.credential.status import bitstring
from tests.workspaces import Workspace, run_credroot, stop_chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DID = "did:web:registrar.example.edu"
PUBLISH_URL = "https://registrar.example.edu/credroot"
LISTS = ["public/status/1.json", "public/status/1-suspension.json"]


@pytest.fixture(scope="module")
def registrar(demonstrated: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The workspace of a did:web that publishes, with one batch."""
    folder = tmp_path_factory.mktemp("registrar")
    done = run_credroot(folder, "init", "--name", "Registrar", "--did", DID, "--publish-url", PUBLISH_URL)
    assert done.returncode == 0, done.stderr
    for name in ("roster.csv", "data-analytics.json"):
        shutil.copy(demonstrated.folder / name, folder / name)
    arguments = ("--roster", "roster.csv", "--achievement", "data-analytics.json")
    done = run_credroot(folder, "batch", "anchor", "data-analytics-2026", *arguments)
    assert done.returncode == 0, done.stderr
    yield Workspace(folder, done.stdout)
    stop_chain(folder)


def manifest(workspace: Workspace) -> Any:
    return json.loads((workspace.folder / "batches" / "data-analytics-2026" / "manifest.json").read_bytes())


def bits(workspace: Workspace, name: str = "1.json") -> bytes:
    document = json.loads((workspace.folder / "public" / "status" / name).read_bytes())
    return bitstring.decode(document["credentialSubject"]["encodedList"]).bits


def details(report: credroot.Report, check: str) -> Any:
    return report.check(check).details


def test_did_key_and_account_are_bound_by_list_profile_and_did_document(registrar: Workspace) -> None:
    document = json.loads((registrar.folder / "public" / ".well-known" / "did.json").read_bytes())
    assert document["id"] == DID
    report = credroot.verify(registrar.credentials[5].read_bytes(), workspace=registrar.folder)
    assert report.verdict is credroot.Verdict.VALID
    assert details(report, "issuer")["boundBy"] == ["trust list", "profile", "did document"]
    assert details(report, "signature")["keySource"] == "did document"


def test_without_the_did_document_the_profile_on_chain_names_the_key(registrar: Workspace, tmp_path: Path) -> None:
    folder = stranger(registrar, tmp_path)
    assert details_of_signature(registrar, folder) == "signature.unchecked"
    (folder / "trust" / "profiles").mkdir(parents=True)
    shutil.copy(registrar.folder / "public" / "profile.json", folder / "trust" / "profiles")
    assert details_of_signature(registrar, folder) == "signature.ok"


def stranger(registrar: Workspace, folder: Path) -> Path:
    """Give a verifier's workspace that trusts the registrar and knows none of its documents."""
    shutil.copytree(registrar.folder / "deployments", folder / "deployments")
    url = json.loads((registrar.folder / "chain" / "endpoint.json").read_text())["url"]
    settings = (registrar.folder / "credroot.toml").read_text()
    trust = settings[settings.index("[[trust.issuers]]") :]
    head = f'format = "credroot/settings/v1"\n[networks.local]\nendpoints = ["{url}"]\n'
    (folder / "credroot.toml").write_text(head + trust, encoding="utf-8")
    return folder


def details_of_signature(registrar: Workspace, folder: Path) -> str:
    return credroot.verify(registrar.credentials[5].read_bytes(), workspace=folder).check("signature").code


def test_a_profile_that_is_set_already_is_not_paid_for_again(registrar: Workspace) -> None:
    done = registrar.run("issuer", "profile", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["format"], answer["transaction"]) == ("credroot/published-profile/v1", None)


def test_every_credential_has_a_place_of_its_own_that_the_manifest_knows(registrar: Workspace) -> None:
    entries = manifest(registrar)["credentials"]
    places = {entry["id"]: entry["status"] for entry in entries}
    assert len({place["index"] for place in places.values()}) == 25
    for path in registrar.credentials:
        document = json.loads(path.read_bytes())
        status = document["credentialStatus"]
        assert status["statusListCredential"] == f"{PUBLISH_URL}/status/1.json"
        assert status["statusReference"] == f"{PUBLISH_URL}/status/1-suspension.json"
        assert int(status["statusListIndex"]) == places[document["id"]]["index"]


def place_of(credential: Path) -> int:
    return int(json.loads(credential.read_bytes())["credentialStatus"]["statusListIndex"])


def test_a_revocation_reaches_the_list_by_itself_and_a_stale_list_does_not_lift_it(registrar: Workspace) -> None:
    assert not any(bits(registrar))
    victim = registrar.credentials[7]
    path = registrar.folder / "public" / "status" / "1.json"
    before = path.read_bytes()
    done = registrar.run("revoke", str(victim), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statusLists"] == {"files": LISTS}
    assert bitstring.value_at(bits(registrar), place_of(victim)) == 1
    assert sum(byte.bit_count() for byte in bits(registrar)) == 1
    agreeing = credroot.verify(victim.read_bytes(), workspace=registrar.folder)
    assert "disagreement" not in details(agreeing, "status")
    after = path.read_bytes()
    path.write_bytes(before)
    stale = credroot.verify(victim.read_bytes(), workspace=registrar.folder)
    path.write_bytes(after)
    assert details(stale, "status")["disagreement"] is True
    assert stale.check("status").code == "status.revoked"


def test_a_suspension_is_set_in_the_list_of_suspensions_and_not_in_that_of_revocations(registrar: Workspace) -> None:
    victim = registrar.credentials[12]
    place, before = place_of(victim), bits(registrar)

    def suspended() -> list[int]:
        return [bitstring.value_at(bits(registrar, "1-suspension.json"), one) for one in (place, place ^ 1)]

    assert registrar.run("issuer", "status").returncode == 0
    assert suspended() == [0, 0]
    assert registrar.run("suspend", str(victim)).returncode == 0
    assert (suspended(), bits(registrar)) == ([1, 0], before)
    document = json.loads((registrar.folder / "public" / "status" / "1-suspension.json").read_bytes())
    assert document["id"] == json.loads(victim.read_bytes())["credentialStatus"]["statusReference"]
    assert document["credentialSubject"]["statusPurpose"] == "suspension"
    report = credroot.verify(victim.read_bytes(), workspace=registrar.folder)
    assert [word["purpose"] for word in details(report, "status")["lists"] if word["says"] == "suspended"] == [
        "suspension"
    ]
    assert registrar.run("reinstate", str(victim)).returncode == 0
    assert suspended() == [0, 0]


def test_a_list_that_can_not_be_made_anew_is_a_warning_and_the_revocation_stands(registrar: Workspace) -> None:
    victim = registrar.credentials[8]
    lists = registrar.folder / "public" / "status"
    before = (lists / "1.json").read_bytes()
    aside = lists.rename(lists.with_name("aside"))
    lists.write_text("in the way")
    done = registrar.run("revoke", str(victim), "--json")
    lists.unlink()
    aside.rename(lists)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statusLists"]["files"] == []
    assert "credroot issuer status" in done.stderr
    assert credroot.verify(victim.read_bytes(), workspace=registrar.folder).check("status").code == "status.revoked"
    assert (lists / "1.json").read_bytes() == before
    assert registrar.run("issuer", "status").returncode == 0
    assert bitstring.value_at(bits(registrar), place_of(victim)) == 1


def test_a_signing_key_that_is_not_at_hand_loses_no_revocation(registrar: Workspace) -> None:
    victim = registrar.credentials[10]
    (hidden,) = (registrar.folder / "keys").glob("signing-key*.json")
    aside = hidden.rename(hidden.with_suffix(".aside"))
    done = registrar.run("revoke", str(victim))
    aside.rename(hidden)
    assert (done.returncode, "credroot issuer status" in done.stderr) == (0, True)
    assert "Wrote public/status/1.json" in registrar.run("suspend", str(registrar.credentials[11])).stdout
    assert bitstring.value_at(bits(registrar), place_of(victim)) == 1
    assert registrar.run("reinstate", str(registrar.credentials[11])).returncode == 0


def test_a_list_can_be_anchored_and_its_receipt_verifies(registrar: Workspace) -> None:
    done = registrar.run("issuer", "status", "--anchor", "--json")
    assert done.returncode == 0, done.stderr
    files = json.loads(done.stdout)["files"]
    assert files == [*LISTS, "public/status/1.receipt.json", "public/status/1-suspension.receipt.json"]
    for receipt, of in zip(files[2:], files[:2], strict=True):
        assert registrar.run("verify", receipt, "--file", of).returncode == 0
        assert registrar.run("verify", receipt, "--file", "roster.csv").returncode == 3
    assert registrar.run("issuer", "status").returncode == 0
    assert not any((registrar.folder / receipt).exists() for receipt in files[2:]), "a receipt beside another list"


def test_lists_are_not_made_while_a_chain_is_silent(registrar: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "cut-off"
    shutil.copytree(registrar.folder, folder, ignore=shutil.ignore_patterns("chain"))
    settings = (folder / "credroot.toml").read_text()
    silent = 'network = "local"\nnetworks.local.endpoints = ["http://127.0.0.1:9"]\n'
    (folder / "credroot.toml").write_text(settings.replace('network = "local"\n', silent))
    before = (folder / "public" / "status" / "1.json").read_bytes()
    assert run_credroot(folder, "issuer", "status").returncode == 6
    assert (folder / "public" / "status" / "1.json").read_bytes() == before


def test_an_endorsement_is_signed_and_verifies_and_nothing_is_overwritten(registrar: Workspace) -> None:
    arguments = ("issuer", "endorse", "https://other.example/achievements/1", "--name", "Well made")
    done = registrar.run(*arguments, "--comment", "We hire by it.", "--out", "endorsement.json")
    assert done.returncode == 0, done.stderr
    report = registrar.reports("endorsement.json")[0]
    assert report["verdict"] == "valid"
    assert report["credential"]["endorses"] == "https://other.example/achievements/1"
    assert registrar.run(*arguments, "--out", "endorsement.json").returncode == 2
    assert registrar.run("issuer", "endorse", "not an id", "--name", "x").returncode == 2


def test_the_recipient_is_whom_the_roster_names(registrar: Workspace) -> None:
    row = {entry["id"]: entry["row"] for entry in manifest(registrar)["credentials"]}
    path = registrar.credentials[3]
    number = row[json.loads(path.read_bytes())["id"]] - 1
    own, other = f"Learner{number:02d}@students.example", "learner99@students.example"
    assert registrar.run("verify", "-q", "--recipient", own, str(path)).returncode == 0
    assert registrar.run("verify", "-q", "--recipient", other, str(path)).returncode == 3


def test_an_issuer_that_publishes_nothing_has_no_lists(workspace: Workspace) -> None:
    done = workspace.run("issuer", "status")
    assert done.returncode == 2
    assert "status.no_url" in done.stderr
    assert "none: this DID is its own key" in workspace.run("issuer", "did").stdout


def test_shapes_that_were_learnt_change_no_verdict(registrar: Workspace) -> None:
    path = registrar.credentials[4]
    folder = registrar.folder / "cache" / "shapes"
    shutil.rmtree(folder, ignore_errors=True)
    altered = registrar.folder / "altered.json"
    altered.write_bytes(path.read_bytes().replace(b"Registrar", b"Registrer"))
    for _ in range(2):
        assert registrar.run("verify", "-q", str(path)).returncode == 0
        assert registrar.run("verify", "-q", str(altered)).returncode == 3
    names = sorted(folder.iterdir())
    assert names
    for name in names:
        name.write_bytes(name.read_bytes()[:-1] + b"?")
    assert registrar.run("verify", "-q", str(path)).returncode == 0
    for name in names:
        name.chmod(0o666)
    assert registrar.run("verify", "-q", str(path)).returncode == 0


def test_a_new_key_leaves_what_the_old_one_signed_good_because_the_anchor_dates_it(registrar: Workspace) -> None:
    old = registrar.credentials[9]
    done = registrar.run("issuer", "rotate-key")
    assert done.returncode == 0, done.stderr
    report = credroot.verify(old.read_bytes(), workspace=registrar.folder)
    assert report.verdict is credroot.Verdict.VALID
    assert report.check("signature").code == "signature.before_removal"
    assert report.check("issuer").details["boundBy"] == ["trust list", "profile", "did document"]
    assert f"{DID}#key-2" in (registrar.folder / "public" / "status" / "1.json").read_text()
    roster = "name,email,issued_on\nNew Person,new@students.example,2026-07-01\n"
    (registrar.folder / "more.csv").write_text(roster)
    arguments = ("--roster", "more.csv", "--achievement", "data-analytics.json")
    done = registrar.run("batch", "anchor", "more", *arguments)
    assert done.returncode == 0, done.stderr
    (path,) = (registrar.folder / "batches" / "more" / "credentials").glob("*.json")
    report = credroot.verify(path.read_bytes(), workspace=registrar.folder)
    assert (report.verdict, report.check("signature").code) == (credroot.Verdict.VALID, "signature.ok")
    assert details(report, "signature")["key"] == f"{DID}#key-2"


def test_a_did_key_has_no_other_key(workspace: Workspace) -> None:
    done = workspace.run("issuer", "rotate-key")
    assert (done.returncode, "key.is_the_did" in done.stderr) == (2, True)
