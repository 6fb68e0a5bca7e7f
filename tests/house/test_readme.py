"""The README's examples run, in order, in the workspace that the demonstration leaves."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.workspaces import Workspace, stop_chain

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FOUND = {
    "credroot verify batches/data-analytics-2026/credentials/*.json": 4,
    "credroot verify altered-copy.json": 3,
    "credroot audit reconcile": 3,
    "credroot audit report --out audit-report": 3,
}
"""Examples that end with another status than 0, because something is to be found: one credential is revoked."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Give every example with the output that is shown for it."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def test_the_examples_run(demonstrated: Workspace, tmp_path: Path) -> None:
    stop_chain(demonstrated.folder)
    folder = tmp_path / "workspace"
    shutil.copytree(demonstrated.folder, folder)
    program = f"{shlex.quote(sys.executable)} -m credroot"
    try:
        for command, output in commands():
            line = re.sub(r"\bcredroot\b(?= )", program, command, count=1)
            done = subprocess.run(
                line, shell=True, cwd=folder, capture_output=True, text=True, check=False, timeout=120
            )
            base = command.removesuffix(" --json")
            assert done.returncode == FOUND.get(base, 0), f"$ {command}\n{done.stdout}{done.stderr}"
            assert output.strip() in done.stdout, command
        for program_text in blocks("python"):
            done = subprocess.run(
                [sys.executable, "-c", program_text],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, done.stderr
            assert done.stdout.startswith("invalid"), done.stdout
    finally:
        stop_chain(folder)


def test_the_readme_shows_the_two_commands() -> None:
    assert "scripts/demo " in README
    assert "scripts/test " in README


def test_the_gas_that_the_readme_shows_is_the_gas_that_is_measured() -> None:
    gas = json.loads((ROOT / "tests" / "contracts" / "gas.json").read_text())["gas"]
    shown = dict(re.findall(r"^\| ([^|]+?) \| ([\d,]+)(?: once)? \|", README, re.MULTILINE))
    for line, label in (
        ("deploy", "deploy"),
        ("anchor one root, any number of credentials", "anchor, by the issuer"),
        ("the same by another key of the issuer", "anchor, by another key"),
        ("anchor 10 roots in one transaction", "anchorMany, 10 roots"),
        ("revoke 1", "revoke, 1"),
        ("revoke 100 of a batch together", "setStatus, revoke 100 in one word"),
        ("revoke a whole batch", "setBatchStatus, revoke"),
        ("verify 20 levels on chain", "verify, 20 levels, execution"),
    ):
        assert shown[line] == f"{gas[label]:,}", line


def test_every_path_that_the_readme_names_is_there() -> None:
    for path in re.findall(r"`((?:contracts|scripts|deployments|tests)/[\w./]+)`", README):
        if "NETWORK" not in path:
            assert (ROOT / path).exists(), path
