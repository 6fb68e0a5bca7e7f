"""Shapes from an earlier process give PyLD's bytes, and whatever else lies in the memory gives nothing."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.rdf.canonical_form import CanonicalForm
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.rdf.shapes.memory import MAX_KNOWN, MAX_LEARNT, RememberingCanonicalizer, read_dataset
from tests.credential.rdfc.random_badges import HARD_IRIS, HARD_TEXTS, badges
from tests.credential.rdfc.test_shapes import replaced, values_of
from tests.credential.sample_badge import sample_badge

PYLD = default_canonicalizer()


class Memory(dict[str, bytes]):
    """A `ShapeMemory` that outlives canonicalisers, as a folder outlives processes."""

    def read(self, name: str) -> bytes | None:
        return self.get(name)

    def write(self, name: str, data: bytes) -> None:
        self[name] = data


def started(memory: Memory, fingerprint: bytes = b"1") -> RememberingCanonicalizer:
    """Give what a new process begins with."""
    return RememberingCanonicalizer(memory, fingerprint=fingerprint)


def answer(canonicalizer: Any, document: dict[str, Any]) -> CanonicalForm | str:
    try:
        return canonicalizer.canonical_form(copy.deepcopy(document))
    except InputError as refusal:
        return refusal.code


def without_pyld(canonicalizer: RememberingCanonicalizer, monkeypatch: pytest.MonkeyPatch) -> RememberingCanonicalizer:
    def refuse(*_asked: object) -> CanonicalForm:
        raise AssertionError("PyLD was asked")

    monkeypatch.setattr(canonicalizer, "_by_cache", refuse)
    return canonicalizer


@settings(deadline=None, max_examples=60)
@given(badges(), st.data())
def test_a_loaded_shape_gives_what_pyld_gives_whatever_the_values(badge: dict[str, Any], data: st.DataObject) -> None:
    memory = Memory()
    assert answer(started(memory), badge) == answer(PYLD, badge)
    for _ in range(3):
        values = [value for value in values_of(badge) if isinstance(value, str)]
        old = data.draw(st.sampled_from(values))
        new = data.draw(st.sampled_from(values) | st.sampled_from(HARD_TEXTS + HARD_IRIS) | st.text(max_size=8))
        badge = replaced(badge, old, new)
        assert answer(started(Memory(memory)), badge) == answer(PYLD, badge)


def test_the_second_process_needs_no_pyld(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    started(memory).canonical_form(sample_badge())
    assert len(memory) == 2  # the terms of the contexts, and one shape
    other = replaced(sample_badge(), "87", "88")
    second = without_pyld(started(memory), monkeypatch)
    assert second.canonical_form(other) == PYLD.canonical_form(other)


def test_a_known_shape_imports_no_pyld_and_reads_no_context() -> None:
    memory = Memory()
    form = started(memory).canonical_form(sample_badge())
    program = (
        "import json, sys\n"
        "from credroot.credential.rdf.shapes.memory import RememberingCanonicalizer\n"
        "memory, document = json.load(sys.stdin)\n"
        "class Memory:\n"
        "    def read(self, name): return memory[name].encode()\n"
        "found = RememberingCanonicalizer(Memory(), fingerprint=b'1').canonical_form(document)\n"
        "heavy = ('pyld', 'importlib.resources', 'tempfile', 'asyncio', 'credroot.credential.rdf.contexts')\n"
        "print(json.dumps([found.nquads.decode(), [name for name in heavy if name in sys.modules]]))\n"
    )
    given_to_it = json.dumps([{name: data.decode() for name, data in memory.items()}, sample_badge()])
    done = subprocess.run(
        [sys.executable, "-c", program], input=given_to_it, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [form.nquads.decode(), []]


def test_nothing_is_known_where_what_it_depends_on_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    started(memory, b"old").canonical_form(sample_badge())
    with pytest.raises(AssertionError, match="PyLD was asked"):
        without_pyld(started(memory, b"new"), monkeypatch).canonical_form(sample_badge())


def shape_name(memory: Memory) -> str:
    return max(memory, key=lambda name: len(memory[name]))


MALFORMED: dict[str, bytes] = {
    "empty": b"",
    "no UTF-8": b"\xff",
    "no JSON": b"{",
    "too deep": b"[" * 100_000,
    "no object": b"[]",
    "graphs that are no lists": b'{"@default": {}}',
    "a quad that is no object": b'{"@default": ["x"]}',
    "a quad without an object": b'{"@default": [{"subject": {"type": "IRI", "value": "urn:x"}}]}',
    "no statement at all": b'{"@default": []}',
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=list(MALFORMED))
def test_what_is_no_dataset_is_ignored_and_learnt_anew(data: bytes) -> None:
    memory = Memory()
    started(memory).canonical_form(sample_badge())
    good = Memory(memory)
    memory[shape_name(good)] = data
    assert started(memory).canonical_form(sample_badge()) == PYLD.canonical_form(sample_badge())
    assert memory == good


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"[[], 1]", b"[[1], []]", b'{"names": [], "all": []}'])
def test_terms_that_are_none_are_ignored_and_collected_anew(data: bytes) -> None:
    memory = Memory()
    started(memory).canonical_form(sample_badge())
    good = Memory(memory)
    (terms,) = memory.keys() - {shape_name(memory)}
    memory[terms] = data
    assert started(memory).canonical_form(sample_badge()) == PYLD.canonical_form(sample_badge())
    assert memory == good


def test_every_member_of_a_statement_is_looked_at() -> None:
    memory = Memory()
    started(memory).canonical_form(sample_badge())
    data = memory[shape_name(memory)]
    dataset = json.loads(data)
    assert read_dataset(data) == dataset
    quads = dataset["@default"]
    literal = next(number for number, quad in enumerate(quads) if quad["object"]["type"] == "literal")
    for place, changed in (
        ("subject", {"type": "IRI", "value": 1}),
        ("subject", {"type": "IRI"}),
        ("predicate", {"type": "other", "value": "urn:x"}),
        ("object", {"type": "literal", "value": "x"}),
        ("object", {**quads[literal]["object"], "more": "x"}),
        ("object", []),
        ("name", {"type": "IRI", "value": "urn:x"}),
    ):
        other = copy.deepcopy(dataset)
        other["@default"][literal][place] = changed
        assert read_dataset(json.dumps(other).encode()) is None, (place, changed)


def test_a_shape_of_another_skeleton_is_no_shape_of_this_one() -> None:
    memory = Memory()
    longer = {**sample_badge(), "name": "and a name", "description": "and more"}
    for document in (sample_badge(), longer):
        started(memory).canonical_form(document)
    first, second = (name for name in memory if memory[name].startswith(b"{"))
    memory[first], memory[second] = memory[second], memory[first]
    for document in (sample_badge(), longer):
        assert started(memory).canonical_form(document) == PYLD.canonical_form(document)


def test_a_flood_of_shapes_is_not_written_down_and_not_kept() -> None:
    memory = Memory()
    canonicalizer = started(memory)
    for width in range(1, MAX_LEARNT + 6):
        document = {**sample_badge(), "name": [f"n{n}" for n in range(width)]}
        assert canonicalizer.canonical_form(document) == PYLD.canonical_form(document)
    assert len(memory) == MAX_LEARNT + 1
    for width in range(MAX_KNOWN + 5):
        answer(canonicalizer, {"name": ["n"] * width, "@context": sample_badge()["@context"]})
    assert len(canonicalizer._shapes) <= MAX_KNOWN


def test_what_pyld_refuses_is_refused_and_not_written_down() -> None:
    memory = Memory()
    for _ in range(2):
        assert answer(started(memory), {**sample_badge(), "unheardOf": "x"}) == "rdfc.undefined_term"
    assert len(memory) == 1
    started(memory).canonical_form(sample_badge())
    for bad in ("a\x01b", "\ud800"):
        assert answer(started(memory), {**sample_badge(), "name": bad}) == "rdfc.control_character"
