"""Every member and element of a document is one statement that is hashed, or the document has no canonical form."""

from __future__ import annotations

from typing import Any

import pytest

from credroot.core.errors import InputError
from credroot.credential.rdf.contexts import pinned_contexts
from credroot.credential.rdf.coverage import require_covered
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.rdf.shapes.cache import ShapeCache
from credroot.credential.rdf.words import ContextWords
from tests.credential.rdfc.test_guards import refusal_of, with_member
from tests.credential.sample_badge import sample_badge

SUBJECT = "credentialSubject"
ACHIEVEMENT = f"{SUBJECT}.achievement"
XSD = "https://www.w3.org/2001/XMLSchema#"
OPEN_BADGES = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def endorsement(proof: dict[str, Any]) -> dict[str, Any]:
    """Give an endorsement that has `proof`."""
    return {"type": ["VerifiableCredential", "EndorsementCredential"], "proof": proof}


UNSIGNED: dict[str, tuple[str, Any]] = {
    "null": ("validUntil", None),
    "an empty array": ("credentialStatus", []),
    "null in an array": (f"{ACHIEVEMENT}.tag", ["a", None]),
    "an array in an array": (f"{ACHIEVEMENT}.tag", [["a"], "b"]),
    "a text twice": (f"{ACHIEVEMENT}.tag", ["a", "a"]),
    "a type twice": ("type", ["VerifiableCredential", "OpenBadgeCredential", "OpenBadgeCredential"]),
    "one type under two names": ("type", ["VerifiableCredential", "OpenBadgeCredential", "AchievementCredential"]),
    "one node twice in an array": ("evidence", [{"id": "urn:x:e", "type": ["Evidence"]}, {"id": "urn:x:e"}]),
    "a node and its identifier": ("issuer", [{"id": "urn:x:e", "type": ["Profile"]}, "urn:x:e"]),
    "a set": (f"{ACHIEVEMENT}.tag", {"@set": ["a"]}),
    "a list": (f"{ACHIEVEMENT}.tag", {"@list": ["a"]}),
    "a text in a wrapper": ("name", {"@value": "x"}),
    "a null in a wrapper": ("name", {"@value": None}),
    "a datatype in a wrapper": ("validUntil", {"@value": "2030-01-01T00:00:00Z", "@type": XSD + "dateTime"}),
    "a keyword for an identifier": ("evidence", [{"@id": "urn:x:e", "type": ["Evidence"]}]),
    "a keyword for a type": ("evidence", [{"id": "urn:x:e", "@type": ["Evidence"]}]),
    "a boolean as text": (f"{SUBJECT}.identifier.0.hashed", "false"),
    "a number as text": (f"{SUBJECT}.creditsEarned", "5"),
    "a text as number": (f"{ACHIEVEMENT}.alignment.0.targetUrl", 5),
    "a type under its IRI": ("type", ["VerifiableCredential", OPEN_BADGES + "OpenBadgeCredential"]),
    "a class as a member": (f"{ACHIEVEMENT}.Criteria", {"narrative": "x"}),
    "an identifier alone where a graph belongs": ("endorsement", [endorsement({"id": "urn:x:p"})]),
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_what_no_statement_is_made_of_is_refused(name: str):
    path, value = UNSIGNED[name]
    assert refusal_of(with_member(path, value)) == "rdfc.not_covered"


COVERED: dict[str, tuple[str, Any]] = {
    "a text in a language": ("name", {"@value": "x", "@language": "en-GB"}),
    "texts in two languages": ("name", [{"@value": "x", "@language": "en"}, {"@value": "x", "@language": "de"}]),
    "an array of one": (f"{ACHIEVEMENT}.name", ["x"]),
    "one node in two places": (f"{ACHIEVEMENT}.creator", sample_badge()["issuer"]),
    "two things that look the same": ("evidence", [{"type": ["Evidence"]}, {"type": ["Evidence"]}]),
    "a number with a fraction": (f"{SUBJECT}.creditsEarned", 2.25),
    "an extension's type": (f"{ACHIEVEMENT}.type", ["Achievement", "https://vocabulary.example/Course"]),
    "a proof of its own": ("endorsement", [endorsement({"type": "DataIntegrityProof", "nonce": "x"})]),
}


@pytest.mark.parametrize("name", COVERED)
def test_what_is_signed_with_its_own_text_is_taken(name: str):
    path, value = COVERED[name]
    badge = with_member(path, value)
    cache = ShapeCache(default_canonicalizer())
    form = default_canonicalizer().canonical_form(badge)
    assert all(cache.canonical_form(badge) == form for _ in range(3))


def test_a_list_is_counted_by_its_elements_and_a_json_literal_by_itself():
    contexts = sample_badge()["@context"]
    listed: dict[str, Any] = {"@context": contexts, "type": "ResultDescription", "allowedValue": ["A", "B", "C"]}
    assert default_canonicalizer().canonical_form(listed).nquads.count(b"#first>") == 3
    assert refusal_of({**listed, "allowedValue": ["A", None, "C"]}) == "rdfc.not_covered"
    schema = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "credentialSubject": {"id": "urn:x:s", "type": "JsonSchema", "jsonSchema": {"enum": [None, [], 1, 1]}},
    }
    assert b'"{\\"enum\\":[null,[],1,1]}"' in default_canonicalizer().canonical_form(schema).nquads


def test_an_identifier_is_signed_as_it_stands_and_never_written_out():
    claim = {"type": "VerifiableCredential", "id": "urn:x:c", "issuer": "sec:me"}
    badge = {"@context": ["https://www.w3.org/2018/credentials/v1"], **claim}
    assert refusal_of(badge) == "rdfc.not_covered"
    assert (
        b"<https://w3id.org/security#me>"
        in default_canonicalizer().canonical_form({**badge, "issuer": "https://w3id.org/security#me"}).nquads
    )


def test_values_that_become_equal_under_a_known_shape_are_refused_as_pyld_refuses_them():
    badge = with_member("evidence", [{"id": f"urn:x:{name}", "type": ["Evidence"]} for name in "ab"])
    cache = ShapeCache(default_canonicalizer())
    assert cache.learn(badge)
    badge["evidence"][1]["id"] = "urn:x:a"
    for canonical in (cache.canonical_form, default_canonicalizer().canonical_form):
        with pytest.raises(InputError) as refusal:
            canonical(badge)
        assert refusal.value.code == "rdfc.not_covered"


@pytest.mark.parametrize("place", range(12))
def test_one_statement_less_or_another_text_is_found_out_without_pyld(place: int):
    badge = sample_badge()
    words = ContextWords.of(pinned_contexts())
    dataset = default_canonicalizer().reader.read(badge)
    require_covered(badge, dataset, words)
    quads = dataset["@default"]
    number = place * len(quads) // 12
    other = {"type": "literal", "value": "other", "datatype": XSD + "string"}
    for changed in ([], [quads[number]] * 2, [{**quads[number], "object": other}]):
        with pytest.raises(InputError) as refusal:
            require_covered(badge, {"@default": [*quads[:number], *changed, *quads[number + 1 :]]}, words)
        assert refusal.value.code == "rdfc.not_covered"
