"""A registry on a fresh chain for each test, at the price of one deployment a module."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest

from tests.contracts.evm import Evm
from tests.contracts.registry import Registry


@pytest.fixture(scope="module")
def deployed() -> tuple[Registry, tuple[bytes, int, int]]:
    registry = Registry(Evm())
    return registry, registry.evm.snapshot()


@pytest.fixture
def registry(deployed: tuple[Registry, tuple[bytes, int, int]]) -> Iterator[Registry]:
    registry, mark = deployed
    yield registry
    registry.evm.chain_id = 1
    registry.evm.restore(mark)


@pytest.fixture
def evm(registry: Registry) -> Evm:
    return registry.evm


@pytest.fixture
def seed() -> int:
    """Seed of a random test: CREDROOT_SEED, or a new one, which pytest shows if the test fails."""
    value = int(os.environ.get("CREDROOT_SEED", random.SystemRandom().randrange(2**32)))
    print(f"CREDROOT_SEED={value}")
    return value
