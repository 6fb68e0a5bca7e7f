"""Compiles the Solidity of the tests, with the compiler and settings of scripts/compile_contracts."""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent


@cache
def compile_contracts() -> ModuleType:
    """The script as a module."""
    loader = SourceFileLoader("compile_contracts", str(PROJECT / "scripts" / "compile_contracts"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def solc() -> Path:
    """A compiler that is here already, or skip."""
    script = compile_contracts()
    try:
        found = script.find_solc(offline=True)
    except script.NoCompilerError as error:
        pytest.skip(str(error).splitlines()[0])
    assert isinstance(found, Path)
    return found


@cache
def creation_codes(file: str) -> dict[str, bytes]:
    """Compile a file of tests/contracts/solidity: name of a contract -> creation code."""
    import solcx

    standard_input = {
        "language": "Solidity",
        "sources": {file: {"content": (HERE / "solidity" / file).read_text()}},
        "settings": compile_contracts().SETTINGS | {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
    built = solcx.compile_standard(standard_input, solc_binary=solc())["contracts"][file]
    return {name: bytes.fromhex(contract["evm"]["bytecode"]["object"]) for name, contract in built.items()}
