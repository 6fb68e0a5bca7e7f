"""Reports that leave with a result and come back to be set as a PDF: only what this server wrote itself is taken.

Nothing that was checked is kept, so the report travels with the page, and a seal with it. Without one anybody could
have a forged report set as paper here. The key lives as long as the server: after a restart the file is checked again.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from credroot.core.errors import InputError
from credroot.core.report import read_report
from credroot.core.text.clock import format_time, parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.core.json.types import JsonObject
    from credroot.core.report import Report

FORMAT = "credroot/sealed-report/v1"
SEAL_BYTES = 32


@dataclass(frozen=True, slots=True)
class SealedReport:
    """A report, when it was made, and of which file."""

    report: Report
    at: datetime
    file: str


class Sealer:
    """Seals and opens, by a key that lives as long as a server does."""

    def __init__(self, key: bytes | None = None) -> None:
        """Seal by `key`, which the processes of one server share; by a new one where there is none."""
        self._key = key or new_seal_key()

    def seal(self, report: JsonObject, at: datetime, file: str) -> str:
        """Write a report in its wire form, a time and a file's name as one text with a seal."""
        wire = {"format": FORMAT, "report": report, "at": format_time(at), "file": file}
        body = json.dumps(wire, ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mark(body) + body).decode()

    def open(self, sealed: bytes) -> SealedReport:
        """Read what `seal` wrote; `InputError` (``seal.broken``) for anything else."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
        except ValueError as error:
            raise _broken() from error
        body = raw[SEAL_BYTES:]
        if not hmac.compare_digest(raw[:SEAL_BYTES], self._mark(body)):
            raise _broken()
        wire: Any = json.loads(body)
        return SealedReport(read_report(wire["report"]), parse_time(wire["at"]), wire["file"])

    def _mark(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")


def new_seal_key() -> bytes:
    """Make a key that nobody else has."""
    return secrets.token_bytes(SEAL_BYTES)


def _broken() -> InputError:
    return InputError("this report was not made here, or before the server was started anew", code="seal.broken")
