"""Fixtures of core's tests."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import settings

# A busy machine is no failure; speed is measured by benchmarks.
settings.register_profile("core", settings.get_profile("default"), deadline=None)
settings.load_profile("core")


@pytest.fixture
def rng() -> random.Random:
    """Give a generator whose seed is printed, so that a failure can be run again with CREDROOT_SEED."""
    seed = os.environ.get("CREDROOT_SEED") or str(random.SystemRandom().getrandbits(64))
    print(f"CREDROOT_SEED={seed}")
    return random.Random(seed)
