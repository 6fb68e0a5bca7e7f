"""A credential whose anchor proof was deleted: what its signature still says of it, and who is known to anchor."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credroot.core.anchor.domain import AnchorPlace, anchor_places
from credroot.core.report import Outcome, Report, Verdict
from credroot.core.status import Status
from credroot.core.values import Digest
from credroot.credential.keys.did import key_resolver
from credroot.credential.proof.data_integrity import ProofSigner
from credroot.credential.w3c.verification import Demand, Means, verify_credential
from credroot.verifier.trust import Policy, TrustedIssuer
from tests.verifier.stage import (
    ACCOUNT,
    ANCHORED_AT,
    CHAIN,
    DEPLOYMENT,
    DID_WEB,
    KNOWN,
    KNOWN_BY_NAME,
    METHOD,
    NOW,
    OTHER_TEST_KEY,
    STRANGER,
    TEST_KEY,
    WEB_METHOD,
    Registry,
    Shelf,
    anchored,
    badge,
    codes,
    profile_bytes,
    report_on,
    signed,
    web_document,
)

PLACE = AnchorPlace(CHAIN, DEPLOYMENT.address, ACCOUNT.address)
BY_NAME = (KNOWN_BY_NAME,)
WEAKEST = {"require_anchor": False, "require_known_issuer": False}
BOUND = Shelf(profiles={Digest.sha256(profile_bytes()): profile_bytes()})
"""The issuer's profile, so that a verifier who knows only its DID can tell its account."""


def signed_for(place: AnchorPlace = PLACE, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """Sign as issuers do for what they will anchor at `place`."""
    signer = ProofSigner(TEST_KEY, verification_method=METHOD, created=ANCHORED_AT, domain=place.domain)
    result: dict[str, Any] = signer.sign(document or badge())
    return result


def without_anchor(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "proof": document["proof"][:1]}


def anchor_code(report: Report) -> tuple[Verdict, str]:
    return report.verdict, codes(report)["anchor"]


@pytest.mark.parametrize("policy", [{}, {"require_anchor": False}, WEAKEST])
@pytest.mark.parametrize("issuers", [(), BY_NAME, (KNOWN,)])
def test_a_withdrawn_credential_does_not_come_back_by_deleting_its_anchor(
    issuers: tuple[TrustedIssuer, ...], policy: dict[str, bool]
):
    for status in (Status.REVOKED, Status.SUSPENDED, Status.DISTRUSTED):
        registry = Registry(status=status)
        credential = anchored(signed_for())
        assert report_on(credential, registry=registry, issuers=issuers, **policy).verdict is not Verdict.VALID
        report = report_on(without_anchor(credential), registry=registry, issuers=issuers, **policy)
        assert anchor_code(report) == (Verdict.INDETERMINATE, "anchor.missing")
        assert report.check("anchor").outcome is Outcome.UNKNOWN


def test_the_whole_file_is_valid_and_one_without_the_word_in_its_signature_is_judged_as_before():
    registry = Registry(profile=Digest.sha256(profile_bytes()))
    assert report_on(anchored(signed_for())).verdict is Verdict.VALID
    assert report_on(anchored(signed_for()), issuers=BY_NAME, registry=registry, shelf=BOUND).verdict is Verdict.VALID
    assert report_on(anchored(signed(badge()))).verdict is Verdict.VALID
    assert report_on(signed(badge()), issuers=BY_NAME).verdict is Verdict.VALID


def test_the_word_can_neither_be_taken_out_nor_changed():
    credential = without_anchor(anchored(signed_for()))
    del credential["proof"][0]["domain"]
    assert codes(report_on(credential, issuers=BY_NAME))["signature"] == "signature.failed"
    credential["proof"][0]["domain"] = "https://employer.example"
    assert codes(report_on(credential, issuers=BY_NAME))["signature"] == "signature.failed"


def test_the_anchor_of_another_account_does_not_stand_for_the_one_that_was_signed():
    credential = anchored(signed_for(), STRANGER)
    assert anchor_code(report_on(credential, issuers=BY_NAME)) == (Verdict.INDETERMINATE, "anchor.missing")
    elsewhere = AnchorPlace(CHAIN, ACCOUNT.address, ACCOUNT.address)
    assert anchor_code(report_on(anchored(signed_for(elsewhere)))) == (Verdict.INDETERMINATE, "anchor.missing")


def test_who_is_known_to_anchor_needs_the_anchor_whatever_the_policy():
    old = signed(badge())
    assert anchor_code(report_on(old, **WEAKEST)) == (Verdict.INDETERMINATE, "anchor.none")
    assert report_on(old, issuers=BY_NAME, shelf=BOUND).verdict is Verdict.INDETERMINATE
    names_it = Shelf(did_documents={DID_WEB: web_document(ACCOUNT.caip10)})
    names_none = Shelf(did_documents={DID_WEB: web_document()})
    by_web = (TrustedIssuer(DID_WEB, None, "Registrar", "the tests"),)
    of_web = signed(badge(DID_WEB), method=WEB_METHOD)
    assert report_on(of_web, issuers=by_web, shelf=names_none).verdict is Verdict.VALID
    report = report_on(of_web, issuers=by_web, shelf=names_it)
    assert anchor_code(report) == (Verdict.INDETERMINATE, "anchor.none")
    assert report.check("anchor").details == {"knownBy": "its DID document"}


def test_a_profile_that_somebody_else_signed_says_nothing_of_the_issuer():
    forged = profile_bytes(key=OTHER_TEST_KEY)
    shelf = Shelf(profiles={Digest.sha256(forged): forged})
    assert report_on(signed(badge()), issuers=BY_NAME, shelf=shelf).verdict is Verdict.VALID


@pytest.mark.parametrize(
    "domain",
    [None, 7, {}, [None, {}], "", "did:pkh:eip155:0:0x", PLACE.domain + "\n", "x" + PLACE.domain, [[PLACE.domain]]],
)
def test_any_other_domain_says_nothing_of_an_anchor(domain: Any):
    assert anchor_places({"proof": [{"domain": domain}, "text", None]}) == frozenset()
    assert anchor_places({"proof": {"domain": domain}}) == frozenset()


def test_a_domain_among_others_is_found_whatever_its_case():
    written = PLACE.domain.replace("0x" + ACCOUNT.address.hex(), "0x" + ACCOUNT.address.hex().upper())
    assert anchor_places({"proof": {"domain": ["https://employer.example", written]}}) == {PLACE}
    assert json.dumps(PLACE.domain).isascii()


def test_the_default_policy_is_the_strict_one():
    assert Policy().require_anchor
    assert Policy().require_known_issuer


def test_the_routes_of_others_do_not_verify_a_file_without_the_anchor_that_its_signature_names():
    means = Means(lambda _: key_resolver(lambda _: None), lambda _: None, NOW)

    def problems(document: dict[str, Any]) -> list[str]:
        return [problem.code for problem in verify_credential(document, means, Demand()) if not problem.is_warning]

    assert problems(anchored(signed_for())) == problems(signed(badge())) == []
    assert problems(without_anchor(anchored(signed_for()))) == ["anchor.missing"]


@pytest.mark.parametrize("spelling", [["merkle-registry-2026"], ["merkle-registry-2026", "x"]])
def test_an_anchor_does_not_disappear_by_another_spelling(spelling: list[str]):
    credential = anchored(signed(badge()))
    credential["proof"][1]["cryptosuite"] = spelling
    assert report_on(credential, issuers=BY_NAME).verdict is Verdict.INVALID
