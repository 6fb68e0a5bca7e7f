"""What an earlier release issued, saved and wrote down is read, verified and gone on with by this one."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import Workspace, stop_chain

if TYPE_CHECKING:
    from collections.abc import Iterator

ARCHIVE = Path(__file__).parent / "earlier" / "workspace-0.1.tar.xz"
WITHDRAWN = {
    "0b507e18-e65f-4acd-8817-a4dff991f3a3": "status.revoked",
    "712c95fb-12b8-4078-a47a-1db93e075fc1": "status.suspended",
    "97b55b66-3c1d-43d0-a6e2-4e629e5c241c": "status.revoked",
}
"""By the release that made them."""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("earlier")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    yield Workspace(folder, "")
    stop_chain(folder)


def codes(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {check["id"]: check["code"] for check in report["checks"]}


def test_every_credential_has_the_verdict_that_it_had(earlier: Workspace) -> None:
    files = sorted(earlier.folder.glob("batches/*/credentials/*-*.json"))
    assert len(files) == 26
    for file, report in zip(files, earlier.reports(*files), strict=True):
        wanted = WITHDRAWN.get(file.stem)
        assert (report["verdict"], codes(report)["status"]) == (
            "valid" if wanted is None else "invalid",
            wanted or "status.active",
        )


def test_pictures_and_a_document_carry_what_they_carried(earlier: Workspace) -> None:
    files = [path for kind in ("png", "svg", "pdf") for path in earlier.folder.glob(f"batches/*/outputs/{kind}/*")]
    assert len(files) == 3
    assert {codes(report)["status"] for report in earlier.reports(*files)} == {"status.revoked"}
    assert {codes(report)["signature"] for report in earlier.reports(*files)} == {"signature.ok"}


def test_a_receipt_is_of_its_file_still(earlier: Workspace) -> None:
    receipt = "batches/papers/credentials/paper.txt.receipt.json"
    assert earlier.run("verify", receipt, "--file", "paper.txt").returncode == 0


def test_saved_evidence_is_judged_offline_on_the_block_of_the_checkpoint(earlier: Workspace) -> None:
    name = "0f1507bf-aa6e-430f-a3f8-a6e32ecbfe65"
    for file in (f"batches/data-analytics-2026/credentials/{name}.json", f"saved/{name}.evidence.json"):
        target = earlier.folder / "offline" / Path(file).name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((earlier.folder / file).read_bytes())
    pinned = "0xe2dade34db18341cd74a11fdf33292cac9c50a627dd825889dcbca5d705b6459"
    command = ("verify", "--offline", "--block", pinned, f"offline/{name}.json", "--json")
    # Its deployment file does not say how the registry was created; once the chain was asked, the workspace knows.
    earlier.reports(*earlier.credentials[:1])
    done = earlier.run(*command)
    report = json.loads(done.stdout)["reports"][0]
    assert codes(report)["anchor"] == "anchor.ok"
    assert codes(report)["finality"] == "finality.pinned"


def test_the_journal_and_the_index_go_on(earlier: Workspace) -> None:
    listed = earlier.run("batch", "list").stdout
    assert [line.split()[:2] for line in listed.splitlines()] == [
        ["again", "published"],
        ["data-analytics-2026", "published"],
        ["papers", "published"],
    ]
    assert earlier.run("audit", "sync").returncode == 0
    checked = earlier.run("audit", "checkpoint", "audit/report/checkpoint2.json")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_whoever_was_issued_to_then_is_not_issued_to_twice(earlier: Workspace) -> None:
    refused = earlier.run("batch", "anchor", "twice", "--roster", "roster.csv", "--achievement", "data-analytics.json")
    assert refused.returncode == 7, refused.stdout + refused.stderr
    lifted = earlier.run("reinstate", "--batch", "data-analytics-2026", "--rows", "2")
    assert lifted.returncode == 0, lifted.stdout + lifted.stderr
    file = earlier.folder / "batches/data-analytics-2026/credentials/712c95fb-12b8-4078-a47a-1db93e075fc1.json"
    assert earlier.reports(file)[0]["verdict"] == "valid"
