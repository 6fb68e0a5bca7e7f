"""``credroot audit``: what the registry's events say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credroot.app.connections import Connections
from credroot.app.settings import load_settings
from credroot.chain.events import read_events
from credroot.chain.hex_codec import parse_quantity
from credroot.core.values import AccountId, Address

if TYPE_CHECKING:
    from credroot.chain.events import Event
    from credroot.core.json_types import JsonObject

EVENT_FORMAT = "credroot/event/v1"


@click.group()
def audit() -> None:
    """Read what the registry's events say: all that was ever anchored, withdrawn, or done to a key."""


@audit.command()
@click.option("--network", help="The network; the workspace's default where none is given.")
@click.option("--issuer", help="Only events of this account: 0x..., or eip155:N:0x...")
@click.option(
    "--from-block", type=click.IntRange(0), help="The first block; that of the deployment where none is given."
)
@click.option("--to-block", type=click.IntRange(0), help="The last block; the newest where none is given.")
@click.pass_obj
def events(
    workspace: Path | None, network: str | None, issuer: str | None, from_block: int | None, to_block: int | None
) -> None:
    """Write every event of the registry, in the order of the chain, one JSON object a line."""
    settings = load_settings(workspace)
    chosen = settings.network_named(network)
    deployment = settings.deployment(chosen)
    account = None if issuer is None else _account(issuer)
    with Connections(settings) as connections:
        connections.reader(deployment).read([])
        connections.reader(deployment).check()
        rpc = connections.rpc(chosen)
        last = parse_quantity(rpc.call("eth_blockNumber")) if to_block is None else to_block
        first = max(deployment.deploy_block, from_block or 0)
        for event in read_events(rpc, deployment, first=first, last=last, issuer=account):
            click.echo(json.dumps(_wire(event), ensure_ascii=False))


def _account(text: str) -> Address:
    return AccountId.from_caip10(text).address if text.startswith("eip155:") else Address.from_hex(text)


def _wire(event: Event) -> JsonObject:
    arguments: JsonObject = {
        name: value if isinstance(value, int) and value < 2**53 else str(value)
        for name, value in event.arguments.items()
    }
    return {
        "format": EVENT_FORMAT,
        "event": event.name,
        "arguments": arguments,
        "block": event.block_number,
        "blockHash": str(event.block_hash),
        "transaction": str(event.transaction),
        "logIndex": event.log_index,
    }
