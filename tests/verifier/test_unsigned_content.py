"""Whoever reads the JSON of a signed credential sees nothing that its signature does not cover."""

from __future__ import annotations

import copy
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from credroot.app.page.words.shown_content import show
from credroot.core.budget import Budget, BudgetExceeded
from credroot.core.json.size import json_size
from credroot.core.report import Outcome, Verdict
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.proof.settled_form import ALWAYS_US, MAX_VALUES, US_A_VALUE, settled
from credroot.credential.status.status_list import status_entry
from credroot.verifier.documents import ListCopy
from credroot.verifier.subject import CredentialSubject, read_subject
from credroot.verifier.trust import Trust
from tests.verifier.stage import (
    DID,
    KNOWN_BY_NAME,
    LIST_URL,
    PLACE,
    Shelf,
    as_bytes,
    badge,
    codes,
    report_on,
    signed,
    status_list,
)

BY_NAME = (KNOWN_BY_NAME,)
WHITE_OR_HIDDEN = [
    chr(point)
    for point in range(0x80, 0x110000)
    if chr(point).isspace() or unicodedata.category(chr(point)) in ("Zs", "Zl", "Zp", "Cf")
]


def genuine_endorsement() -> dict[str, Any]:
    """Give what ``credroot issuer endorse`` writes."""
    return signed(endorsement_of("https://other.example/achievements/7"))


def endorsement_of(about: str) -> dict[str, Any]:
    issuer: Any = {"id": DID, "type": ["Profile"], "name": "Example University", "url": "https://university.example"}
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made: dict[str, Any] = endorsement(issuer, about, endorsement_id="urn:uuid:e1", name="Fit", valid_from=begins)
    return made


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
        {"name": ["Fit", "Fit"]},
        {"validFrom": {"@value": "2026-01-01T00:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}},
    ],
    ids=json.dumps,
)
def test_a_member_that_becomes_no_statement_of_its_own_leaves_the_signature_unchecked(added: dict[str, Any]):
    report = report_on(as_bytes({**genuine_endorsement(), **added}), issuers=BY_NAME)
    assert report.verdict is not Verdict.VALID
    assert report.check("signature").outcome is Outcome.UNKNOWN
    assert report.check("signature").details["reason"] == "rdfc.not_covered"


def rich() -> dict[str, Any]:
    """Give a badge of two people that names its issuer twice, has a status entry and results."""
    document = badge(credentialStatus=status_entry(LIST_URL, PLACE), validUntil="2026-02-01T00:00:00Z")
    document["validUntil"] = "2026-02-01T00:00:00Z"
    document["credentialSubject"]["achievement"]["creator"] = copy.deepcopy(document["issuer"])
    document["evidence"] = [{"id": "https://x.example/e", "type": ["Evidence"], "name": "Work"}, {"type": ["Evidence"]}]
    other = {"id": "did:example:b", "type": ["AchievementSubject"], "achievement": {"id": "urn:x:a", "name": "Other"}}
    other["achievement"]["type"] = ["Achievement"]
    document["credentialSubject"] = [document["credentialSubject"], other]
    return signed(document)


def reordered(document: dict[str, Any]) -> None:
    document["credentialSubject"].reverse()
    document["evidence"].reverse()


def issuer_elsewhere(document: dict[str, Any]) -> None:
    document["issuer"] = document["issuer"]["id"]


def issuer_in_halves(document: dict[str, Any]) -> None:
    document["issuer"].pop("name")
    document["credentialSubject"][0]["achievement"]["creator"].pop("type")


def in_brackets(document: dict[str, Any]) -> None:
    for name in ("validUntil", "validFrom", "credentialStatus", "issuer", "name"):
        document[name] = [document[name]]


def without_brackets(document: dict[str, Any]) -> None:
    about = document["credentialSubject"][1]
    about["type"] = about["type"][0]


def status_list_as_object(document: dict[str, Any]) -> None:
    document["credentialStatus"]["statusListCredential"] = {"id": LIST_URL}


def context_inside(document: dict[str, Any]) -> None:
    document["evidence"][1]["@context"] = document["@context"][0]


REWRITTEN = (
    reordered,
    issuer_elsewhere,
    issuer_in_halves,
    in_brackets,
    without_brackets,
    status_list_as_object,
    context_inside,
)


@pytest.mark.parametrize("rewrite", REWRITTEN, ids=lambda rewrite: str(rewrite.__name__))
def test_the_same_statements_written_otherwise_read_the_same(rewrite: Any):
    genuine = rich()
    rewritten = copy.deepcopy(genuine)
    rewrite(rewritten)
    assert rewritten != genuine
    shelf = Shelf(status_lists={LIST_URL: ListCopy(status_list(), None)})
    original, report = (report_on(document, issuers=BY_NAME, shelf=shelf) for document in (genuine, rewritten))
    assert codes(original)["validity"] == "validity.expired"
    assert report.check("signature").outcome is Outcome.PASSED
    assert report.subject == original.subject
    told = [[check for check in each.checks if check.id != "schema"] for each in (original, report)]
    assert told[0] == told[1]
    assert shown_of(rewritten, report) == shown_of(genuine, original)


def shown_of(document: dict[str, Any], report: Any) -> Any:
    subject = read_subject(as_bytes(document), Trust())
    assert isinstance(subject, CredentialSubject)
    return show(subject.document, report)


def test_a_credential_that_names_an_unsigned_one_and_is_named_by_it_is_not_read_from_either_end():
    inner = endorsement_of("urn:uuid:outer")
    outer = badge(id="urn:uuid:outer", endorsement=[inner])
    report = report_on(signed(outer), issuers=BY_NAME)
    assert report.check("signature").details["reason"] == "rdfc.not_covered"
    assert report_on(signed(badge(id="urn:uuid:outer", endorsement=[signed(inner)])), issuers=BY_NAME).verdict is (
        Verdict.VALID
    )


def test_what_is_written_out_of_nodes_that_name_each_other_has_a_bound():
    nodes = [{"id": f"urn:x:{n}", "related": [{"id": f"urn:x:{m}"} for m in range(24)]} for n in range(24)]
    document = {**signed(badge()), "evidence": nodes}
    report = report_on(document, issuers=BY_NAME)
    assert (codes(report)["format"], report.verdict) == ("format.too_costly", Verdict.INDETERMINATE)
    budget = Budget({})
    with pytest.raises(BudgetExceeded):
        settled(document, budget)
    assert 0 < budget.price <= 2 * (ALWAYS_US + US_A_VALUE * json_size(document, most=MAX_VALUES).values)


def test_the_stage_itself_is_valid():
    assert report_on(signed(badge()), issuers=BY_NAME).verdict is Verdict.VALID
