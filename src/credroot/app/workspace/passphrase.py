"""Where a passphrase comes from: a file that the settings or the caller name, a file descriptor, or the person."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import click

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_PASSPHRASE_BYTES = 4_096


def passphrase_source(path: Path | None, descriptor: int | None = None, *, confirm: bool = False) -> Callable[[], str]:
    """Give a function that asks once and remembers: the descriptor first, then the file, then a prompt without echo.

    It raises `InputError` where the file can't be read, or nobody is there to be asked.
    """

    @cache
    def ask() -> str:
        if descriptor is not None:
            with os.fdopen(descriptor, "rb", closefd=False) as stream:
                return _first_line(stream.read(MAX_PASSPHRASE_BYTES), f"file descriptor {descriptor}")
        if path is not None:
            try:
                with path.open("rb") as file:
                    return _first_line(file.read(MAX_PASSPHRASE_BYTES), str(path))
            except OSError as error:
                raise InputError(f"{path}: {error.strerror}", code="key.passphrase_file") from error
        answer: str = click.prompt("Passphrase", hide_input=True, err=True, confirmation_prompt=confirm)
        return answer

    return ask


def _first_line(data: bytes, source: str) -> str:
    line = data.split(b"\n", 1)[0].rstrip(b"\r")
    if not line:
        raise InputError(f"{source}: the passphrase is empty", code="key.passphrase_file")
    return line.decode("utf-8", "strict")
