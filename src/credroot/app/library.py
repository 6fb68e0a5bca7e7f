"""Verifying from a program: the same settings, trust and verdicts as the command line."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.connections import Connections
from credroot.app.settings import load_settings
from credroot.core.values import Digest
from credroot.verifier.verifier import Verifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.core.report import Report


@contextmanager
def open_verifier(
    workspace: str | Path | None = None, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Iterator[Verifier]:
    """Open a verifier with the settings of a workspace (the current folder where none is named), for many files.

    `clock` gives the moment to which verdicts refer, aware. Raises `InputError` for settings that can't be used.
    """
    settings = load_settings(None if workspace is None else Path(workspace))
    with Connections(settings) as connections:
        yield Verifier(settings.trust(), connections.reader, clock=clock, policy=settings.policy())


def verify(data: bytes, *, workspace: str | Path | None = None, file: bytes | None = None) -> Report:
    """Judge one credential, or one receipt together with the bytes of its `file`.

    Never raises for what is in `data`, nor for an outage: the report says what was found out. Raises `InputError` for
    settings that can't be used.
    """
    with open_verifier(workspace) as verifier:
        return verifier.verify(data, file_digest=None if file is None else Digest.sha256(file))
