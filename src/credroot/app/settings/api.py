"""The table ``[api]`` of the settings: what the HTTP API may do beyond verifying: nothing unless it says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from credroot.app.settings.table import SettingsTable

MAX_KEY_FILE_BYTES = 65_536
"""Bytes of the file with digests of keys: some hundred lines."""
EVERY_ORIGIN = "*"
_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")
"""As browsers write an origin: scheme, host and port, nothing behind them."""
DEFAULT_INDEX_LAG_S = 900
"""Seconds: longer than a restart of what fills the index takes, too short to take an old answer for a new one."""
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What the operator switched on."""

    issue: bool = False
    """Whether ``POST /credentials/issue`` signs for who has a key."""
    issue_keys: frozenset[bytes] = frozenset()
    """SHA-256 of each bearer key that may issue; 32 bytes each. The keys themselves stand nowhere."""
    allow_origins: frozenset[str] = frozenset()
    """Origins whose pages may ask below ``/v1/``; ``*`` is every one."""
    max_index_lag_s: int = DEFAULT_INDEX_LAG_S
    """How far the index of events may be behind the chain's last final block before it is no longer served."""


def read_api_settings(folder: Path, table: SettingsTable) -> ApiSettings:
    """Read ``[api]``: ``issue``, ``issue_key_sha256`` (64 hex digits), ``issue_key_file`` (such digests, one a line),
    ``allow_origins``, ``max_index_lag_s``.

    The file is named relative to the workspace `folder`; what follows ``#`` in it is a remark.

    Raises:
        InputError: ``settings.api_key``: issuing is on and no key is known, or a digest is none;
            ``settings.origin``, see `read_origins`; ``settings.unknown``.
    """
    issue = table.flag("issue", default=False)
    digests = [digest] if (digest := table.optional_text("issue_key_sha256")) is not None else []
    name = table.optional_text("issue_key_file")
    if issue and name is not None:
        digests += _lines(folder / name)
    origins = read_origins(table.texts("allow_origins"), source=table.source)
    lag = table.count("max_index_lag_s", default=DEFAULT_INDEX_LAG_S)
    table.finish()
    wrong = [digest for digest in digests if not _DIGEST.fullmatch(digest)]
    if wrong or (issue and not digests):
        raise InputError(
            f"{table.source}: issuing needs the SHA-256 of a key, 64 lowercase hex digits, as issue_key_sha256 or in "
            "issue_key_file",
            code="settings.api_key",
        )
    return ApiSettings(issue, frozenset(map(bytes.fromhex, digests)), origins, lag)


def read_origins(texts: Iterable[str], *, source: str) -> frozenset[str]:
    """Check origins as browsers send them.

    Raises:
        InputError: ``settings.origin``: one is neither ``*`` nor such as ``https://school.example``.
    """
    for text in texts:
        if text != EVERY_ORIGIN and not _ORIGIN.fullmatch(text):
            raise InputError(
                f"{source}: {text!r} is no origin: write https://school.example, in lower case and without a path",
                code="settings.origin",
            )
    return frozenset(texts)


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_KEY_FILE_BYTES).decode("ascii", "replace")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", code="settings.api_key") from error
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]
