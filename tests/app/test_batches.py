"""Issuing from the command line: plan, anchor, resume, refuse, withdraw; each mistake with its status and its place."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import Workspace, run_credroot

if TYPE_CHECKING:
    from pathlib import Path

ROSTER = "name,email,issued_on,result\n"


def anchor(workspace: Workspace, name: str, roster: str = "roster.csv") -> dict[str, object]:
    done = workspace.run("batch", "anchor", name, "--roster", roster, "--achievement", "data-analytics.json", "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def events(workspace: Workspace) -> str:
    return workspace.run("audit", "events").stdout


def anchored(workspace: Workspace) -> int:
    return workspace.run("audit", "events").stdout.count('"event": "BatchAnchored"')


def small_roster(workspace: Workspace, name: str, people: int = 3, start: int = 0) -> str:
    rows = "".join(f"Person {n},p{n}@students.example,2026-06-30,80\n" for n in range(start, start + people))
    (workspace.folder / name).write_text(ROSTER + rows)
    return name


REQUEST = ("--achievement", "data-analytics.json")


def refusal(workspace: Workspace, *arguments: str) -> tuple[int, str]:
    done = workspace.run("batch", "anchor", *arguments)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.rpartition("[")[2].strip("]\n")


def test_people_who_have_the_same_already_are_not_issued_it_again_unasked(workspace: Workspace) -> None:
    anchor(workspace, "first", small_roster(workspace, "first.csv"))
    late = small_roster(workspace, "late.csv", people=5)
    plan = workspace.run("batch", "plan", late, *REQUEST, "--name", "planned")
    assert (plan.returncode, "[batch.people_repeated]" in plan.stderr) == (0, True)
    assert refusal(workspace, "second", "--roster", late, *REQUEST) == (7, "batch.people_repeated")
    assert refusal(workspace, "second") == (7, "batch.people_repeated")
    assert refusal(workspace, "third", "--roster", "first.csv", *REQUEST) == (7, "batch.already_anchored")
    assert refusal(workspace, "planned") == (7, "batch.people_repeated")
    anchor(workspace, "others", small_roster(workspace, "others.csv", start=5))
    (workspace.folder / "day.csv").write_text(ROSTER + "Person 1,p1@students.example,2027-06-30,80\n")
    anchor(workspace, "another-year", "day.csv")
    before = anchored(workspace)
    assert workspace.run("batch", "anchor", "second", "--again").returncode == 0
    assert anchored(workspace) == before + 1


def test_a_journal_that_was_lost_does_not_let_the_same_people_be_issued_twice(workspace: Workspace) -> None:
    anchor(workspace, "first", small_roster(workspace, "first.csv"))
    for path in workspace.folder.glob("journal.db*"):
        path.unlink()
    assert refusal(workspace, "second", "--roster", "first.csv", *REQUEST) == (7, "batch.people_repeated")
    (workspace.folder / "batches" / "first").rename(workspace.folder / "away")
    assert refusal(workspace, "second") == (7, "guard.journal_behind")
    (workspace.folder / "away").rename(workspace.folder / "batches" / "first")
    assert workspace.run("batch", "resume", "first").returncode == 0
    assert anchored(workspace) == 1


def test_processes_that_anchor_one_name_at_once_get_a_code_and_one_gets_the_batch(workspace: Workspace) -> None:
    small_roster(workspace, "one.csv")
    command = [sys.executable, "-m", "credroot", "batch", "anchor", "one", "--roster", "one.csv", *REQUEST]
    rivals = [
        subprocess.Popen(command, cwd=workspace.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [(rival.communicate(timeout=240)[1], rival.returncode) for rival in rivals]
    assert sorted(status for _, status in told)[0] == 0, told
    for said, status in told:
        if status:
            assert (status, said.rpartition("[")[2].strip("]\n")) in ((2, "batch.name_taken"), (7, "lock.held")), said
    assert anchored(workspace) == 1
    assert refusal(workspace, "one") == (7, "batch.begun")
    assert refusal(workspace, "one", "--roster", "one.csv", *REQUEST) == (2, "batch.name_taken")


def test_a_plan_tells_the_cost_and_sends_nothing(workspace: Workspace) -> None:
    before = events(workspace)
    done = workspace.run("batch", "plan", "roster.csv", "--achievement", "data-analytics.json", "--name", "planned")
    assert done.returncode == 0
    assert "25 credentials -> 1 transaction" in done.stdout
    assert " gwei, at most " in done.stdout
    assert "Nothing was sent" in done.stdout
    listed = json.loads(workspace.run("batch", "list", "--json").stdout)["batches"]
    assert listed == [{"batch": "planned", "state": "planned"}]
    assert events(workspace) == before
    assert workspace.run("batch", "anchor", "planned").returncode == 0


def test_the_same_people_are_not_anchored_twice_under_any_name(workspace: Workspace) -> None:
    first = anchor(workspace, "one")
    assert first["state"] == "published"
    again = workspace.run("batch", "anchor", "one", "--roster", "roster.csv", "--achievement", "data-analytics.json")
    other = workspace.run("batch", "anchor", "two", "--roster", "roster.csv", "--achievement", "data-analytics.json")
    assert again.returncode == 2
    assert other.returncode == 7
    assert "batch.already_anchored" in other.stderr
    assert anchored(workspace) == 1
    resumed = workspace.run("batch", "resume", "one", "--json")
    assert resumed.returncode == 0
    assert json.loads(resumed.stdout)["transaction"] == first["transaction"]


def test_a_cost_cap_refuses_before_anything_is_signed(workspace: Workspace) -> None:
    before = events(workspace)
    workspace.run("batch", "plan", "roster.csv", "--achievement", "data-analytics.json", "--name", "capped")
    done = workspace.run("batch", "anchor", "capped", "--max-cost", "0.000000001")
    assert (done.returncode, "guard.max_cost" in done.stderr) == (7, True)
    assert events(workspace) == before
    assert workspace.run("batch", "resume", "capped", "--max-cost", "1").returncode == 0


def test_an_empty_roster_is_refused(workspace: Workspace) -> None:
    (workspace.folder / "empty.csv").write_text(ROSTER)
    done = workspace.run("batch", "anchor", "empty", "--roster", "empty.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "batch.empty" in done.stderr) == (7, True)
    assert not (workspace.folder / "batches" / "empty").exists()


def test_a_roster_with_errors_is_not_taken_in(workspace: Workspace) -> None:
    (workspace.folder / "bad.csv").write_text(
        ROSTER + "A,not an address,2026-02-31,80\nB,b@students.example,2026-01-01,900\n"
    )
    done = workspace.run("batch", "anchor", "bad", "--roster", "bad.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "roster.errors" in done.stderr) == (3, True)
    (workspace.folder / "high.csv").write_text(ROSTER + "B,b@students.example,2026-01-01,900\n")
    done = workspace.run("batch", "anchor", "high", "--roster", "high.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "row 2" in done.stderr) == (3, True)
    assert list(workspace.folder.glob("batches/*")) == []


def test_an_achievement_with_errors_is_refused_by_field(workspace: Workspace) -> None:
    achievement = json.loads((workspace.folder / "data-analytics.json").read_text())
    del achievement["criteria"]
    achievement["alignment"][0]["targetUrl"] = "not a URL"
    (workspace.folder / "broken.json").write_text(json.dumps(achievement))
    done = workspace.run("batch", "anchor", "x", "--roster", "roster.csv", "--achievement", "broken.json")
    assert done.returncode == 2
    assert "criteria" in done.stderr
    assert "alignment[0].targetUrl" in done.stderr


@pytest.mark.parametrize("name", ["../evil", "UPPER", "", ".hidden", "a/b", "a\nb", "x" * 65, "-dash"])
def test_a_name_that_could_lead_elsewhere_is_refused(workspace: Workspace, name: str) -> None:
    done = workspace.run("batch", "anchor", "--", name)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_wrong_passphrase_stops_before_anything_is_sent(workspace: Workspace) -> None:
    before = events(workspace)
    (workspace.folder / "keys" / "passphrase").write_text("wrong\n")
    done = workspace.run("batch", "anchor", "one", "--roster", "roster.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "key.passphrase" in done.stderr) == (2, True)
    assert events(workspace) == before


def test_a_key_that_others_can_read_is_not_used(workspace: Workspace) -> None:
    (workspace.folder / "keys" / "registrar.json").chmod(0o644)
    done = workspace.run("batch", "anchor", "one", "--roster", "roster.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "key.mode" in done.stderr) == (2, True)


def test_an_account_without_funds_is_told_so(workspace: Workspace) -> None:
    workspace.run("chain", "--help")
    settings = (workspace.folder / "credroot.toml").read_text()
    other = run_credroot(workspace.folder, "-w", "poor", "init", "--name", "Poor College")
    assert other.returncode == 0, other.stderr
    poor = (workspace.folder / "poor" / "credroot.toml").read_text()
    account = next(line for line in poor.splitlines() if line.startswith("account = "))
    own = next(line for line in settings.splitlines() if line.startswith("account = "))
    (workspace.folder / "credroot.toml").write_text(settings.replace(own, account))
    shutil.copy(workspace.folder / "poor" / "keys" / "registrar.json", workspace.folder / "keys" / "registrar.json")
    shutil.copy(workspace.folder / "poor" / "keys" / "passphrase", workspace.folder / "keys" / "passphrase")
    shutil.copy(workspace.folder / "poor" / "keys" / "signing-key.json", workspace.folder / "keys" / "signing-key.json")
    done = workspace.run("batch", "anchor", "one", "--roster", "roster.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "guard.balance" in done.stderr) == (7, True), done.stderr


def test_credentials_are_withdrawn_by_file_by_id_and_by_batch(workspace: Workspace) -> None:
    anchor(workspace, "one", small_roster(workspace, "one.csv", 5))
    anchor(workspace, "two", small_roster(workspace, "two.csv", 2, start=10))
    files = sorted((workspace.folder / "batches" / "one" / "credentials").glob("*.json"))
    identifier = json.loads(files[1].read_text())["id"]
    assert workspace.run("revoke", str(files[0]), identifier, "--reason", "superseded").returncode == 0
    assert workspace.run("suspend", str(files[2])).returncode == 0
    assert workspace.run("revoke", "--batch", "two", "--reason", "1234").returncode == 0
    two = sorted((workspace.folder / "batches" / "two" / "credentials").glob("*.json"))

    def statuses() -> list[str]:
        reports = workspace.reports(*files, *two)
        return [next(c["code"] for c in report["checks"] if c["id"] == "status").split(".")[1] for report in reports]

    assert statuses() == ["revoked", "revoked", "suspended", "active", "active", "revoked", "revoked"]
    assert workspace.run("reinstate", str(files[2]), str(files[0])).returncode == 0
    assert statuses()[:3] == ["revoked", "revoked", "active"]
    events = [json.loads(line) for line in workspace.run("audit", "events").stdout.splitlines()]
    assert [event["event"] for event in events].count("BatchAnchored") == 2
    assert sum(event["event"] == "StatusChanged" for event in events) >= 3


def test_withdrawing_what_is_not_ours_names_it_and_does_nothing(workspace: Workspace, demonstrated: Workspace) -> None:
    foreign = demonstrated.credentials[1]
    done = workspace.run("revoke", str(foreign), "no-such-id", "--reason", "superseded")
    assert done.returncode == 2
    assert foreign.name in done.stderr
    assert "no-such-id" in done.stderr
    assert workspace.run("revoke").returncode == 2
    assert workspace.run("revoke", "x", "--reason", "whim").returncode == 2


def test_a_workspace_is_not_made_twice(workspace: Workspace) -> None:
    before = (workspace.folder / "credroot.toml").read_bytes()
    assert workspace.run("init", "--name", "Other").returncode == 2
    assert (workspace.folder / "credroot.toml").read_bytes() == before


def test_unknown_settings_are_named(workspace: Workspace) -> None:
    text = (workspace.folder / "credroot.toml").read_text()
    (workspace.folder / "credroot.toml").write_text("surprise = 1\n" + text)
    done = workspace.run("verify", "roster.csv")
    assert (done.returncode, "surprise" in done.stderr) == (2, True)


def test_a_network_of_another_chain_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    deployment = workspace.folder / "deployments" / "local.json"
    content = json.loads(deployment.read_text())
    deployment.write_text(json.dumps({**content, "chain": "eip155:5"}))
    done = workspace.run("batch", "plan", "roster.csv", "--achievement", "data-analytics.json")
    assert (done.returncode, "deployment.other_chain" in done.stderr) == (2, True)


def test_a_registry_with_other_code_is_refused(workspace: Workspace) -> None:
    deployment = workspace.folder / "deployments" / "local.json"
    content = json.loads(deployment.read_text())
    deployment.write_text(json.dumps({**content, "codeHash": "0x" + "ab" * 32}))
    done = workspace.run("audit", "events")
    assert (done.returncode, "chain.wrong_code" in done.stderr) == (7, True)


def test_any_other_file_gets_a_receipt(workspace: Workspace) -> None:
    folder = workspace.folder
    for number in range(3):
        (folder / f"transcript-{number}.pdf").write_bytes(b"%PDF " + bytes([number]))
    files = [word for number in range(3) for word in ("--file", f"transcript-{number}.pdf")]
    done = workspace.run("batch", "anchor", "transcripts", *files)
    assert done.returncode == 0, done.stderr
    receipt = str(folder / "batches" / "transcripts" / "credentials" / "transcript-1.pdf.receipt.json")
    assert workspace.run("verify", receipt, "--file", "transcript-1.pdf").returncode == 0
    assert workspace.run("verify", receipt, "--file", "transcript-2.pdf").returncode == 3
    assert workspace.run("verify", receipt).returncode == 6
    changed = json.loads((folder / receipt).read_text())
    changed["name"] = "other.pdf"
    (folder / "changed.json").write_text(json.dumps(changed))
    assert workspace.run("verify", "changed.json", "--file", "transcript-1.pdf").returncode == 3
    again = workspace.run("batch", "anchor", "again", *files)
    assert (again.returncode, "batch.already_anchored" in again.stderr) == (7, True)
    assert workspace.run("batch", "resume", "transcripts").returncode == 0
