"""Gas as data: gas.json holds the exact cost of each operation, and any change of it shows in a diff.

To measure again: `scripts/compile_contracts --gas`, or CREDROOT_WRITE_GAS=1 with this test.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from credroot.chain.registry.artifact import load
from tests.contracts.evm import Evm, Receipt
from tests.contracts.people import digest
from tests.contracts.registry import ALL_ROLES, ANCHOR_ROLE, REINSTATE, REVOKE, SUSPEND, Registry, encode_call
from tests.contracts.signing import FAR, Signer

GAS_FILE = Path(__file__).parent / "gas.json"
FORMAT = "credroot/gas/v1"

# Addresses and roots without a zero byte cost most as call data; real ones have few.
ISSUER = bytes.fromhex("a1" * 20)
OPERATOR = bytes.fromhex("b2" * 20)
ADMIN = bytes.fromhex("c3" * 20)
SUBJECT = bytes.fromhex("d4" * 20)
SIGNER = Signer("gas")

# Steady state: the issuer has anchored before. At most, by the project's goals.
GOALS = {
    "deploy": 1_900_000,
    "anchor, by the issuer": 53_000,
    "anchor, by another key": 55_600,
    "anchorMany, 10 roots": 300_000,
    "revoke, 1": 53_000,
    "setStatus, revoke 100 in one word": 56_000,
    "setBatchStatus, revoke": 34_000,
    "verify, 20 levels, execution": 19_000,
}


def full(text: str) -> bytes:
    """A digest without a zero byte, fixed by a word."""
    return bytes(byte or 1 for byte in digest(text))


def every_other_bit(count: int) -> int:
    return sum(1 << 2 * index for index in range(count))


def measure() -> dict[str, int]:
    """Run each operation of the registry once on a chain of its own."""
    evm = Evm()
    deployment = evm.send(ADMIN, None, load("CredentialRegistry").creation_code)
    registry = Registry(evm, deployment.created)
    gas = {"deploy": deployment.gas_used}

    def cost(label: str, sender: bytes, *call: Any) -> None:
        gas[label] = registry.send(sender, *call).gas_used

    cost("anchor, first batch of an issuer", ISSUER, "anchor", ISSUER, full("0"), 200)
    cost("setKey, new", ISSUER, "setKey", ISSUER, OPERATOR, ANCHOR_ROLE, 0)
    for key in (ADMIN, SIGNER.address):
        registry.send(ISSUER, "setKey", ISSUER, key, ALL_ROLES, 0)
    cost("anchor, by the issuer", ISSUER, "anchor", ISSUER, full("1"), 200)
    cost("anchor, by another key", OPERATOR, "anchor", ISSUER, full("2"), 200)
    cost("anchor, again", ISSUER, "anchor", ISSUER, full("1"), 200)
    cost("anchorMany, 1 root", ISSUER, "anchorMany", ISSUER, [(full("3"), 200)])
    cost("anchorMany, 10 roots", ISSUER, "anchorMany", ISSUER, [(full(f"many {n}"), 200) for n in range(10)])
    batches = [(full("signed"), 200)]
    signature = SIGNER.sign_anchor(registry, ISSUER, batches)
    cost("anchorBySig, 1 root", SUBJECT, "anchorBySig", ISSUER, batches, SIGNER.address, FAR, signature)
    measure_statuses(registry, cost)
    measure_others(registry, cost)
    gas |= measure_views(registry)
    return gas


def measure_statuses(registry: Registry, cost: Callable[..., None]) -> None:
    cost("revoke, 1", ISSUER, "revoke", ISSUER, full("1"), 7, 1)
    cost("revoke, 1 in a used word", ISSUER, "revoke", ISSUER, full("1"), 9, 1)
    cost("setStatus, suspend 1", ISSUER, "setStatus", ISSUER, full("1"), SUSPEND, 7, [(0, 1 << 20)])
    cost("setStatus, reinstate 1", ISSUER, "setStatus", ISSUER, full("1"), REINSTATE, 8, [(0, 1 << 20)])
    hundred = [(0, every_other_bit(100))]
    cost("setStatus, revoke 100 in one word", ISSUER, "setStatus", ISSUER, full("many 0"), REVOKE, 1, hundred)
    registry.send(ISSUER, "anchor", ISSUER, full("large"), 10_000)
    masks: dict[int, int] = {}
    for index in range(0, 10_000, 100):
        masks[index // 256] = masks.get(index // 256, 0) | 1 << index % 256
    spread = sorted(masks.items())
    cost("setStatus, revoke 100 spread over 10,000", ISSUER, "setStatus", ISSUER, full("large"), REVOKE, 1, spread)
    cost("setBatchStatus, suspend", ISSUER, "setBatchStatus", ISSUER, full("many 1"), SUSPEND, 7)
    cost("setBatchStatus, reinstate", ISSUER, "setBatchStatus", ISSUER, full("many 1"), REINSTATE, 8)
    cost("setBatchStatus, revoke", ISSUER, "setBatchStatus", ISSUER, full("many 2"), REVOKE, 1)
    words = [(0, 1)]
    for label in ("setStatusBySig, suspend 1, first of a signer", "setStatusBySig, suspend 1"):
        root = full("2") if "first" in label else full("3")
        nonce = registry.ask("nonceOf", SIGNER.address)
        signature = SIGNER.sign_status(registry, ISSUER, root, SUSPEND, words, nonce=nonce, reason=7)
        call = (ISSUER, root, SUSPEND, 7, words, SIGNER.address, nonce, FAR, signature)
        cost(label, SUBJECT, "setStatusBySig", *call)
    cost("invalidateNonce", SIGNER.address, "invalidateNonce", 2)


def measure_others(registry: Registry, cost: Callable[..., None]) -> None:
    uri = "https://example.org/credroot/profile.json"
    cost("setKey, remove", ADMIN, "setKey", ISSUER, OPERATOR, 0, 0)
    cost("distrustKey", ADMIN, "distrustKey", ISSUER, OPERATOR, 1)
    cost("ratifyBatch", ADMIN, "ratifyBatch", ISSUER, full("2"))
    cost("setProfile, first", ISSUER, "setProfile", ISSUER, full("profile"), uri)
    cost("setProfile, again", ISSUER, "setProfile", ISSUER, full("profile 2"), uri)
    window = (registry.evm.time, registry.evm.time + 31_536_000)
    cost("accredit", ISSUER, "accredit", ISSUER, SUBJECT, full("scope"), *window, uri)


def measure_views(registry: Registry) -> dict[str, int]:
    index, node = 0x5A5A5, full("leaf")
    path = [full(f"sibling {level}") for level in range(20)]
    for level, sibling in enumerate(path):
        node = hashlib.sha256(sibling + node if index >> level & 1 else node + sibling).digest()
    registry.send(ISSUER, "anchor", ISSUER, node, 2**20)

    def view(*call: Any) -> Receipt:
        receipt = registry.evm.call(SUBJECT, registry.address, encode_call(*call))
        assert receipt.ok
        return receipt

    verify = view("verify", ISSUER, node, full("leaf"), index, path)
    assert verify.output[31] == 1
    return {
        "verify, 20 levels, execution": verify.execution_gas,
        "verify, 20 levels, as a transaction": verify.gas_used,
        "statusOf, execution": view("statusOf", ISSUER, node, index).execution_gas,
        "batchOf, execution": view("batchOf", ISSUER, node).execution_gas,
    }


def test_every_operation_costs_exactly_what_gas_json_says() -> None:
    measured = measure()
    if os.environ.get("CREDROOT_WRITE_GAS"):
        GAS_FILE.write_text(json.dumps({"format": FORMAT, "rules": "Prague", "gas": measured}, indent=2) + "\n")
    assert json.loads(GAS_FILE.read_text()) == {"format": FORMAT, "rules": "Prague", "gas": measured}


def test_gas_stays_within_its_goals() -> None:
    gas = json.loads(GAS_FILE.read_text())["gas"]
    assert [label for label, goal in GOALS.items() if gas[label] > goal] == []
