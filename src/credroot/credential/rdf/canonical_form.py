"""A document's canonical bytes, and whether every implementation gives the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BELOW_ASTRAL = bytes(range(0xF0))  # what UTF-8 needs for characters up to U+FFFF
# A text, compiled when first used: hardly any document needs it.
_HIGH_BMP = "[\ue000-\uffff]"


@dataclass(frozen=True, slots=True)
class CanonicalForm:
    """What a document says, in the one order and labelling that RDFC-1.0 gives it."""

    nquads: bytes
    """Canonical N-Quads in UTF-8: one statement a line, sorted by code point, each line ended by LF."""
    has_twins: bool
    """Whether two blank nodes have the same first-degree hash; implementations disagree on such documents."""

    @property
    def is_portable(self) -> bool:
        """Whether every implementation in use gives the same bytes; nothing else may be issued.

        Not so with twins; with a tab, which older ones leave as it is; and where some sort by UTF-16 unit and
        a character beyond U+FFFF meets one of U+E000 to U+FFFF.
        """
        if self.has_twins or b"\\t" in self.nquads:
            return False
        if self.nquads.isascii() or not self.nquads.translate(None, _BELOW_ASTRAL):
            return True
        return re.search(_HIGH_BMP, self.nquads.decode()) is None
