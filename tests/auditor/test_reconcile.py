"""Rosters and files against the chain, in both directions: on a workspace made by the demonstration."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from credroot.app.auditing.audit import Request, audit, desk, read_roster_file
from credroot.app.cli import root
from credroot.app.demo.audit import PLANTED_ROW
from credroot.app.demo.demonstration import demonstrate
from credroot.app.demo.people import BATCH_NAME, demo_roster
from credroot.app.settings.settings import Settings, load_settings
from credroot.auditor.checks.issued_files import RosterFile, read_batches
from credroot.auditor.checks.reconciliation import Reconciled, Reconciliation
from credroot.auditor.index.exports import has_parquet
from credroot.auditor.ledger.ledger import Ledger
from credroot.auditor.ledger.records import Batch, Key
from credroot.auditor.report.report import AuditReport
from credroot.core.values import Address, Digest


@dataclass
class Made:
    """The demonstration's workspace, and what the chain says."""

    settings: Settings
    ledger: Ledger
    report: AuditReport
    said: list[str]
    named: bool


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    said: list[str] = []
    named = demonstrate(folder, said.append, page="https://verify.example/")
    settings = load_settings(folder)
    with desk(settings) as at:
        report = audit(at, Request())
        yield Made(settings, report.ledger, report, said, named)


@pytest.fixture
def batches(made: Made, tmp_path: Path) -> Path:
    """A copy of the batches' folder, to be spoilt."""
    return Path(shutil.copytree(made.settings.workspace / "batches", tmp_path / "batches"))


def reconciled(made: Made, batches: Path, *rosters: RosterFile, accreditors: tuple[Address, ...] = ()) -> Reconciled:
    return Reconciliation(made.ledger, issuers=(), accreditors=accreditors).run(read_batches(batches), rosters)


def own_roster(batches: Path) -> RosterFile:
    return read_roster_file(batches / BATCH_NAME / "roster.csv")


def other_roster(tmp_path: Path, content: bytes) -> RosterFile:
    path = tmp_path / "registrar.csv"
    path.write_bytes(content)
    return read_roster_file(path)


def numbers(found: Reconciled) -> list[str]:
    return sorted(finding.number for finding in found.findings if finding.number not in ("R402", "R403", "A509"))


def credential(batches: Path, place: int = 0) -> Path:
    return sorted((batches / BATCH_NAME / "credentials").glob("*.json"))[place]


def test_the_demonstration_ends_with_an_audit_that_names_what_was_planted(made: Made) -> None:
    assert made.named, made.said
    lines = "\n".join(made.said)
    assert "registrar.csv, row 27" in lines
    assert "12 credentials under" in lines
    folder = made.settings.workspace / "audit" / "report"
    assert {path.name for path in folder.iterdir()} >= {"report.html", "report.json", "events.csv", "checkpoint.json"}


def test_the_roster_that_a_batch_was_made_from_is_all_on_chain(made: Made, batches: Path) -> None:
    found = reconciled(made, batches, own_roster(batches))
    assert (found.rows, found.rows_on_chain, found.credentials) == (25, 25, 25)
    assert numbers(found) == []


def test_a_revoked_person_is_still_listed(made: Made, batches: Path) -> None:
    found = reconciled(made, batches, own_roster(batches))
    assert [finding.number for finding in found.findings if finding.number == "R403"] == ["R403"]


@pytest.fixture
def altered(made: Made) -> Made:
    """The demonstration with a ledger of its own, whose first batch a test may change."""
    return replace(made, ledger=copy.deepcopy(made.ledger))


def first_batch(made: Made) -> Batch:
    return next(batch for batch in made.ledger.batches.values() if batch.sequence == 1)


def test_a_suspended_person_is_still_listed(altered: Made, batches: Path) -> None:
    batch = first_batch(altered)
    batch.suspended_words[0] = 1 << next(index for index in range(25) if not batch.bit(batch.revoked_words, index))
    assert numbers(reconciled(altered, batches, own_roster(batches))) == ["R404"]


def test_a_batch_by_a_distrusted_key_is_named(altered: Made, batches: Path) -> None:
    batch = first_batch(altered)
    altered.ledger.keys[batch.issuer, batch.key] = Key(distrusted_from=batch.anchored_at)
    assert numbers(reconciled(altered, batches)) == ["R406"]
    altered.ledger.keys[batch.issuer, batch.key] = Key(distrusted_from=batch.anchored_at + 1)
    assert numbers(reconciled(altered, batches)) == []


def test_credentials_that_were_made_after_they_were_anchored_are_named(altered: Made, batches: Path) -> None:
    batch = first_batch(altered)
    batch.anchored_at -= 2 * 3_600
    assert set(numbers(reconciled(altered, batches))) == {"A510"}


def test_an_independent_roster_is_matched_by_hashes_alone(made: Made, batches: Path, tmp_path: Path) -> None:
    renamed = demo_roster().replace(b"Ada Lovelace-Byron", b"A. Lovelace") + PLANTED_ROW
    found = reconciled(made, batches, other_roster(tmp_path, renamed))
    assert (found.rows, found.rows_on_chain) == (26, 25)
    assert numbers(found) == ["R401"]


def test_a_person_who_is_not_in_the_roster_any_more_is_named(made: Made, batches: Path, tmp_path: Path) -> None:
    shorter = b"\r\n".join(demo_roster().split(b"\r\n")[:-2]) + b"\r\n"
    assert numbers(reconciled(made, batches, other_roster(tmp_path, shorter))) == ["R410"]


def test_an_altered_file_is_named_once(made: Made, batches: Path) -> None:
    path = credential(batches)
    path.write_bytes(path.read_bytes().replace(b"Data Analytics", b"Data Analysis!"))
    assert numbers(reconciled(made, batches, own_roster(batches))) == ["R405"]


def test_a_file_that_is_no_credential_is_named(made: Made, batches: Path) -> None:
    credential(batches).write_bytes(b"[1, 2")
    assert numbers(reconciled(made, batches, own_roster(batches))) == ["R405"]


def test_a_file_that_is_gone_is_named_once(made: Made, batches: Path) -> None:
    credential(batches).unlink()
    assert numbers(reconciled(made, batches, own_roster(batches))) == ["R409"]


def test_a_manifest_that_joins_the_wrong_row_and_credential_is_found_out(made: Made, batches: Path) -> None:
    path = batches / BATCH_NAME / "manifest.json"
    manifest = json.loads(path.read_bytes())
    one, other = manifest["credentials"][:2]
    one["row"], other["row"] = other["row"], one["row"]
    path.write_text(json.dumps(manifest))
    assert numbers(reconciled(made, batches, own_roster(batches))) == ["R411", "R411"]


def test_a_manifest_with_leaves_of_its_own_is_found_out(made: Made, batches: Path) -> None:
    path = batches / BATCH_NAME / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["credentials"][3]["leaf"] = str(Digest(b"\x99" * 32))
    path.write_text(json.dumps(manifest))
    assert numbers(reconciled(made, batches, own_roster(batches))) == ["R405", "R408"]


def test_a_manifest_of_a_batch_that_was_never_anchored_is_named(made: Made, batches: Path) -> None:
    path = batches / BATCH_NAME / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["root"] = str(Digest(b"\x98" * 32))
    path.write_text(json.dumps(manifest))
    found = reconciled(made, batches)
    assert numbers(found) == ["R408"]
    assert found.batches_without_files == 2


def test_without_the_files_every_batch_is_one_that_nobody_knows(made: Made, tmp_path: Path) -> None:
    issuer = made.settings.required_issuer().account.address
    found = Reconciliation(made.ledger, issuers=[issuer]).run(read_batches(tmp_path), [])
    assert (found.batches, found.batches_without_files) == (2, 2)


def test_a_batch_outside_every_accreditation_is_named_where_one_is_asked_for(made: Made, batches: Path) -> None:
    found = reconciled(made, batches, accreditors=(Address(b"\x01" * 20),))
    assert numbers(found) == ["R407", "R407"]


def test_the_report_holds_no_name_and_no_address_of_a_person(made: Made) -> None:
    folder = made.settings.workspace / "audit" / "report"
    for path in folder.iterdir():
        content = path.read_text()
        assert "students.example" not in content, path
        assert "Lovelace" not in content, path


def test_the_page_is_complete_in_itself_and_has_no_script(made: Made) -> None:
    page = (made.settings.workspace / "audit" / "report" / "report.html").read_text()
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    for reference in ("src=", "href=", "url(", "@import"):
        assert reference not in page
    assert page.count("<svg") >= 3
    assert page.count("<svg") == page.count("The numbers</summary>")


@pytest.fixture
def fresh_help() -> Iterator[None]:
    """click keeps the first help option that a command shows; other tests want to see their own."""
    yield
    group = root.get_command(click.Context(root), "audit")
    assert isinstance(group, click.Group)
    for command in (root, group, *group.commands.values()):
        command._help_option = None


Status = Callable[..., tuple[int, str]]


@pytest.fixture
def status(made: Made, index_url: str, monkeypatch: pytest.MonkeyPatch, fresh_help: None) -> Iterator[Status]:
    """Runs an audit command on the demonstration's workspace, with the index in either database."""
    monkeypatch.setenv("CREDROOT_INDEX", index_url)

    def run(*arguments: str) -> tuple[int, str]:
        command = ["-w", str(made.settings.workspace), "audit", *arguments]
        done = CliRunner().invoke(root, command, standalone_mode=False)
        assert done.exception is None, done.exception
        return int(done.return_value or 0), done.stdout

    yield run
    (made.settings.workspace / "audit" / "accepted.json").unlink(missing_ok=True)


def test_either_database_gives_the_same_audit(made: Made, index_url: str) -> None:
    with desk(made.settings, index_url=index_url) as at:
        report = audit(at, Request())
    assert report.checkpoint() == made.report.checkpoint()
    assert [finding.id for finding in report.findings] == [finding.id for finding in made.report.findings]


def test_commands_answer_as_documented(status: Status, tmp_path: Path) -> None:
    assert status("sync", "--json")[0] == 0
    assert json.loads(status("sync", "--json")[1])["newEvents"] == 0
    lines = status("events")[1].splitlines()
    assert {json.loads(line)["format"] for line in lines} == {"credroot/event/v1"}
    table = status("events", "--format", "csv")[1].splitlines()
    assert len(table) == len(lines) + 1
    page = json.loads(status("events", "--json")[1])
    assert (page["format"], page["events"]) == ("credroot/events/v1", [json.loads(line) for line in lines])
    revoked = status("events", "--jsonl", "--kind", "StatusChanged", "--from-block", "1")[1].splitlines()
    assert [json.loads(line)["event"] for line in revoked] == ["StatusChanged"]
    code, text = status("ledger", "--prove")
    assert (code, json.loads(text)["format"]) == (0, "credroot/ledger/v1")
    entries = [json.loads(line) for line in status("ledger", "--jsonl")[1].splitlines()]
    assert entries == json.loads(text)["entries"]
    [first, *_] = [entry["block"] for entry in entries if entry["entry"] == "batch"]
    earlier = json.loads(status("ledger", "--as-of", str(first))[1])
    assert [entry["entry"] for entry in earlier["entries"]].count("batch") == 1
    assert status("contract")[0] == 0
    assert json.loads(status("contract", "--json")[1])["format"] == "credroot/audit-contract/v1"
    assert status("watch", "--once") == (0, "")
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    code, text = status("reconcile", "--json")
    assert code == 3
    before.write_text(text)
    [missing] = [item["id"] for item in json.loads(text)["findings"] if item["rule"] == "R401"]
    assert status("accept", missing, "--note", "withdrew before the examination")[0] == 0
    code, text = status("report", "--json", "--out", str(tmp_path / "out"))
    assert code == 0
    after.write_text(text)
    [accepted] = [item for item in json.loads(text)["findings"] if item["rule"] == "R401"]
    assert (accepted["severity"], accepted["accepted"]) == ("note", "withdrew before the examination")
    code, text = status("diff", str(before), str(after), "--json")
    assert (code, json.loads(text)["suspicious"]) == (0, False)
    code, text = status("diff", str(before), "--json")
    assert (code, json.loads(text)["added"], json.loads(text)["changed"]) == (0, [], [])
    rewritten = json.loads(before.read_bytes())
    rewritten["ledger"][0]["leafCount"] += 1
    before.write_text(json.dumps(rewritten))
    assert status("diff", str(before))[0] == 3
    assert (tmp_path / "out" / "events.parquet").exists() == has_parquet()
    signed = tmp_path / "checkpoint.json"
    assert status("checkpoint", str(signed), "--sign")[0] == 0
    assert status("checkpoint", str(signed))[0] == 0
    assert len(json.loads(signed.read_bytes())["signatures"]) == 1
    told = json.loads(status("checkpoint", str(signed), "--json")[1])
    assert (told["differs"], told["ledger"]) == (None, json.loads(signed.read_bytes())["ledger"])


def test_a_watch_tells_people_and_programs_of_each_new_event(status: Status) -> None:
    code, told = status("watch", "--once")
    assert (code, told.count("BatchAnchored")) == (0, 2)
    assert status("watch", "--once", "--jsonl") == (0, "")


def test_a_watch_gives_programs_the_events_as_the_export_does(status: Status) -> None:
    seen = [json.loads(line) for line in status("watch", "--once", "--jsonl")[1].splitlines()]
    events = [json.loads(line) for line in status("events")[1].splitlines()]
    assert [item for item in seen if item["format"] == "credroot/event/v1"] == events
    assert {item["format"] for item in seen} == {"credroot/event/v1", "credroot/finding/v1"}


def test_a_parquet_export_has_a_row_for_each_event(status: Status, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow, which requirements.lock has")
    path = tmp_path / "events.parquet"
    assert status("events", "--format", "parquet", "--out", str(path))[0] == 0
    events = [json.loads(line)["event"] for line in status("events")[1].splitlines()]
    assert parquet.read_table(path).column("event").to_pylist() == events
