"""From the RDF statements of a skeleton with stand-ins to a `Shape` that can be filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from credroot.credential.rdf.iri import REST_OF_PLAIN_IRI
from credroot.credential.rdf.shapes.lines import Line, LineWriter, Piece, picker
from credroot.credential.rdf.shapes.shape import Shape, escaped
from credroot.credential.rdf.shapes.skeleton import TEXT_MARK, integer_placeholder, text_placeholder

if TYPE_CHECKING:
    from credroot.credential.rdf.dataset import Dataset

_SCHEMES = ("http", "https", "urn", "did", "mailto", "data", "tag", "tel")
_XSD = "http://www.w3.org/2001/XMLSchema#"
_STRING = _XSD + "string"
_NATIVE_ONLY = frozenset({_XSD + "boolean", _XSD + "double"})
_LANGUAGE_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_Term: TypeAlias = dict[str, str]
_Quad: TypeAlias = dict[str, _Term]
_Label: TypeAlias = Callable[[str], Iterable[Piece]]


class NoShapeError(Exception):
    """The statements of this skeleton depend on its values, so PyLD has to see every document that has it."""


def compile_shape(dataset: Dataset, kinds: Sequence[type], *, known_terms: frozenset[str]) -> Shape:
    """Turn the statements of a skeleton with stand-ins into a shape.

    `kinds` says for each value whether it is a text or an integer. `known_terms` are all names of all contexts: an IRI
    whose scheme is one of them might be a compact one and is left to PyLD.

    Raises:
        NoShapeError: a value is dropped, becomes part of something else, or takes another form on its way.
    """
    found = _StandIns(kinds)
    quads = [_with_graph(quad, graph) for graph, triples in dataset.items() for quad in triples]
    names = sorted({term["value"] for quad in quads for term in quad.values() if term["type"] == "blank node"})
    slot_of = {name: len(kinds) + place for place, name in enumerate(names)}
    by_subject: dict[str, list[Line]] = {}
    for quad in quads:
        line = Line(found.pieces(quad, lambda name: ("_:", slot_of[name])))
        by_subject.setdefault(quad["subject"]["value"], []).append(line)
    found.check_all_used()
    writer = LineWriter(len(kinds) + len(names))
    nodes = tuple(writer.node(_lines_of_node(name, quads, found)) for name in names)
    blocks = tuple(writer.block(lines) for lines in by_subject.values())
    lines = writer.unordered(line for lines in by_subject.values() for line in lines)
    subjects = [
        subject for subject in (lines[0].pieces[1] for lines in by_subject.values()) if isinstance(subject, int)
    ]
    return Shape(
        nodes=nodes,
        blocks=blocks,
        lines=lines,
        constants=writer.constants,
        subjects=picker(subjects),
        iris=picker(sorted(found.iris)),
        iri_list=_iri_list(known_terms),
        may_repeat=found.native.isdisjoint(found.textual),
    )


class _StandIns:
    """Finds the stand-ins in statements, and notes how each is used."""

    def __init__(self, kinds: Sequence[type]) -> None:
        self._texts = {text_placeholder(i): i for i, kind in enumerate(kinds) if kind is str}
        self._integers = {str(integer_placeholder(i)): i for i, kind in enumerate(kinds) if kind is int}
        self._unused = set(range(len(kinds)))
        self.iris: set[int] = set()
        """Values that stand as IRIs."""
        self.native: set[str] = set()
        """Datatypes of literals that were numbers or booleans in JSON."""
        self.textual: set[str] = set()
        """Datatypes of literals that were text."""

    def check_all_used(self) -> None:
        """Raise `NoShapeError` where some value stands in no statement."""
        if self._unused:
            raise NoShapeError("a value is not part of any statement")

    def pieces(self, quad: _Quad, label: _Label) -> tuple[Piece, ...]:
        """Write a statement as pieces, first a constant, then what varies of the subject; blank nodes by `label`."""
        pieces: list[Piece] = []
        for place in ("subject", "predicate", "object", "name"):
            if place in quad:
                pieces += [*self._term(quad[place], label), " "]
        merged: list[Piece] = []
        for piece in [*pieces, ".\n"]:
            if merged and isinstance(piece, str) and isinstance(merged[-1], str):
                merged[-1] += piece
            else:
                merged.append(piece)
        return tuple(merged)

    def _term(self, term: _Term, label: _Label) -> Iterable[Piece]:
        if term["type"] == "blank node":
            return label(term["value"])
        if term["type"] == "IRI":
            slot = self._texts.get(term["value"])
            if slot is not None:
                self.iris.add(slot)
            return "<", self._value(term["value"], slot), ">"
        return '"', self._literal(term), _suffix(term)

    def _literal(self, term: _Term) -> Piece:
        text, datatype = term["value"], term["datatype"]
        slot = self._texts.get(text)
        if slot is not None:
            self.textual.add(datatype)
            return self._value(text, slot)
        slot = self._integers.get(text)
        self.native.add(datatype)
        if slot is None and datatype not in _NATIVE_ONLY:
            self.textual.add(datatype)
        return self._value(text, slot)

    def _value(self, text: str, slot: int | None) -> Piece:
        if slot is not None:
            self._unused.discard(slot)
            return slot
        written = escaped([text])
        if TEXT_MARK in text or written is None:
            raise NoShapeError("a value became part of something else")
        return written[0].decode()


def _with_graph(quad: _Quad, graph: str) -> _Quad:
    if graph == "@default":
        return quad
    return {**quad, "name": {"type": "blank node" if graph.startswith("_:") else "IRI", "value": graph}}


def _lines_of_node(name: str, quads: Iterable[_Quad], found: _StandIns) -> list[Line]:
    """Give the statements about a blank node, itself as ``_:a`` and all others as ``_:z``."""
    lines = []
    for quad in quads:
        named = tuple(term["value"] for term in quad.values() if term["type"] == "blank node")
        if name in named:
            lines.append(Line(found.pieces(quad, lambda other: ("_:a" if other == name else "_:z",)), named))
    return lines


def _suffix(term: _Term) -> str:
    if term["datatype"] == _LANGUAGE_STRING:
        return f'"@{term["language"]}'
    return '"' if term["datatype"] == _STRING else f'"^^<{term["datatype"]}>'


def _iri_list(known_terms: frozenset[str]) -> re.Pattern[bytes]:
    schemes = "|".join(scheme for scheme in _SCHEMES if scheme not in known_terms)
    return re.compile(f"(?:(?:{schemes}):{REST_OF_PLAIN_IRI} )*+".encode())
