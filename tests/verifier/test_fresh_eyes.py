"""What somebody found who had never seen the code: each of these read valid, or told more than was signed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from credroot.chain.registry.facts import ChainFacts
from credroot.core.errors import InputError
from credroot.core.report import Outcome, Verdict
from credroot.core.status import Status
from credroot.credential.badge.endorsement import endorsement
from credroot.credential.baking.private_link import is_link
from credroot.credential.keys.did import did_key_method
from credroot.credential.rdf.rdfc import default_canonicalizer
from credroot.credential.status.status_list import StatusPurpose, status_entry
from credroot.credential.w3c.presentation import verify_presentation
from credroot.credential.w3c.verification import Demand, Means
from credroot.verifier.documents import ListCopy
from credroot.verifier.trust import TrustedIssuer
from tests.verifier.stage import (
    ACCOUNT,
    KNOWN,
    KNOWN_BY_NAME,
    LIST_URL,
    NOW,
    OTHER_DID,
    OTHER_TEST_KEY,
    PLACE,
    STRANGER,
    Registry,
    Shelf,
    anchored,
    badge,
    codes,
    jwt,
    jwt_badge,
    report_on,
    signed,
    status_list,
)

ANYBODY = {"require_anchor": False, "require_known_issuer": False}


def nested(depth: int, inner: Any) -> Any:
    return inner if depth == 0 else {"p": nested(depth - 1, inner)}


class TwoAccounts(Registry):
    """The issuer revoked it; the stranger, who anchored the same credential, did not."""

    def read(self, queries: Any) -> tuple[ChainFacts, ...]:
        found = []
        for query in queries:
            self.status = Status.REVOKED if query.issuer == ACCOUNT.address else Status.ACTIVE
            found += super().read([query])
        return tuple(found)


@pytest.mark.parametrize(("claim", "member"), [("exp", "validUntil"), ("nbf", "validFrom")])
def test_a_null_does_not_take_the_place_of_what_a_token_says(claim: str, member: str):
    moment = int(NOW.timestamp()) + (-86_400 if claim == "exp" else 86_400)
    claims = {**jwt_badge(), member: None, claim: moment}
    report = report_on(jwt(claims).encode(), issuers=(KNOWN_BY_NAME,))
    assert report.verdict is Verdict.INVALID
    assert codes(report)["validity"] in ("validity.expired", "validity.not_yet")


@pytest.mark.parametrize(
    ("claim", "member", "older"), [("exp", "validUntil", "expirationDate"), ("nbf", "validFrom", "issuanceDate")]
)
def test_a_null_beside_the_older_word_does_not_hide_what_a_token_says(claim: str, member: str, older: str):
    moment = int(NOW.timestamp()) + (-86_400 if claim == "exp" else 86_400)
    stated = {"exp": "2030-01-01T00:00:00Z", "nbf": "2020-01-01T00:00:00Z"}[claim]
    claims = {**jwt_badge(), member: None, older: stated, claim: moment}
    report = report_on(jwt(claims).encode(), issuers=(KNOWN_BY_NAME,))
    assert (report.verdict, codes(report)["format"]) == (Verdict.INVALID, "jwt.claims_disagree")


def test_the_anchor_of_a_stranger_does_not_stand_before_the_issuers():
    own = anchored(signed(badge()))
    foreign = anchored(signed(badge()), STRANGER)["proof"][1]
    for proofs in ([own["proof"][0], foreign, own["proof"][1]], [*own["proof"], foreign]):
        mixed = {**own, "proof": proofs}
        assert report_on(mixed, registry=TwoAccounts(), **ANYBODY).verdict is Verdict.INVALID
        unknown = report_on(mixed, registry=TwoAccounts(), issuers=(), **ANYBODY)
        assert unknown.verdict is not Verdict.VALID
        assert codes(unknown)["anchor"] == "anchor.several"
    assert report_on(own, issuers=(), **ANYBODY).verdict is Verdict.VALID


def carrying(entry: dict[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(badge())
    document["credentialSubject"]["achievement"]["endorsement"] = [entry]
    return anchored(document)


def test_an_endorsement_whose_status_nobody_asked_is_not_told_as_holding():
    chamber = TrustedIssuer(OTHER_DID, None, "Chamber", "the tests")
    subject = badge()["credentialSubject"]["achievement"]["id"]
    profile: Any = {"id": OTHER_DID, "type": ["Profile"], "name": "Chamber"}
    entry = endorsement(profile, subject, endorsement_id="urn:uuid:1", name="Fit", valid_from=NOW)
    method = did_key_method(OTHER_TEST_KEY.multikey)
    plain = report_on(carrying(signed(entry, OTHER_TEST_KEY, method)), issuers=(KNOWN, chamber))
    assert codes(plain)["endorsement"] == "endorsement.ok"
    listed = {**entry, "credentialStatus": status_entry(LIST_URL, PLACE)}
    report = report_on(carrying(signed(listed, OTHER_TEST_KEY, method)), issuers=(KNOWN, chamber))
    assert codes(report)["endorsement"] == "endorsement.unknown"


def test_a_set_bit_of_a_purpose_that_nobody_knows_is_not_clear():
    entry = {**status_entry(LIST_URL, PLACE), "statusPurpose": "expulsion"}
    listed = signed({**status_list(), "proof": []} | {"credentialSubject": of_purpose("expulsion")})
    shelf = Shelf(status_lists={LIST_URL: ListCopy(listed, NOW)})
    report = report_on(signed(badge(credentialStatus=entry)), issuers=(KNOWN_BY_NAME,), shelf=shelf)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")


def of_purpose(purpose: str) -> dict[str, Any]:
    subject: dict[str, Any] = status_list((PLACE,), purpose=StatusPurpose.REVOCATION)["credentialSubject"]
    return {**subject, "statusPurpose": purpose}


def test_a_presentation_that_is_sent_as_one_without_a_proof_has_none():
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "proof": {"type": "DataIntegrityProof"},
    }
    answer = verify_presentation(
        document, Means(lambda _: lambda _: None, lambda _: None, NOW), Demand(), has_proof=False
    )
    assert "vp.proof" in {problem.code for problem in answer.all}


POISON: dict[str, Any] = {
    "named from many places": {"x": {"id": "a", "p": [f"{n:x}" for n in range(1_000)]}, "evidence": ["a"] * 1_000},
    "long, and named again": {
        "x": {"id": "a", "p": "z" * 500_000},
        "y": [{"id": str(n), "q": {"id": "a"}} for n in range(250)],
    },
    "deep": {"e": [{"id": f"n{n}", "p": nested(26, {"id": f"n{n + 1}"})} for n in range(41)]},
    "wide": {"e": [{"a": 1}] * 4_900},
}


@pytest.mark.parametrize("kind", POISON)
def test_a_form_that_would_be_costly_to_settle_is_refused_and_nothing_breaks(kind: str):
    proof = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}
    document = {"@context": [], "type": ["VerifiableCredential"], "proof": proof, **POISON[kind]}
    report = report_on(document, issuers=(KNOWN_BY_NAME,))
    form = report.check("format")
    assert (form.outcome, form.code, form.details) == (
        Outcome.UNKNOWN,
        "format.too_costly",
        {"reason": "budget.settling"},
    )
    assert report.verdict is Verdict.INDETERMINATE


def test_an_identifier_does_not_stand_in_many_statements_at_any_length():
    document = badge()
    document["credentialSubject"]["achievement"] |= {
        "id": "urn:x:" + "a" * 250_000,
        "tag": [f"t{n}" for n in range(290)],
    }
    with pytest.raises(InputError, match="characters"):
        default_canonicalizer().canonical_form(document)


def test_much_white_space_is_no_link_and_is_not_searched_for_one():
    assert not is_link(" " * 500_000)
    assert not is_link(" " * 10 + "x" * 500_000 + " " * 500_000)
