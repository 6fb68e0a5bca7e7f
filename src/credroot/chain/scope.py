"""What an accreditation is for: a text for people, and the 32 bytes by which a registry knows it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from credroot.core.errors import InputError
from credroot.core.values import Digest

MAX_SCOPE_CHARS = 200
_HEX = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope, as an accreditor defines it."""

    text: str
    """The statement, or ``0x`` and 64 hex digits where only its bytes are known."""
    digest: Digest
    """SHA-256 of the statement in UTF-8."""

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Read a statement such as ``higher education in Ruritania``, or the 32 bytes of one.

        Raises:
            InputError: ``scope.malformed``: empty, too long, with controls, or in two spellings at once (not NFC),
                which would give two digests for what reads the same; or hex of another length.
        """
        if text.startswith("0x"):
            if not _HEX.fullmatch(text):
                raise InputError(f"a scope in hex is 0x and 64 digits 0-9a-f: {text[:80]!r}", code="scope.malformed")
            return cls(text, Digest.from_hex(text))
        is_plain = text.isprintable() and text == text.strip() and unicodedata.is_normalized("NFC", text)
        if not 0 < len(text) <= MAX_SCOPE_CHARS or not is_plain:
            raise InputError(
                f"a scope is a statement of 1 to {MAX_SCOPE_CHARS} printable characters: {text[:80]!r}",
                code="scope.malformed",
            )
        return cls(text, Digest.sha256(text.encode()))
