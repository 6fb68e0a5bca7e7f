"""What a document may not contain, each with the nearest thing that it may."""

from __future__ import annotations

from typing import Any

import pytest

from credroot.core.errors import InputError
from credroot.credential.rdf.rdfc import canonical_nquads, default_canonicalizer
from credroot.credential.rdf.shapes.cache import ShapeCache
from tests.counted import at_most
from tests.credential.sample_badge import sample_badge

UNDEFINED_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"
MOST_CALLS = 1_500_000  # that a refusal takes, a fourth of a second of work when nobody counts


def refusal_of(document: dict[str, Any]) -> str:
    """Give the code of the refusal, by PyLD and by the cache at first, second and third sight."""
    cache = ShapeCache(default_canonicalizer())
    codes = set()
    for canonical in (default_canonicalizer().canonical_form, *[cache.canonical_form] * 3):
        with at_most(MOST_CALLS), pytest.raises(InputError) as refusal:
            canonical(document)
        codes.add(refusal.value.code)
    assert len(codes) == 1
    return codes.pop()


def with_member(path: str, value: object) -> dict[str, Any]:
    """Give a badge with one member changed or added, named by a dotted path."""
    badge = sample_badge()
    node: Any = badge
    *parents, last = path.split(".")
    for part in parents:
        node = node[int(part)] if part.isdigit() else node[part]
    node[last] = value
    return badge


def test_a_badge_is_accepted():
    assert canonical_nquads(sample_badge()).count(b"\n") > 60


@pytest.mark.parametrize(
    "path",
    [
        "verifiedBy",
        "issuer.trusted",
        "credentialSubject.honours",
        "credentialSubject.achievement.grade",
        "credentialSubject.achievement.alignment.0.level",
        "credentialSubject.achievement.criteria.passed",
        "evidence.0.audited",
        "credentialStatus.revoked",
    ],
)
@pytest.mark.parametrize("value", ["yes", True, 1, [], {}, None, {"name": "x"}, [{"@value": "x"}]])
def test_a_term_that_no_context_defines_is_refused_wherever_it_stands(path, value):
    assert refusal_of(with_member(path, value)) == "rdfc.undefined_term"


@pytest.mark.parametrize("term", ["x:y", "ob:name", "javascript:alert", "_name", "name ", "Name", "http:name"])
def test_a_term_that_only_looks_defined_is_refused(term):
    assert refusal_of(with_member(term, "x")) == "rdfc.undefined_term"


def test_a_term_under_a_vocabulary_is_defined_unless_it_makes_no_iri():
    badge = sample_badge()
    badge["@context"].append(UNDEFINED_TERMS)
    badge["verifiedBy"] = "x"
    assert b"#verifiedBy>" in canonical_nquads(badge)
    badge["verified by"] = "x"
    assert refusal_of(badge) == "rdfc.undefined_term"


@pytest.mark.parametrize("type_", ["Unknown", "x:Unknown", "", "../Profile"])
def test_a_type_that_no_context_defines_is_refused(type_):
    assert refusal_of(with_member("issuer.type", ["Profile", type_])) in ("rdfc.relative_iri", "rdfc.undefined_term")


@pytest.mark.parametrize(
    "iri", ["", "badge", "/badge", "//example.org/x", "#x", "?x", "http ://x", "https://x/ y", "a b:c"]
)
def test_a_relative_or_broken_identifier_is_refused(iri):
    assert refusal_of(with_member("credentialSubject.achievement.id", iri)) == "rdfc.relative_iri"


@pytest.mark.parametrize("path", ["id", "issuer", "issuer.id", "credentialSubject.achievement.id", "evidence.0.id"])
def test_a_blank_node_label_is_refused_as_identifier(path):
    assert refusal_of(with_member(path, "_:b0")) == "rdfc.blank_node_id"


def test_a_blank_node_label_is_refused_as_type_and_as_property():
    assert refusal_of(with_member("issuer.type", ["Profile", "_:t"])) == "rdfc.blank_node_id"
    assert refusal_of(with_member("_:p", "x")) == "rdfc.blank_node_id"


def test_a_blank_node_label_in_a_text_is_only_text():
    assert b'"_:b0"' in canonical_nquads(with_member("name", "_:b0"))


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x0c", "\x1f", "\x7f", "\ud800", "\ufffe", "\uffff"])
def test_a_control_character_is_refused_in_values_names_and_types(character):
    assert refusal_of(with_member("name", f"a{character}b")) == "rdfc.control_character"
    assert refusal_of(with_member(f"na{character}me", "x")) == "rdfc.control_character"
    assert refusal_of(with_member("issuer.type", ["Profile", f"a{character}"])) == "rdfc.control_character"


def test_line_ends_and_other_scripts_are_no_control_characters():
    badge = with_member("name", "a\nb\rc \x80\xa0ü\u200d學 𝄞")
    assert "a\\nb\\rc \x80\xa0ü\u200d學 𝄞".encode() in canonical_nquads(badge)


@pytest.mark.parametrize(
    "number", [1.0, -0.0, 1e21, 2**53, -(2**53), 0.1 + 0.2, 10**30, 1e300, float("inf"), float("nan")]
)
def test_a_number_that_implementations_write_differently_is_refused(number):
    assert refusal_of(with_member("credentialSubject.creditsEarned", number)) == "rdfc.number"


@pytest.mark.parametrize(
    ("number", "written"), [(0, b'"0"'), (-7, b'"-7"'), (2**53 - 1, b'"9007199254740991"'), (1.5, b'"1.5E0"')]
)
def test_a_number_that_all_write_alike_is_accepted(number, written):
    assert written in canonical_nquads(with_member("credentialSubject.creditsEarned", number))


def test_an_inline_context_is_refused_at_the_top_and_below():
    redefined = {"name": "https://evil.example/name"}
    badge = sample_badge()
    for context in (redefined, [*badge["@context"], redefined], [], [None], None, 7):
        assert refusal_of({**badge, "@context": context}) == "rdfc.inline_context"
    assert refusal_of(with_member("issuer.@context", redefined)) == "rdfc.inline_context"


def test_a_context_that_redefines_protected_terms_is_refused():
    badge = {"@context": ["https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"]}
    assert refusal_of({**badge, "type": "VerifiableCredential"}) == "rdfc.protected_term"


def test_an_unknown_context_is_refused_at_the_top_and_below():
    badge = sample_badge()
    assert refusal_of({**badge, "@context": [*badge["@context"], "https://evil.example/c"]}) == "context.unknown"
    assert refusal_of(with_member("issuer.@context", "https://evil.example/c")) == "context.unknown"


@pytest.mark.parametrize(
    "keyword", ["@graph", "@index", "@reverse", "@included", "@nest", "@vocab", "@base", "@made", "@json"]
)
def test_keywords_that_no_credential_needs_are_refused(keyword):
    assert refusal_of(with_member(keyword, {})) == "rdfc.keyword"


def test_a_direction_is_refused_for_it_has_no_settled_form():
    text = {"@value": "שלום", "@language": "he", "@direction": "rtl"}
    assert refusal_of(with_member("name", text)) == "rdfc.direction"


def test_a_language_is_kept_in_lower_case_as_implementations_have_it():
    badge = with_member("name", {"@value": "Data", "@language": "en-GB"})
    assert b'"Data"@en-gb' in canonical_nquads(badge)
    assert refusal_of(with_member("name", {"@value": "Data", "@language": "no language"})) == "rdfc.language"


def test_one_statement_in_two_spellings_is_refused():
    twice = [5, {"@value": "5", "@type": "https://www.w3.org/2001/XMLSchema#float"}]
    assert refusal_of(with_member("credentialSubject.creditsEarned", twice)) == "rdfc.duplicate_statement"


def test_a_document_without_context_or_that_is_no_object_is_refused():
    assert refusal_of({"type": ["VerifiableCredential"]}) == "rdfc.no_context"
    assert refusal_of([]) == "rdfc.invalid"  # type: ignore[arg-type]


@pytest.mark.parametrize("id_", [1, True, [], {}, None])
def test_an_identifier_that_is_no_text_is_refused(id_):
    assert refusal_of(with_member("issuer.id", id_)) in ("rdfc.invalid", "rdfc.relative_iri")


def twins_or_refusal(document: dict[str, Any]) -> str:
    """Give "twins" where a document is canonicalised and has some, "no twins", or the code of the refusal."""
    try:
        return "twins" if default_canonicalizer().canonical_form(document).has_twins else "no twins"
    except InputError as refusal:
        return refusal.code


def _tree(depth: int, width: int) -> dict[str, Any]:
    return {"part": [_tree(depth - 1, width) for _ in range(width)]} if depth else {}


@pytest.mark.parametrize(("depth", "width"), [(2, 8), (3, 3), (4, 3), (6, 2), (8, 2), (12, 1)])
def test_blank_node_poison_is_refused_in_a_bounded_time(depth, width):
    badge = {"@context": [*sample_badge()["@context"], UNDEFINED_TERMS], "part": _tree(depth, width)}
    with at_most(MOST_CALLS):
        outcome = twins_or_refusal(badge)
    assert outcome in ("twins", "rdfc.too_complex")


def test_three_kilobytes_of_blank_node_poison_are_refused():
    chain = [{"a": {"b": [{"c": {"d": {"id": f"urn:x:{j % 2}"}}} for j in range(10)]}} for _ in range(10)]
    badge = {"@context": [*sample_badge()["@context"], UNDEFINED_TERMS], "part": chain}
    assert refusal_of(badge) == "rdfc.too_complex"


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("part", [f"v{i}" for i in range(100_000)], "rdfc.too_large"),
        ("part", [[f"v{i}" for i in range(290)] for _ in range(8)], "rdfc.too_large"),
        ("part", {f"m{i}": i for i in range(100_000)}, "rdfc.too_large"),
        ("@context", ["https://www.w3.org/ns/credentials/v2"] * 9, "rdfc.too_large"),
    ],
)
def test_a_huge_document_is_refused_at_once(member, value, code):
    assert refusal_of({**sample_badge(), member: value}) == code


def test_a_deep_document_is_refused_at_once():
    value: Any = "x"
    for _ in range(50_000):
        value = {"part": value}
    assert refusal_of({**sample_badge(), "part": value}) == "rdfc.too_deep"


def test_two_blank_nodes_that_look_the_same_are_named_for_nobody_may_issue_them():
    badge = sample_badge()
    badge["evidence"] = [{"type": ["Evidence"], "name": "same"}, {"type": ["Evidence"], "name": "same"}]
    twins = default_canonicalizer().canonical_form(badge)
    assert twins.has_twins
    assert not twins.is_portable
    badge["evidence"][1]["name"] = "other"
    assert default_canonicalizer().canonical_form(badge).is_portable


@pytest.mark.parametrize("name", ["a\tb", "𝄞 and \uff21"])
def test_texts_that_older_implementations_hash_differently_are_named(name):
    assert not default_canonicalizer().canonical_form(with_member("name", name)).is_portable
