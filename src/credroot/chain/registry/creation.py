"""What shows that a registry began empty: that its constructor was ours.

Code alone does not. Init code can write storage first, batches of any issuer and any date, and then return our very
runtime code. So one of two things has to show which init code ran at the address:

- the address itself, where a factory made it by CREATE2: ``keccak(0xff, factory, salt, keccak(init code))``, which asks
  nobody (EIP-1014);
- the transaction that created it, whose input is our init code, as the endpoints of the chain have it.

Neither says anything about a chain whose first block was made with a contract in place: whoever makes a chain is
trusted with its states.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from credroot.chain.registry.artifact import load
from credroot.core.values import Address

if TYPE_CHECKING:
    from credroot.chain.registry.deployment import Deployment

FACTORY: Final = Address.from_hex("0x4e59b44847b379578588920cA78FbF26c0B4956C")
"""The deterministic deployment proxy, at one address on nearly every chain: salt and creation code in, contract out.
Which code stands there does not matter: no other init code can be at the address that it gives."""
SALT: Final = bytes(32)
USUAL_ADDRESS: Final = Address.from_hex("0x8461599889AB16D6009B09786A764927716DbB8B")
"""`create2_address` of `FACTORY` and `SALT`, as a test recomputes: hashing our init code costs a cold start 10 ms."""


class CreationProof(StrEnum):
    """What shows the constructor of a registry."""

    CREATE2 = "create2"
    TRANSACTION = "creation transaction"


@dataclass(frozen=True, slots=True)
class Creation:
    """How a registry was created, as far as it was shown."""

    proof: CreationProof
    created_at: int | None = None
    """Time of its block, in seconds since 1970, where it is known: nothing in the registry is older."""
    factory: Address = FACTORY
    salt: bytes = SALT
    """Of CREATE2 alone."""

    @property
    def told(self) -> str:
        """Say for people what shows it."""
        if self.proof is CreationProof.CREATE2:
            return f"{self.proof}: its address follows from our init code"
        return f"{self.proof}: the one that created it has our init code, as endpoints say"


def create2_address(factory: Address, salt: bytes) -> Address:
    """Give the address that a factory gives our registry, on every chain (EIP-1014)."""
    # Imported here: loading it takes longer than all else that a cold verdict needs of this module.
    from credroot.chain.proofs.fast_keccak import keccak256

    return Address(keccak256(b"\xff" + factory + salt + keccak256(load("CredentialRegistry").creation_code))[12:])


def has_our_code(deployment: Deployment) -> bool:
    """Answer whether the code that is pinned is this release's: of no other do we know the init code."""
    return deployment.code_hash == load("CredentialRegistry").runtime_code_hash


def creation_by_address(deployment: Deployment) -> Creation | None:
    """Show the constructor by the address and nothing else; `None` where it does not show it."""
    if not has_our_code(deployment):
        return None
    recorded = deployment.creation
    if recorded is not None and recorded.proof is CreationProof.CREATE2:
        usual = (recorded.factory, recorded.salt) == (FACTORY, SALT)
        expected = USUAL_ADDRESS if usual else create2_address(recorded.factory, recorded.salt)
        return recorded if deployment.address == expected else None
    return Creation(CreationProof.CREATE2) if deployment.address == USUAL_ADDRESS else None
