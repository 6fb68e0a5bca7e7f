"""An identifier counts only where every implementation takes it, for PyLD's way and for shapes alike."""

from __future__ import annotations

import unicodedata
from typing import Any

import pyoxigraph
import pytest

from credroot.core.errors import InputError
from credroot.credential.rdf.iri import is_absolute_iri
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.rdf.shapes.cache import ShapeCache
from tests.credential.sample_badge import sample_badge

WHITE = [chr(point) for point in range(0x110000) if chr(point).isspace() or unicodedata.category(chr(point))[0] == "Z"]
HIDDEN = [*WHITE, "\xad", "\u200b", "\u200e", "\u202e", "\u2066", "\u2060", "\ufeff", "\u3164", "\ue000", "\U000e0020"]


def is_taken_by_pyoxigraph(iri: str) -> bool:
    try:
        pyoxigraph.NamedNode(iri)
    except ValueError:
        return False
    return True


def test_no_character_is_taken_that_is_white_or_hidden_or_that_another_program_refuses():
    taken = [chr(point) for point in range(0x110000) if is_absolute_iri(f"urn:x:a{chr(point)}b")]
    assert len(taken) > 200_000
    bad = [
        hex(ord(character))
        for character in taken
        if character.isspace()
        or unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co")
        or not is_taken_by_pyoxigraph(f"urn:x:a{character}b")
    ]
    assert bad == []


@pytest.mark.parametrize(
    "iri",
    [
        "https://x.example:80/a/b?c=d/?#e?/",
        "http://[::1]:8545/",
        "http://me:pw@x.example",
        "did:web:127.0.0.1%3A8080",
        "mailto:jane@example.org",
        "urn:x:學校",
        "urn:uuid:9c1e7a52-3f0b-4a7e-9d7e-0c6a3b7b9a11",
        "data:image/png;base64,iVBORw0KGgo=",
        "tag:example.org,2026:1",
    ],
)
def test_an_ordinary_iri_is_taken(iri: str):
    assert is_absolute_iri(iri)
    assert is_taken_by_pyoxigraph(iri)


@pytest.mark.parametrize(
    "iri",
    [
        "",
        "x",
        "_:b",
        ":x",
        "1a:b",
        "a b:c",
        "urn:x:%zz",
        "urn:x:%4",
        "urn:x#a#b",
        "urn:x[1]",
        "http://x:y/",
        "http://[x",
    ],
)
def test_what_breaks_the_grammar_is_refused(iri: str):
    assert not is_absolute_iri(iri)


@pytest.mark.parametrize("character", HIDDEN, ids=lambda character: f"U+{ord(character):04X}")
@pytest.mark.parametrize("place", ["id", "credentialSubject", "achievement", "evidence"])
def test_white_space_and_hidden_characters_are_refused_in_identifiers_by_pyld_and_by_shapes(character: str, place: str):
    cache = ShapeCache(default_canonicalizer())
    assert cache.learn(sample_badge())
    badge: dict[str, Any] = sample_badge()
    about = badge["credentialSubject"]
    below = {"achievement": about["achievement"], "evidence": badge["evidence"][0]}
    holders = {"id": badge, "credentialSubject": about, **below}
    holders[place]["id"] = f"urn:x:a{character}"
    for canonical in (default_canonicalizer().canonical_form, cache.canonical_form):
        with pytest.raises(InputError) as refusal:
            canonical(badge)
        assert refusal.value.code in ("rdfc.relative_iri", "rdfc.control_character")


@pytest.mark.parametrize(
    "iri",
    [
        *("http://x:y/", "http://[x", "http://a b/", "urn:x:%zz", "urn:x:%4", "urn:x#a#b", "urn:x[1]", "http://"),
        *(
            "http://[::1]:8545/",
            "http://me@x.example/",
            "urn:x:學校",
            "did:web:127.0.0.1%3A8080",
            "https://x.example?a#b",
        ),
    ],
)
def test_a_known_shape_takes_no_identifier_that_the_grammar_does_not(iri: str):
    cache = ShapeCache(default_canonicalizer())
    assert cache.learn(sample_badge())
    badge = {**sample_badge(), "id": iri}
    if is_absolute_iri(iri):
        assert cache.canonical_form(badge) == default_canonicalizer().canonical_form(badge)
        return
    with pytest.raises(InputError) as refusal:
        cache.canonical_form(badge)
    assert refusal.value.code == "rdfc.relative_iri"
