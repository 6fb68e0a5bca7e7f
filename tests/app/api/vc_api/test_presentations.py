"""``POST /presentations/verify``: the holder's own proof, and each credential inside."""

from __future__ import annotations

import pytest

from credroot.credential.w3c.problems import VcProblemType
from tests.app.api.vc_api.conftest import WEB_DID, codes, types
from tests.app.api.vc_api.plain_credentials import (
    REVOKED_INDEX,
    did,
    plain,
    presentation,
    presented,
    signed,
    with_status,
)

MALFORMED = VcProblemType.MALFORMED_VALUE.value


def test_a_presentation_is_verified_with_all_that_it_holds(api) -> None:
    document = presented(presentation(signed(), signed(plain(id=...), by="stranger")), challenge="c", domain="d")
    response = api.present(document, challenge="c", domain="d")
    assert response.status == 200, response.json
    assert response.json["verified"] is True
    assert response.json["presentationResult"]["verified"] is True
    assert [one["verified"] for one in response.json["credentialResults"]] == [True, True]


def test_one_credential_may_stand_without_a_list_and_none_at_all_is_no_fault(api) -> None:
    assert api.present(presented(presentation(verifiableCredential=signed()))).status == 200
    assert api.present(presented(presentation(verifiableCredential=...))).status == 200


def test_the_presentation_comes_back_where_that_is_asked_for(api) -> None:
    document = presented(presentation(signed()))
    assert api.present(document, returnPresentation=True).json["verifiablePresentation"] == document
    assert "verifiablePresentation" not in api.present(document).json


@pytest.mark.parametrize(
    ("asked", "code", "kind"),
    [
        ({"challenge": "other"}, "proof.challenge", VcProblemType.INVALID_CHALLENGE),
        ({"domain": "other"}, "proof.domain", VcProblemType.INVALID_DOMAIN),
        ({"expectedProofPurpose": "assertionMethod"}, "proof.purpose", VcProblemType.PROOF_VERIFICATION),
    ],
)
def test_a_proof_made_for_somebody_else_does_not_hold(api, asked, code, kind) -> None:
    document = presented(presentation(signed()), challenge="c", domain="d")
    response = api.present(document, **asked)
    assert (response.status, codes(response), types(response)) == (400, [code], {kind.value})
    assert response.json["presentationResult"]["verified"] is False
    assert response.json["credentialResults"][0]["verified"] is True


def test_a_challenge_that_is_asked_for_must_be_there(api) -> None:
    assert codes(api.present(presented(presentation(signed())), challenge="c")) == ["proof.challenge"]


def test_a_change_after_signing_is_a_cryptographic_security_error(api) -> None:
    document = {**presented(presentation(signed())), "id": "urn:uuid:2"}
    response = api.present(document)
    assert codes(response) == ["proof.signature_wrong"]
    assert types(response) == {VcProblemType.CRYPTOGRAPHIC_SECURITY.value}


def test_a_proof_of_another_purpose_or_another_key_than_the_holders_does_not_hold(api) -> None:
    assert codes(api.present(presented(presentation(signed()), purpose="assertionMethod"))) == ["proof.purpose"]
    assert codes(api.present(presented(presentation(signed()), by="thief"))) == ["proof.other_signer"]


def test_whoever_holds_without_a_name_may_sign(api) -> None:
    assert api.present(presented(presentation(signed(), holder=...))).status == 200


def test_a_bad_credential_spoils_the_presentation_and_is_pointed_to(api) -> None:
    good, changed, revoked = signed(), {**signed(), "name": "other"}, with_status(REVOKED_INDEX)
    response = api.present(presented(presentation(good, changed, revoked)))
    assert [one["verified"] for one in response.json["credentialResults"]] == [True, False, False]
    assert codes(response) == ["proof.signature_wrong", "status.revoked"]
    pointers = [problem["pointer"] for problem in response.json["errors"]]
    assert pointers == ["/verifiableCredential/1/proof/0", "/verifiableCredential/2/credentialStatus"]
    assert response.json["presentationResult"]["verified"] is True


def test_the_checks_that_are_named_hold_for_the_credentials_too(api) -> None:
    document = presented(presentation(with_status(REVOKED_INDEX)))
    assert api.present(document, checks=["proof"]).status == 200


BROKEN = {
    "no context": ({"@context": ...}, "vc.context"),
    "no type": ({"type": ...}, "vc.type"),
    "another type": ({"type": ["VerifiableCredential"]}, "vc.type"),
    "an id that is no URL": ({"id": "one"}, "vc.id"),
    "a holder that is no URL": ({"holder": "Jane"}, "vp.holder"),
    "a holder without an id": ({"holder": {"name": "Jane"}}, "vp.holder"),
    "a credential that is a URL": ({"verifiableCredential": ["https://a.example/vc"]}, "vp.credentials"),
    "a credential that is null": ({"verifiableCredential": None}, "vp.credentials"),
    "terms of use without a type": ({"termsOfUse": {"id": "urn:x:1"}}, "vc.terms_of_use"),
    "no proof": ({"proof": ...}, "vc.proof"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_of_presentations_is_named(api, name) -> None:
    changes, code = BROKEN[name]
    document = {**presented(presentation(signed())), **changes}
    response = api.present({member: value for member, value in document.items() if value is not ...})
    assert (response.status, codes(response), types(response)) == (400, [code], {MALFORMED})


def test_who_asserts_something_about_itself_is_named_as_the_holder(api) -> None:
    own = signed(plain(issuer=did("holder")), by="holder")
    assert api.present(presented(presentation(own))).status == 200
    assert codes(api.present(presented(presentation(own, holder=...)))) == ["vp.holder"]


def test_a_presentation_without_a_proof_has_its_credentials_verified(api) -> None:
    response = api.send("/presentations/verify", {"presentation": presentation(signed())})
    assert (response.status, response.json["presentationResult"]["verified"]) == (200, True)
    response = api.send("/presentations/verify", {"presentation": presentation({**signed(), "name": "x"})})
    assert codes(response) == ["proof.signature_wrong"]


@pytest.mark.parametrize(
    "body", [{}, {"verifiablePresentation": 7}, {"verifiablePresentation": {}, "presentation": {}}, []], ids=repr
)
def test_a_request_of_another_form_is_a_parsing_error(api, body) -> None:
    response = api.send("/presentations/verify", body)
    assert (response.status, codes(response), types(response)) == (400, ["vc.request"], {VcProblemType.PARSING.value})


def test_an_envelope_inside_is_not_opened(api) -> None:
    inside = {
        "@context": plain()["@context"],
        "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+jwt,x",
    }
    response = api.send("/presentations/verify", {"presentation": presentation(inside)})
    assert codes(response) == ["vc.enveloped"]


def test_more_credentials_than_are_looked_at_are_out_of_range(api) -> None:
    response = api.send("/presentations/verify", {"presentation": presentation(*[signed()] * 65)})
    assert (codes(response), types(response)) == (["vp.too_many"], {VcProblemType.RANGE.value})


def test_a_key_that_its_document_does_not_name_for_authentication_presents_nothing(api) -> None:
    document = presented(presentation(signed(), holder=WEB_DID), by="school")
    document["proof"]["verificationMethod"] = f"{WEB_DID}#key-1"
    assert codes(api.present(document)) == ["proof.key_unknown"]
