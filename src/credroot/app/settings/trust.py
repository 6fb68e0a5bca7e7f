"""The table ``[trust]`` of the settings: issuers, accreditors, auditors and blocks that a verdict may rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.values import AccountId, Address, ChainId, Digest
from credroot.verifier.trust import PinnedBlock, TrustedAccreditor, TrustedAuditor, TrustedIssuer

if TYPE_CHECKING:
    from credroot.app.settings.table import SettingsTable

MAX_SCOPES = 64
"""Accreditors times scopes: each is a question beside every credential's, and one answer of a node holds them all."""


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """What the verifier takes for granted, besides the registries below ``deployments/``."""

    issuers: tuple[TrustedIssuer, ...]
    accreditors: tuple[TrustedAccreditor, ...]
    blocks: tuple[PinnedBlock, ...]
    auditors: tuple[TrustedAuditor, ...]
    """Whose checkpoints below ``trust/checkpoints/`` count."""
    require_known_issuer: bool
    require_anchor: bool
    fetch: tuple[str, ...]
    """What may be fetched: ``did:web:...`` with its host, and ``https://host`` origins; nothing unless it is named."""


def read_trust_settings(table: SettingsTable) -> TrustSettings:
    """Read the table; `InputError` names a setting that can't be used."""
    trust = TrustSettings(
        issuers=tuple(_issuer(entry) for entry in table.list_of_tables("issuers")),
        accreditors=_accreditors(table),
        blocks=tuple(_block(entry) for entry in table.list_of_tables("blocks")),
        auditors=tuple(_auditor(entry) for entry in table.list_of_tables("auditors")),
        require_known_issuer=table.flag("require_known_issuer", default=True),
        require_anchor=table.flag("require_anchor", default=True),
        fetch=table.texts("fetch"),
    )
    table.finish()
    return trust


def _issuer(entry: SettingsTable) -> TrustedIssuer:
    account = entry.optional_text("account")
    issuer = TrustedIssuer(
        did=entry.text("id"),
        account=None if account is None else AccountId.from_caip10(account),
        name=entry.text("name"),
        source=entry.text("source", "this verifier's settings"),
    )
    entry.finish()
    return issuer


def _accreditors(trust: SettingsTable) -> tuple[TrustedAccreditor, ...]:
    accreditors = tuple(_accreditor(entry) for entry in trust.list_of_tables("accreditors"))
    if sum(len(accreditor.scopes) for accreditor in accreditors) > MAX_SCOPES:
        raise InputError(f"{trust.source}: more than {MAX_SCOPES} scopes of accreditors", code="settings.kind")
    return accreditors


def _accreditor(entry: SettingsTable) -> TrustedAccreditor:
    # Imported here: most settings name no accreditor, and a scope brings Unicode's tables along.
    from credroot.chain.scope import Scope

    accreditor = TrustedAccreditor(
        account=AccountId.from_caip10(entry.text("account")),
        name=entry.text("name"),
        source=entry.text("source", "this verifier's settings"),
        scopes=tuple(Scope.parse(text) for text in entry.texts("scopes")),
    )
    entry.finish()
    if not accreditor.scopes:
        raise InputError(f"{entry.source}: scopes names what it may vouch for", code="settings.kind")
    return accreditor


def _block(entry: SettingsTable) -> PinnedBlock:
    block = PinnedBlock(
        ChainId.from_caip2(entry.text("chain")),
        Digest.from_hex(entry.text("hash")),
        entry.text("source", "this verifier's settings"),
    )
    entry.finish()
    return block


def _auditor(entry: SettingsTable) -> TrustedAuditor:
    auditor = TrustedAuditor(
        Address.from_hex(entry.text("account")),
        entry.text("name"),
        entry.text("source", "this verifier's settings"),
    )
    entry.finish()
    return auditor
