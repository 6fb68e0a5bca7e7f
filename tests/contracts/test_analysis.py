"""Other people's judges of the contract: forge (fuzz, invariants), halmos (proofs), slither (static analysis).

A long campaign of forge: FOUNDRY_FUZZ_RUNS=100000 FOUNDRY_INVARIANT_RUNS=2000 with this file. All proofs of halmos,
also the slow ones: CREDROOT_PROOFS=all.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contracts.analysis import FORGE_PROJECT, PROJECT, environment, forge, program, run

pytestmark = pytest.mark.analysis

QUICK_PROOFS = {
    "check_the_count_grows_by_one_exactly_with_a_new_batch",
    "check_an_anchored_batch_never_changes_and_no_flag_of_it_is_lost",
    "check_a_revoked_credential_stays_revoked",
}
"""About a minute on two cores; all of them take five."""

EXPECTED_OF_SLITHER = {
    ("timestamp", "CredentialRegistry"): "expiry, deadlines and distrust are about block times, to the second",
    ("assembly", "CredentialRegistry"): "the walk to a root, hashes of signed lists, one word of an ERC-1271 answer",
    ("incorrect-exp", "CredentialRegistry"): "a xor of Yul, not a mistaken power",
    ("shadowing-local", "ICredentialRegistry"): "EIP-5267 names a return value `version`",
    ("assembly", "RegistryLens"): "returns data where code would be",
    ("low-level-calls", "RegistryLens"): "passes on calls of any kind, failures too",
    ("calls-loop", "RegistryLens"): "that is its purpose; it runs in an eth_call only",
    ("missing-zero-check", "RegistryLens"): "the code hash in its answer shows what was asked",
}


def functions(file: str, prefix: str) -> set[str]:
    text = (FORGE_PROJECT / "test" / file).read_text()
    return set(re.findall(rf"function ({prefix}\w+)\(", text))


def test_forge_finds_no_argument_and_no_history_that_breaks_a_property(tmp_path: Path) -> None:
    said = run([forge(), "test", "--root", FORGE_PROJECT, "--no-match-contract", "Proofs"], tmp_path)
    wanted = functions("Fuzz.t.sol", "testFuzz_") | functions("Invariants.t.sol", "invariant_")
    assert set(re.findall(r"\[PASS\] (\w+)\(", said)) == wanted


def test_halmos_proves_what_holds_for_every_history(tmp_path: Path) -> None:
    every = functions("Proofs.t.sol", "check_")
    assert every > QUICK_PROOFS
    wanted = every if os.environ.get("CREDROOT_PROOFS") == "all" else QUICK_PROOFS
    said = run(
        [
            program("halmos"),
            *("--root", FORGE_PROJECT),
            *("--forge-build-out", os.path.relpath(tmp_path / "out", FORGE_PROJECT)),
            *("--match-contract", "ProofsTest"),
            *("--match-test", f"^({'|'.join(sorted(wanted))})"),
            *("--default-array-lengths", "1"),
            *("--default-bytes-lengths", "0"),
            *("--solver-timeout-assertion", "0"),
            "--no-status",
        ],
        tmp_path,
    )
    assert set(re.findall(r"\[PASS\]\S* (\w+)\(", said)) == wanted


def test_slither_finds_nothing_but_what_is_meant(tmp_path: Path) -> None:
    slither = program("slither")
    shutil.copytree(PROJECT / "contracts", tmp_path / "src", ignore=shutil.ignore_patterns("*.md"))
    (tmp_path / "foundry.toml").write_text(
        '[profile.default]\nsrc = "src"\nvia_ir = true\noptimizer = true\nevm_version = "cancun"\noffline = true\n'
    )
    run([forge(), "build", "--root", tmp_path, "--build-info"], tmp_path, cwd=tmp_path)
    report = tmp_path / "slither.json"
    # Its exit status counts findings, which are judged here.
    subprocess.run(
        [slither, ".", "--ignore-compile", "--json", report],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        timeout=300,
        check=False,
    )
    answer = json.loads(report.read_text())
    assert answer["success"], answer["error"]
    found = {
        (finding["check"], Path(finding["elements"][0]["source_mapping"]["filename_relative"]).stem)
        for finding in answer["results"]["detectors"]
    }
    assert found == set(EXPECTED_OF_SLITHER)
