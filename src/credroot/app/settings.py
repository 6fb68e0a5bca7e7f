"""Settings: `credroot.toml` of the workspace, then the environment. The only place that reads either.

A workspace is a folder: the settings file, ``keys/``, ``deployments/``, ``batches/``, the journal, and on the local
network the chain's own files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.api_settings import ApiSettings, read_api_settings
from credroot.app.settings_table import SETTINGS_FORMAT, SettingsTable, read_table
from credroot.chain.data_fees import DataFees
from credroot.chain.deployment import load_deployments
from credroot.chain.finality import Confirmations, parse_finality
from credroot.chain.scope import Scope
from credroot.core.errors import InputError
from credroot.core.values import LOCAL_CHAIN_ID, AccountId, ChainId
from credroot.verifier.trust import Policy, Trust, TrustedAccreditor, TrustedIssuer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credroot.chain.deployment import Deployment
    from credroot.chain.finality import Finality

SETTINGS_FILE = "credroot.toml"
LOCAL_NETWORK = "local"
MAX_SCOPES = 64
"""Accreditors times scopes: each is a question beside every credential's, and one answer of a node holds them all."""
_DATA_FEES = {"base": DataFees.OP_STACK, "optimism": DataFees.OP_STACK, "arbitrum": DataFees.ARBITRUM}


@dataclass(frozen=True, slots=True)
class Network:
    """One chain, and how it is reached."""

    name: str
    chain_id: ChainId
    endpoints: tuple[str, ...] = ()
    """JSON-RPC URLs: reads fall over from one to the next, a transaction is handed to each once. None on the local
    network means the embedded chain."""
    finality: Finality = field(default_factory=lambda: Confirmations(1))
    coin: str = "ETH"
    explorer: str | None = None
    """Where a person looks a transaction up: a URL that a transaction's hash is put behind."""
    max_fee_gwei: int | None = None
    """The most that a unit of gas may cost."""
    data_fees: DataFees = DataFees.NONE
    """How the chain charges for data on layer 1."""
    deadline_s: float = 10.0

    @property
    def is_local(self) -> bool:
        """Whether it is the embedded chain, which proves nothing to others."""
        return self.chain_id == LOCAL_CHAIN_ID


@dataclass(frozen=True, slots=True)
class IssuerSettings:
    """Who issues from this workspace."""

    did: str
    name: str
    account: AccountId
    signer: str
    """URI of the key that anchors."""
    signing_key: str
    """File of the Ed25519 key that signs credentials, below ``keys/``."""
    url: str | None = None
    email: str | None = None
    description: str | None = None
    image: str | None = None
    badge_colour: str | None = None
    publish_url: str | None = None
    """Where the folder ``public/`` is served: profile and status lists are addressed below it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one run."""

    workspace: Path
    networks: Mapping[str, Network]
    network: str
    """The name of the network that is used where none is asked for."""
    issuer: IssuerSettings | None
    trusted_issuers: tuple[TrustedIssuer, ...]
    trusted_accreditors: tuple[TrustedAccreditor, ...]
    require_known_issuer: bool
    require_anchor: bool
    fetch: tuple[str, ...]
    """What may be fetched: ``did:web:...`` with its host, and ``https://host`` origins; nothing unless it is named."""
    api: ApiSettings
    """What the HTTP API may do beyond verifying."""
    index: str | None
    """URL of the index of events that commands and API share; a file of the workspace where it is `None`."""
    passphrase_file: Path | None
    keystore_folders: tuple[Path, ...]
    sources: Mapping[str, str]
    """Which source won, for the settings that several may set."""

    def network_named(self, name: str | None = None) -> Network:
        """Give a network by its short name, the default where `name` is `None`; `InputError` for an unknown one."""
        wanted = name or self.network
        if wanted not in self.networks:
            known = ", ".join(sorted(self.networks))
            raise InputError(f"no network named {wanted!r}; known: {known}", code="settings.network")
        return self.networks[wanted]

    def deployments(self) -> tuple[Deployment, ...]:
        """Read the pinned registries of this workspace."""
        return load_deployments(self.workspace / "deployments")

    def deployment(self, network: Network) -> Deployment:
        """Give the registry of a network; `InputError` where there is none or its chain is another."""
        for deployment in self.deployments():
            if deployment.network == network.name:
                if deployment.chain_id != network.chain_id:
                    raise InputError(
                        f"deployments/{network.name}.json is of {deployment.chain_id.caip2}, the settings say "
                        f"{network.chain_id.caip2}",
                        code="deployment.other_chain",
                    )
                return deployment
        raise InputError(
            f"no registry is known on {network.name}: run credroot deploy, or put its file into deployments/",
            code="deployment.missing",
        )

    def trust(self) -> Trust:
        """Give what a verdict of this workspace may rest on."""
        return Trust(self.deployments(), self.trusted_issuers, self.trusted_accreditors)

    def policy(self) -> Policy:
        """Give what this verifier demands."""
        return Policy(require_known_issuer=self.require_known_issuer, require_anchor=self.require_anchor)

    def required_issuer(self) -> IssuerSettings:
        """Give the issuer; `InputError` where the workspace has none."""
        if self.issuer is None:
            raise InputError(f"no issuer in {SETTINGS_FILE}: run credroot init", code="settings.no_issuer")
        return self.issuer


def well_known_networks() -> dict[str, Network]:
    """Give the networks that need no entry of their own; endpoints are the user's choice."""
    known = (
        (LOCAL_NETWORK, LOCAL_CHAIN_ID, 1, "ETH", None),
        ("ethereum", 1, "finalized", "ETH", "https://etherscan.io/tx/"),
        ("sepolia", 11_155_111, "finalized", "ETH", "https://sepolia.etherscan.io/tx/"),
        ("polygon", 137, "finalized", "POL", "https://polygonscan.com/tx/"),
        ("base", 8453, "finalized", "ETH", "https://basescan.org/tx/"),
        ("arbitrum", 42_161, "finalized", "ETH", "https://arbiscan.io/tx/"),
        ("optimism", 10, "finalized", "ETH", "https://optimistic.etherscan.io/tx/"),
    )
    return {
        name: Network(
            name,
            ChainId(number),
            (),
            parse_finality(finality, source=name),
            coin,
            explorer,
            data_fees=_DATA_FEES.get(name, DataFees.NONE),
        )
        for name, number, finality, coin, explorer in known
    }


def load_settings(workspace: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of a workspace: the folder given, ``CREDROOT_WORKSPACE``, or the current one.

    A folder without a settings file has no issuer, trusts nobody, and knows the well-known networks.

    Raises:
        InputError: the file is not TOML, has an unknown table or key, or a value of another kind than its key wants.
    """
    environment = os.environ if environment is None else environment
    folder = (workspace or Path(environment.get("CREDROOT_WORKSPACE") or ".")).absolute()
    table = read_table(folder / SETTINGS_FILE)
    sources: dict[str, str] = {}
    networks = well_known_networks()
    for name, entry in table.sub("networks").tables():
        networks[name] = _network(name, entry, networks.get(name))
    chosen = environment.get("CREDROOT_NETWORK") or table.text("network", LOCAL_NETWORK)
    sources["network"] = "CREDROOT_NETWORK" if environment.get("CREDROOT_NETWORK") else table.source
    for variable in ("CREDROOT_RPC_URL", "ETH_RPC_URL", "WEB3_PROVIDER_URI"):
        url = environment.get(variable)
        if url and chosen in networks and (variable == "CREDROOT_RPC_URL" or not networks[chosen].endpoints):
            if variable != "CREDROOT_RPC_URL" and networks[chosen].is_local:
                continue
            networks[chosen] = _with_endpoint(networks[chosen], url)
            sources["endpoints"] = variable
            break
    trust, audit = table.sub("trust"), table.sub("audit")
    settings = Settings(
        workspace=folder,
        networks=networks,
        network=chosen,
        issuer=_issuer(table.sub("issuer")) if "issuer" in table.values else None,
        trusted_issuers=tuple(_trusted(entry) for entry in trust.list_of_tables("issuers")),
        trusted_accreditors=_accreditors(trust),
        require_known_issuer=trust.flag("require_known_issuer", default=True),
        require_anchor=trust.flag("require_anchor", default=True),
        fetch=trust.texts("fetch"),
        api=read_api_settings(folder, table.sub("api")),
        index=environment.get("CREDROOT_INDEX") or audit.optional_text("index"),
        passphrase_file=_passphrase_file(folder, environment, table),
        keystore_folders=_keystore_folders(folder, environment),
        sources=sources,
    )
    trust.finish()
    audit.finish()
    table.text("format", SETTINGS_FORMAT)
    table.finish()
    return settings


def _network(name: str, entry: SettingsTable, base: Network | None) -> Network:
    if base is None and "chain" not in entry.values:
        raise InputError(f"{entry.source}: a network needs its chain, such as eip155:137", code="settings.chain")
    known = base or Network(name, ChainId.from_caip2(entry.text("chain")))
    endpoints = entry.get("endpoints", list, list(known.endpoints))
    if not all(isinstance(url, str) for url in endpoints):
        raise InputError(f"{entry.source}: endpoints must be texts", code="settings.kind")
    finality = entry.values.get("finality")
    entry.seen.add("finality")
    chain = entry.optional_text("chain")
    network = Network(
        name=name,
        chain_id=known.chain_id if chain is None else ChainId.from_caip2(chain),
        endpoints=tuple(endpoints),
        finality=known.finality if finality is None else parse_finality(finality, source=entry.source),
        coin=entry.text("coin", known.coin),
        explorer=entry.optional_text("explorer") or known.explorer,
        max_fee_gwei=entry.get("max_fee_gwei", int, known.max_fee_gwei),
        data_fees=_data_fees(entry, known),
        deadline_s=float(entry.get("deadline_s", int, int(known.deadline_s))),
    )
    entry.finish()
    return network


def _data_fees(entry: SettingsTable, known: Network) -> DataFees:
    text = entry.text("data_fees", known.data_fees)
    try:
        return DataFees(text)
    except ValueError as error:
        kinds = ", ".join(DataFees)
        raise InputError(f"{entry.source}: data_fees is one of {kinds}", code="settings.kind") from error


def _with_endpoint(network: Network, url: str) -> Network:
    from dataclasses import replace

    return replace(network, endpoints=(url,))


def _issuer(entry: SettingsTable) -> IssuerSettings:
    issuer = IssuerSettings(
        did=entry.text("id"),
        name=entry.text("name"),
        account=AccountId.from_caip10(entry.text("account")),
        signer=entry.text("signer"),
        signing_key=entry.text("signing_key"),
        url=entry.optional_text("url"),
        email=entry.optional_text("email"),
        description=entry.optional_text("description"),
        image=entry.optional_text("image"),
        badge_colour=entry.optional_text("badge_colour"),
        publish_url=entry.optional_text("publish_url"),
    )
    entry.finish()
    return issuer


def _trusted(entry: SettingsTable) -> TrustedIssuer:
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


def _passphrase_file(folder: Path, environment: Mapping[str, str], table: SettingsTable) -> Path | None:
    """The file that holds the passphrase of the keys: foundry's variable first, then the settings."""
    named = environment.get("CREDROOT_PASSPHRASE_FILE") or environment.get("ETH_PASSWORD")
    if named:
        return Path(named)
    inside = table.optional_text("passphrase_file")
    return None if inside is None else folder / inside


def _keystore_folders(folder: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where keystores lie: the workspace, then where the ecosystem's own tools put them."""
    folders = [folder / "keys"]
    if environment.get("ETH_KEYSTORE"):
        folders.append(Path(environment["ETH_KEYSTORE"]))
    home = environment.get("HOME")
    if home:
        folders += [Path(home) / ".foundry" / "keystores", Path(home) / ".ethereum" / "keystore"]
    return tuple(folders)
