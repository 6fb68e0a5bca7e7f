"""Canonicalise, sign and verify one badge: by a known shape, by PyLD, and by @digitalbazaar/vc where Node.js has it.

    python -m tests.benchmarks.credentials

All ways are timed in turn within one run, so a busy machine slows them alike; the fastest round of each counts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from credroot.credential.data_integrity import ProofOutcome, sign, verify_proofs
from credroot.credential.did import did_key, did_key_method, key_of_did_key
from credroot.credential.keys import SigningKey
from credroot.credential.rdfc import default_canonicalizer
from credroot.credential.rdfc_cache import default_shape_cache
from tests.credential.sample_badge import sample_badge
from tests.interop.judges import ask

ROUNDS = 40
REPEATS = {"shape": 30, "pyld": 1}
NODE_REPEATS = 100
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
SEED = b"TEST KEY, and nothing else at al"


@dataclass(frozen=True, slots=True)
class Row:
    """One operation, in microseconds by each way."""

    operation: str
    """``canonicalise``, ``sign`` or ``verify``."""
    shape: float
    """By a shape that is known."""
    pyld: float
    """By PyLD with our guards."""
    node: float | None
    """By @digitalbazaar/vc; None where it is not installed."""


def rows() -> list[Row]:
    """Time every operation; about five seconds."""
    key = SigningKey(SEED)
    method = did_key_method(key.multikey)
    badge = sample_badge()
    default_shape_cache().learn(badge)
    shape, pyld = default_shape_cache().canonical_form, default_canonicalizer().canonical_form
    signed = sign(badge, key, verification_method=method, created=CREATED)

    def signing(canonicalize: Any) -> Callable[[], object]:
        return lambda: sign(badge, key, verification_method=method, created=CREATED, canonicalize=canonicalize)

    def verifying(canonicalize: Any) -> Callable[[], object]:
        return lambda: verify_proofs(signed, key_of_did_key, now=NOW, canonicalize=canonicalize)

    assert verifying(shape)()[0].outcome is ProofOutcome.VERIFIED  # type: ignore[index]
    work = {
        "canonicalise": {"shape": lambda: shape(badge), "pyld": lambda: pyld(badge)},
        "sign": {"shape": signing(shape), "pyld": signing(pyld)},
        "verify": {"shape": verifying(shape), "pyld": verifying(pyld)},
    }
    best: dict[tuple[str, str], float] = {}
    for _ in range(ROUNDS):
        for operation, ways in work.items():
            for way, call in ways.items():
                repeats = REPEATS[way]
                started = time.perf_counter()
                for _ in range(repeats):
                    call()
                spent = (time.perf_counter() - started) / repeats * 1e6
                best[operation, way] = min(spent, best.get((operation, way), spent))
    node = node_times(badge, did_key(key.multikey))
    return [Row(name, best[name, "shape"], best[name, "pyld"], node.get(name)) for name in work]


def node_times(badge: dict[str, Any], controller: str) -> dict[str, float]:
    """Time the same by @digitalbazaar/vc, in microseconds; nothing where Node.js lacks it."""
    request = {
        "judge": "digitalbazaar-times",
        "credential": {**badge, "issuer": {**badge["issuer"], "id": controller}},
        "seed": SEED.hex(),
        "controller": controller,
        "repeats": NODE_REPEATS,
        "now": "2026-06-01T00:00:00Z",
    }
    try:
        (answer,) = ask([request])
    except pytest.skip.Exception:
        return {}
    times: dict[str, float] = answer["times"]
    return times


def main() -> None:
    """Print the table."""
    size = len(json.dumps(sample_badge()))
    print(f"one badge of {size} bytes, microseconds, fastest of {ROUNDS} rounds\n")
    print(f"{'':14}{'known shape':>12}{'PyLD':>10}{'ratio':>8}{'@digitalbazaar/vc':>20}{'ratio':>8}")
    for row in rows():
        node = f"{row.node:20,.0f}{row.node / row.shape:8.1f}" if row.node is not None else f"{'not installed':>20}"
        print(f"{row.operation:14}{row.shape:12,.1f}{row.pyld:10,.0f}{row.pyld / row.shape:8.1f}{node}")


if __name__ == "__main__":
    main()
