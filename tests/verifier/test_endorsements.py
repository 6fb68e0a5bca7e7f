"""Endorsements: each with its endorser's own signature, told beside a verdict that does not depend on them."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credroot.core.report import Check, Outcome, Verdict
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.badge.endorsement_form import is_endorsement
from credroot.credential.badge.schema import schema_problems
from credroot.credential.keys.did import did_key_method
from credroot.verifier.trust import TrustedIssuer
from tests.verifier.stage import (
    DID,
    KNOWN,
    NOW,
    OTHER_DID,
    OTHER_TEST_KEY,
    anchored,
    badge,
    codes,
    jwt,
    jwt_badge,
    report_on,
    signed,
    signed_as_text,
)

ENDORSER: Any = {"id": OTHER_DID, "type": ["Profile"], "name": "Chamber of Industry"}
CHAMBER = TrustedIssuer(OTHER_DID, None, "Chamber of Industry", "the tests")


def endorsed_by_chamber(subject: str) -> dict[str, Any]:
    document = endorsement(
        ENDORSER, subject, endorsement_id="urn:uuid:1", name="Fit for work", valid_from=NOW, comment="We hire by it."
    )
    return signed(document, OTHER_TEST_KEY, did_key_method(OTHER_TEST_KEY.multikey))


def with_endorsement(change: Any = None) -> dict[str, Any]:
    document = copy.deepcopy(badge())
    achievement = document["credentialSubject"]["achievement"]
    entry = endorsed_by_chamber(achievement["id"])
    if change is not None:
        change(entry)
    achievement["endorsement"] = [entry]
    return document


def test_an_endorsement_is_a_credential_of_its_own():
    credential = endorsed_by_chamber("https://registrar.example.edu/achievements/data-analytics")
    assert schema_problems(credential) == ()
    report = report_on(credential, issuers=(CHAMBER,))
    assert report.verdict is Verdict.VALID
    assert report.subject["endorses"] == "https://registrar.example.edu/achievements/data-analytics"
    credential["credentialSubject"]["endorsementComment"] = "We don't."
    assert report_on(credential, issuers=(CHAMBER,)).verdict is Verdict.INVALID


def test_an_endorsement_by_somebody_known_is_named():
    report = report_on(anchored(signed(with_endorsement())), issuers=(KNOWN, CHAMBER))
    check = report.check("endorsement")
    assert (report.verdict, check.code) == (Verdict.VALID, "endorsement.ok")
    assert "Chamber of Industry" in check.message


def test_an_endorsement_by_a_stranger_names_nobody():
    report = report_on(anchored(signed(with_endorsement())))
    check = report.check("endorsement")
    assert (report.verdict, check.code, check.outcome) == (Verdict.VALID, "endorsement.unknown", Outcome.UNKNOWN)
    assert "Chamber" not in check.message


def test_an_altered_endorsement_is_told_and_the_credential_stands_for_itself():
    def praise(entry: dict[str, Any]) -> None:
        entry["credentialSubject"]["endorsementComment"] = "The best there is."

    report = report_on(anchored(signed(with_endorsement(praise))), issuers=(KNOWN, CHAMBER))
    assert (report.verdict, codes(report)["endorsement"]) == (Verdict.VALID, "endorsement.failed")


def test_an_endorsement_signed_by_the_endorsed_is_none():
    def swap(entry: dict[str, Any]) -> None:
        bare = {name: value for name, value in entry.items() if name != "proof"}
        entry["proof"] = signed(bare)["proof"]

    report = report_on(anchored(signed(with_endorsement(swap))), issuers=(KNOWN, CHAMBER))
    assert codes(report)["endorsement"] == "endorsement.failed"


def test_endorsements_of_what_does_not_hold_are_not_looked_at():
    credential = anchored(signed(with_endorsement()))
    credential["name"] = "Another"
    assert codes(report_on(credential, issuers=(KNOWN, CHAMBER)))["endorsement"] == "endorsement.skipped"


def test_a_costly_endorsement_is_the_last_that_is_looked_at():
    undefined = "https://www.w3.org/ns/credentials/undefined-terms/v2"
    poison = endorsed_by_chamber(jwt_badge()["id"])
    poison["@context"].append(undefined)
    poison["part"] = [{"a": {"b": [{"c": {"d": {"id": f"urn:x:{j % 2}"}}} for j in range(10)]}} for _ in range(10)]
    claims = {**jwt_badge(), "endorsement": [poison] * 8}
    report = report_on(jwt(claims).encode(), issuers=(KNOWN, CHAMBER), require_anchor=False)
    told = report.check("endorsement").details["endorsements"]
    assert isinstance(told, list)
    assert [entry["reason"] for entry in told if isinstance(entry, dict)] == ["rdfc.too_complex"]


def test_an_endorsement_needs_no_anchor_and_a_badge_does_not_become_one():
    anchoring = replace(CHAMBER, account=KNOWN.account)
    credential = endorsed_by_chamber("urn:uuid:2")
    assert report_on(credential, issuers=(anchoring,)).verdict is Verdict.VALID
    both = {**badge(), "type": ["VerifiableCredential", "OpenBadgeCredential", "EndorsementCredential"]}
    assert codes(report_on(signed(both)))["anchor"] == "anchor.none"
    assert report_on(signed(both)).verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["AchievementSubject"]},
        {"type": ["EndorsementSubject", "AchievementSubject"]},
        {"type": ["AchievementSubject"], "identifier": [{"type": "IdentityObject", "identityHash": "Mallory"}]},
        {"name": "Mallory"},
        {"endorsement": "of nothing"},
    ],
)
def test_what_says_more_than_an_endorsement_needs_an_anchor_and_is_shown_as_a_badge(change: dict[str, Any]):
    subject = {"id": "urn:uuid:2", "type": ["EndorsementSubject"], **change}
    document = {**badge(), "type": ["VerifiableCredential", "EndorsementCredential"], "credentialSubject": subject}
    data = jwt({**document, "iss": DID, "jti": document["id"], "nbf": 1_767_225_600}).encode()
    report = report_on(data)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.INDETERMINATE, "signature.ok")
    assert codes(report)["anchor"] == "anchor.none"
    assert report.check("anchor").required
    assert report.subject["kind"] == "credential"
    assert "endorses" not in report.subject


@pytest.mark.parametrize("subjects", [[], [{"id": "urn:x:1", "type": "EndorsementSubject"}] * 2, None, "urn:x:1"])
def test_an_endorsement_is_of_one_thing(subjects: Any):
    document = {**endorsed_by_chamber("urn:uuid:2"), "credentialSubject": subjects}
    assert not is_endorsement(document)


def test_an_endorsement_is_shown_as_what_it_is_and_has_no_holder():
    report = report_on(endorsed_by_chamber("urn:uuid:2"), issuers=(CHAMBER,))
    assert (report.subject["kind"], report.subject["endorses"]) == ("endorsement", "urn:uuid:2")
    assert not {"holder", "skill"} & report.subject.keys()


def test_a_badge_by_somebody_known_is_no_endorsement_of_what_carries_it():
    document = copy.deepcopy(badge())
    other = {**badge(OTHER_DID), "id": "urn:uuid:other"}
    document["endorsement"] = [signed(other, OTHER_TEST_KEY, did_key_method(OTHER_TEST_KEY.multikey))]
    check = report_on(anchored(document), issuers=(KNOWN, CHAMBER)).check("endorsement")
    assert (check.code, reasons(check)) == ("endorsement.failed", ["endorsement.not_one"])


def test_what_was_said_of_another_is_no_endorsement_of_this():
    document = copy.deepcopy(badge())
    document["credentialSubject"]["achievement"]["endorsement"] = [endorsed_by_chamber("urn:uuid:of-another")]
    check = report_on(anchored(signed(document)), issuers=(KNOWN, CHAMBER)).check("endorsement")
    assert (check.code, reasons(check)) == ("endorsement.failed", ["endorsement.of_another"])


@pytest.mark.parametrize(
    ("member", "moment", "reason"),
    [("valid_until", NOW, "validity.expired"), ("valid_from", NOW + timedelta(days=1), "validity.not_yet")],
)
def test_an_endorsement_has_an_end_and_a_beginning_of_its_own(member: str, moment: Any, reason: str):
    document = copy.deepcopy(badge())
    achievement = document["credentialSubject"]["achievement"]
    times: Any = {"valid_from": NOW - timedelta(days=9), member: moment}
    entry = endorsement(ENDORSER, achievement["id"], endorsement_id="urn:uuid:1", name="Fit", **times)
    achievement["endorsement"] = [signed(entry, OTHER_TEST_KEY, did_key_method(OTHER_TEST_KEY.multikey))]
    check = report_on(anchored(signed(document)), issuers=(KNOWN, CHAMBER)).check("endorsement")
    assert (check.code, reasons(check)) == ("endorsement.failed", [reason])


def test_an_endorsement_that_is_signed_as_text_is_not_read_as_statements():
    document = copy.deepcopy(badge())
    achievement = document["credentialSubject"]["achievement"]
    plain = endorsement(ENDORSER, achievement["id"], endorsement_id="urn:uuid:1", name="Fit", valid_from=NOW)
    own = signed_as_text(plain, OTHER_TEST_KEY, did_key_method(OTHER_TEST_KEY.multikey))
    other = signed(plain)["proof"]
    for proofs, code in ((own["proof"], "endorsement.ok"), ([*own["proof"], *other], "endorsement.unknown")):
        achievement["endorsement"] = [{**plain, "proof": proofs}]
        check = report_on(anchored(document), issuers=(KNOWN, CHAMBER)).check("endorsement")
        assert check.code == code
    assert reasons(check) == ["proof.mixed_suites"]


def reasons(check: Check) -> list[Any]:
    told = check.details["endorsements"]
    assert isinstance(told, list)
    return [entry.get("reason") for entry in told if isinstance(entry, dict)]
