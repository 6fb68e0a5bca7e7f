"""What every audit command is told: workspace, network and index; and how an account is written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credroot.core.values import AccountId, Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from credroot.app.auditing.audit import Desk


class Place:
    """What every command is told: where the workspace, the network and the index are."""

    def __init__(self, workspace: Path | None, network: str | None, index: str | None) -> None:
        """Keep what was given."""
        from credroot.app.settings.settings import load_settings

        self.settings = load_settings(workspace)
        self._network = network
        self._index = index

    def desk(self) -> AbstractContextManager[Desk]:
        """Open chain and index."""
        from credroot.app.auditing.audit import desk

        return desk(self.settings, network=self._network, index_url=self._index, progress=_progress)


def at_a_place(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command has."""

    def wrapped(workspace: Path | None, /, network: str | None, index: str | None, **options: Any) -> Any:
        return command(Place(workspace, network, index), **options)

    # The name and the help of the command, not the shape of its arguments.
    wrapped.__name__, wrapped.__doc__ = command.__name__, command.__doc__
    with_index = click.option(
        "--index",
        help="The index: sqlite:///FILE or postgresql://...; else that of CREDROOT_INDEX or the settings, or "
        "audit/index.db.",
    )
    with_network = click.option("--network", help="The network; the workspace's default where none is given.")
    decorated: Callable[..., Any] = with_network(with_index(click.pass_obj(wrapped)))
    return decorated


def account_of(text: str) -> Address:
    """Read an account as people write it: ``0x...`` or CAIP-10."""
    return AccountId.from_caip10(text).address if text.startswith("eip155:") else Address.from_hex(text)


def _progress(done: int, total: int) -> None:
    """Show how far a long reading is, where a person watches."""
    if sys.stderr.isatty() and total > 1_000:
        sys.stderr.write(f"\r{done:,} of {total:,} blocks ")
        sys.stderr.flush()
