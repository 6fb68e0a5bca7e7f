"""What this verifier takes for granted, pinned by configuration. A credential selects among it and never adds to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from credroot.chain.deployment import Deployment
    from credroot.core.values import AccountId, Address, ChainId


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer that somebody vouches for."""

    did: str
    account: AccountId
    name: str
    source: str
    """Who says so, for people: "configuration", the name of a register."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The registries and issuers that a verdict may rest on."""

    registries: tuple[Deployment, ...] = ()
    issuers: tuple[TrustedIssuer, ...] = ()

    def registry(self, chain_id: ChainId, address: Address) -> Deployment | None:
        """Give the pinned registry at `address`, `None` where it is not among ours."""
        for deployment in self.registries:
            if deployment.address == address and deployment.chain_id == chain_id:
                return deployment
        return None

    def issuers_of(self, account: AccountId, did: str) -> tuple[TrustedIssuer, ...]:
        """Give every entry that names the account or the DID: one that names both is a match, others contradict."""
        return tuple(issuer for issuer in self.issuers if issuer.account == account or issuer.did == did)


@dataclass(frozen=True, slots=True)
class Policy:
    """What this verifier demands beyond the cryptography."""

    require_known_issuer: bool = True
    """Whether a verdict of valid needs an issuer that the trust list names."""
    clock_skew: timedelta | None = None
    """How far the issuer's clock may run ahead; `None` is a minute."""
