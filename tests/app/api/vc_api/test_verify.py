"""``POST /credentials/verify``: each problem type, and the nearest thing that is accepted."""

from __future__ import annotations

import copy

import pytest

from credroot.core.text.clock import format_time
from credroot.credential.proof.data_integrity import sign
from credroot.credential.rdf.contexts import VC_V1
from credroot.credential.status.status_list import StatusPurpose, status_entry
from credroot.credential.w3c.problems import VcProblemType
from tests.app.api.material import anchored, issuer_did
from tests.app.api.material import signed as badge
from tests.app.api.registry_model import RegistryModel
from tests.app.api.test_requests import NOT_JSON
from tests.app.api.vc_api.conftest import WEB_DID, codes, types
from tests.app.api.vc_api.plain_credentials import (
    EARLIER,
    LATER,
    LIST_URL,
    REVOKED_INDEX,
    SUSPENDED_INDEX,
    UNDEFINED_TERMS,
    key,
    plain,
    presented,
    signed,
    with_status,
)

DATA_INTEGRITY_V2 = "https://w3id.org/security/data-integrity/v2"


def refused(response, code: str, kind: VcProblemType) -> None:
    assert (response.status, response.json["verified"]) == (400, False), response.json
    assert (codes(response), types(response)) == ([code], {kind.value})
    assert response.json["errors"][0]["title"] == kind.value.rpartition("#")[2]


def test_a_plain_credential_of_an_issuer_whom_nobody_knows_is_verified_where_its_proof_holds(api) -> None:
    response = api.verify(signed())
    assert response.status == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json == {
        "checks": ["proof", "validity", "credentialStatus"],
        "verified": True,
        "problemDetails": [],
        "errors": [],
        "warnings": [],
    }


def test_the_verdict_on_the_same_credential_is_another_matter(api) -> None:
    report = api.send("/v1/verify", signed()).json
    assert report["verdict"] == "indeterminate"
    assert report["format"] == "credroot/report/v1"


def test_a_proof_may_stand_alone_or_in_a_list(api) -> None:
    credential = signed()
    assert api.verify({**credential, "proof": credential["proof"][0]}).status == 200


def test_the_credential_comes_back_where_that_is_asked_for(api) -> None:
    credential = signed()
    assert api.verify(credential, returnCredential=True).json["verifiableCredential"] == credential
    assert "verifiableCredential" not in api.verify(credential, returnCredential=False).json


def test_an_anchor_is_passed_over_and_the_answer_says_so(api) -> None:
    credential = anchored(RegistryModel(), [badge(1)])[0]
    response = api.verify(credential)
    assert (response.status, len(response.json["notices"])) == (200, 1)
    assert credential["issuer"]["id"] == issuer_did()


def test_an_anchor_alone_is_no_signature(api) -> None:
    unsigned = {name: value for name, value in badge(1).items() if name != "proof"}
    credential = anchored(RegistryModel(), [unsigned])[0]
    refused(api.verify(credential), "proof.missing", VcProblemType.CRYPTOGRAPHIC_SECURITY)


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_no_json_of_one_meaning_is_a_parsing_error(api, name) -> None:
    body, code = NOT_JSON[name]
    refused(api.server.post("/credentials/verify", body), code, VcProblemType.PARSING)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"credential": {}},
        {"verifiableCredential": "text"},
        {"verifiableCredential": [{}]},
        {"verifiableCredential": None},
        {"verifiableCredential": {}, "options": []},
    ],
    ids=repr,
)
def test_a_request_of_another_form_is_a_parsing_error(api, body) -> None:
    refused(api.send("/credentials/verify", body), "vc.request", VcProblemType.PARSING)


def test_an_envelope_is_not_opened(api) -> None:
    document = {
        "@context": plain()["@context"],
        "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+jwt,x",
    }
    refused(api.verify(document), "vc.enveloped", VcProblemType.PARSING)


@pytest.mark.parametrize("options", [{"challenge": 7}, {"checks": "proof"}, {"expectedProofPurpose": "keyAgreement"}])
def test_options_of_another_form_are_malformed(api, options) -> None:
    refused(api.verify(signed(), **options), "vc.options", VcProblemType.MALFORMED_VALUE)


def test_options_that_mean_nothing_here_are_passed_over(api) -> None:
    assert api.verify(signed(), vendorSpecific={"x": 1}).status == 200


def test_a_change_after_signing_is_a_cryptographic_security_error(api) -> None:
    credential = signed()
    credential["credentialSubject"]["skill"] = "surgery"
    refused(api.verify(credential), "proof.signature_wrong", VcProblemType.CRYPTOGRAPHIC_SECURITY)


def test_a_proof_of_another_key_than_the_issuers_does_not_hold(api) -> None:
    credential = signed(by="somebody else")
    refused(api.verify(credential), "proof.other_signer", VcProblemType.CRYPTOGRAPHIC_SECURITY)


def test_a_key_that_cannot_be_found_out_does_not_hold(api) -> None:
    for issuer in ("did:web:nobody.example", "https://university.example"):
        document = sign(plain(issuer=issuer), key(), verification_method=f"{issuer}#key-1", created=EARLIER)
        refused(api.verify(document), "proof.key_unknown", VcProblemType.PROOF_VERIFICATION)


def test_a_suite_that_nobody_knows_does_not_hold(api) -> None:
    credential = signed()
    credential["proof"][0]["cryptosuite"] = "rot13-2026"
    refused(api.verify(credential), "proof.suite_unsupported", VcProblemType.PROOF_VERIFICATION)


def test_a_proof_of_an_unknown_suite_beside_one_that_holds_is_a_warning(api) -> None:
    credential = signed()
    credential["proof"].append({**credential["proof"][0], "cryptosuite": "rot13-2026"})
    response = api.verify(credential)
    assert (response.status, response.json["errors"]) == (200, [])
    assert [problem["code"] for problem in response.json["warnings"]] == ["proof.suite_unsupported"]


def test_one_wrong_proof_of_two_spoils_both(api) -> None:
    credential = signed()
    other = copy.deepcopy(credential["proof"][0])
    other["created"] = format_time(LATER)
    credential["proof"].append(other)
    assert codes(api.verify(credential)) == ["proof.created_in_future"]


@pytest.mark.parametrize("value", ["u" + "A" * 86, "zO0Il", "z", "z3"])
def test_a_proof_value_that_is_no_signature_is_refused(api, value) -> None:
    credential = signed()
    credential["proof"][0]["proofValue"] = value
    assert api.verify(credential).json["verified"] is False


def test_a_time_that_cannot_be_read_in_a_proof_is_malformed(api) -> None:
    credential = signed()
    credential["proof"][0]["created"] = "2026-01-01T00:00:00"
    refused(api.verify(credential), "proof.time_malformed", VcProblemType.MALFORMED_VALUE)


def test_the_purpose_is_the_one_that_is_expected(api) -> None:
    credential = signed(proof_purpose="authentication")
    refused(api.verify(credential), "proof.purpose", VcProblemType.PROOF_VERIFICATION)
    assert api.verify(credential, expectedProofPurpose="authentication").status == 200
    assert codes(api.verify(signed(), expectedProofPurpose="authentication")) == ["proof.purpose"]


def test_a_key_may_be_good_for_assertions_and_not_for_authentication(api) -> None:
    by_web = {"verification_method": f"{WEB_DID}#key-1", "created": EARLIER}
    assert api.verify(sign(plain(issuer=WEB_DID), key("school"), **by_web)).status == 200
    other = sign(plain(issuer=WEB_DID), key("school"), proof_purpose="authentication", **by_web)
    response = api.verify(other, expectedProofPurpose="authentication")
    assert codes(response) == ["proof.key_unknown"]


def test_another_challenge_or_domain_has_its_own_type(api) -> None:
    document = presented(plain(), by="stranger", purpose="assertionMethod", challenge="c-1", domain="a.example")
    assert api.verify(document, challenge="c-1", domain="a.example").status == 200
    refused(api.verify(document, challenge="c-2"), "proof.challenge", VcProblemType.INVALID_CHALLENGE)
    refused(api.verify(document, domain="b.example"), "proof.domain", VcProblemType.INVALID_DOMAIN)


def test_a_proof_may_be_for_several_domains_and_is_then_for_all_of_them(api) -> None:
    one = presented(plain(), by="stranger", purpose="assertionMethod", domain=["a.example"])
    assert api.verify(one, domain="a.example").status == 200
    two = presented(plain(), by="stranger", purpose="assertionMethod", domain=["a.example", "b.example"])
    assert api.verify(two, domain=["b.example", "a.example"]).status == 200
    for domain in ("a.example", ["a.example"], ["a.example", "b.example", "c.example"]):
        refused(api.verify(two, domain=domain), "proof.domain", VcProblemType.INVALID_DOMAIN)
    refused(api.verify(two, domain=[]), "vc.options", VcProblemType.MALFORMED_VALUE)


CREDENTIALS = "https://www.w3.org/2018/credentials#"


def test_a_status_or_an_end_is_not_hidden_under_its_iri_where_the_signature_covers_it_all_the_same(api) -> None:
    revoked = with_status(REVOKED_INDEX)
    hidden = {**revoked, f"{CREDENTIALS}credentialStatus": revoked["credentialStatus"]}
    del hidden["credentialStatus"]
    refused(api.verify(hidden), "rdfc.undefined_term", VcProblemType.PROOF_TRANSFORMATION)
    ended = signed(plain(validUntil=format_time(EARLIER)))
    end = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": ended.pop("validUntil")}
    refused(
        api.verify({**ended, f"{CREDENTIALS}validUntil": end}),
        "rdfc.undefined_term",
        VcProblemType.PROOF_TRANSFORMATION,
    )


def test_a_status_is_not_hidden_in_another_object_with_the_credentials_id(api) -> None:
    inner = {"id": "urn:uuid:00000000-0000-4000-8000-000000000001", "type": "VerifiableCredential"}
    credential = with_status(REVOKED_INDEX, about={"id": "did:example:jane", "holds": inner})
    assert codes(api.verify(credential)) == ["status.revoked"]
    status = credential.pop("credentialStatus")
    credential["credentialSubject"]["holds"]["credentialStatus"] = status
    refused(api.verify(credential), "rdfc.split_node", VcProblemType.PROOF_TRANSFORMATION)


def test_of_the_ends_in_both_versions_of_the_data_model_the_earlier_counts(api) -> None:
    old = plain(
        **{"@context": [VC_V1, UNDEFINED_TERMS, DATA_INTEGRITY_V2], "validFrom": ...},
        issuanceDate=format_time(EARLIER),
        expirationDate=format_time(LATER),
    )
    assert api.verify(signed(old)).status == 200
    ended = signed({**old, "validUntil": format_time(EARLIER)})
    refused(api.verify(ended), "validity.expired", VcProblemType.RANGE)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"@context": [plain()["@context"][0]], "skill": "x"}, "rdfc.undefined_term"),
        ({"@context": [*plain()["@context"], "https://unknown.example/v1"]}, "context.unknown"),
        ({"@context": [*plain()["@context"], {"skill": "https://x.example/"}]}, "rdfc.inline_context"),
        ({"type": ["VerifiableCredential", "_:b0"]}, "rdfc.blank_node_id"),
    ],
)
def test_a_document_without_a_canonical_form_is_a_transformation_error(api, change, code) -> None:
    refused(api.verify({**signed(), **change}), code, VcProblemType.PROOF_TRANSFORMATION)


def test_time_is_a_range_that_a_credential_can_be_out_of(api) -> None:
    early = signed(plain(validFrom=format_time(LATER)))
    refused(api.verify(early), "validity.not_yet", VcProblemType.RANGE)
    late = signed(plain(validUntil=format_time(EARLIER)))
    refused(api.verify(late), "validity.expired", VcProblemType.RANGE)
    assert api.verify(signed(plain(validUntil=format_time(LATER)))).status == 200


def test_a_status_list_clears_revokes_and_suspends(api) -> None:
    assert api.verify(with_status(REVOKED_INDEX + 1)).status == 200
    refused(api.verify(with_status(REVOKED_INDEX)), "status.revoked", VcProblemType.STATUS_VERIFICATION)
    suspended = with_status(SUSPENDED_INDEX, url=LIST_URL + "/suspension", purpose=StatusPurpose.SUSPENSION)
    refused(api.verify(suspended), "status.suspended", VcProblemType.STATUS_VERIFICATION)


@pytest.mark.parametrize("index", [131_072, 10_000_000, 10**30])
def test_an_index_beyond_the_list_is_a_range_error(api, index) -> None:
    refused(api.verify(with_status(index)), "status_list.range", VcProblemType.RANGE)


def test_a_list_that_is_not_to_be_had_is_a_retrieval_error(api) -> None:
    credential = with_status(1, url="https://elsewhere.example/status/1")
    refused(api.verify(credential), "status.list_missing", VcProblemType.STATUS_RETRIEVAL)


def test_a_short_list_has_its_own_type(api) -> None:
    refused(
        api.verify(with_status(1, url=LIST_URL + "/short")), "status_list.too_short", VcProblemType.STATUS_LIST_LENGTH
    )


def test_a_list_of_another_issuer_or_by_another_key_says_nothing(api) -> None:
    kind = VcProblemType.STATUS_VERIFICATION
    refused(api.verify(with_status(1, url=LIST_URL + "/of-another")), "status.list_of_another", kind)
    refused(api.verify(with_status(1, url=LIST_URL + "/forged")), "status.list_refused", kind)


def test_another_purpose_than_the_lists_is_not_answered_by_it(api) -> None:
    credential = with_status(1, purpose=StatusPurpose.SUSPENSION)
    refused(api.verify(credential), "status_list.purpose", VcProblemType.STATUS_VERIFICATION)


def test_a_kind_of_status_that_nobody_knows_leaves_it_open(api) -> None:
    credential = signed(plain(credentialStatus={"id": "urn:x:1", "type": "OtherStatus2026"}))
    refused(api.verify(credential), "status.unsupported", VcProblemType.STATUS_VERIFICATION)


def test_the_status_is_left_out_only_where_the_caller_names_other_checks(api) -> None:
    credential = with_status(REVOKED_INDEX)
    response = api.verify(credential, checks=["proof"])
    assert (response.status, response.json["checks"]) == (200, ["proof", "validity"])
    assert api.verify(credential, checks=[]).status == 400
    assert api.verify(credential, checks=["proof", "credentialStatus"]).status == 400
    tampered = {**credential, "name": "other"}
    assert codes(api.verify(tampered, checks=["credentialStatus"])) == ["proof.signature_wrong"]


def test_no_list_is_asked_before_the_proof_holds(api) -> None:
    credential = {**with_status(1, url="https://elsewhere.example/status/1"), "name": "other"}
    assert codes(api.verify(credential)) == ["proof.signature_wrong"]


def test_more_status_entries_than_are_looked_at_are_out_of_range(api) -> None:
    entries = [status_entry(LIST_URL, index) for index in range(9)]
    credential = signed(plain(credentialStatus=entries))
    refused(api.verify(credential), "status.entries", VcProblemType.RANGE)


def test_many_proofs_are_refused_by_name(api) -> None:
    credential = signed()
    credential["proof"] *= 100
    assert set(codes(api.verify(credential))) == {"proof.too_many"}


def test_other_media_and_large_bodies_are_problems_of_the_request(api) -> None:
    response = api.server.post("/credentials/verify", b"<vc/>", "application/xml")
    assert (response.status, response.problem) == (415, "unsupported-media-type")
    assert api.server.post("/credentials/verify", b" " * (2**20 + 1)).problem == "too-large"
    for media_type in ("application/ld+json", "application/vc", "application/json; charset=utf-8"):
        assert api.server.post("/credentials/verify", b"{}", media_type).status == 400


def test_the_routes_want_a_post(api) -> None:
    for path in ("/credentials/verify", "/presentations/verify", "/credentials/issue"):
        assert api.server.get(path).problem == "method-not-allowed"
