"""``credroot demo``: the whole job on a local chain, with nothing to set up."""

from __future__ import annotations

from pathlib import Path

import click

from credroot.app.exit_codes import Exit

DEFAULT_PORT = 8787


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("credroot-demo"),
    show_default=True,
    help="Where the demonstration's workspace is made; must be new or empty.",
)
@click.option("--no-serve", is_flag=True, help="Don't serve the verify page at the end.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=DEFAULT_PORT,
    show_default=True,
    help="The verify page's port on loopback.",
)
@click.pass_context
def demo(context: click.Context, folder: Path, no_serve: bool, port: int) -> int:
    """Show the whole job: a roster becomes credentials, is anchored and verified; what was altered is caught.

    The chain is a local one that proves nothing to others. The workspace stays, for trying the other commands in it.
    """
    from credroot.app.demo.demonstration import demonstrate

    if not demonstrate(folder.absolute(), click.echo, page=f"http://127.0.0.1:{port or DEFAULT_PORT}/"):
        return Exit.PROBLEM
    if no_serve:
        return Exit.OK
    from credroot.app.commands.verifying.serve import serve

    context.obj = folder.absolute()
    click.echo("Ctrl-C stops the verify page; the workspace stays.", err=True)
    click.echo("Verify page     ", nl=False)  # whose address the server says, once it listens
    context.invoke(serve, port=port, quiet=True)
    return Exit.OK
