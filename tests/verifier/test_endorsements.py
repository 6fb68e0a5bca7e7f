"""Endorsements: each with its endorser's own signature, told beside a verdict that does not depend on them."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from credroot.core.report import Outcome, Verdict
from credroot.credential.did import did_key_method
from credroot.credential.endorsement import endorsement
from credroot.credential.schema import schema_problems
from credroot.verifier.trust import TrustedIssuer
from tests.verifier.stage import (
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
    poison = endorsed_by_chamber("urn:uuid:2")
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
