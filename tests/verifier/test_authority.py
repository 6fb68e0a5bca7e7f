"""Whoever anchors somebody else's credential decides nothing about it: neither its status nor how it is read."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from credroot.core.anchor.domain import AnchorPlace
from credroot.core.report import Verdict
from credroot.core.status import Status
from credroot.core.values import Digest
from credroot.credential.keys.did import did_key_method
from credroot.credential.proof.data_integrity import sign
from credroot.credential.status.status_list import status_entry
from credroot.verifier.documents import ListCopy
from credroot.verifier.subject import read_subject
from credroot.verifier.trust import Trust, TrustedIssuer
from tests.verifier.stage import (
    ACCOUNT,
    CHAIN,
    DEPLOYMENT,
    DID_WEB,
    KNOWN,
    KNOWN_BY_NAME,
    LIST_URL,
    METHOD,
    NOW,
    OTHER_TEST_KEY,
    PLACE,
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
    signed_as_text,
    status_list,
    web_document,
)
from tests.verifier.test_fresh_eyes import ANYBODY, TwoAccounts

WITH_LIST = badge(credentialStatus=status_entry(LIST_URL, PLACE))


def place(account: Any) -> str:
    return AnchorPlace(CHAIN, DEPLOYMENT.address, account.address).domain


def signed_for(document: dict[str, Any], account: Any, key: Any = TEST_KEY, method: str = METHOD) -> dict[str, Any]:
    result: dict[str, Any] = sign(document, key, verification_method=method, created=NOW, domain=place(account))
    return result


def judged(document: dict[str, Any], shelf: Shelf | None = None, registry: Registry | None = None) -> Any:
    return report_on(document, issuers=(), shelf=shelf, registry=registry, require_known_issuer=False)


def test_a_strangers_anchor_does_not_stand_in_for_the_issuers_list():
    document = anchored(signed(WITH_LIST), STRANGER)
    report = judged(document)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")
    revoked = Shelf(status_lists={LIST_URL: ListCopy(status_list((PLACE,)), NOW)})
    report = judged(document, revoked)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INVALID, "status.revoked")
    clear = Shelf(status_lists={LIST_URL: ListCopy(status_list(), NOW)})
    report = judged(document, clear)
    assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.clear")


def test_an_account_that_nothing_binds_is_told_beside_the_verdict():
    report = judged(anchored(signed(badge()), STRANGER))
    assert codes(report)["status"] == "status.account_unbound"
    withdrawn = judged(anchored(signed(badge()), STRANGER), registry=Registry(status=Status.REVOKED))
    assert withdrawn.verdict is Verdict.INVALID


def test_an_account_that_the_issuers_signature_names_speaks_for_it():
    report = judged(anchored(signed_for(WITH_LIST, ACCOUNT)))
    assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.active")
    assert report_on(anchored(signed(WITH_LIST)), issuers=(KNOWN,)).verdict is Verdict.VALID


def test_a_signature_of_somebody_else_names_no_account_of_the_issuer():
    own = signed(WITH_LIST)
    method = did_key_method(OTHER_TEST_KEY.multikey)
    added = signed_for({**own, "proof": []}, STRANGER, OTHER_TEST_KEY, method)["proof"]
    both = anchored({**own, "proof": [*own["proof"], *added]}, STRANGER)
    assert codes(judged(both))["status"] == "status.unknown"
    unchecked = {**added[0], "cryptosuite": "nobodys-2026", "verificationMethod": METHOD}
    claimed = anchored({**own, "proof": [*own["proof"], unchecked]}, STRANGER)
    assert codes(judged(claimed))["status"] == "status.unknown"


def test_what_a_stranger_anchored_is_read_as_the_signature_settles_it():
    twice = {"type": ["Achievement"], "id": "urn:uuid:second", "name": "Doctor", "criteria": {"narrative": "None."}}
    document = badge()
    document["credentialSubject"]["achievement"] = [document["credentialSubject"]["achievement"], twice]
    genuine = signed(document)
    turned = copy.deepcopy(genuine)
    turned["credentialSubject"]["achievement"].reverse()
    trust = Trust((DEPLOYMENT,), ())
    forms = [read_subject(_bytes(anchored(one, STRANGER)), trust).document for one in (genuine, turned)]
    assert forms[0] == forms[1]
    assert codes(judged(anchored(turned, STRANGER)))["signature"] == "signature.ok"
    known = read_subject(_bytes(anchored(turned)), Trust((DEPLOYMENT,), (KNOWN,)))
    assert known.document["credentialSubject"] == turned["credentialSubject"]


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


FAKE: dict[str, Any] = {
    "type": "DataIntegrityProof",
    "cryptosuite": "nobodys-2026",
    "created": "2026-04-01T00:00:00Z",
    "verificationMethod": METHOD,
    "proofPurpose": "assertionMethod",
    "proofValue": "z1",
}


@pytest.mark.parametrize("issuers", [(), (KNOWN_BY_NAME,), (KNOWN,)])
def test_a_place_that_anybody_adds_takes_nothing_from_what_the_issuer_signed(issuers: Any):
    own = signed_for(badge(), ACCOUNT)
    added = {**own, "proof": [*own["proof"], {**FAKE, "domain": place(STRANGER)}]}
    for document in (anchored(own, STRANGER), anchored(added, STRANGER)):
        report = report_on(document, issuers=issuers, registry=TwoAccounts(), **ANYBODY)
        assert report.verdict is not Verdict.VALID
        assert codes(report)["anchor"] == "anchor.missing"


def test_a_place_that_anybody_adds_does_not_decide_how_a_file_is_read():
    document = badge()
    first = document["credentialSubject"]["achievement"]
    document["credentialSubject"]["achievement"] = [first, {**first, "id": "urn:uuid:second", "name": "Doctor"}]
    genuine = signed(document)
    turned = copy.deepcopy(genuine)
    turned["credentialSubject"]["achievement"].reverse()
    added = {**turned, "proof": [*turned["proof"], {**FAKE, "domain": place(STRANGER)}]}
    assert judged(anchored(added, STRANGER)).subject["skill"] == judged(genuine).subject["skill"]


@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_an_account_that_its_did_document_ended_binds_what_it_anchored_before(member: str):
    trusted = TrustedIssuer(DID_WEB, None, "Example University", "the tests")

    def told(document: dict[str, Any], ended: str | None, registry: Registry | None = None) -> Any:
        known = web_document(ACCOUNT.caip10)
        if ended is not None:
            known["verificationMethod"][1][member] = ended
        shelf = Shelf(did_documents={DID_WEB: known})
        return report_on(anchored(document), issuers=(trusted,), shelf=shelf, registry=registry)

    before, after = "2026-01-15T00:00:00Z", "2026-05-20T00:00:00Z"
    unsigned, own = badge(DID_WEB), signed(badge(DID_WEB), method=WEB_METHOD)
    assert told(unsigned, None).verdict is Verdict.VALID
    assert codes(told(unsigned, before))["issuer"] == "issuer.account_unbound"
    assert told(unsigned, before).verdict is Verdict.INDETERMINATE
    assert codes(told(own, before))["anchor"] == "anchor.of_another"
    kept = told(own, after)
    assert (kept.verdict, codes(kept)["issuer"]) == (Verdict.VALID, "issuer.trusted")
    assert codes(kept)["status"] == "status.account_unbound"
    assert told(own, after, Registry(status=Status.REVOKED)).verdict is Verdict.INVALID


def test_an_account_that_ends_one_day_is_the_issuers_until_then():
    trusted = TrustedIssuer(DID_WEB, None, "Example University", "the tests")
    known = web_document(ACCOUNT.caip10)
    known["verificationMethod"][1]["expires"] = "2030-01-01T00:00:00Z"
    shelf = Shelf(did_documents={DID_WEB: known})
    own = signed({**WITH_LIST, "issuer": {**WITH_LIST["issuer"], "id": DID_WEB}}, method=WEB_METHOD)
    report = report_on(anchored(own), issuers=(trusted,), shelf=shelf)
    assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.active")


def test_an_old_profile_does_not_bring_back_an_account_that_the_did_document_ended():
    trusted = TrustedIssuer(DID_WEB, None, "Example University", "the tests")
    old = profile_bytes(DID_WEB, method=WEB_METHOD)
    registry = Registry(profile=Digest.sha256(old))
    documents = badge(DID_WEB), signed_for(badge(DID_WEB), ACCOUNT, method=WEB_METHOD)

    def told(document: dict[str, Any], ended: str, **policy: Any) -> Any:
        known = web_document(ACCOUNT.caip10)
        known["verificationMethod"][1]["revoked"] = ended
        shelf = Shelf(did_documents={DID_WEB: known}, profiles={Digest.sha256(old): old})
        return report_on(anchored(document), issuers=(trusted,), shelf=shelf, registry=registry, **policy)

    for document in documents:
        report = told(document, "2026-01-15T00:00:00Z")
        assert (report.verdict, codes(report)["issuer"]) == (Verdict.INDETERMINATE, "issuer.account_unbound")
        assert told(document, "2026-05-20T00:00:00Z").verdict is Verdict.VALID
    own = documents[1]
    assert codes(told(own, "2026-05-20T00:00:00Z"))["status"] == "status.account_unbound"
    shelf = Shelf(did_documents={DID_WEB: web_document(ACCOUNT.caip10)})
    shelf.did_documents[DID_WEB]["verificationMethod"][1]["revoked"] = "2026-01-15T00:00:00Z"
    report = judged(anchored(own), shelf)
    assert (report.verdict, codes(report)["anchor"]) == (Verdict.INDETERMINATE, "anchor.of_another")


def test_an_old_profile_does_not_bring_back_an_account_that_the_newer_one_left_out():
    old, new = profile_bytes(account=STRANGER), profile_bytes(account=ACCOUNT)
    registry = Registry(profile=Digest.sha256(old))
    forged = anchored(badge(), STRANGER)
    alone = Shelf(profiles={Digest.sha256(old): old})
    assert report_on(forged, issuers=(KNOWN_BY_NAME,), shelf=alone, registry=registry).verdict is Verdict.VALID
    both = Shelf(profiles={Digest.sha256(one): one for one in (old, new)})
    report = report_on(forged, issuers=(KNOWN_BY_NAME,), shelf=both, registry=registry)
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INDETERMINATE, "issuer.account_unbound")


def test_an_anchor_of_somebody_else_is_none_where_the_issuer_is_known_to_anchor():
    shelf = Shelf(did_documents={DID_WEB: web_document(ACCOUNT.caip10)})
    own = signed(badge(DID_WEB), method=WEB_METHOD)
    for anchor in (True, False):
        document = anchored(own, STRANGER) if anchor else own
        report = report_on(document, issuers=(), shelf=shelf, registry=TwoAccounts(), **ANYBODY)
        assert report.verdict is Verdict.INDETERMINATE
    trusted = TrustedIssuer(DID_WEB, None, "Example University", "the tests")
    forged = anchored(badge(DID_WEB), STRANGER)
    report = report_on(forged, issuers=(trusted,), shelf=shelf, **ANYBODY)
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INDETERMINATE, "issuer.account_unbound")


def test_a_signature_over_the_text_does_not_vouch_for_what_is_read_as_statements():
    document = badge()
    first = document["credentialSubject"]["achievement"]
    document["credentialSubject"]["achievement"] = [first, {**first, "id": "urn:uuid:second", "name": "Doctor"}]
    own = signed_as_text(document)
    assert judged(anchored(own, STRANGER)).verdict is Verdict.VALID
    fake = signed(document, OTHER_TEST_KEY, did_key_method(OTHER_TEST_KEY.multikey))["proof"]
    mixed = anchored({**own, "proof": [*own["proof"], *fake]}, STRANGER)
    assert codes(judged(mixed))["signature"] == "signature.unchecked"


def test_the_tag_of_a_language_is_read_as_it_is_signed():
    document = badge()
    names = [{"@value": "Zeta", "@language": "en"}, {"@value": "Alpha", "@language": "en"}]
    document["credentialSubject"]["achievement"]["name"] = names
    genuine = signed(document)
    loud = copy.deepcopy(genuine)
    loud["credentialSubject"]["achievement"]["name"][0]["@language"] = "EN"
    reports = [report_on(one, issuers=(KNOWN_BY_NAME,)) for one in (genuine, loud)]
    assert {report.verdict for report in reports} == {Verdict.VALID}
    assert reports[0].subject == reports[1].subject
