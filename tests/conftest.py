"""What all tests share: one profile for random tests, and where the parts from outside lie."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a busy machine is not a failure. `print_blob` gives the line that repeats a failure.
settings.register_profile(
    "credroot", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("credroot")


@pytest.fixture
def rng() -> random.Random:
    """Give a generator whose seed is printed, so that a failure can be run again with CREDROOT_SEED."""
    seed = os.environ.get("CREDROOT_SEED") or str(random.SystemRandom().getrandbits(64))
    print(f"CREDROOT_SEED={seed}")
    return random.Random(seed)
