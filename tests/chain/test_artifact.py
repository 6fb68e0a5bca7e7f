"""Loading the shipped contracts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from credroot.chain.registry.artifact import load


def test_the_same_artifact_comes_every_time() -> None:
    assert load("CredentialRegistry") is load("CredentialRegistry")


def test_names_find_selectors_and_topics() -> None:
    artifact = load("CredentialRegistry")
    assert artifact.selector("anchor") == artifact.selectors["anchor(address,bytes32,uint32)"]
    assert artifact.topic("KeySet") == artifact.topics["KeySet(address,address,address,uint8,uint40)"]


@pytest.mark.parametrize("name", ["", "ancho", "BatchAnchored", "anchor(address,bytes32,uint32)"])
def test_a_name_that_is_no_function_finds_no_selector(name: str) -> None:
    with pytest.raises(KeyError):
        load("CredentialRegistry").selector(name)


def test_an_artifact_can_not_be_changed() -> None:
    artifact = load("CredentialRegistry")
    with pytest.raises(AttributeError):
        artifact.name = "another"  # type: ignore[misc]
    with pytest.raises(TypeError):
        artifact.selectors["anchor"] = b""  # type: ignore[index]


def test_an_unknown_contract_is_an_ordinary_error() -> None:
    with pytest.raises(FileNotFoundError):
        load("Nothing")  # type: ignore[arg-type]


def test_the_registry_takes_no_constructor_arguments_and_the_lens_two() -> None:
    def inputs(name: str) -> list[str]:
        entries = [entry for entry in load(name).abi if entry["type"] == "constructor"]  # type: ignore[arg-type]
        return [value["type"] for entry in entries for value in entry["inputs"]]

    assert inputs("CredentialRegistry") == []
    assert inputs("RegistryLens") == ["address", "bytes[]"]


def test_loading_imports_nothing_heavy() -> None:
    probe = (
        "import sys\nfrom credroot.chain.registry.artifact import load\nload('CredentialRegistry')\n"
        "heavy = {'web3', 'eth_abi', 'eth_utils', 'pydantic', 'Crypto', 'importlib.resources', 'tempfile'}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
