"""``credroot chain``: the local chain as a JSON-RPC node."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from credroot.app.settings.settings import load_settings
from credroot.app.workspace.connections import LOCAL_CHAIN_FOLDER


@click.group()
def chain() -> None:
    """Run the local chain, which is for trying things out: it proves nothing to others."""


@chain.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port on loopback; 0 takes a free one.")
@click.pass_obj
def serve(workspace: Path | None, port: int) -> None:
    """Serve this workspace's local chain as JSON-RPC on loopback until Ctrl-C.

    Other commands of the workspace find it; without it they start one in the background.
    """
    from credroot.chain.embedded.node.server import serve as serve_chain

    folder = load_settings(workspace).workspace / LOCAL_CHAIN_FOLDER
    folder.mkdir(parents=True, exist_ok=True)

    def announce(url: str) -> None:
        click.echo(
            "LOCAL CHAIN: proves nothing to others. Ctrl-C stops it; nothing that was acknowledged is lost.", err=True
        )
        click.echo(url)
        sys.stdout.flush()

    serve_chain(folder, port=port, announce=announce)
