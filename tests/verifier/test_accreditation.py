"""An issuer that no list names, and an accreditor of the verifier's own choice that vouches for it on chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from credroot.chain.scope import Scope
from credroot.core.errors import InputError
from credroot.core.report import Outcome, Report, Verdict
from credroot.core.values import AccountId, Address, ChainId, Digest
from credroot.verifier.trust import TrustedAccreditor, TrustedIssuer
from tests.verifier.stage import (
    ACCOUNT,
    ANCHORED_AT,
    CHAIN,
    KNOWN,
    NOW,
    STRANGER,
    Registry,
    Shelf,
    anchored,
    badge,
    codes,
    profile_bytes,
    report_on,
    signed,
)

SCOPE, OTHER_SCOPE = Scope.parse("higher education in Ruritania"), Scope.parse("first aid")
AGENCY = TrustedAccreditor(AccountId(CHAIN, Address(b"\x55" * 20)), "Quality Agency", "its register", (SCOPE,))
DAY = timedelta(days=1)
LONG_AGO, FAR = ANCHORED_AT - 365 * DAY, NOW + 365 * DAY


def judged(
    begin: datetime = LONG_AGO,
    end: datetime = FAR,
    *,
    by: AccountId = AGENCY.account,
    of: AccountId = ACCOUNT,
    scope: Scope = SCOPE,
    accreditor: TrustedAccreditor = AGENCY,
    has_profile: bool = True,
    **options: Any,
) -> Report:
    """Judge a credential of an issuer that is on no list, with one window in the registry."""
    data = profile_bytes()
    window = (int(begin.timestamp()), int(end.timestamp()))
    registry = Registry(profile=Digest.sha256(data), windows={(by.address, of.address, scope.digest): window})
    shelf = Shelf(profiles={Digest.sha256(data): data} if has_profile else {})
    options.setdefault("issuers", ())
    return report_on(anchored(signed(badge())), accreditors=(accreditor,), registry=registry, shelf=shelf, **options)


def test_an_issuer_that_a_trusted_accreditor_vouches_for_is_known_and_the_report_says_by_whom():
    report = judged()
    check = report.check("issuer")
    assert (report.verdict, check.outcome, check.code) == (Verdict.VALID, Outcome.PASSED, "issuer.accredited")
    assert check.details["accreditation"] == {
        "accreditor": AGENCY.account.caip10,
        "name": "Quality Agency",
        "source": "its register",
        "scope": "higher education in Ruritania",
        "from": "2025-05-01T00:00:00Z",
        "until": "2027-06-01T00:00:00Z",
    }
    assert check.details["source"] == "Quality Agency: higher education in Ruritania, until 2027-06-01T00:00:00Z"


def test_its_name_is_the_profiles_and_never_what_the_credential_says_of_itself():
    details = judged().check("issuer").details
    assert details["ownName"] == "Example University" != badge()["issuer"]["name"]


def test_what_it_calls_itself_is_never_the_accreditors_word():
    check = judged().check("issuer")
    assert check.details["name"] == badge()["issuer"]["id"]
    assert "which calls itself 'Example University'" in check.message


@pytest.mark.parametrize("listed", ["Example University", "EXAMPLE-University", "\uff25xample  University."])
def test_it_can_not_call_itself_by_the_name_of_a_listed_issuer(listed: str):
    somebody = TrustedIssuer("did:web:somebody.example", STRANGER, listed, "configuration")
    report = judged(issuers=(somebody,))
    assert report.verdict is Verdict.VALID
    assert "ownName" not in report.check("issuer").details
    assert "Example" not in report.check("issuer").message


def test_an_accredited_account_speaks_for_no_did_that_does_not_name_it():
    report = judged(has_profile=False)
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INDETERMINATE, "issuer.accredited_unbound")


@pytest.mark.parametrize(
    "nearest",
    [
        {"scope": OTHER_SCOPE},
        {"by": STRANGER},
        {"of": STRANGER},
        {"accreditor": replace(AGENCY, scopes=(OTHER_SCOPE,))},
        {"accreditor": replace(AGENCY, account=AccountId(ChainId(1), AGENCY.account.address))},
        {"accreditor": replace(AGENCY, account=STRANGER)},
    ],
    ids=["other scope", "other accreditor", "other issuer", "scope not trusted", "other chain", "not trusted"],
)
def test_what_is_not_quite_that_accreditation_leaves_the_issuer_unknown(nearest: dict[str, Any]):
    report = judged(**nearest)
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INDETERMINATE, "issuer.self_described")


def test_a_window_that_was_withdrawn_is_none():
    registry = Registry(windows={})
    report = report_on(anchored(signed(badge())), issuers=(), accreditors=(AGENCY,), registry=registry)
    assert codes(report)["issuer"] == "issuer.unknown"


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("begin", "end", "code", "verdict"),
    [
        (ANCHORED_AT, NOW + SECOND, "issuer.accredited", Verdict.VALID),
        (ANCHORED_AT + SECOND, FAR, "issuer.accreditation_not_yet", Verdict.INDETERMINATE),
        (NOW + DAY, FAR, "issuer.accreditation_not_yet", Verdict.INDETERMINATE),
        (ANCHORED_AT, NOW, "issuer.accredited_then", Verdict.VALID),
        (LONG_AGO, ANCHORED_AT + SECOND, "issuer.accredited_then", Verdict.VALID),
        (LONG_AGO, ANCHORED_AT, "issuer.accreditation_ended", Verdict.INDETERMINATE),
    ],
)
def test_the_window_must_cover_the_anchor_to_the_second(begin: datetime, end: datetime, code: str, verdict: Verdict):
    report = judged(begin, end)
    assert (codes(report)["issuer"], report.verdict) == (code, verdict)
    assert report.check("issuer").outcome is not Outcome.FAILED


def test_what_was_anchored_while_accredited_stays_so_with_a_warning():
    assert judged(LONG_AGO, NOW - DAY).check("issuer").outcome is Outcome.WARNING


def test_the_list_stands_above_every_accreditor():
    report = judged(issuers=(replace(KNOWN, account=STRANGER),))
    assert (report.verdict, codes(report)["issuer"]) == (Verdict.INVALID, "issuer.mismatch")
    assert codes(judged(issuers=(KNOWN,)))["issuer"] == "issuer.trusted"


def test_an_end_beyond_the_calendar_is_none():
    registry = Registry(windows={(AGENCY.account.address, ACCOUNT.address, SCOPE.digest): (1, 2**40 - 1)})
    report = report_on(anchored(signed(badge())), issuers=(), accreditors=(AGENCY,), registry=registry)
    assert report.check("issuer").details["accreditation"]["until"] is None


def test_the_chain_is_asked_for_accreditations_only_where_somebody_is_trusted_with_them():
    for accreditors, asked in (((), 0), ((replace(AGENCY, account=AccountId(ChainId(1), STRANGER.address)),), 0)):
        registry = Registry()
        report_on(anchored(signed(badge())), accreditors=accreditors, registry=registry)
        assert [len(question.endorsers) for question in registry.questions] == [asked]
    registry = Registry()
    report_on(anchored(signed(badge())), accreditors=(replace(AGENCY, scopes=(SCOPE, OTHER_SCOPE)),), registry=registry)
    assert [len(question.endorsers) for question in registry.questions] == [2]


@pytest.mark.parametrize("text", ["", " first aid", "0x12", "0x" + "AB" * 32, "a\nb", "e\u0301cole", "x" * 201])
def test_a_scope_has_one_spelling(text: str):
    with pytest.raises(InputError) as refused:
        Scope.parse(text)
    assert refused.value.code == "scope.malformed"


def test_a_scope_is_the_digest_of_its_statement_or_its_bytes():
    assert SCOPE.digest == Digest.sha256(b"higher education in Ruritania")
    assert Scope.parse(str(SCOPE.digest)).digest == SCOPE.digest
