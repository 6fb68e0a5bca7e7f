"""The canonical bytes of a document whose skeleton is known, about a hundred times faster than from nothing.

A shape holds the RDF statements of a skeleton, with slots for values. For each document that has the skeleton, the
values are filled in, blank nodes are hashed and labelled, and the lines are put in order. Where a value could change
more than itself, `Shape.fill` gives nothing, and PyLD has to do the work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from credroot.credential.canonical_form import CanonicalForm
from credroot.credential.rdfc_lines import Filler, Picker, RepeatedLineError

_NONCHARACTERS = b"\xef\xbf"
_NONCHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF
_ESCAPED = b'"\\\t\n\r'
_PLAIN = bytes(set(range(0x20, 0x100)) - {0x7F, *_ESCAPED})
"""Bytes of UTF-8 that stand for themselves in a literal; the other control characters are in neither list."""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"'})


@dataclass(frozen=True, slots=True)
class Shape:
    """The statements of one skeleton, with slots."""

    nodes: tuple[Filler, ...]
    """For each blank node, what its first-degree hash is taken over."""
    blocks: tuple[Filler, ...]
    """For each subject, its lines in order; raises `RepeatedLineError`."""
    lines: Filler
    """All lines in no order."""
    constants: tuple[str, ...]
    """The texts between the values."""
    subjects: Picker
    """The subjects that are values."""
    iris: Picker
    """The values that stand as IRIs."""
    iri_list: re.Pattern[str]
    """Matches IRIs that need no context to be read, each followed by a space."""
    may_repeat: bool
    """Whether two equal lines are one statement for every implementation."""

    def fill(self, values: list[str]) -> CanonicalForm | None:
        """Give the canonical form of the document with these values; None where PyLD has to decide.

        That is where two blank nodes get one hash, where a text has a character that is not written alike everywhere,
        where an IRI is not plainly one, and where one statement comes from two spellings.
        """
        if self.iri_list.fullmatch(" ".join((*self.iris(values), ""))) is None:
            return None
        slots = escaped(values)
        if slots is None:
            return None
        first_label = len(slots)
        slots += [""] * len(self.nodes)
        slots += self.constants
        digests = [sha256(node(slots).encode()).digest() for node in self.nodes]
        label = {digest: f"c14n{rank}" for rank, digest in enumerate(sorted(digests))}
        if len(label) != len(digests):
            return None
        slots[first_label : first_label + len(digests)] = [label[digest] for digest in digests]
        text = self._in_order(slots)
        return None if text is None else CanonicalForm(nquads=text.encode(), has_twins=False)

    def _in_order(self, slots: list[str]) -> str | None:
        subjects = self.subjects(slots)
        try:
            if len(set(subjects)) == len(subjects):
                # A subject ends with a character that none has within, so blocks sort as their lines would.
                return "".join(sorted([block(slots) for block in self.blocks]))
        except RepeatedLineError:
            pass
        lines = self.lines(slots).split("\n")[:-1]
        distinct = set(lines)
        if len(distinct) != len(lines) and not self.may_repeat:
            return None
        return "\n".join([*sorted(distinct), ""])


def escaped(values: list[str]) -> list[str] | None:
    """Give the values as they stand in N-Quads between quotes; None where one has no common form there."""
    try:
        text = " ".join(values).encode()
    except UnicodeEncodeError:
        return None  # a lone surrogate
    if _NONCHARACTERS in text and _NONCHARACTER.search(text) is not None:
        return None
    odd = text.translate(None, _PLAIN)
    if not odd:
        return values.copy()
    if odd.translate(None, _ESCAPED):
        return None
    return [value.translate(_ESCAPES) for value in values]
