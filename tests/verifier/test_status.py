"""Registry and status lists: both asked, the stricter word holds, and what can't be asked is not taken for active."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credroot.chain.registry.facts import Withdrawal
from credroot.core.report import Outcome, Verdict
from credroot.core.status import Status
from credroot.core.text.multibase import encode_base64url
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import StatusPurpose, status_entry, suspension_list_of
from credroot.verifier.documents import ListCopy
from tests.verifier.stage import (
    KNOWN_BY_NAME,
    LIST_URL,
    NOW,
    OTHER_DID,
    OTHER_TEST_KEY,
    PLACE,
    Registry,
    Shelf,
    anchored,
    as_bytes,
    badge,
    changed,
    codes,
    listed,
    report_on,
    signed,
    status_list,
)

DAY = int(datetime(2026, 5, 20, 8, tzinfo=UTC).timestamp())
BY_NAME = (KNOWN_BY_NAME,)


def at_hand(document: dict[str, Any]) -> Shelf:
    return Shelf(status_lists={LIST_URL: ListCopy(document, None)})


def re_signed(document: dict[str, Any], encoded: str) -> dict[str, Any]:
    """Give a list with another text of bits, signed as well."""
    bare = {name: value for name, value in document.items() if name != "proof"}
    return signed({**bare, "credentialSubject": {**bare["credentialSubject"], "encodedList": encoded}})


@pytest.mark.parametrize(
    ("registry", "withdrawn", "verdict", "code"),
    [
        (Status.ACTIVE, False, Verdict.VALID, "status.active"),
        (Status.ACTIVE, True, Verdict.INVALID, "status.revoked"),
        (Status.REVOKED, False, Verdict.INVALID, "status.revoked"),
        (Status.REVOKED, True, Verdict.INVALID, "status.revoked"),
        (Status.SUSPENDED, False, Verdict.INVALID, "status.suspended"),
        (Status.SUSPENDED, True, Verdict.INVALID, "status.revoked"),
        (Status.DISTRUSTED, False, Verdict.INVALID, "status.distrusted"),
    ],
)
def test_of_registry_and_list_the_stricter_word_holds(registry: Status, withdrawn: bool, verdict: Verdict, code: str):
    document = status_list((PLACE,) if withdrawn else (PLACE + 1,))
    report = report_on(anchored(listed()), registry=Registry(status=registry), shelf=at_hand(document))
    assert (report.verdict, codes(report)["status"]) == (verdict, code)
    differ = (registry in (Status.REVOKED, Status.DISTRUSTED)) != withdrawn
    told = report.check("status").details.get("disagreement", False)
    assert told is (differ and not (registry is Status.SUSPENDED and not withdrawn))


def test_the_registry_is_enough_where_no_list_is_at_hand():
    report = report_on(anchored(listed()), shelf=Shelf())
    check = report.check("status")
    assert (report.verdict, check.code, check.outcome) == (Verdict.VALID, "status.active", Outcome.WARNING)
    report = report_on(anchored(listed()))
    check = report.check("status")
    assert (report.verdict, check.outcome) == (Verdict.VALID, Outcome.PASSED)
    assert "was not asked" in check.message


def test_without_an_anchor_the_list_is_all_there_is():
    def judged(shelf: Shelf) -> tuple[Verdict, str]:
        report = report_on(listed(), issuers=BY_NAME, shelf=shelf)
        return report.verdict, codes(report)["status"]

    assert judged(at_hand(status_list())) == (Verdict.VALID, "status.clear")
    assert judged(at_hand(status_list((PLACE,)))) == (Verdict.INVALID, "status.revoked")
    assert judged(Shelf()) == (Verdict.INDETERMINATE, "status.unknown")
    assert judged(Shelf(web={LIST_URL: status_list()})) == (Verdict.VALID, "status.clear")


def test_a_list_is_fetched_only_for_a_credential_whose_signature_holds():
    shelf = Shelf(web={LIST_URL: status_list()})
    report_on(changed(listed()), issuers=BY_NAME, shelf=shelf)
    assert shelf.fetched == []
    report_on(listed(), issuers=BY_NAME, shelf=shelf)
    assert shelf.fetched == [LIST_URL]


def test_a_suspension_by_a_list_is_a_suspension():
    credential = listed(StatusPurpose.SUSPENSION)
    shelf = at_hand(status_list((PLACE,), purpose=StatusPurpose.SUSPENSION))
    assert codes(report_on(credential, issuers=BY_NAME, shelf=shelf))["status"] == "status.suspended"
    assert codes(report_on(anchored(credential), shelf=shelf))["status"] == "status.suspended"


def test_the_list_of_suspensions_that_an_entry_refers_to_is_asked_as_well():
    address = suspension_list_of(LIST_URL)
    credential = signed(badge(credentialStatus=status_entry(LIST_URL, PLACE, reference=address)))

    def judged(*places: int, **lists: dict[str, Any]) -> tuple[Verdict, str]:
        suspensions = status_list(places, url=address, purpose=StatusPurpose.SUSPENSION)
        documents = {LIST_URL: status_list(), address: suspensions} | lists
        shelf = Shelf(status_lists={url: ListCopy(document, None) for url, document in documents.items() if document})
        report = report_on(credential, issuers=BY_NAME, shelf=shelf)
        return report.verdict, codes(report)["status"]

    assert judged() == (Verdict.VALID, "status.clear")
    assert judged(PLACE) == (Verdict.INVALID, "status.suspended")
    assert judged(**{LIST_URL: status_list((PLACE,))}) == (Verdict.INVALID, "status.revoked")
    assert judged(**{address: {}}) == (Verdict.INDETERMINATE, "status.unknown")
    # A list of revocations at that address says nothing of suspensions.
    assert judged(**{address: status_list(url=address)}) == (Verdict.INDETERMINATE, "status.unknown")


def test_a_message_withdraws_nothing_and_is_told():
    entry = status_entry(LIST_URL, PLACE, purpose=StatusPurpose.MESSAGE, messages=("fine", "late"))
    credential = signed(badge(credentialStatus=entry))
    shelf = at_hand(status_list((PLACE,), purpose=StatusPurpose.MESSAGE))
    report = report_on(credential, issuers=BY_NAME, shelf=shelf)
    assert (report.verdict, codes(report)["status"]) == (Verdict.VALID, "status.clear")
    assert report.check("status").details["lists"][0]["message"] == "late"  # type: ignore[index, call-overload]


def test_a_badge_that_names_no_list_can_not_be_withdrawn_and_the_report_says_so():
    report = report_on(signed(badge()), issuers=BY_NAME)
    assert (report.verdict, report.check("status").outcome) == (Verdict.VALID, Outcome.WARNING)
    assert codes(report)["status"] == "status.none"


BOMB = "u" + encode_base64url(gzip.compress(bytes(64 * 2**20)))[1:]
SHORT = bitstring.encode(bytes(128))


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (status_list(issuer=OTHER_DID, key=OTHER_TEST_KEY), "status.list_of_another"),
        (status_list(key=OTHER_TEST_KEY), "status.list_unsigned"),
        ({**status_list(), "validFrom": "2026-05-30T00:00:00Z"}, "status.list_unsigned"),
        ({**status_list(), "proof": []}, "status.list_unsigned"),
        ({**status_list(), "proof": 7}, "status.list_malformed"),
        (status_list(valid_from=NOW - timedelta(days=40)), "status_list.too_old"),
        (status_list(purpose=StatusPurpose.SUSPENSION), "status_list.purpose"),
        (status_list(url=LIST_URL + "x"), "status_list.other_list"),
        (re_signed(status_list(), BOMB), "status_list.too_large"),
        (re_signed(status_list(), "uAAAA"), "status_list.encoding"),
        (re_signed(status_list(), SHORT), "status_list.range"),
        (signed(badge()), "status_list.type"),
    ],
)
def test_a_list_that_is_not_the_issuers_present_word_clears_nothing(document: dict[str, Any], reason: str):
    shelf = at_hand(document)
    report = report_on(listed(), issuers=BY_NAME, shelf=shelf)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")
    assert report.check("status").details["lists"][0]["reason"] == reason  # type: ignore[index, call-overload]
    own = report_on(anchored(listed()), shelf=shelf)
    assert (own.verdict, own.check("status").outcome) == (Verdict.VALID, Outcome.WARNING)


def test_a_short_list_that_withdraws_is_heard_all_the_same():
    bits = bytearray(128)
    bits[0] = 0x80
    credential = signed(badge(credentialStatus=status_entry(LIST_URL, 0)))
    shelf = at_hand(re_signed(status_list(), bitstring.encode(bytes(bits))))
    assert codes(report_on(credential, issuers=BY_NAME, shelf=shelf))["status"] == "status.revoked"


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "https://x.example/1", "type": "1EdTechRevocationList"},
        {"id": "https://x.example/1", "type": ["StatusList2021Entry"], "statusPurpose": "revocation"},
        {"id": "https://x.example/1", "type": "BitstringStatusListEntry", "statusListCredential": 7},
    ],
)
def test_an_entry_that_is_not_understood_leaves_the_question_open(entry: dict[str, Any]):
    from tests.verifier.stage import jwt, jwt_badge

    report = report_on(jwt(jwt_badge(credentialStatus=entry)).encode(), issuers=BY_NAME)
    assert (report.verdict, codes(report)["status"]) == (Verdict.INDETERMINATE, "status.unknown")


@pytest.mark.parametrize(
    ("reason", "words"), [(1, "issued in error"), (0, "no reason given"), (1_234, "reason 1234 of the issuer")]
)
def test_the_day_and_the_reason_of_a_withdrawal_are_said_where_they_are_known(reason: int, words: str) -> None:
    document = anchored(signed(badge()))
    for status in (Status.REVOKED, Status.SUSPENDED):
        known = report_on(document, registry=Registry(status=status, withdrawal=Withdrawal(DAY, reason))).check(
            "status"
        )
        unknown = report_on(document, registry=Registry(status=status)).check("status")
        assert known.code == unknown.code
        assert known.message == f"{unknown.message.removesuffix('.')}, on 2026-05-20: {words}."
        assert known.details == {"withdrawnAt": "2026-05-20T08:00:00Z", "reason": reason}
        assert unknown.details == {}


def test_the_day_of_a_suspension_is_not_taken_for_that_of_a_revocation_by_list() -> None:
    document = anchored(listed())
    registry = Registry(status=Status.SUSPENDED, withdrawal=Withdrawal(DAY, 7))
    check = report_on(document, registry=registry, shelf=at_hand(status_list((PLACE,)))).check("status")
    assert check.code == "status.revoked"
    assert "withdrawnAt" not in check.details


@pytest.mark.parametrize(
    ("stated", "rewritten"),
    [({"statusListIndex": PLACE}, f"{PLACE}.0"), ({"statusSize": 1}, "1.0"), ({"statusSize": 1}, "10e-1")],
)
def test_a_number_in_another_spelling_takes_a_file_from_no_list(stated: dict[str, int], rewritten: str):
    ((name, number),) = stated.items()
    given = anchored(badge(credentialStatus={**status_entry(LIST_URL, PLACE), **stated}))
    altered = as_bytes(given).replace(f'"{name}": {number}'.encode(), f'"{name}": {rewritten}'.encode())
    assert altered != as_bytes(given)
    for document in (given, altered):
        report = report_on(document, shelf=at_hand(status_list((PLACE,))))
        assert (report.verdict, codes(report)["status"]) == (Verdict.INVALID, "status.revoked")
