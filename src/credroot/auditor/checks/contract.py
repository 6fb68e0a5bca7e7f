"""The contract itself: whether its code is our build byte for byte, how it got there, and that nobody can change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from credroot.auditor.findings import Finding
from credroot.chain.registry.artifact import load
from credroot.chain.registry.creation import creation_by_address
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import data, parse_address, parse_data, parse_quantity
from credroot.core.errors import ChainUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.core.json.types import JsonObject, JsonValue

INTERFACE_SOURCE = "contracts/ICredentialRegistry.sol"
SOURCE = "contracts/CredentialRegistry.sol"
_PUSH1, _PUSH32 = 0x60, 0x7F
_DANGEROUS = {0xF2: "CALLCODE", 0xF4: "DELEGATECALL", 0xF0: "CREATE", 0xF5: "CREATE2", 0xFF: "SELFDESTRUCT"}
PROXY_SLOTS = {
    "implementation": "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
    "admin": "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
    "beacon": "0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
}
"""Where upgradeable proxies keep what they forward to and who may change it (ERC-1967)."""
_CONTROL = ("owner", "admin", "upgrade", "pause", "initialize", "implementation", "transferownership", "destroy")


@dataclass(frozen=True, slots=True)
class ContractChecked:
    """What was looked at, and what came out."""

    findings: tuple[Finding, ...]
    facts: tuple[tuple[str, str], ...]
    """What was checked -> what was seen, for people, in order."""

    def to_json(self) -> JsonObject:
        """Give the wire form."""
        return {"facts": dict(self.facts), "findings": [finding.to_json() for finding in self.findings]}


def check_contract(rpc: Rpc, deployment: Deployment) -> ContractChecked:
    """Compare the deployed contract with the build that ships with this release.

    Raises:
        ChainUnavailable: no usable answer.
    """
    artifact = load("CredentialRegistry")
    findings: list[Finding] = []
    facts: list[tuple[str, str]] = []

    def find(rule: str, message: str) -> None:
        findings.append(Finding(rule, message, {"registry": str(deployment.address), "what": message}))

    code = parse_data(_ask(rpc, "eth_getCode", [data(deployment.address), "latest"]), name="code")
    if code == artifact.runtime_code:
        facts.append(("Runtime code", f"equals our build, {len(code):,} bytes, byte for byte"))
    else:
        find("C601", f"the code at {deployment.address} has {len(code)} bytes and is not our build")
    facts += _deployment_facts(rpc, deployment, artifact.creation_code, find)
    dangerous = sorted({_DANGEROUS[opcode] for opcode in _instructions(code) if opcode in _DANGEROUS})
    if dangerous:
        find("C603", f"the code has {', '.join(dangerous)}")
    else:
        facts.append(("Upgrade path", "none: no delegated call, no self-destruction, creates no contract"))
    filled = [name for name, slot in PROXY_SLOTS.items() if _is_filled(rpc, deployment, slot)]
    if filled:
        find("C603", f"a proxy's slot is filled: {', '.join(filled)}")
    else:
        facts.append(("Proxy slots", "empty (ERC-1967 implementation, admin, beacon)"))
    if code == artifact.runtime_code:
        facts += _owner_facts(artifact.selectors, find)
    facts.append(("Compiler", artifact.compiler))
    facts += [(f"Source {path}", f"sha256 {digest.hex()}") for path, digest in sorted(artifact.source_hashes.items())]
    return ContractChecked(tuple(findings), tuple(facts))


def _owner_facts(selectors: Iterable[str], find: Any) -> list[tuple[str, str]]:
    """Look for functions that sound like an owner's; what the functions of other code are called nobody knows."""
    names = sorted(signature.partition("(")[0] for signature in selectors)
    control = [name for name in names if any(word in name.lower() for word in _CONTROL)]
    if control:
        find("C604", f"functions that sound like control: {', '.join(control)}")
        return []
    return [("Owner", f"none: none of the {len(names)} functions is for an owner of the contract")]


def _deployment_facts(rpc: Rpc, deployment: Deployment, creation: bytes, find: Any) -> list[tuple[str, str]]:
    creation_shown = creation_by_address(deployment)
    if creation_shown is not None:
        return [("Creation code", f"our build, {len(creation):,} bytes: the address follows from it (CREATE2)")]
    transaction = _ask(rpc, "eth_getTransactionByHash", [data(deployment.transaction)])
    receipt = _ask(rpc, "eth_getTransactionReceipt", [data(deployment.transaction)])
    if not isinstance(transaction, dict) or not isinstance(receipt, dict):
        find("C602", f"the chain does not know transaction {deployment.transaction}")
        return []
    block = parse_quantity(receipt.get("blockNumber"), name="block number")
    created = receipt.get("contractAddress")
    seen = {
        "address": created is not None and parse_address(created) == deployment.address,
        "block": block == deployment.deploy_block,
        "code": parse_data(transaction.get("input"), name="input") == creation,
        "sender": parse_address(transaction.get("from")) == deployment.deployer,
    }
    wrong = [name for name, is_right in seen.items() if not is_right]
    if wrong:
        find("C602", f"transaction {deployment.transaction} has another {', '.join(wrong)}")
        return []
    return [
        ("Deployed by", f"transaction {deployment.transaction}, block {block}, from {deployment.deployer}"),
        ("Creation code", f"equals our build, {len(creation):,} bytes, no constructor arguments"),
    ]


def _instructions(code: bytes) -> set[int]:
    """Give the opcodes of a program, without the data of its pushes."""
    found = set()
    place = 0
    while place < len(code):
        opcode = code[place]
        found.add(opcode)
        place += 1 + (opcode - _PUSH1 + 1 if _PUSH1 <= opcode <= _PUSH32 else 0)
    return found


def _is_filled(rpc: Rpc, deployment: Deployment, slot: str) -> bool:
    value = _ask(rpc, "eth_getStorageAt", [data(deployment.address), slot, "latest"])
    return any(parse_data(value, name="storage word"))


def _ask(rpc: Rpc, method: str, params: list[JsonValue]) -> JsonValue:
    try:
        return rpc.call(method, params)
    except RpcError as error:
        raise ChainUnavailable(f"{method}: {error}", code="chain.refused") from error
