from __future__ import annotations

import copy
import threading
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credroot.core.errors import InputError
from credroot.credential.rdf.canonical_form import CanonicalForm
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.rdf.shapes.cache import ShapeCache
from credroot.credential.rdf.shapes.skeleton import MAX_DEPTH_OF_SHARED, SharedParts, StructuralTerms, skeleton_of
from tests.credential.rdfc.random_badges import HARD_IRIS, HARD_TEXTS, badges
from tests.credential.sample_badge import sample_badge

PYLD = default_canonicalizer()
SHARED = ShapeCache(PYLD, size=64)
TERMS = StructuralTerms.of(PYLD.reader.contexts)


def answer(canonicalizer: Any, document: dict[str, Any]) -> CanonicalForm | str:
    """Give the canonical form, or the code of the refusal."""
    try:
        return canonicalizer.canonical_form(copy.deepcopy(document))
    except InputError as refusal:
        return refusal.code


def replaced(document: Any, old: Any, new: Any) -> Any:
    """Give a copy of a JSON value with each value `old` replaced."""
    if isinstance(document, dict):
        return {name: replaced(member, old, new) for name, member in document.items()}
    if isinstance(document, list):
        return [replaced(member, old, new) for member in document]
    return new if document == old and type(document) is type(old) else document


def other(term: Any) -> Any:
    """Give a blank node another label, so that the oracle has to find the canonical one by itself."""
    return pyoxigraph.BlankNode(f"x{hash(term.value)}") if isinstance(term, pyoxigraph.BlankNode) else term


def values_of(document: Any) -> list[Any]:
    """List the texts and numbers of a JSON value, contexts left out."""
    if isinstance(document, dict):
        return [value for name, member in document.items() if name != "@context" for value in values_of(member)]
    if isinstance(document, list):
        return [value for member in document for value in values_of(member)]
    return [document]


@settings(deadline=None, max_examples=150)
@given(badges(), st.data())
def test_a_shape_gives_what_pyld_gives_whatever_the_values(badge, data):
    fresh = ShapeCache(PYLD)
    try:
        fresh.learn(badge)
    except InputError:
        assert isinstance(answer(SHARED, badge), str)
    for _ in range(3):
        values = [value for value in values_of(badge) if isinstance(value, str)]
        old = data.draw(st.sampled_from(values))
        new = data.draw(st.sampled_from(values) | st.sampled_from(HARD_TEXTS + HARD_IRIS) | st.text(max_size=8))
        badge = replaced(badge, old, new)
        expected = answer(PYLD, badge)
        assert answer(fresh, badge) == expected
        assert answer(SHARED, badge) == expected


@settings(deadline=None, max_examples=100)
@given(badges())
def test_pyoxigraph_agrees_where_a_form_is_portable(badge):
    form = answer(PYLD, badge)
    if isinstance(form, str) or not form.is_portable:
        return
    quads = pyoxigraph.parse(form.nquads, format=pyoxigraph.RdfFormat.N_QUADS)
    dataset = pyoxigraph.Dataset(pyoxigraph.Quad(other(q.subject), q.predicate, other(q.object)) for q in quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    assert sorted(f"{quad} ." for quad in dataset) == form.nquads.decode().split("\n")[:-1]


def test_every_single_value_of_a_badge_is_part_of_what_is_signed():
    badge = sample_badge()
    before = PYLD.canonical_form(badge)
    for value in values_of(badge):
        if value in ("VerifiableCredential", "OpenBadgeCredential") or type(value) not in (str, int, bool):
            continue
        changed = {str: "urn:changed", int: 77, bool: False}[type(value)]
        assert answer(PYLD, replaced(badge, value, changed)) != before, value


def test_documents_of_one_skeleton_share_a_shape_and_others_do_not():
    badge = sample_badge()
    other = replaced(badge, "87", "88")
    assert skeleton_of(badge, TERMS)[0] == skeleton_of(other, TERMS)[0]  # type: ignore[index]
    for path, value in (("name", None), ("name", 1), ("name", True), ("name", 1.5), ("name", ["x"]), ("name", {})):
        assert skeleton_of({**badge, path: value}, TERMS)[0] != skeleton_of(badge, TERMS)[0]  # type: ignore[index]
    assert skeleton_of({**badge, "name": True}, TERMS) != skeleton_of({**badge, "name": 1}, TERMS)
    assert skeleton_of({**badge, "name": [[], "a"]}, TERMS) != skeleton_of({**badge, "name": [["a"]]}, TERMS)


def test_types_languages_and_contexts_belong_to_the_skeleton():
    badge = sample_badge()
    for old, new in (("Profile", "Image"), ("OpenBadgeCredential", "AchievementCredential")):
        assert skeleton_of(replaced(badge, old, new), TERMS)[0] != skeleton_of(badge, TERMS)[0]  # type: ignore[index]
    english = {**badge, "name": {"@value": "x", "@language": "en"}}
    assert skeleton_of(english, TERMS)[0] != skeleton_of(replaced(english, "en", "de"), TERMS)[0]  # type: ignore[index]


@pytest.mark.parametrize("mark", ["urn:credroot:value:000003", "7310000000000003"])
def test_a_type_that_imitates_a_stand_in_changes_nothing(mark):
    cache = ShapeCache(PYLD)
    badge = sample_badge()
    badge["issuer"]["type"] = ["Profile", mark]
    for _ in range(4):
        assert answer(cache, badge) == answer(PYLD, badge)


def test_a_known_shape_does_not_let_through_what_pyld_refuses():
    cache = ShapeCache(PYLD)
    assert cache.learn(sample_badge())
    for bad in ("a\x01b", "\ud800"):
        assert answer(cache, {**sample_badge(), "name": bad}) == "rdfc.control_character"
    for bad in ("relative", "_:b0", "a b:c"):
        assert answer(cache, {**sample_badge(), "id": bad}) in ("rdfc.relative_iri", "rdfc.blank_node_id")


def test_twins_that_only_the_values_make_are_left_to_pyld():
    cache = ShapeCache(PYLD)
    badge = sample_badge()
    badge["evidence"] = [{"type": ["Evidence"], "name": "one"}, {"type": ["Evidence"], "name": "two"}]
    assert cache.learn(badge)
    twins = replaced(badge, "two", "one")
    assert cache.canonical_form(twins) == PYLD.canonical_form(twins)
    assert cache.canonical_form(twins).has_twins
    assert not cache.canonical_form(badge).has_twins


def test_an_issuer_who_is_also_the_creator_makes_one_thing_of_two():
    cache = ShapeCache(PYLD)
    badge = sample_badge()
    badge["credentialSubject"]["achievement"]["creator"] = {"id": "urn:x", "type": ["Profile"], "name": "Y"}
    assert cache.learn(badge)
    same = replaced(replaced(badge, "urn:x", badge["issuer"]["id"]), "Y", badge["issuer"]["name"])
    assert cache.canonical_form(same) == PYLD.canonical_form(same)
    assert cache.canonical_form(same).nquads.count(b"\n") < cache.canonical_form(badge).nquads.count(b"\n")


def test_a_repeated_tag_would_be_one_statement_so_it_is_refused():
    cache = ShapeCache(PYLD)
    assert cache.learn(sample_badge())
    repeated = replaced(sample_badge(), "python", "data")
    assert (answer(cache, repeated), answer(PYLD, repeated)) == ("rdfc.not_covered", "rdfc.not_covered")


def test_the_cache_keeps_a_bounded_number_of_shapes_and_the_ones_in_use():
    cache = ShapeCache(PYLD, size=3)
    assert cache.learn(sample_badge())
    for width in range(1, 8):
        cache.canonical_form(sample_badge())
        other = {**sample_badge(), "name": [f"n{place}" for place in range(width)]}
        assert cache.learn(other)
    assert len(cache._shapes) == 3
    key = skeleton_of(sample_badge(), TERMS)[0]  # type: ignore[index]
    assert key in cache._shapes


def test_threads_share_a_cache_and_get_the_right_answers():
    cache = ShapeCache(PYLD, size=2)
    documents = [{**sample_badge(), "name": [f"n{place}" for place in range(width)]} for width in range(1, 5)]
    expected = [PYLD.canonical_form(document) for document in documents]
    wrong: list[int] = []

    def work(offset: int) -> None:
        for turn in range(12):
            place = (turn + offset) % len(documents)
            if cache.canonical_form(documents[place]) != expected[place]:
                wrong.append(place)

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def objects_of(document: Any) -> list[dict[str, Any]]:
    """List every object of a JSON value, itself too."""
    if isinstance(document, list):
        return [found for member in document for found in objects_of(member)]
    if not isinstance(document, dict):
        return []
    return [document, *(found for member in document.values() for found in objects_of(member))]


@settings(deadline=None, max_examples=60)
@given(badges(), st.data())
def test_a_shared_part_changes_nothing_but_the_time(badge, data):
    parts = data.draw(st.lists(st.sampled_from(objects_of(badge)), max_size=3))
    shared = SharedParts(parts, TERMS)
    assert skeleton_of(badge, TERMS, shared=shared) == skeleton_of(badge, TERMS)


def test_an_equal_object_is_not_taken_for_a_shared_one():
    badge = sample_badge()
    shared = SharedParts([badge["credentialSubject"]], TERMS)
    changed = copy.deepcopy(badge)
    changed["credentialSubject"]["achievement"]["name"] = "another"
    assert skeleton_of(changed, TERMS, shared=shared) == skeleton_of(changed, TERMS)


def test_sharing_lets_nothing_in_that_is_nested_too_deeply():
    deep: dict[str, Any] = {"name": "leaf"}
    for _ in range(32 - MAX_DEPTH_OF_SHARED):
        deep = {"member": deep}
    shared = SharedParts([deep], TERMS)
    document: dict[str, Any] = deep
    for _ in range(10):
        document = {"member": document}
        assert skeleton_of(document, TERMS, shared=shared) == skeleton_of(document, TERMS)
