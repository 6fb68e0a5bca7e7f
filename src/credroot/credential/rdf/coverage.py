"""Whether every member and array element of a document became exactly one statement, and with the same text.

What a processor drops, merges or rewrites is not signed, though whoever reads the JSON sees it. So the statements that
the JSON must become are counted from the JSON alone, without any JSON-LD processor, and held against those that are
hashed. A document where they differ has no canonical form here: nothing is known about its signature.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.credential.rdf.dataset import Dataset
    from credroot.credential.rdf.words import ContextWords


class NotCoveredError(InputError):
    """A document's JSON says something that no signature over its statements covers.

    A signature that does not even hold for the statements is wrong all the same, so those are kept.
    """

    def __init__(self, message: str) -> None:
        super().__init__(f"its signature does not cover all of it: {message}", code="rdfc.not_covered")
        self.dataset: Dataset | None = None
        """The statements that it was compared with."""
        self.nquads: bytes | None = None
        """Their canonical form; `None` where it was not made."""


_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIRST, _REST, _JSON = _RDF + "first", _RDF + "rest", _RDF + "JSON"
_XSD = ("http://www.w3.org/2001/XMLSchema#", "https://www.w3.org/2001/XMLSchema#")  # Open Badges says https
_NATIVE_NAMES = (
    *("boolean", "decimal", "double", "float", "integer", "long", "int", "short", "byte"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
)
_NATIVE = frozenset(start + name for start in _XSD for name in _NATIVE_NAMES)
"""Datatypes of what JSON has numbers and booleans for: a text there states the same, and readers take it otherwise."""
_IN_LANGUAGE = frozenset({"@value", "@language"})

_Element = TypeVar("_Element", bound=Hashable)
_Node: TypeAlias = str | int
"""A node: its identifier, or a number for one that has none."""


class _Thing(NamedTuple):
    """What a statement says of its subject."""

    kind: str
    """``text`` (IRI or literal), ``native`` (a number or a boolean), ``json``, ``blank``, or ``@`` and a language."""
    text: str = ""


_BLANK = _Thing("blank")
_Statement: TypeAlias = tuple[bool, str, _Thing]
"""Whether it stands in the default graph, its subject's identifier or nothing, and what it says."""


def require_covered(document: JsonObject, dataset: Dataset, words: ContextWords) -> None:
    """Return where `dataset` states all that `document` has in its members, and nothing else.

    Types, and words that a context maps to IRIs, are counted; every other value must stand there with its own text.
    `document` is one that a JSON-LD processor took.

    Raises:
        NotCoveredError: ``rdfc.not_covered``.
    """
    try:
        _compare(document, dataset, words)
    except NotCoveredError as error:
        error.dataset = dataset
        raise


def _compare(document: JsonObject, dataset: Dataset, words: ContextWords) -> None:
    expected = _Expected(words)
    expected.node(document, 0)
    left = Counter(_statements(dataset))
    left.subtract(expected.statements)
    iris = {quad["object"]["value"] for quads in dataset.values() for quad in quads if quad["object"]["type"] == "IRI"}
    words_left: Counter[tuple[bool, str]] = Counter()
    for (is_default, subject, thing), number in left.items():
        if number < 0 or (number > 0 and (thing.kind != "text" or thing.text not in iris)):
            raise NotCoveredError(f"{thing.text[:80]!r} is not what is signed there")
        words_left[is_default, subject] += number
    words_left.subtract(expected.words)
    if any(words_left.values()):
        raise NotCoveredError("a type or a word in it is signed as something else, or twice")


class _Expected:
    """The statements that a document must become, read off its JSON."""

    def __init__(self, words: ContextWords) -> None:
        self._words = words
        self._blank = count(1)
        self._graph = count(1)
        self._seen: set[tuple[int, _Node, str, object]] = set()
        self.statements: list[_Statement] = []
        self.words: Counter[tuple[bool, str]] = Counter()
        """By graph and subject, how many statements name an IRI for which the JSON has a word."""

    def node(self, members: JsonObject, graph: int) -> _Node:
        """Note what an object says of itself in a graph, 0 for the default one; give the node that it is."""
        name = members.get("id")
        subject: _Node = name if isinstance(name, str) else next(self._blank)
        for member, value in members.items():
            if member == "type":
                self._types(subject, value, graph)
            elif member not in ("id", "@context"):
                self._member(subject, member, value, graph)
        return subject

    def _types(self, subject: _Node, types: JsonValue, graph: int) -> None:
        for type_ in _distinct([str(type_) for type_ in _elements(types)]):
            if type_ in self._words.hidden_types:
                raise NotCoveredError(f"a type is named as readers know it, not {type_[:80]!r}")
            self._note_word(subject, "type", type_, graph)

    def _member(self, subject: _Node, member: str, value: JsonValue, graph: int) -> None:
        if member.startswith("@") or member in self._words.hidden_members:
            raise NotCoveredError(f"a member is named as readers know it, not {member[:40]!r}")
        if member in self._words.json_members:
            self._note(subject, member, _Thing("json", canonical_bytes(value).decode()), graph)
        elif member in self._words.graph_members:
            for element in _elements(value):
                self._in_own_graph(subject, member, element, graph)
        else:
            _distinct([self._value(subject, member, element, graph) for element in _elements(value)])

    def _value(self, subject: _Node, member: str, value: JsonValue, graph: int) -> object:
        """Note one value of a member; give what tells it from others."""
        if isinstance(value, str) and member in self._words.word_members:
            self._note_word(subject, member, value, graph)
            return value
        thing: _Thing | int = _plain(value) if not isinstance(value, dict) else 0
        if isinstance(value, dict):
            node = _in_language(value) if "@value" in value else self.node(value, graph)
            thing = _Thing("text", node) if isinstance(node, str) else node
        self._note(subject, member, thing, graph)
        return thing

    def _in_own_graph(self, subject: _Node, member: str, value: JsonValue, graph: int) -> None:
        if not isinstance(value, dict) or value.keys() <= {"id", "@context"}:
            raise NotCoveredError(f"an identifier alone in {member!r} states nothing")
        self.node(value, next(self._graph))
        self._note(subject, member, next(self._blank), graph)

    def _note_word(self, subject: _Node, member: str, word: JsonValue, graph: int) -> None:
        if self._is_new(subject, member, word, graph):
            self.words[graph == 0, _name(subject)] += 1

    def _note(self, subject: _Node, member: str, thing: _Thing | int, graph: int) -> None:
        if self._is_new(subject, member, thing, graph):
            self.statements.append((graph == 0, _name(subject), _BLANK if isinstance(thing, int) else thing))

    def _is_new(self, subject: _Node, member: str, key: object, graph: int) -> bool:
        """Tell a statement from one that another object with the same identifier makes as well."""
        statement = (graph, subject, member, key)
        if statement in self._seen:
            return False
        self._seen.add(statement)
        return True


def _elements(value: JsonValue) -> list[JsonValue]:
    """Give the values of a member; each of them must say something."""
    elements: list[JsonValue] = value if isinstance(value, list) else [value]
    if not elements or any(element is None or isinstance(element, list) for element in elements):
        raise NotCoveredError("null, an empty array or an array in an array states nothing")
    return elements


def _distinct(elements: list[_Element]) -> list[_Element]:
    if len(set(elements)) != len(elements):
        raise NotCoveredError("an array has the same value twice, which is signed once")
    return elements


def _plain(value: JsonValue) -> _Thing:
    if isinstance(value, str):
        return _Thing("text", value)
    if isinstance(value, bool):
        return _Thing("native", "true" if value else "false")
    return _Thing("native", _double(value) if isinstance(value, float) else str(value))


def _double(value: float) -> str:
    """Write a number as XML Schema's canonical double, with as many digits as PyLD."""
    digits, exponent = f"{value:.15E}".split("E")
    whole, _, fraction = digits.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"


def _in_language(value: JsonObject) -> _Thing:
    text, language = value["@value"], value.get("@language")
    if value.keys() != _IN_LANGUAGE or not isinstance(text, str) or not isinstance(language, str):
        raise NotCoveredError("a value with a datatype is written as that of its member")
    return _Thing("@" + language.lower(), text)  # as processors keep it


def _name(node: _Node) -> str:
    return node if isinstance(node, str) else ""


def _statements(dataset: Dataset) -> Iterator[_Statement]:
    """Give what is hashed; a list as if each of its elements stood there by itself."""
    for graph, quads in dataset.items():
        owner = _owners(quads)
        for quad in quads:
            predicate, term = quad["predicate"]["value"], quad["object"]
            if predicate == _REST or term["value"] in owner:
                continue
            subject = quad["subject"]["value"]
            while subject in owner:
                subject = owner[subject]
            yield graph == "@default", "" if subject.startswith("_:") else subject, _thing(term)


def _owners(quads: list[dict[str, dict[str, str]]]) -> dict[str, str]:
    """Give, for each cell of a list, the cell before it, and for the first one whose list it is."""
    cells = {quad["subject"]["value"] for quad in quads if quad["predicate"]["value"] == _FIRST}
    return {
        quad["object"]["value"]: quad["subject"]["value"]
        for quad in quads
        if cells and quad["object"]["type"] == "blank node" and quad["object"]["value"] in cells
    }


def _thing(term: dict[str, str]) -> _Thing:
    if term["type"] == "blank node":
        return _BLANK
    if term["type"] == "IRI":
        return _Thing("text", term["value"])
    datatype = term["datatype"]
    if "language" in term:
        return _Thing("@" + term["language"], term["value"])
    kind = "json" if datatype == _JSON else "native" if datatype in _NATIVE else "text"
    return _Thing(kind, term["value"])
