"""Every rule of the data model's form, broken once; each on a live server."""

from __future__ import annotations

import pytest

from credroot.credential.rdf.contexts import VC_V1, VC_V2
from credroot.credential.w3c.structure import credential_problems
from tests.app.api.vc_api.conftest import codes, types
from tests.app.api.vc_api.plain_credentials import UNDEFINED_TERMS, broken, did, plain, signed

MALFORMED = "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"
RANGE = "https://www.w3.org/TR/vc-data-model#RANGE_ERROR"
ENTRY = {
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "5",
    "statusListCredential": "https://issuer.example/status/1",
}
RELATED = {"id": "https://a.example/logo.png", "digestSRI": "sha384-xyz"}
SCHEMA = {"id": "https://a.example/schema.json", "type": "JsonSchema"}
BROKEN = {
    "no context": ({"@context": ...}, "vc.context"),
    "a context that is no list": ({"@context": VC_V2}, "vc.context"),
    "an empty list of contexts": ({"@context": []}, "vc.context"),
    "another context first": ({"@context": [UNDEFINED_TERMS, VC_V2]}, "vc.context"),
    "a context that is a number": ({"@context": [VC_V2, 7]}, "vc.context"),
    "a context that is no URL": ({"@context": [VC_V2, "not a url"]}, "vc.context"),
    "no type": ({"type": ...}, "vc.type"),
    "another type": ({"type": ["OpenBadgeCredential"]}, "vc.type"),
    "a type that is a number": ({"type": ["VerifiableCredential", 7]}, "vc.type"),
    "a type with a blank": ({"type": ["VerifiableCredential", "Two Words"]}, "vc.type"),
    "an id that is no URL": ({"id": "17"}, "vc.id"),
    "two ids": ({"id": ["urn:uuid:1", "urn:uuid:2"]}, "vc.id"),
    "an id that is null": ({"id": None}, "vc.id"),
    "a name that is a number": ({"name": 7}, "vc.name"),
    "a name with more than its language": ({"name": {"@value": "x", "url": "y"}}, "vc.name"),
    "a description without a value": ({"description": {"@language": "en"}}, "vc.name"),
    "an issuer's name that is a list of lists": ({"issuer": {"id": did(), "name": [["x"]]}}, "vc.name"),
    "no issuer": ({"issuer": ...}, "vc.issuer"),
    "an issuer that is no URL": ({"issuer": "Example University"}, "vc.issuer"),
    "an issuer without an id": ({"issuer": {"name": "Example University"}}, "vc.issuer"),
    "an issuer whose id is no URL": ({"issuer": {"id": "university"}}, "vc.issuer"),
    "two issuers": ({"issuer": [did(), did("other")]}, "vc.issuer"),
    "an issuer that is null": ({"issuer": None}, "vc.issuer"),
    "no subject": ({"credentialSubject": ...}, "vc.subject"),
    "an empty subject": ({"credentialSubject": {}}, "vc.subject"),
    "an empty list of subjects": ({"credentialSubject": []}, "vc.subject"),
    "a subject that is text": ({"credentialSubject": "Jane"}, "vc.subject"),
    "one empty subject of two": ({"credentialSubject": [{"id": "did:example:a"}, {}]}, "vc.subject"),
    "a subject whose id is no URL": ({"credentialSubject": {"id": "jane"}}, "vc.subject"),
    "a subject of two ids": ({"credentialSubject": {"id": ["did:example:a", "did:example:b"]}}, "vc.subject"),
    "a day instead of a moment": ({"validFrom": "2026-01-01"}, "vc.valid_from"),
    "a moment without an offset": ({"validFrom": "2026-01-01T00:00:00"}, "vc.valid_from"),
    "a beginning that is a number": ({"validFrom": 1767225600}, "vc.valid_from"),
    "an end that is no moment": ({"validUntil": "2026-02-30T00:00:00Z"}, "vc.valid_until"),
    "an end that is null": ({"validUntil": None}, "vc.valid_until"),
    "a status without a type": ({"credentialStatus": {"id": "urn:x:1"}}, "vc.status"),
    "a status whose id is no URL": ({"credentialStatus": {"id": "one", "type": "Other"}}, "vc.status"),
    "no status in a list": ({"credentialStatus": []}, "vc.status"),
    "a status that is text": ({"credentialStatus": "https://issuer.example/status"}, "vc.status"),
    "an entry without a purpose": ({"credentialStatus": {**ENTRY, "statusPurpose": None}}, "vc.status"),
    "an entry whose index is true": ({"credentialStatus": {**ENTRY, "statusListIndex": True}}, "vc.status"),
    "an entry whose index is negative": ({"credentialStatus": {**ENTRY, "statusListIndex": "-1"}}, "vc.status"),
    "an entry whose list is no URL": ({"credentialStatus": {**ENTRY, "statusListCredential": "1"}}, "vc.status"),
    "an entry of no bits": ({"credentialStatus": {**ENTRY, "statusSize": 0}}, "vc.status"),
    "an entry of two bits and no messages": ({"credentialStatus": {**ENTRY, "statusSize": 2}}, "vc.status"),
    "a schema without an id": ({"credentialSchema": {"type": "JsonSchema"}}, "vc.schema"),
    "a schema without a type": ({"credentialSchema": {"id": SCHEMA["id"]}}, "vc.schema"),
    "a schema whose id is no URL": ({"credentialSchema": [SCHEMA, {**SCHEMA, "id": "x"}]}, "vc.schema"),
    "a related resource without an id": ({"relatedResource": {"digestSRI": "x"}}, "vc.related_resource"),
    "a related resource without a digest": ({"relatedResource": {"id": RELATED["id"]}}, "vc.related_resource"),
    "a related resource twice": ({"relatedResource": [RELATED, RELATED]}, "vc.related_resource"),
    "a related resource that is text": ({"relatedResource": RELATED["id"]}, "vc.related_resource"),
    "a refresh service without a type": ({"refreshService": {"id": "urn:x:1"}}, "vc.refresh_service"),
    "terms of use without a type": ({"termsOfUse": [{"id": "urn:x:1"}]}, "vc.terms_of_use"),
    "evidence without a type": ({"evidence": {"id": "urn:x:1"}}, "vc.evidence"),
    "a render method without a type": ({"renderMethod": {"id": "urn:x:1"}}, "vc.render_method"),
    "a confidence method without a type": ({"confidenceMethod": {"id": "urn:x:1"}}, "vc.confidence_method"),
    "no proof": ({"proof": ...}, "vc.proof"),
    "a proof that is null": ({"proof": None}, "vc.proof"),
    "an empty list of proofs": ({"proof": []}, "vc.proof"),
    "a proof that is text": ({"proof": "trust me"}, "vc.proof"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_named_and_typed(api, name) -> None:
    changes, code = BROKEN[name]
    response = api.verify(broken(**changes))
    assert (response.status, response.json["verified"]) == (400, False)
    assert set(codes(response)) == {code}
    assert types(response) == {MALFORMED}
    assert response.json["problemDetails"] == response.json["errors"]


@pytest.mark.parametrize("member", ["type", "verificationMethod", "proofPurpose", "proofValue", "cryptosuite"])
@pytest.mark.parametrize("value", [..., None, 7])
def test_a_proof_lacks_none_of_its_members(api, member, value) -> None:
    credential = signed()
    proof = {name: text for name, text in {**credential["proof"][0], member: value}.items() if text is not ...}
    response = api.verify({**credential, "proof": proof})
    assert (response.status, set(codes(response))) == (400, {"vc.proof"})


def test_a_problem_points_to_its_place(api) -> None:
    response = api.verify(broken(evidence=[{"type": "Evidence"}, {"id": "urn:x:1"}]))
    assert [problem["pointer"] for problem in response.json["errors"]] == ["/evidence/1"]


def test_an_end_before_the_beginning_is_out_of_range(api) -> None:
    response = api.verify(broken(validFrom="2026-01-02T00:00:00Z", validUntil="2026-01-01T00:00:00Z"))
    assert (codes(response), types(response)) == (["vc.validity"], {RANGE})


def test_every_broken_rule_is_told_at_once(api) -> None:
    response = api.verify(broken(issuer=7, credentialSubject={}, type="Other"))
    assert set(codes(response)) == {"vc.issuer", "vc.subject", "vc.type"}


GOOD = {
    "a type that is one text": {"type": "VerifiableCredential"},
    "a further type by URL": {"type": ["https://a.example/Badge", "VerifiableCredential"]},
    "an issuer with a name in two languages": {
        "issuer": {
            "id": did(),
            "name": [{"@value": "School", "@language": "en"}, {"@value": "Schule", "@language": "de"}],
        }
    },
    "an issuer by https": {"issuer": "https://university.example/"},
    "two subjects": {"credentialSubject": [{"id": "did:example:a"}, {"name": "b"}]},
    "no beginning": {"validFrom": ...},
    "no id": {"id": ...},
    "parts of a second and an offset": {"validFrom": "2026-01-01T00:00:00.123+02:00"},
    "one of each": {
        "credentialSchema": [SCHEMA],
        "relatedResource": [RELATED, {"id": "urn:x:2", "digestMultibase": "uEi"}],
        "refreshService": {"type": "R"},
        "termsOfUse": [{"type": "T", "id": "urn:x:3"}],
        "evidence": [{"type": ["E"]}],
        "renderMethod": {"type": "M"},
        "credentialStatus": [ENTRY, {"type": "Other"}],
    },
    "messages of two bits": {"credentialStatus": {**ENTRY, "statusSize": 2, "statusMessage": []}},
}


@pytest.mark.parametrize("name", GOOD)
def test_what_the_data_model_allows_has_no_problem(name) -> None:
    assert credential_problems(plain(**GOOD[name])) == ()


def test_the_first_version_of_the_data_model_has_its_own_dates() -> None:
    old = plain(**{"@context": [VC_V1], "validFrom": ..., "issuanceDate": "2020-01-01T00:00:00Z"})
    assert credential_problems(old) == ()
    assert [problem.code for problem in credential_problems({**old, "expirationDate": "soon"})] == ["vc.valid_until"]
    del old["issuanceDate"]
    assert [problem.code for problem in credential_problems(old)] == ["vc.valid_from"]
