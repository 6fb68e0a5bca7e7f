"""The rooms of the house, and who may walk into which."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "credroot"
MAY_IMPORT = {
    "core": set(),
    "store": {"core"},
    "credential": {"core"},
    "chain": {"core", "store"},
    "roster": {"core", "credential"},
    "issuer": {"core", "credential", "chain", "roster", "store"},
    "verifier": {"core", "credential", "chain"},
    "auditor": {"core", "credential", "chain", "store"},
    "app": {"core", "credential", "chain", "roster", "issuer", "verifier", "auditor", "store"},
}
"""`store` is files, locks and databases; `app` is the only room that wires others together."""
WINGS: dict[str, set[str]] = {
    "core.json": set(),
    "core.text": set(),
    "core.tree": set(),
    "core.anchor": {"json", "text", "tree"},
    "credential.rdf": set(),
    "credential.rdf.shapes": {"rdf"},
    "credential.keys": {"rdf"},
    "credential.proof.suites": {"keys", "rdf", "rdf.shapes"},
    "credential.proof": {"keys", "proof.suites"},
    "credential.status": set(),
    "credential.badge": {"keys", "proof", "proof.suites", "rdf"},
    "credential.w3c": {"keys", "proof", "proof.suites", "rdf", "status"},
    "credential.baking": set(),
    "credential.picture": set(),
    "chain.rpc": set(),
    "chain.proofs": {"rpc"},
    "chain.registry": {"proofs", "rpc"},
    "chain.blocks": {"proofs", "rpc"},
    "chain.reading": {"blocks", "proofs", "registry", "rpc"},
    "chain.writing": {"registry", "rpc"},
    "chain.embedded.machine": {"embedded", "rpc"},
    "chain.embedded.node": {"embedded", "embedded.machine", "rpc"},
    "chain.embedded": {"embedded.machine", "embedded.node", "rpc"},
    "issuer.batch": set(),
    "issuer.outputs.report": {"outputs"},
    "issuer.outputs": {"batch", "outputs.report"},
    "issuer.sending": {"batch", "outputs"},
    "issuer.withdrawal": {"batch", "sending"},
    "issuer.identity": {"sending"},
    "verifier.identity": set(),
    "verifier.checks": {"identity"},
    "verifier.gathering": {"checks"},
    "auditor.ledger": set(),
    "auditor.index": {"ledger"},
    "auditor.checks": {"ledger"},
    "auditor.report": {"checks", "ledger"},
    "auditor.report.html": {"ledger", "report"},
}
"""Which wings of its own room a wing may walk into. The loose modules of a room are its hall, open to all its wings."""
WITHOUT_RULES = {"app"}
"""Rooms whose wings are parts of one program."""
MOST_LOOSE = 10
"""Modules that lie in one folder; more is nothing that anybody finds a door in."""
WORLD = {"os", "socket", "time", "subprocess", "random", "secrets", "urllib", "http", "web3", "eth_account", "sqlite3"}
"""What a pure room has no business with."""
HEAVY = (
    "web3",
    "eth_account",
    "eth",
    "eth_utils",
    "pydantic",
    "fastapi",
    "sqlalchemy",
    "pyld",
    "PIL",
    "rich",
    "requests",
)


def modules(room: str) -> list[Path]:
    return sorted((SOURCE / room).rglob("*.py"))


def imported(path: Path, *, lazily: bool = True) -> set[str]:
    names: set[str] = set()
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if lazily else iter(tree.body)
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_imports_point_inward(room: str) -> None:
    for path in modules(room):
        for name in imported(path):
            if name.startswith("credroot."):
                target = name.split(".")[1]
                assert target == room or target in MAY_IMPORT[room], f"{path} imports {name}"


def wing_of(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).parent.parts)


@pytest.mark.parametrize("wing", sorted(WINGS))
def test_a_wing_walks_only_into_wings_below(wing: str) -> None:
    room = wing.split(".")[0]
    for path in sorted((SOURCE / wing.replace(".", "/")).glob("*.py")):
        for name in imported(path):
            target = ".".join(name.split(".")[1:-1])
            if target.startswith(f"{room}.") and target in WINGS and target != wing:
                assert target.removeprefix(f"{room}.") in WINGS[wing], f"{path} imports {name}"


def test_every_wing_is_listed() -> None:
    wings = {wing_of(path) for path in SOURCE.rglob("*.py") if "." in wing_of(path)}
    assert {wing for wing in wings if wing.split(".")[0] not in WITHOUT_RULES} == set(WINGS)


def test_no_folder_holds_more_than_can_be_looked_over() -> None:
    for folder in {path.parent for path in SOURCE.rglob("*.py")}:
        loose = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(loose) <= MOST_LOOSE, f"{folder}: {sorted(loose)}"


def test_every_room_is_listed() -> None:
    assert {path.name for path in SOURCE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", ["core", "credential"])
def test_pure_rooms_know_no_clock_network_environment_or_web3(room: str) -> None:
    for path in modules(room):
        used = {name.split(".")[0] for name in imported(path)} & WORLD
        assert not used, f"{path} imports {used}"
        assert "datetime.now" not in path.read_text(), path


def test_only_the_app_reads_the_environment() -> None:
    for room in sorted(MAY_IMPORT.keys() - {"app"}):
        for path in modules(room):
            if path.parts[-2:] == ("embedded", "finder.py"):
                continue  # hands a background server an environment without the secrets in ours
            assert "os.environ" not in path.read_text(), path
            assert "getenv" not in path.read_text(), path


def test_a_module_can_be_held_in_mind() -> None:
    for path in SOURCE.rglob("*.py"):
        assert len(path.read_text().splitlines()) <= 400, path
        assert path.stem not in {"utils", "helpers", "common", "misc"}, path


def test_verifying_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "import credroot.app.commands.verifying.verify, credroot.chain.embedded.finder, credroot.verifier.judge\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
