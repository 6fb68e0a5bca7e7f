"""What others issue: read in every form it comes in, and judged by its signature alone where that is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credroot.core.report import Outcome, Verdict
from credroot.credential.baking.png import bake_png
from credroot.credential.baking.svg import bake_svg
from credroot.credential.keys.did import did_document
from credroot.verifier.trust import TrustedIssuer
from tests.credential.baking.pictures import PNG, SVG
from tests.verifier.stage import (
    DID,
    DID_WEB,
    KNOWN_BY_NAME,
    METHOD,
    OTHER_TEST_KEY,
    TEST_KEY,
    WEB_METHOD,
    Registry,
    Shelf,
    anchored,
    as_bytes,
    badge,
    changed,
    codes,
    jwt,
    jwt_badge,
    report_on,
    signed,
    web_document,
)

BY_NAME = (KNOWN_BY_NAME,)
WEB_BY_NAME = (TrustedIssuer(DID_WEB, None, "Registrar", "the tests"),)


def test_an_anchor_is_demanded_unless_the_list_names_the_issuer_without_an_account_or_the_policy_says_so():
    credential = signed(badge())
    demanded = report_on(credential)
    assert (demanded.verdict, codes(demanded)["anchor"]) == (Verdict.INDETERMINATE, "anchor.none")
    assert not [check for check in demanded.checks if check.outcome is Outcome.FAILED]
    assert report_on(credential, issuers=BY_NAME).verdict is Verdict.VALID
    anybody = {"issuers": (), "require_known_issuer": False}
    assert report_on(credential, **anybody, require_anchor=False).verdict is Verdict.VALID
    assert codes(report_on(credential, **anybody))["anchor"] == "anchor.none"


def test_a_signature_alone_names_nobody_who_is_not_on_the_list():
    report = report_on(signed(badge()), issuers=(), require_anchor=False)
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INDETERMINATE, "issuer.unknown")


def test_one_change_makes_an_unanchored_credential_invalid():
    report = report_on(changed(signed(badge())), issuers=BY_NAME)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.INVALID, "signature.failed")


def test_a_credential_without_any_proof_is_refused_whatever_the_policy():
    report = report_on(badge(), issuers=BY_NAME, require_anchor=False, require_known_issuer=False)
    assert (report.verdict, codes(report)["format"]) == (Verdict.INVALID, "format.no_proof")


def test_the_signature_of_another_is_not_the_issuers():
    method = f"did:key:{OTHER_TEST_KEY.multikey.text}#{OTHER_TEST_KEY.multikey.text}"
    report = report_on(signed(badge(), OTHER_TEST_KEY, method), issuers=BY_NAME)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.INVALID, "signature.other_signer")


def test_a_second_signature_beside_the_issuers_must_hold_as_well():
    method = f"did:key:{OTHER_TEST_KEY.multikey.text}#{OTHER_TEST_KEY.multikey.text}"
    both = signed(signed(badge()), OTHER_TEST_KEY, method)
    assert report_on(both, issuers=BY_NAME).verdict is Verdict.VALID
    both["proof"][0]["created"] = "2026-04-02T00:00:00Z"
    assert codes(report_on(both, issuers=BY_NAME))["signature"] == "signature.failed"


def test_a_removed_anchor_proof_does_not_make_an_anchoring_issuers_credential_valid():
    credential = anchored(signed(badge()))
    assert report_on(credential).verdict is Verdict.VALID
    credential["proof"] = credential["proof"][:1]
    report = report_on(credential, registry=Registry())
    assert (report.verdict, codes(report)["anchor"]) == (Verdict.INDETERMINATE, "anchor.none")


@pytest.mark.parametrize("form", ["text", "vc claim", "enveloped", "proof"])
def test_a_jwt_is_read_in_every_form_and_refused_after_one_change(form: str):
    def written(claims: dict[str, Any]) -> bytes:
        if form == "text":
            return jwt(claims).encode()
        if form == "vc claim":
            document = {name: claims[name] for name in claims if name not in ("iss", "jti", "nbf")}
            return jwt({"vc": document, "iss": claims["iss"], "jti": claims["jti"], "nbf": claims["nbf"]}).encode()
        token = jwt(claims)
        if form == "enveloped":
            context = ["https://www.w3.org/ns/credentials/v2"]
            wrapped = {"@context": context, "type": "EnvelopedVerifiableCredential"}
            return as_bytes({**wrapped, "id": f"data:application/vc+jwt,{token}"})
        document = {name: claims[name] for name in claims if name not in ("iss", "jti", "nbf")}
        return as_bytes({**document, "proof": {"type": "JwtProof2020", "jwt": token}})

    data = written(jwt_badge())
    report = report_on(data, issuers=BY_NAME)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.VALID, "signature.ok")
    assert report.subject["skill"] == badge()["credentialSubject"]["achievement"]["name"]
    token = written(jwt_badge(name="Another")).decode()
    mixed = data.decode().replace(data.decode().split(".")[-2], token.split(".")[-2])
    assert report_on(mixed.encode(), issuers=BY_NAME).verdict is Verdict.INVALID


def test_what_stands_around_a_jwt_may_say_nothing_else():
    document = {**badge(), "proof": {"type": "JwtProof2020", "jwt": jwt(jwt_badge())}}
    assert report_on(document, issuers=BY_NAME).verdict is Verdict.VALID
    report = report_on({**document, "name": "Doctor of everything"}, issuers=BY_NAME)
    assert codes(report)["format"] == "format.outer_disagrees"
    assert report_on(changed(document), issuers=BY_NAME).verdict is Verdict.INVALID


def test_a_jwt_that_brings_its_own_key_vouches_only_for_the_did_that_is_this_key():
    from credroot.core.text.multibase import encode_base64url

    def with_key(key: Any) -> bytes:
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(key.multikey.raw)[1:]}
        return jwt(jwt_badge(), key, {"alg": "EdDSA", "jwk": jwk}).encode()

    assert report_on(with_key(TEST_KEY), issuers=BY_NAME).verdict is Verdict.VALID
    assert codes(report_on(with_key(OTHER_TEST_KEY), issuers=BY_NAME))["signature"] == "signature.other_signer"


def test_the_end_of_a_jwt_is_the_end_of_its_credential():
    claims = {**jwt_badge(), "exp": 1_767_225_600 + 60}
    report = report_on(jwt(claims).encode(), issuers=BY_NAME)
    assert (report.verdict, codes(report)["validity"]) == (Verdict.INVALID, "validity.expired")
    assert codes(report)["signature"] == "signature.ok"


@pytest.mark.parametrize("payload", ["json", "jwt"])
def test_a_baked_picture_is_read_like_the_credential_in_it(payload: str):
    data = as_bytes(signed(badge())) if payload == "json" else jwt(jwt_badge()).encode()
    for picture in (bake_png(PNG, data), bake_svg(SVG, data)):
        report = report_on(picture, issuers=BY_NAME)
        assert report.verdict is Verdict.VALID
        other = as_bytes(changed(signed(badge()))) if payload == "json" else data[:-4] + b"AAAA"
    for picture in (bake_png(PNG, other), bake_svg(SVG, other)):
        assert report_on(picture, issuers=BY_NAME).verdict is Verdict.INVALID


def test_a_did_web_is_known_by_a_pinned_document_and_by_nothing_else():
    credential = signed(badge(DID_WEB), method=WEB_METHOD)
    unknown = report_on(credential, issuers=WEB_BY_NAME, shelf=Shelf())
    assert codes(unknown)["signature"] == "signature.unchecked"
    assert unknown.verdict is Verdict.INDETERMINATE
    pinned = Shelf(did_documents={DID_WEB: web_document()})
    assert report_on(credential, issuers=WEB_BY_NAME, shelf=pinned).verdict is Verdict.VALID
    other = Shelf(did_documents={DID_WEB: web_document(key=OTHER_TEST_KEY)})
    assert report_on(credential, issuers=WEB_BY_NAME, shelf=other).verdict is Verdict.INVALID
    of_another = Shelf(did_documents={DID_WEB: did_document("did:web:other.example", TEST_KEY.multikey)})
    assert codes(report_on(credential, issuers=WEB_BY_NAME, shelf=of_another))["signature"] == "signature.unchecked"


def test_a_missing_document_may_be_fetched_for_the_issuer_and_an_outage_is_not_a_forgery():
    credential = signed(badge(DID_WEB), method=WEB_METHOD)
    shelf = Shelf(web={DID_WEB: web_document()})
    assert report_on(credential, issuers=WEB_BY_NAME, shelf=shelf).verdict is Verdict.VALID
    assert shelf.fetched == [DID_WEB]
    report = report_on(credential, issuers=WEB_BY_NAME, shelf=Shelf())
    assert report.verdict is Verdict.INDETERMINATE
    assert "document.unreachable" in str(report.check("signature").details["document"])


def test_nothing_is_fetched_for_a_file_that_does_not_lead_to_its_own_root():
    credential = changed(anchored(signed(badge(DID_WEB), method=WEB_METHOD)))
    shelf = Shelf(web={DID_WEB: web_document()})
    assert report_on(credential, shelf=shelf).verdict is Verdict.INVALID
    assert shelf.fetched == []


def test_the_form_of_a_foreign_badge_is_told_and_decides_nothing():
    odd = {**badge(), "name": 7}
    report = report_on(jwt({**jwt_badge(), "name": 7}).encode(), issuers=BY_NAME)
    assert odd["name"] == 7
    assert (report.verdict, codes(report)["schema"]) == (Verdict.VALID, "schema.problems")
    assert codes(report_on(signed(badge()), issuers=BY_NAME))["schema"] == "schema.ok"
    assert "schema" not in codes(report_on(anchored(signed(badge()))))


def test_the_recipient_is_asked_for_only_where_somebody_asks():
    from credroot.credential.badge.recipient import email_identity

    document = badge()
    document["credentialSubject"]["identifier"] = [email_identity("jane@example.org", "a salt")]
    document["credentialSubject"]["id"] = "did:key:z6MkExample"
    credential = signed(document)
    assert "recipient" not in codes(report_on(credential, issuers=BY_NAME))
    for who in ("jane@example.org", "Jane@Example.ORG", "did:key:z6MkExample"):
        report = report_on(credential, issuers=BY_NAME, recipient=who)
        assert (report.verdict, codes(report)["recipient"]) == (Verdict.VALID, "recipient.ok")
    for who in ("john@example.org", "did:key:z6MkOther", ""):
        report = report_on(credential, issuers=BY_NAME, recipient=who)
        assert (report.verdict, codes(report)["recipient"]) == (Verdict.INVALID, "recipient.other")


def test_an_unsigned_word_about_the_key_is_believed_by_nobody():
    credential = signed(badge())
    assert credential["proof"][0]["verificationMethod"] == METHOD
    assert json.loads(as_bytes(credential)) == credential
    credential["proof"][0]["verificationMethod"] = DID + "#other"
    assert report_on(credential, issuers=BY_NAME).verdict is not Verdict.VALID


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": {"id": DID, "type": ["Profile"], "name": "Harvard"}},
        {"evidence": [{"id": "https://other.example/work", "type": ["Evidence"]}]},
        {"credentialStatus": {"id": "https://other.example/status", "type": "BitstringStatusListEntry"}},
        {"termsOfUse": {"id": "https://other.example/terms"}},
        {"validFrom": ["2025-01-01T00:00:00Z"]},
        {"termsOfUse": {"id": "https://registrar.example.edu/terms", "count": True}},
    ],
)
def test_no_member_around_a_jwt_may_say_another_thing_its_id_neither(change: dict[str, Any]):
    claims = jwt_badge(
        evidence=[{"id": "https://registrar.example.edu/work", "type": ["Evidence"]}],
        credentialStatus={"id": "https://registrar.example.edu/status", "type": "BitstringStatusListEntry"},
        termsOfUse={"id": "https://registrar.example.edu/terms", "count": 1},
    )
    inner = {name: claims[name] for name in claims if name not in ("iss", "jti", "nbf")}
    proof = {"type": "JwtProof2020", "jwt": jwt(claims)}
    assert codes(report_on({**inner, "proof": proof}, issuers=BY_NAME))["format"] == "format.credential"
    report = report_on({**inner, **change, "proof": proof}, issuers=BY_NAME)
    assert (report.verdict, codes(report)["format"]) == (Verdict.INVALID, "format.outer_disagrees")
