"""``credroot deploy`` on two chains: one address, paid for once, and whatever else is there is noticed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from credroot.chain.registry.artifact import load
from credroot.issuer.registry_deployment import FACTORY, registry_address
from tests.campaigns.anvil import Anvil, running_anvil
from tests.issuer.lifecycle.college import NETWORK, College

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment


@pytest.fixture(scope="module")
def empty_chain() -> Iterator[Anvil]:
    with running_anvil(mining=True) as anvil:
        yield anvil


@pytest.fixture
def college(tmp_path: Path, empty_chain: Anvil, deployment: Deployment) -> College:
    made = College(tmp_path, empty_chain, deployment, "deployer of a registry")
    (made.folder / "deployments" / f"{NETWORK}.json").unlink()
    return made


def test_the_registry_has_one_address_on_every_chain_and_is_paid_for_once(
    college: College, deployment: Deployment, tmp_path: Path
) -> None:
    chain = college.anvil
    before = chain.ask("evm_snapshot")
    first = college.run("deploy")
    assert first.returncode == 0, first.stderr
    file = college.folder / "deployments" / f"{NETWORK}.json"
    written = json.loads(file.read_text())
    assert written["address"] == str(registry_address()) == str(deployment.address)
    assert written["creation"]["proof"] == "create2"
    assert "create2" in college.run("doctor").stdout
    balance = chain.ask("eth_getBalance", str(college.hot.address), "latest")

    # Again it is refused. Where the file was lost, or the process died before it was written, it is made anew.
    assert college.run("deploy").returncode == 7
    file.unlink()
    again = college.run("deploy")
    assert again.returncode == 0, again.stderr
    assert json.loads(file.read_text()) == written
    assert chain.ask("eth_getBalance", str(college.hot.address), "latest") == balance
    chain.ask("evm_revert", before)


def test_other_code_at_the_address_is_refused(college: College) -> None:
    chain = college.anvil
    before = chain.ask("evm_snapshot")
    other = load("CredentialRegistry").runtime_code[:-1] + b"\x00"
    chain.ask("anvil_setCode", str(registry_address()), "0x" + other.hex())
    refused = college.run("deploy")
    assert refused.returncode == 7
    assert "deploy.other_code" in refused.stderr
    chain.ask("evm_revert", before)


def test_a_chain_without_the_factory_gets_the_registry_at_an_address_of_its_own(college: College) -> None:
    chain = college.anvil
    before = chain.ask("evm_snapshot")
    chain.ask("anvil_setCode", str(FACTORY), "0x")
    done = college.run("deploy")
    assert done.returncode == 0, done.stderr
    written = json.loads((college.folder / "deployments" / f"{NETWORK}.json").read_text())
    assert written["address"] != str(registry_address())
    assert written["creation"]["proof"] == "creation transaction"
    assert college.run("doctor").returncode == 0
    chain.ask("evm_revert", before)
