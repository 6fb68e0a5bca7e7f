"""The committed artifacts are what the sources give, and say what they are."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from eth_utils import keccak

from credroot.chain.registry.artifact import ContractName, load
from tests.contracts.evm import Evm
from tests.contracts.registry import Registry, type_of
from tests.contracts.solc import PROJECT, compile_contracts, solc

NAMES: list[ContractName] = ["CredentialRegistry", "RegistryLens"]


def test_the_sources_give_the_committed_bytes_and_one_changed_byte_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    solc()
    script = compile_contracts()
    for name in NAMES:
        shutil.copy(script.ARTIFACTS / f"{name}.json", tmp_path)
    changed = tmp_path / "RegistryLens.json"
    changed.write_text(changed.read_text().replace("0x60", "0x61", 1))
    monkeypatch.setattr(script, "ARTIFACTS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["compile_contracts", "--check", "--offline"])
    assert script.main() == 3
    assert capsys.readouterr().err == "differs: RegistryLens.json\n"


def test_the_script_says_by_its_exit_status_that_no_compiler_is_here() -> None:
    environment = os.environ | {"PATH": "/nowhere", "SOLCX_BINARY_PATH": str(PROJECT / "tests")}
    command = [sys.executable, "scripts/compile_contracts", "--check", "--offline"]
    done = subprocess.run(command, cwd=PROJECT, check=False, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "npm install" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_artifact_was_built_from_the_sources_beside_it(name: ContractName) -> None:
    hashes = load(name).source_hashes
    assert f"contracts/{name}.sol" in hashes
    for path, digest in hashes.items():
        assert hashlib.sha256((PROJECT / path).read_bytes()).digest() == digest


@pytest.mark.parametrize("name", NAMES)
def test_selectors_topics_and_code_hash_follow_from_the_rest(name: ContractName) -> None:
    artifact = load(name)
    for kind, table, length in (
        ("function", artifact.selectors, 4),
        ("event", artifact.topics, 32),
        ("error", artifact.errors, 4),
    ):
        entries = [entry for entry in artifact.abi if entry["type"] == kind]
        signatures = {f"{entry['name']}({','.join(map(type_of, entry['inputs']))})" for entry in entries}
        assert {signature: keccak(signature.encode())[:length] for signature in signatures} == dict(table)
    assert keccak(artifact.runtime_code) == artifact.runtime_code_hash


def test_a_deployment_leaves_exactly_the_runtime_code_on_every_chain() -> None:
    for chain_id in (1, 137, 0x43524544):
        registry = Registry(Evm(chain_id=chain_id))
        assert registry.evm.code(registry.address) == load("CredentialRegistry").runtime_code


def test_the_registry_has_no_way_to_end_delegate_or_create() -> None:
    forbidden = {0xF0: "CREATE", 0xF1: "CALL", 0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xF5: "CREATE2", 0xFF: "END"}
    assert forbidden.keys().isdisjoint(opcodes(load("CredentialRegistry").runtime_code))


def opcodes(code: bytes) -> set[int]:
    """The opcodes of a code, without the data of its pushes."""
    found, place = set(), 0
    while place < len(code):
        found.add(code[place])
        place += 1 + (code[place] - 0x5F if 0x60 <= code[place] <= 0x7F else 0)
    return found
