"""The ledger against a block's state root: one proof that the events are all that ever changed the contract.

The root of the contract's storage, which `eth_getProof` shows by hashes from the block's state root on, is computed a
second time from the events alone. If they are equal nothing is missing, altered or too many, whatever the endpoint
said. If they differ, every slot that the events know is proved by itself, to say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.auditor.findings import Finding
from credroot.auditor.ledger.storage import slots_of, storage_root
from credroot.chain.proofs.block_header import BlockHeader, parse_header
from credroot.chain.proofs.state_proof import ask_proof
from credroot.chain.registry.storage_layout import slot_bytes
from credroot.chain.rpc.client import RpcError
from credroot.chain.rpc.hex_codec import quantity
from credroot.core.errors import ChainUnavailable, ProofError

if TYPE_CHECKING:
    from credroot.auditor.ledger.ledger import Ledger
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.rpc.client import Rpc
    from credroot.store.event_index import Position

MAX_SLOTS_PROVED = 20_000
"""Slots that are proved one by one to find which differ; each costs some kilobytes of nodes."""


@dataclass(frozen=True, slots=True)
class StateProved:
    """What the proof showed."""

    findings: tuple[Finding, ...]
    state_root: bytes | None
    """Of the block; `None` where its header could not be checked."""
    storage_root: bytes | None
    """Of the contract, as proven."""
    slots: int
    """Slots of the contract that are not zero, by the events."""
    unproven: str = ""
    """Why the storage as a whole could not be compared, where it could not; then neither good nor bad."""

    @property
    def is_complete(self) -> bool:
        """Whether the events are proven to be all that changed the contract's storage."""
        return not self.findings and not self.unproven and self.storage_root is not None


def prove_state(rpc: Rpc, deployment: Deployment, ledger: Ledger, position: Position) -> StateProved:
    """Prove the contract's storage at `position` and compare it with what the events add up to.

    Raises:
        ChainUnavailable: ``chain.no_proof``, the endpoint offers no proofs, or none of that block any more; no usable
            answer.
    """
    header = _header(rpc, position.number)
    if header.mark.hash != position.hash:
        return _failed("H307", f"block {position.number} is another one now", position)
    if not header.is_proven:
        if _header(rpc, deployment.deploy_block).is_proven:
            return _failed(
                "H306", f"the header of block {position.number} does not hash to {header.mark.hash}", position
            )
        return StateProved((), None, None, 0, "this chain's headers are of a form that is not known here")
    slots = [slot for slot in slots_of(ledger) if slot.value]
    try:
        account = ask_proof(rpc, deployment.address, header).account
    except ProofError as error:
        return _failed("S209", f"block {position.number}: {error}", position)
    except RpcError as error:
        raise ChainUnavailable(f"the endpoint offers no proof: {error}", code="chain.no_proof") from error
    findings: list[Finding] = []
    if account.code_hash != deployment.code_hash:
        about: dict[str, str | int] = {"registry": str(deployment.address)}
        findings.append(Finding("S210", f"the proven code hash is {account.code_hash}", about))
    unproven = ""
    if account.storage_root != storage_root(ledger):
        differing = _differing(rpc, deployment, ledger, header)
        if len(differing) == 1 and _keeps_zeros(rpc):
            unproven = (
                f"each of {len(slots):,} slots is proven, the storage as a whole can't be compared: this development "
                "node keeps zeros in its tries"
            )
        else:
            findings += differing
    return StateProved(tuple(findings), header.state_root, account.storage_root, len(slots), unproven)


def _keeps_zeros(rpc: Rpc) -> bool:
    """Answer whether the endpoint says that it is anvil, whose tries hold slots that were only read.

    To believe it costs nothing: what follows is an unknown outcome, never a passed one.
    """
    try:
        return str(rpc.call("web3_clientVersion")).lower().startswith("anvil/")
    except (RpcError, ChainUnavailable):
        return False


def _differing(rpc: Rpc, deployment: Deployment, ledger: Ledger, header: BlockHeader) -> list[Finding]:
    slots = list(slots_of(ledger))[:MAX_SLOTS_PROVED]
    block = header.mark.number
    about: dict[str, str | int] = {"registry": str(deployment.address), "block": block}
    findings = [Finding("S208", f"the contract's storage at block {block} is not what the events add up to", about)]
    try:
        proven = ask_proof(rpc, deployment.address, header, [slot_bytes(slot.number) for slot in slots])
    except (ProofError, RpcError, ChainUnavailable) as error:
        return [*findings, Finding("S209", f"which slots differ can't be shown: {error}", about)]
    for slot, value in zip(slots, proven.values, strict=True):
        if value != slot.value:
            message = f"{slot.what}: proven {value:#x}, by the events {slot.value:#x}"
            findings.append(Finding(slot.rule, message, {"slot": hex(slot.number)}))
    return findings


def _header(rpc: Rpc, number: int) -> BlockHeader:
    try:
        answer = rpc.call("eth_getBlockByNumber", [quantity(number), False])
    except RpcError as error:
        raise ChainUnavailable(f"no block {number}: {error}", code="chain.refused") from error
    return parse_header(answer, number=number)


def _failed(rule: str, message: str, position: Position) -> StateProved:
    return StateProved((Finding(rule, message, {"block": position.number}),), None, None, 0)
