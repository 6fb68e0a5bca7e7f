"""The terminal of whoever runs a command: nothing that is written there may steer it.

Commands join their lines themselves, and what they quote is one line each (`core.plain_text.one_line`). Whatever slips
through, from whichever command, can't move the cursor, hide or recolour. Files and pipes get every character.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from credroot.core.text.plain_text import on_screen, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable


def say(line: str, *, err: bool = False) -> None:
    """Print one line for people, on standard output or error; what it quotes makes no line of its own."""
    click.echo(one_line(line), err=err)


class Screen:
    """A stream to a terminal, in place of the stream itself."""

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self.stream = stream

    def write(self, text: str) -> int:
        """Write what a terminal may have of `text`."""
        self.stream.write(on_screen(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of `lines`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # the bytes below would go past it
            raise AttributeError(name)
        return getattr(self.stream, name)


def guard_terminal() -> None:
    """Let standard output and error pass through a `Screen` where they are terminals."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Screen) and stream.isatty():
            setattr(sys, name, Screen(stream))


def steered() -> TextIO:
    """Return standard error for those lines of ours that are drawn again and again."""
    stream = sys.stderr
    return stream.stream if isinstance(stream, Screen) else stream
