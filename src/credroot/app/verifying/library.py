"""Verifying from a program: the same settings, trust and verdicts as the command line."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from credroot.app.settings.settings import load_settings
from credroot.app.verifying.verifier import verifier_of
from credroot.app.workspace.connections import Connections
from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from credroot.core.report import Report
    from credroot.verifier.verifier import Verifier


@contextmanager
def open_verifier(
    workspace: str | Path | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    recipient: str | None = None,
) -> Iterator[Verifier]:
    """Open a verifier with the settings of a workspace (the current folder where none is named), for many files.

    `recipient` is whom every credential must be about, where that is asked. `clock` gives the moment to which verdicts
    refer, aware. Raises `InputError` for settings that can't be used.
    """
    settings = load_settings(None if workspace is None else Path(workspace))
    with Connections(settings, clock=clock) as connections:
        policy = None if recipient is None else replace(settings.policy(), recipient=recipient)
        yield verifier_of(settings, connections, clock=clock, policy=policy)


def verify(
    data: bytes,
    *,
    workspace: str | Path | None = None,
    file: bytes | None = None,
    recipient: str | None = None,
) -> Report:
    """Judge one credential, or one receipt together with the bytes of its `file`.

    `recipient`, an e-mail address or a DID, asks whether it is about that person as well.

    Never raises for what is in `data`, nor for an outage: the report says what was found out. Raises `InputError` for
    settings that can't be used.
    """
    with open_verifier(workspace, recipient=recipient) as verifier:
        return verifier.verify(data, file_digest=None if file is None else Digest.sha256(file))
