"""Endorsing another issuer in public: the transaction that sets the window of an accreditation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from credroot.chain.registry import calls as registry_calls
from credroot.core.errors import InputError
from credroot.issuer.sending.intent import Intent

if TYPE_CHECKING:
    from datetime import datetime

    from credroot.chain.scope import Scope
    from credroot.core.values import Address
    from credroot.issuer.sending.workbench import Workbench

MAX_URI_CHARS = 2_048
"""Text that everybody who reads the event pays for."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when an accreditation holds, in seconds since 1970; two zeros are none."""

    valid_from: int = 0
    valid_until: int = 0

    @classmethod
    def between(cls, begin: datetime, end: datetime) -> Window:
        """Give the window from `begin`, included, to `end`, excluded. `InputError` (``accredit.window``) if empty."""
        window = cls(int(begin.timestamp()), int(end.timestamp()))
        if not 0 < window.valid_from < window.valid_until:
            raise InputError("the window of an accreditation ends after it begins", code="accredit.window")
        return window


def intent_to_accredit(bench: Workbench, subject: Address, scope: Scope, window: Window, uri: str = "") -> Intent:
    """Give the transaction that endorses `subject` in the issuer's name, or withdraws that by an empty window.

    Raises:
        InputError: ``accredit.self``, nobody endorses itself; ``accredit.uri``, too long.
    """
    if subject == bench.issuer:
        raise InputError("that is this issuer's own account", code="accredit.self")
    if len(uri) > MAX_URI_CHARS:
        raise InputError(f"a URI has at most {MAX_URI_CHARS} characters here", code="accredit.uri")
    data = registry_calls.accredit(bench.issuer, subject, scope.digest, window.valid_from, window.valid_until, uri)
    word = "accredit" if window.valid_until else "withdraw the accreditation of"
    return Intent("accredit", f"{word} {subject}", bench.deployment.address, data)
