"""What `--help` says is in the repository, so that a change of the command line shows in a review."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from credroot.app.cli import root

TEXTS = Path(__file__).parent / "help"
WIDTH = 100


def commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command and group, with the words that lead to it."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            found += commands(below, (*path, name))
    return found


def help_of(path: tuple[str, ...], command: click.Command) -> str:
    context = click.Context(
        command, info_name=" ".join(("credroot", *path)), terminal_width=WIDTH, max_content_width=WIDTH
    )
    return command.get_help(context) + "\n"


@pytest.mark.parametrize(
    ("path", "command"), commands(root), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_the_help_is_the_one_in_the_repository(path: tuple[str, ...], command: click.Command) -> None:
    """``CREDROOT_REWRITE=1`` writes the files anew."""
    file = TEXTS / ("-".join(("credroot", *path)) + ".txt")
    if os.environ.get("CREDROOT_REWRITE"):
        TEXTS.mkdir(exist_ok=True)
        file.write_text(help_of(path, command))
    assert file.read_text() == help_of(path, command)


def test_every_text_is_of_a_command() -> None:
    names = {"-".join(("credroot", *path)) + ".txt" for path, _ in commands(root)}
    assert {path.name for path in TEXTS.iterdir()} == names


def test_every_option_says_what_it_does() -> None:
    for path, command in commands(root):
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.help, (path, parameter.name)
