"""What is imported is declared, what verifies needs no extra, and what is missing is named with its extra."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from credroot.app.extras import EXTRA_OF
from tests.verifier.stage import anchored, as_bytes, badge, signed

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOT_BROUGHT = {"merkletools"}
"""Used where it is installed: it asks for a package that no longer builds."""
BLOCKED = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
sys.argv[0] = "credroot"
from credroot.app.cli import main
main(sys.argv[1:])
"""


def distributions(requirements: list[str]) -> set[str]:
    names = (re.match(r"[A-Za-z0-9._-]+", requirement) for requirement in requirements)
    return {name[0].lower().replace("_", "-") for name in names if name} - {"credroot"}


BASE = distributions(PROJECT["dependencies"])
EXTRAS = {name: distributions(listed) for name, listed in PROJECT["optional-dependencies"].items()}


def imported() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"credroot"}


def brought_by(package: str) -> set[str]:
    """Give the names of the distributions that have a package in them."""
    return {name.lower().replace("_", "-") for name in packages_distributions()[package]}


def test_what_is_imported_is_declared() -> None:
    declared = BASE.union(*EXTRAS.values())
    undeclared = {package for package in imported() - NOT_BROUGHT if not brought_by(package) & declared}
    assert undeclared == set()


def test_each_package_of_an_extra_is_named_with_an_extra_that_brings_it() -> None:
    beyond = {package for package in imported() - NOT_BROUGHT if not brought_by(package) & BASE}
    assert beyond - set(EXTRA_OF) == set()
    for package in beyond:
        assert brought_by(package) & EXTRAS[EXTRA_OF[package]], package


def test_all_brings_every_extra() -> None:
    (requirement,) = PROJECT["optional-dependencies"]["all"]
    assert set(re.findall(r"[a-z]+", requirement.partition("[")[2])) == set(EXTRAS) - {"all"}


def run_without(*arguments: str, absent: set[str], folder: Path) -> subprocess.CompletedProcess[str]:
    program = BLOCKED.format(absent=sorted(absent))
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_verifying_needs_no_extra(tmp_path: Path) -> None:
    (tmp_path / "badge.json").write_bytes(as_bytes(anchored(signed(badge()))))
    (tmp_path / "signed.json").write_bytes(as_bytes(signed(badge())))
    done = run_without("verify", "badge.json", "signed.json", absent=set(EXTRA_OF), folder=tmp_path)
    assert (done.returncode, done.stdout.count("COULD NOT BE CHECKED")) == (6, 2), done.stderr


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("serve",), "serve"),
        (("audit", "report"), "audit"),
        (("issuer", "did"), "issue"),
        (("init", "--name", "X", "--did", "key"), "issue"),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(command: tuple[str, ...], extra: str, tmp_path: Path) -> None:
    done = run_without(*command, absent=set(EXTRA_OF), folder=tmp_path)
    assert (done.returncode, f"credroot[{extra}]" in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr


def test_another_missing_module_is_our_fault(tmp_path: Path) -> None:
    done = run_without("serve", absent={"asyncio"}, folder=tmp_path)
    assert (done.returncode, "internal error" in done.stderr) == (1, True)
