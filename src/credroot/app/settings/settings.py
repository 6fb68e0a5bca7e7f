"""Settings: `credroot.toml` of the workspace, then the environment. The only place that reads either.

A workspace is a folder: the settings file, ``keys/``, ``deployments/``, ``batches/``, the journal, and on the local
network the chain's own files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.settings.api import ApiSettings, read_api_settings
from credroot.app.settings.networks import LOCAL_NETWORK, Network, read_network, well_known_networks
from credroot.app.settings.outputs import OutputSettings, read_output_settings
from credroot.app.settings.table import SETTINGS_FILE, SETTINGS_FORMAT, SettingsTable, read_table
from credroot.app.settings.trust import TrustSettings, read_trust_settings
from credroot.chain.registry.deployment import load_deployments
from credroot.core.errors import InputError
from credroot.core.values import AccountId
from credroot.verifier.trust import Policy, Trust

if TYPE_CHECKING:
    from collections.abc import Mapping

    from credroot.chain.registry.deployment import Deployment


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
    trusted: TrustSettings
    api: ApiSettings
    """What the HTTP API may do beyond verifying."""
    index: str | None
    """URL of the index of events that commands and API share; a file of the workspace where it is `None`."""
    outputs: OutputSettings
    """What learners get beside the JSON."""
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
        return Trust(self.deployments(), self.trusted.issuers, self.trusted.accreditors, self.trusted.blocks)

    def policy(self) -> Policy:
        """Give what this verifier demands."""
        return Policy(
            require_known_issuer=self.trusted.require_known_issuer,
            require_anchor=self.trusted.require_anchor,
            heads={name: network.recency for name, network in self.networks.items()},
        )

    def required_issuer(self) -> IssuerSettings:
        """Give the issuer; `InputError` where the workspace has none."""
        if self.issuer is None:
            raise InputError(f"no issuer in {SETTINGS_FILE}: run credroot init", code="settings.no_issuer")
        return self.issuer


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
        networks[name] = read_network(name, entry, networks.get(name))
    chosen = environment.get("CREDROOT_NETWORK") or table.text("network", LOCAL_NETWORK)
    sources["network"] = "CREDROOT_NETWORK" if environment.get("CREDROOT_NETWORK") else table.source
    for variable in ("CREDROOT_RPC_URL", "ETH_RPC_URL", "WEB3_PROVIDER_URI"):
        url = environment.get(variable)
        if url and chosen in networks and (variable == "CREDROOT_RPC_URL" or not networks[chosen].endpoints):
            if variable != "CREDROOT_RPC_URL" and networks[chosen].is_local:
                continue
            networks[chosen] = replace(networks[chosen], endpoints=(url,))
            sources["endpoints"] = variable
            break
    audit = table.sub("audit")
    settings = Settings(
        workspace=folder,
        networks=networks,
        network=chosen,
        issuer=_issuer(table.sub("issuer")) if "issuer" in table.values else None,
        trusted=read_trust_settings(table.sub("trust")),
        api=read_api_settings(folder, table.sub("api")),
        index=environment.get("CREDROOT_INDEX") or audit.optional_text("index"),
        outputs=read_output_settings(folder, table.sub("outputs")),
        passphrase_file=_passphrase_file(folder, environment, table),
        keystore_folders=_keystore_folders(folder, environment),
        sources=sources,
    )
    audit.finish()
    table.text("format", SETTINGS_FORMAT)
    table.finish()
    return settings


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
        publish_url=entry.optional_text("publish_url"),
    )
    entry.finish()
    return issuer


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
