"""An agency accredits a college on chain, and a verifier that only knows the agency learns who the college is."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import credroot
from credroot.app.settings.settings import load_settings
from credroot.chain.embedded.layout import FAUCET_TEST_KEY
from credroot.chain.writing.keystore import LIGHT_SCRYPT_WORK, create_keystore, signer_from_key
from credroot.core.errors import InputError
from credroot.core.values import LOCAL_CHAIN_ID, AccountId
from tests.workspaces import Workspace, run_credroot

if TYPE_CHECKING:
    from pathlib import Path

SCOPE = "higher education in Ruritania"
AGENCY = AccountId(LOCAL_CHAIN_ID, signer_from_key(FAUCET_TEST_KEY).address)
AGENCY_DID = "did:web:agency.example"


def elsewhere(college: Workspace, folder: Path, more: str) -> Path:
    """Give a workspace of somebody else on the college's chain, who pinned its registry and its profile."""
    shutil.copytree(college.folder / "deployments", folder / "deployments")
    (folder / "trust" / "profiles").mkdir(parents=True)
    shutil.copy(college.folder / "public" / "profile.json", folder / "trust" / "profiles")
    url = json.loads((college.folder / "chain" / "endpoint.json").read_text())["url"]
    head = f'format = "credroot/settings/v1"\n[networks.local]\nendpoints = ["{url}"]\n'
    (folder / "credroot.toml").write_text(head + more, encoding="utf-8")
    return folder


@pytest.fixture
def agency(workspace: Workspace, tmp_path: Path) -> Path:
    """The workspace of the agency, with a key of its own."""
    assert workspace.run("issuer", "profile").returncode == 0
    settings = f"""[issuer]
id = "{AGENCY_DID}"
name = "Agency"
account = "{AGENCY.caip10}"
signer = "keystore://agency"
signing_key = "none.json"
"""
    folder = elsewhere(workspace, tmp_path / "agency", settings)
    create_keystore(folder / "keys" / "agency.json", "TEST", key=FAUCET_TEST_KEY, work=LIGHT_SCRYPT_WORK)
    return folder


def test_who_is_accredited_is_known_from_then_on_and_not_once_it_is_withdrawn(
    workspace: Workspace, agency: Path, tmp_path: Path
) -> None:
    (tmp_path / "passphrase").write_text("TEST\n")
    college = load_settings(workspace.folder, {}).required_issuer().account

    def accredit(*options: str) -> Any:
        environment = {"CREDROOT_PASSPHRASE_FILE": str(tmp_path / "passphrase")}
        arguments = ("issuer", "accredit", college.caip10, "--scope", SCOPE, *options)
        return run_credroot(agency, *arguments, env={**os.environ, **environment})

    done = accredit("--from", "2026-01-01T00:00:00Z", "--until", "2036-01-01T00:00:00Z", "--json")
    assert done.returncode == 0, done.stderr
    arguments = ("--roster", "roster.csv", "--achievement", "data-analytics.json")
    assert workspace.run("batch", "anchor", "data-analytics-2026", *arguments).returncode == 0
    trust = f'[[trust.accreditors]]\naccount = "{AGENCY.caip10}"\nname = "Agency"\nscopes = ["{SCOPE}"]\n'
    verifier = elsewhere(workspace, tmp_path / "verifier", trust)
    credential = workspace.credentials[0].read_bytes()
    report = credroot.verify(credential, workspace=verifier)
    assert (report.verdict, report.check("issuer").code) == (credroot.Verdict.VALID, "issuer.accredited")
    assert report.check("issuer").details["ownName"] == "Testing College"
    assert accredit("--withdraw").returncode == 0
    report = credroot.verify(credential, workspace=verifier)
    assert report.check("issuer").code == "issuer.self_described"


@pytest.mark.parametrize(
    "options",
    [(), ("--withdraw", "--until", "2030-01-01T00:00:00Z"), ("--from", "2030-01-01T00:00:00Z"), ("--until", "soon")],
)
def test_a_window_is_given_or_withdrawn_and_nothing_between(tmp_path: Path, options: tuple[str, ...]) -> None:
    arguments = ("issuer", "accredit", "0x" + "11" * 20, "--scope", SCOPE, *options)
    assert run_credroot(tmp_path, *arguments).returncode == 2


@pytest.mark.parametrize("scopes", ["[]", '[""]', '["0x12"]', str([f"scope {number}" for number in range(65)])])
def test_settings_name_scopes_that_can_be_asked_for(tmp_path: Path, scopes: str) -> None:
    entry = f'[[trust.accreditors]]\naccount = "{AGENCY.caip10}"\nname = "Agency"\nscopes = {scopes}\n'
    (tmp_path / "credroot.toml").write_text('format = "credroot/settings/v1"\n' + entry)
    with pytest.raises(InputError):
        load_settings(tmp_path, {})
