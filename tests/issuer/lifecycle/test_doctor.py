"""`credroot doctor`: each trouble has one plain answer and its exit status; a secret is never shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.issuer.lifecycle.college import NETWORK, College

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from tests.campaigns.anvil import Anvil

SECRET = "TESTSECRET0123456789abcdef"


@pytest.fixture
def college(tmp_path: Path, mining_chain: tuple[Anvil, Deployment]) -> College:
    return College(tmp_path, *mining_chain, "doctor")


def trouble(college: College, *, code: int, **environment: str) -> tuple[str, str]:
    """Give subject and code of the one thing that is broken, and look that no secret is shown."""
    done = college.run("doctor", "--json", **environment)
    plain = college.run("doctor", **environment)
    assert (done.returncode, plain.returncode) == (code, code), (done.stdout, done.stderr)
    assert SECRET not in done.stdout + done.stderr + plain.stdout + plain.stderr
    broken = [one for one in json.loads(done.stdout)["findings"] if one["health"] == "broken"]
    assert len(broken) <= 1
    if not broken:
        return "", ""
    assert broken[0]["answer"] in plain.stdout
    return broken[0]["subject"], broken[0]["code"]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_all_is_well(college: College) -> None:
    college.anvil.fund(college.cold.address)
    assert trouble(college, code=0) == ("", "")


def test_no_configuration(college: College) -> None:
    (college.folder / "credroot.toml").unlink()
    assert trouble(college, code=2) == ("settings", "settings.missing")


def test_a_wrong_chain(college: College) -> None:
    replace(college.folder / "credroot.toml", 'chain = "eip155:31337"', 'chain = "eip155:31338"')
    assert trouble(college, code=7) == ("endpoint", "chain.wrong_id")


def test_a_wrong_contract(college: College) -> None:
    file = college.folder / "deployments" / f"{NETWORK}.json"
    replace(file, json.loads(file.read_text())["codeHash"], "0x" + "ab" * 32)
    assert trouble(college, code=7) == ("registry", "chain.wrong_code")


def test_an_unreachable_node_whose_url_has_a_key(college: College) -> None:
    url = f"http://127.0.0.1:9/v3/{SECRET}"
    assert trouble(college, code=6, CREDROOT_RPC_URL=url) == ("endpoint", "chain.unreachable")


def test_an_empty_account(college: College) -> None:
    college.anvil.fund(college.hot.address, 0)
    assert trouble(college, code=7) == ("balance", "balance.empty")


def test_which_source_won_is_said(college: College) -> None:
    done = college.run("doctor", CREDROOT_RPC_URL=college.anvil.url)
    assert "from CREDROOT_RPC_URL" in done.stdout
    assert "from credroot.toml" in done.stdout
