"""What works here and what does not, from the settings to the coins: each question has one plain answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from credroot.app.exit_codes import Exit
from credroot.app.settings.table import SETTINGS_FILE
from credroot.app.workspace.connections import Connections
from credroot.app.workspace.signers import payer_of
from credroot.chain.rpc.endpoint import Endpoint
from credroot.chain.writing.keystore import ENVIRONMENT_SCHEME, KEYSTORE_SCHEME, find_keystore, read_keystore
from credroot.chain.writing.writer import ChainWriter
from credroot.core.errors import AnchorRejected, ChainMismatch, ChainUnavailable, CredrootError
from credroot.core.text.clock import format_time
from credroot.issuer.sending.intent import coins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credroot.app.settings.networks import Network
    from credroot.app.settings.settings import Settings

WORTH_A_WARNING_WEI = 10**15
"""A balance below this many wei pays for no batch on most networks."""


class Health(StrEnum):
    """How one thing is."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and its answer."""

    subject: str
    health: Health
    code: str
    answer: str
    """What is so, and what to do where something is wrong."""
    exit: Exit = Exit.OK


def diagnose(settings: Settings, network_name: str | None = None) -> Iterator[Finding]:
    """Yield the findings in the order in which things depend on each other; stop where nothing further can be asked.

    Raises:
        InputError: the network is not configured at all.
    """
    path = settings.workspace / SETTINGS_FILE
    if not path.exists():
        answer = f"there is no {SETTINGS_FILE} in {settings.workspace}: run credroot init, or name a folder with -w"
        yield Finding("settings", Health.BROKEN, "settings.missing", answer, Exit.USAGE)
        return
    yield Finding("settings", Health.OK, "settings.ok", str(path))
    network = settings.network_named(network_name)
    source = "the command line" if network_name else settings.sources.get("network", SETTINGS_FILE)
    yield Finding("network", Health.OK, "network.ok", f"{network.name} ({network.chain_id.caip2}), from {source}")
    yield _issuer(settings)
    yield _key(settings)
    yield from _chain(settings, network)


def _issuer(settings: Settings) -> Finding:
    if settings.issuer is None:
        answer = (
            f"{SETTINGS_FILE} names no issuer: verifying works, issuing does not; run credroot init in a new folder"
        )
        return Finding("issuer", Health.WARNING, "issuer.none", answer)
    return Finding("issuer", Health.OK, "issuer.ok", f"{settings.issuer.name}, {settings.issuer.did}")


def _key(settings: Settings) -> Finding:
    if settings.issuer is None:
        return Finding("key", Health.WARNING, "key.none", "no issuer, no key")
    uri = settings.issuer.signer
    if uri.startswith(ENVIRONMENT_SCHEME):
        return Finding("key", Health.WARNING, "key.environment", f"{uri}: every program of this user can read it")
    if not uri.startswith(KEYSTORE_SCHEME):
        return Finding("key", Health.OK, "key.external", f"{uri}: not opened here")
    try:
        found = find_keystore(uri.removeprefix(KEYSTORE_SCHEME), settings.keystore_folders)
        read_keystore(found)
    except CredrootError as error:
        return Finding("key", Health.BROKEN, error.code, str(error), Exit.USAGE)
    return Finding("key", Health.OK, "key.ok", f"{found}; not opened here")


def _chain(settings: Settings, network: Network) -> Iterator[Finding]:
    with Connections(settings) as connections:
        try:
            rpc = connections.rpc(network)
            chain = ChainWriter(rpc)
            chain.require_chain(network.chain_id)
        except (AnchorRejected, ChainMismatch) as error:
            answer = f"{_masked(network)}: {error}; put an endpoint of {network.chain_id.caip2} in its place"
            yield Finding("endpoint", Health.BROKEN, error.code, answer, Exit.REFUSED)
            return
        except ChainUnavailable as error:
            yield Finding("endpoint", Health.BROKEN, error.code, f"{_masked(network)}: {error}", Exit.UNKNOWN)
            return
        source = settings.sources.get("endpoints", SETTINGS_FILE)
        yield Finding("endpoint", Health.OK, "endpoint.ok", f"{_masked(network)}, from {source}")
        try:
            yield _registry(settings, network, connections)
            if settings.issuer is not None:
                yield _balance(settings, network, chain)
        except ChainUnavailable as error:
            yield Finding("endpoint", Health.BROKEN, error.code, str(error), Exit.UNKNOWN)


def _registry(settings: Settings, network: Network, connections: Connections) -> Finding:
    try:
        deployment = settings.deployment(network)
        head = connections.reader(deployment).check()
        creation = connections.creation(deployment)
    except ChainMismatch as error:
        answer = f"{error}; compare deployments/{network.name}.json with what you were given"
        return Finding("registry", Health.BROKEN, error.code, answer, Exit.REFUSED)
    except ChainUnavailable:
        raise
    except CredrootError as error:
        return Finding("registry", Health.BROKEN, error.code, str(error), Exit.USAGE)
    problem = network.recency.problem(head.number, head.timestamp, datetime.now(UTC))
    if problem is not None:
        answer = f"{_masked(network)}: {problem.message}; verdicts can't rest on it (max_head_age_s of the network)"
        return Finding("registry", Health.BROKEN, problem.code, answer, Exit.UNKNOWN)
    at = format_time(head.moment)
    answer = f"{deployment.address}, our code; {creation.told}; head {head.number:,} of {at}"
    return Finding("registry", Health.OK, "registry.ok", answer)


def _balance(settings: Settings, network: Network, chain: ChainWriter) -> Finding:
    account = payer_of(settings)
    wei = chain.balance_wei(account)
    if wei == 0:
        answer = f"{account} holds nothing: send {network.coin} to it before anchoring"
        return Finding("balance", Health.BROKEN, "balance.empty", answer, Exit.REFUSED)
    health = Health.WARNING if wei < WORTH_A_WARNING_WEI else Health.OK
    return Finding("balance", health, "balance.ok", f"{account} holds {coins(wei)} {network.coin}")


def _masked(network: Network) -> str:
    """Name the endpoints without what may be a secret in their URLs."""
    return ", ".join(Endpoint(url).masked for url in network.endpoints) or "the local chain"
