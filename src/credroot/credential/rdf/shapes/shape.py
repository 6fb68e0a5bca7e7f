"""The canonical bytes of a document whose skeleton is known, about a hundred times faster than from nothing.

A shape holds the RDF statements of a skeleton, with slots for values. For each document that has the skeleton, the
values are filled in, blank nodes are hashed and labelled, and the lines are put in order. Where a value could change
more than itself, `Shape.fill` gives nothing, and PyLD has to do the work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from credroot.credential.rdf.canonical_form import CanonicalForm
from credroot.credential.rdf.iri import BAD_ESCAPE
from credroot.credential.rdf.shapes.lines import Filler, Picker, RepeatedLineError

_NONCHARACTERS = b"\xef\xbf"
_NONCHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")  # U+FFFE and U+FFFF
_BAD_ESCAPE = re.compile(BAD_ESCAPE.encode())
_ESCAPED = b'"\\\t\n\r'
_PLAIN = bytes(set(range(0x20, 0x100)) - {0x7F, *_ESCAPED})
"""Bytes of UTF-8 that stand for themselves in a literal; the other control characters are in neither list."""
_SEPARATOR = "\0"  # in neither list, so a value that has it is found out by their number
_ESCAPES = ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b'"', b'\\"'))  # in this order


@dataclass(frozen=True, slots=True)
class Shape:
    """The statements of one skeleton, with slots."""

    nodes: tuple[Filler, ...]
    """For each blank node, what its first-degree hash is taken over."""
    blocks: tuple[Filler, ...]
    """For each subject, its lines in order; raises `RepeatedLineError`."""
    lines: Filler
    """All lines in no order."""
    constants: tuple[bytes, ...]
    """The texts between the values."""
    subjects: Picker
    """The subjects that are values."""
    iris: Picker
    """The values that stand as IRIs."""
    iri_list: re.Pattern[bytes]
    """Matches IRIs that need no context to be read, each followed by a space; escapes in them may be wrong."""
    may_repeat: bool
    """Whether two equal lines are one statement for every implementation."""

    def fill(self, values: list[str]) -> CanonicalForm | None:
        """Give the canonical form of the document with these values; None where PyLD has to decide.

        That is where two blank nodes get one hash, where a text has a character that is not written alike everywhere,
        where an IRI is not plainly one, and where a statement comes from two spellings, or twice from one object.
        """
        slots = escaped(values)
        if slots is None:
            return None
        iris = b" ".join((*self.iris(slots), b""))
        if self.iri_list.fullmatch(iris) is None or (b"%" in iris and _BAD_ESCAPE.search(iris) is not None):
            return None
        first_label = len(slots)
        slots += [b""] * len(self.nodes)
        slots += self.constants
        digests = [sha256(node(slots)).digest() for node in self.nodes]
        label = {digest: b"c14n%d" % rank for rank, digest in enumerate(sorted(digests))}
        if len(label) != len(digests):
            return None
        slots[first_label : first_label + len(digests)] = [label[digest] for digest in digests]
        nquads = self._in_order(slots)
        return None if nquads is None else CanonicalForm(nquads=nquads, has_twins=False)

    def _in_order(self, slots: list[bytes]) -> bytes | None:
        try:
            blocks = sorted([block(slots) for block in self.blocks])
        except RepeatedLineError:
            return None  # one object says one thing twice, which would be signed once
        subjects = self.subjects(slots)
        if len(set(subjects)) == len(subjects):
            # A subject ends with a character that none has within, so blocks sort as their lines would.
            return b"".join(blocks)
        # Two objects are one node, and each may say what the other says.
        lines = self.lines(slots).split(b"\n")[:-1]
        distinct = set(lines)
        if len(distinct) != len(lines) and not self.may_repeat:
            return None
        return b"\n".join([*sorted(distinct), b""])


def escaped(values: list[str]) -> list[bytes] | None:
    """Give the values in UTF-8 as they stand in N-Quads between quotes; None where one has no common form there."""
    try:
        text = _SEPARATOR.join(values).encode()
    except UnicodeEncodeError:
        return None  # a lone surrogate
    if _NONCHARACTERS in text and _NONCHARACTER.search(text) is not None:
        return None
    separators = b"\0" * (len(values) - 1)
    odd = text.translate(None, _PLAIN)
    if odd != separators:
        if odd.translate(None, _ESCAPED) != separators:
            return None
        for character, escape in _ESCAPES:
            text = text.replace(character, escape)
    return text.split(b"\0") if values else []
