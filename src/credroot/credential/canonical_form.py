"""A document's canonical bytes, and whether every implementation gives the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Texts, compiled when first used: only who issues asks, and to compile a large class of characters takes a while.
_BEYOND_BMP = "[\U00010000-\U0010ffff]"
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
        if self.nquads.isascii():
            return True
        text = self.nquads.decode()
        return re.search(_BEYOND_BMP, text) is None or re.search(_HIGH_BMP, text) is None
