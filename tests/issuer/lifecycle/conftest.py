"""A chain that stands still unless a test moves it, and issuers at work on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from credroot.chain.blocks.finality import Confirmations
from credroot.chain.registry.deployment import Deployment
from credroot.chain.writing.keystore import signer_from_key
from credroot.core.values import Address
from tests.campaigns.anvil import Anvil, deploy_registry, running_anvil, test_key
from tests.campaigns.desk import Desk

OUT_OF_REACH = 10
"""Blocks on top of what a reorganisation of a test must not take away: the registry, and what an account holds."""
_numbers = count()


@pytest.fixture(scope="session")
def chain_and_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Anvil, Deployment]]:
    with running_anvil("--slots-in-an-epoch", "1") as anvil:
        yield anvil, deploy_registry(anvil, tmp_path_factory.mktemp("deployer"))


@pytest.fixture
def anvil(chain_and_registry: tuple[Anvil, Deployment]) -> Anvil:
    return chain_and_registry[0]


@pytest.fixture
def deployment(chain_and_registry: tuple[Anvil, Deployment]) -> Deployment:
    return chain_and_registry[1]


class Issuer:
    """One account with one folder, at whose desk processes sit down one after the other."""

    def __init__(self, anvil: Anvil, deployment: Deployment, folder: Path) -> None:
        self.anvil = anvil
        self.deployment = deployment
        self.folder = folder
        self.key = test_key(f"issuer {next(_numbers)}")
        self.address: Address = signer_from_key(self.key).address
        anvil.fund(self.address)
        anvil.mine(OUT_OF_REACH)

    def desk(self, *, finality: Any = None, world: Callable[[], None] | None = None, **options: Any) -> Desk:
        options.setdefault("url", self.anvil.url)
        return Desk(
            options.pop("folder", self.folder),
            options.pop("url"),
            self.deployment,
            self.key,
            finality or Confirmations(3),
            world=world or self.anvil.mine,
            **options,
        )


@pytest.fixture
def issuer(anvil: Anvil, deployment: Deployment, tmp_path: Path) -> Issuer:
    return Issuer(anvil, deployment, tmp_path / "issuer")


class Paused(Exception):
    """What a test raises to end an issuer's process in the middle."""


def stop() -> None:
    raise Paused


class Steps:
    """A world that moves by a list: each time the issuer waits, the next thing happens, then blocks are mined."""

    def __init__(self, anvil: Anvil, *steps: Callable[[], None]) -> None:
        self._anvil = anvil
        self._steps = list(steps)

    def __call__(self) -> None:
        if self._steps:
            self._steps.pop(0)()
        else:
            self._anvil.mine()


@pytest.fixture(scope="session")
def mining_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Anvil, Deployment]]:
    """A chain that mines each transaction at once, and started a day ago, so that tests can move its clock."""
    yesterday = int(time.time()) - 86_400
    with running_anvil("--timestamp", str(yesterday), mining=True) as anvil:
        yield anvil, deploy_registry(anvil, tmp_path_factory.mktemp("deployer"))
