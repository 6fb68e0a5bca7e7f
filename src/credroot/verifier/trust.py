"""What this verifier takes for granted, pinned by configuration. A credential selects among it and never adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from credroot.chain.blocks.recency import Recency
from credroot.chain.registry.facts import Endorser

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.scope import Scope
    from credroot.core.values import AccountId, Address, ChainId, Digest


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer that somebody vouches for."""

    did: str
    account: AccountId | None
    """The account that it anchors with; `None` for an issuer that does not anchor, or whose DID says with which."""
    name: str
    source: str
    """Who says so, for people: "configuration", the name of a register."""


@dataclass(frozen=True, slots=True)
class TrustedAccreditor:
    """An account whose accreditations on its chain this verifier goes by, for these scopes and no others."""

    account: AccountId
    name: str
    source: str
    """Who says so, for people."""
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class TrustedAuditor:
    """An account whose signature under a checkpoint vouches for the checkpoint's block."""

    account: Address
    name: str
    source: str
    """Who says so, for people."""


@dataclass(frozen=True, slots=True)
class PinnedBlock:
    """A block that the verifier knows to be of the chain, from a source of its own: what saved evidence may rest on."""

    chain_id: ChainId
    hash: Digest
    source: str
    """Who says so, for people."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The registries, issuers, accreditors and blocks that a verdict may rest on."""

    registries: tuple[Deployment, ...] = ()
    issuers: tuple[TrustedIssuer, ...] = ()
    accreditors: tuple[TrustedAccreditor, ...] = ()
    blocks: tuple[PinnedBlock, ...] = ()

    def registry(self, chain_id: ChainId, address: Address) -> Deployment | None:
        """Give the pinned registry at `address`, `None` where it is not among ours."""
        for deployment in self.registries:
            if deployment.address == address and deployment.chain_id == chain_id:
                return deployment
        return None

    def issuers_of(self, account: AccountId | None, did: str) -> tuple[TrustedIssuer, ...]:
        """Give every entry that names the account or the DID: one that names both is a match, others contradict."""
        return tuple(
            issuer
            for issuer in self.issuers
            if (account is not None and issuer.account == account) or (did and issuer.did == did)
        )

    def endorsers_on(self, chain_id: ChainId) -> tuple[Endorser, ...]:
        """Give whose accreditations count on a chain; empty where the chain need not be asked for any."""
        return tuple(
            Endorser(accreditor.account.address, scope.digest)
            for accreditor in self.accreditors
            if accreditor.account.chain_id == chain_id
            for scope in accreditor.scopes
        )

    def needs_no_anchor(self, did: str) -> bool:
        """Answer whether the list names a DID and no account for it: an issuer that is known by its signature alone."""
        accounts = [issuer.account for issuer in self.issuers if issuer.did == did]
        return bool(accounts) and all(account is None for account in accounts)


@dataclass(frozen=True, slots=True)
class Policy:
    """What this verifier demands beyond the cryptography."""

    require_known_issuer: bool = True
    """Whether a verdict of valid needs an issuer that the trust list names, or that an accreditor of it vouches for."""
    clock_skew: timedelta | None = None
    """How far the issuer's clock may run ahead; `None` is a minute."""
    require_anchor: bool = True
    """Whether a verdict of valid needs an anchor, of an issuer that the trust list does not name without an account."""
    recipient: str | None = None
    """An e-mail address or a DID that the credential must be about; `None` where that is not asked."""
    status_list_max_age: timedelta | None = None
    """How old a status list that was pinned as a file may be; `None` is 31 days."""
    evidence_max_age: timedelta | None = None
    """How old saved evidence may be to say that something was not withdrawn; `None` is a day."""
    as_of_block: bool = False
    """Whether to judge as of the block of the facts instead of now: that says nothing about what came later."""
    heads: Mapping[str, Recency] = field(default_factory=dict)
    """Name of a network -> how old its head may be; what is usual on its chain where it is not named."""

    def recency(self, deployment: Deployment) -> Recency:
        """Give how old the head may be from which facts of a registry are read."""
        return self.heads.get(deployment.network) or Recency.usual(deployment.chain_id)
