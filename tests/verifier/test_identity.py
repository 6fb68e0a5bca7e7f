"""DID, key and account: bound by the verifier's list, by a profile on chain, by a DID document; and keys that ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credroot.core.report import Report, Verdict
from credroot.core.values import Digest
from credroot.credential.badge.profile import ProfileKey
from credroot.verifier.trust import TrustedIssuer
from tests.verifier.stage import (
    ACCOUNT,
    ANCHORED_AT,
    DID,
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

WEB_KNOWN = TrustedIssuer(DID_WEB, ACCOUNT, "Registrar", "the tests")
WEB_BY_NAME = replace(WEB_KNOWN, account=None)


def with_profile(data: bytes, credential: dict[str, Any] | None = None, **options: Any) -> Report:
    """Judge a credential whose account points to this profile, which is at hand."""
    digest = Digest.sha256(data)
    shelf = options.pop("shelf", Shelf())
    shelf.profiles[digest] = data
    registry = Registry(profile=digest)
    return report_on(credential or anchored(signed(badge())), registry=registry, shelf=shelf, **options)


def test_the_list_binds_did_and_account_and_the_report_says_so():
    check = report_on(anchored(signed(badge()))).check("issuer")
    assert (check.code, check.details["boundBy"]) == ("issuer.trusted", ["trust list"])
    assert check.details["source"] == "the tests"


def test_a_profile_on_chain_binds_what_the_list_only_names():
    bound = with_profile(profile_bytes(), issuers=(KNOWN_BY_NAME,))
    assert bound.verdict is Verdict.VALID
    assert bound.check("issuer").details["boundBy"] == ["profile"]
    unbound = report_on(anchored(signed(badge())), issuers=(KNOWN_BY_NAME,))
    assert (unbound.verdict, codes(unbound)["issuer"]) == (Verdict.INDETERMINATE, "issuer.account_unbound")


def test_who_anchors_anew_what_was_revoked_elsewhere_gains_nothing():
    report = report_on(anchored(signed(badge()), STRANGER), issuers=(KNOWN_BY_NAME,))
    assert codes(report)["issuer"] == "issuer.account_unbound"
    assert codes(report_on(anchored(signed(badge()), STRANGER)))["issuer"] == "issuer.mismatch"


def test_a_profile_makes_nobody_known_who_is_not_on_the_list():
    report = with_profile(profile_bytes(), issuers=())
    check = report.check("issuer")
    assert (report.verdict, check.code) == (Verdict.INDETERMINATE, "issuer.self_described")
    assert check.details["boundBy"] == ["profile"]


def test_the_list_stands_above_a_profile_that_says_otherwise():
    credential = anchored(signed(badge()), STRANGER)
    report = with_profile(profile_bytes(account=STRANGER), credential, issuers=(KNOWN,))
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INVALID, "issuer.mismatch")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (profile_bytes(account=STRANGER), "does not name the account"),
        (profile_bytes().replace(b"Example University", b"Example Universitx"), "not known to be of the DID's key"),
        (profile_bytes(key=OTHER_TEST_KEY), "not known to be of the DID's key"),
        (
            profile_bytes("did:key:z6MkOther", method="did:key:z6MkOther#z6MkOther"),
            "of another DID",
        ),
        (b'{"format": "credroot/profile/v2"}', "can't be read"),
        (b"not JSON", "can't be read"),
    ],
)
def test_a_profile_binds_nothing_with(data: bytes, word: str):
    report = with_profile(data, issuers=(KNOWN_BY_NAME,))
    check = report.check("issuer")
    assert (report.verdict, check.code) == (Verdict.INDETERMINATE, "issuer.account_unbound")
    assert word in str(check.details["notBoundBy"])
    assert with_profile(data).verdict is Verdict.VALID  # the list itself names the account


def test_a_profile_that_is_not_the_one_on_chain_or_not_at_hand_is_only_told():
    shelf = Shelf()
    registry = Registry(profile=Digest.sha256(b"another"))
    check = report_on(anchored(signed(badge())), registry=registry, shelf=shelf).check("issuer")
    assert check.code == "issuer.trusted"
    assert "not at hand" in str(check.details["notBoundBy"])


def test_a_did_document_that_names_the_account_binds_it():
    credential = anchored(signed(badge(DID_WEB), method=WEB_METHOD))
    naming = Shelf(did_documents={DID_WEB: web_document(ACCOUNT.caip10)})
    report = report_on(credential, issuers=(WEB_BY_NAME,), shelf=naming)
    assert (report.verdict, report.check("issuer").details["boundBy"]) == (Verdict.VALID, ["did document"])
    silent = Shelf(did_documents={DID_WEB: web_document()})
    assert codes(report_on(credential, issuers=(WEB_BY_NAME,), shelf=silent))["issuer"] == "issuer.account_unbound"
    other = Shelf(did_documents={DID_WEB: web_document(STRANGER.caip10)})
    assert codes(report_on(credential, issuers=(WEB_BY_NAME,), shelf=other))["issuer"] == "issuer.account_unbound"


def test_a_profiles_keys_count_only_where_the_list_names_did_and_account():
    credential = anchored(signed(badge(DID_WEB), method=WEB_METHOD))
    data = profile_bytes(DID_WEB, method=WEB_METHOD)
    known = with_profile(data, credential, issuers=(WEB_KNOWN,))
    assert (known.verdict, known.check("signature").details["keySource"]) == (Verdict.VALID, "profile")
    for issuers in ((), (WEB_BY_NAME,)):
        report = with_profile(data, credential, issuers=issuers)
        assert codes(report)["signature"] == "signature.unchecked"
        assert report.verdict is Verdict.INDETERMINATE


def ended(at: Any) -> Shelf:
    """Give a DID document whose key was removed at this moment."""
    document = web_document(ACCOUNT.caip10)
    document["verificationMethod"][0]["revoked"] = at
    return Shelf(did_documents={DID_WEB: document})


def test_an_anchor_older_than_the_removal_of_the_key_shows_that_the_signature_was_there_before():
    credential = anchored(signed(badge(DID_WEB), method=WEB_METHOD))
    later = ended((ANCHORED_AT + timedelta(days=1)).isoformat())
    report = report_on(credential, issuers=(WEB_KNOWN,), shelf=later)
    check = report.check("signature")
    assert (report.verdict, check.code) == (Verdict.VALID, "signature.before_removal")
    assert "was there before" in check.message


@pytest.mark.parametrize("at", [ANCHORED_AT.isoformat(), "2026-01-01T00:00:00Z", "some day", 7])
def test_a_key_that_was_removed_before_the_anchor_signs_nothing(at: Any):
    credential = anchored(signed(badge(DID_WEB), method=WEB_METHOD))
    report = report_on(credential, issuers=(WEB_KNOWN,), shelf=ended(at))
    assert (report.verdict, codes(report)["signature"]) == (Verdict.INVALID, "signature.key_removed")


def test_without_an_anchor_nothing_dates_a_signature_of_a_removed_key():
    credential = signed(badge(DID_WEB), method=WEB_METHOD)
    report = report_on(credential, issuers=(WEB_BY_NAME,), shelf=ended((NOW - timedelta(days=9)).isoformat()))
    assert (report.verdict, codes(report)["signature"]) == (Verdict.INDETERMINATE, "signature.key_removed")


@pytest.mark.parametrize("member", ["revoked", "expires"])
def test_a_key_that_ends_one_day_is_not_removed_before(member: str):
    document = web_document()
    document["verificationMethod"][0][member] = (NOW + timedelta(days=9)).isoformat()
    shelf = Shelf(did_documents={DID_WEB: document})
    report = report_on(signed(badge(DID_WEB), method=WEB_METHOD), issuers=(WEB_BY_NAME,), shelf=shelf)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.VALID, "signature.ok")


def test_a_profile_dates_removed_keys_as_well():
    keys = {
        WEB_METHOD: ProfileKey(TEST_KEY.multikey, ANCHORED_AT + timedelta(days=1)),
        f"{DID_WEB}#key-2": ProfileKey(OTHER_TEST_KEY.multikey),
    }
    data = profile_bytes(DID_WEB, key=OTHER_TEST_KEY, method=f"{DID_WEB}#key-2", keys=keys)
    credential = anchored(signed(badge(DID_WEB), method=WEB_METHOD))
    assert codes(with_profile(data, credential, issuers=(WEB_KNOWN,)))["signature"] == "signature.before_removal"
    by_new_key = anchored(signed(badge(DID_WEB), OTHER_TEST_KEY, f"{DID_WEB}#key-2"))
    assert codes(with_profile(data, by_new_key, issuers=(WEB_KNOWN,)))["signature"] == "signature.ok"


def test_a_name_that_would_reorder_its_sentence_is_shown_without_that():
    from credroot.credential.badge.profile import Profile, sign_profile

    profile = Profile(DID, "\u202eytisrevinU", (ACCOUNT,), {METHOD: ProfileKey(TEST_KEY.multikey)})
    data = sign_profile(profile, TEST_KEY, verification_method=METHOD, created=ANCHORED_AT)
    message = with_profile(data, issuers=()).check("issuer").message
    assert "ytisrevinU" in message
    assert "\u202e" not in message
