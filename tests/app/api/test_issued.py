"""From ``credroot init`` to a verdict over HTTP, on the local chain."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from credroot.app.demo.people import DEMO_ACHIEVEMENT, demo_roster
from credroot.chain.embedded.ownership import owner_of
from credroot.verifier.judge import LOCAL_CHAIN_NOTICE
from tests.app.api.live_server import LiveServer
from tests.app.api.material import encoded


def run(workspace: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "credroot", "-w", str(workspace), *arguments],
        check=True,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    workspace = tmp_path_factory.mktemp("issued")
    roster, achievement = workspace / "roster.csv", workspace / "achievement.json"
    roster.write_bytes(demo_roster())
    achievement.write_text(DEMO_ACHIEVEMENT)
    try:
        run(workspace, "init", "--name", "Example University")
        run(workspace, "batch", "anchor", "demo", "--roster", str(roster), "--achievement", str(achievement))
        yield workspace
    finally:
        chain = owner_of(workspace / "chain")
        if chain is not None:
            os.kill(chain, 15)


def test_what_was_issued_verifies_over_http_and_names_the_local_chain(issued: Path) -> None:
    files = sorted((issued / "batches" / "demo" / "credentials").glob("*.json"))
    with LiveServer(issued) as server:
        assert server.get("/readyz").json["ready"] is True
        report = server.verify(files[0].read_bytes()).json
        assert report["verdict"] == "valid"
        assert report["notices"] == [LOCAL_CHAIN_NOTICE]
        together = encoded({"credentials": [file.read_text() for file in files]})
        reports = server.post("/v1/verify/batch", together).json["reports"]
        assert [one["verdict"] for one in reports] == ["valid"] * 25
        anchor = next(check for check in report["checks"] if check["id"] == "anchor")["details"]
        told = server.get(f"/v1/batches/{anchor['issuer']}/{anchor['root']}").json
        assert (told["batch"]["leafCount"], told["notices"]) == (25, [LOCAL_CHAIN_NOTICE])


def test_an_api_process_never_imports_web3(issued: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from credroot.app.api.application import create_api\nfrom credroot.app.api.event_log import EventLog\n"
        "from credroot.app.api.limits import Limits\nfrom credroot.app.settings.settings import load_settings\n"
        "import credroot.app.api.server\n"
        "create_api(load_settings(Path(sys.argv[1])), Limits(), EventLog(sys.stderr))\n"
        "print([name for name in ('web3', 'eth_account', 'eth_utils', 'py_ecc') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(issued)], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
