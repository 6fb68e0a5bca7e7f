"""Whoever reads the JSON of a signed credential sees nothing that its signature does not cover."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from credroot.core.report import Outcome, Verdict
from credroot.credential.endorsement import endorsement
from tests.verifier.stage import DID, KNOWN_BY_NAME, as_bytes, badge, codes, report_on, signed

BY_NAME = (KNOWN_BY_NAME,)
WHITE_OR_HIDDEN = [
    chr(point)
    for point in range(0x80, 0x110000)
    if chr(point).isspace() or unicodedata.category(chr(point)) in ("Zs", "Zl", "Zp", "Cf")
]


def genuine_endorsement() -> dict[str, Any]:
    """Give what ``credroot issuer endorse`` writes."""
    issuer = {"id": DID, "type": ["Profile"], "name": "Example University", "url": "https://university.example"}
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    about = "https://other.example/achievements/7"
    return signed(
        endorsement(issuer, about, endorsement_id="urn:uuid:e1", name="Fit for work", valid_from=begins)  # type: ignore[arg-type]
    )


def with_a_doctor(document: dict[str, Any], ending: str) -> dict[str, Any]:
    """Put a subject with a doctorate before the signed one; the identifiers of what is new all end in `ending`."""
    doctor = {
        "id": f"urn:x:other{ending}",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "id": f"urn:x:n{ending}",
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "Mallory Evil",
                "identityType": "name",
            }
        ],
        "achievement": {
            "id": f"urn:x:j{ending}",
            "type": ["Achievement"],
            "name": "Doctor of Medicine",
            "description": "d",
            "criteria": {"id": f"urn:x:c{ending}", "narrative": "n"},
        },
    }
    return {**document, "credentialSubject": [doctor, document["credentialSubject"]]}


def test_a_genuine_endorsement_is_valid():
    assert report_on(genuine_endorsement(), issuers=BY_NAME).verdict is Verdict.VALID


@pytest.mark.parametrize("ending", WHITE_OR_HIDDEN, ids=lambda ending: f"U+{ord(ending):04X}")
def test_a_subject_that_a_processor_drops_is_never_read_as_signed(ending: str):
    report = report_on(with_a_doctor(genuine_endorsement(), ending), issuers=BY_NAME)
    assert report.verdict is Verdict.INDETERMINATE
    assert codes(report)["signature"] == "signature.unchecked"
    assert report.check("signature").outcome is Outcome.UNKNOWN
    assert report.check("signature").details["reason"] == "rdfc.relative_iri"


@pytest.mark.parametrize("ending", ["", "#", "%20", "é"])
def test_a_subject_that_is_added_in_plain_sight_breaks_the_signature(ending: str):
    report = report_on(with_a_doctor(genuine_endorsement(), ending), issuers=BY_NAME)
    assert (report.verdict, codes(report)["signature"]) == (Verdict.INVALID, "signature.failed")


@pytest.mark.parametrize(
    "added",
    [
        {"validUntil": None},
        {"credentialStatus": []},
        {"evidence": [None]},
        {"evidence": {"@set": []}},
        {"name": ["Fit for work", "Fit for work"]},
        {"validFrom": {"@value": "2026-01-01T00:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}},
    ],
    ids=json.dumps,
)
def test_a_member_that_becomes_no_statement_of_its_own_leaves_the_signature_unchecked(added: dict[str, Any]):
    report = report_on(as_bytes({**genuine_endorsement(), **added}), issuers=BY_NAME)
    assert report.verdict is not Verdict.VALID
    assert report.check("signature").outcome is Outcome.UNKNOWN
    assert report.check("signature").details["reason"] == "rdfc.not_covered"


def test_the_stage_itself_is_valid():
    assert report_on(signed(badge()), issuers=BY_NAME).verdict is Verdict.VALID
