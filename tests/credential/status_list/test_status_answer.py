from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.credential.status import bitstring
from credroot.credential.status.answer import Conclusion, status_at
from credroot.credential.status.status_list import StatusPurpose, status_entry, status_list_credential

LIST = "https://issuer.example/status/1"
START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(hours=1)
ENTRY = status_entry(LIST, 7)


def listing(values=None, **settings):
    bits = settings.pop("bits", None) or bitstring.pack(values or {}, entry_bits=settings.get("entry_bits", 1))
    return status_list_credential(LIST, "did:web:issuer.example", bits=bits, valid_from=START, **settings)


def with_subject(document, **members):
    return document | {"credentialSubject": document["credentialSubject"] | members}


def codes(answer):
    return [problem.code for problem in answer.problems]


def test_a_zero_in_a_list_that_conforms_is_clear():
    answer = status_at(listing(), ENTRY, now=NOW)
    assert (answer.conclusion, answer.value, answer.problems, answer.withdrawn) == (Conclusion.CLEAR, 0, (), False)


def test_a_set_bit_withdraws_this_credential_and_not_its_neighbours():
    document = listing({7: 1})
    assert status_at(document, ENTRY, now=NOW).withdrawn
    for neighbour in (6, 8):
        assert status_at(document, status_entry(LIST, neighbour), now=NOW).conclusion is Conclusion.CLEAR


def test_a_message_is_told_and_withdraws_nothing():
    document = listing({7: 2}, entry_bits=2, purpose=StatusPurpose.MESSAGE, bits=None)
    entry = status_entry(LIST, 7, purpose=StatusPurpose.MESSAGE, messages=("fine", "check", "late", "lost"))
    # Two bits an entry need a list of twice the bytes, which pack gives.
    answer = status_at(document, entry, now=NOW)
    assert (answer.conclusion, answer.value, answer.message, answer.withdrawn) == (Conclusion.SET, 2, "late", False)
    assert answer.problems == ()


def test_a_list_for_several_purposes_answers_for_each():
    document = with_subject(listing({7: 1}), statusPurpose=["revocation", "suspension"])
    assert status_at(document, status_entry(LIST, 7, purpose=StatusPurpose.SUSPENSION), now=NOW).withdrawn


UNKNOWN = {
    "another purpose": (listing({7: 1}), ENTRY | {"statusPurpose": "suspension"}, "status_list.purpose"),
    "another list": (listing({7: 1}), ENTRY | {"statusListCredential": LIST + "0"}, "status_list.other_list"),
    "not a list": (listing() | {"type": ["VerifiableCredential"]}, ENTRY, "status_list.type"),
    "no list inside": (with_subject(listing(), type="Person"), ENTRY, "status_list.type"),
    "two subjects": (listing() | {"credentialSubject": [{}, {}]}, ENTRY, "status_list.type"),
    "an index past the end": (listing(), ENTRY | {"statusListIndex": "131072"}, "status_list.range"),
    "a negative index": (listing(), ENTRY | {"statusListIndex": "-1"}, "status_list.entry"),
    "an index with a leading zero": (listing(), ENTRY | {"statusListIndex": "07"}, "status_list.entry"),
    "an index of digits that are not ASCII": (listing(), ENTRY | {"statusListIndex": "\u0667"}, "status_list.entry"),
    "an index that is true": (listing(), ENTRY | {"statusListIndex": True}, "status_list.entry"),
    "an entry of another type": (listing(), ENTRY | {"type": "StatusList2021Entry"}, "status_list.entry"),
    "no address": (listing(), ENTRY | {"statusListCredential": None}, "status_list.entry"),
    "entries of nine bits": (listing(), ENTRY | {"statusSize": 9}, "status_list.entry_size"),
    "entries of no bits": (listing(), ENTRY | {"statusSize": 0}, "status_list.entry_size"),
    "no encoded list": (with_subject(listing(), encodedList=7), ENTRY, "status_list.encoding"),
    "an encoded list that is not gzip": (with_subject(listing(), encodedList="uAAAA"), ENTRY, "status_list.encoding"),
}


@pytest.mark.parametrize(("document", "entry", "code"), UNKNOWN.values(), ids=UNKNOWN)
def test_a_list_that_does_not_tell_is_an_answer_and_no_crash(document, entry, code):
    answer = status_at(document, entry, now=NOW)
    assert (answer.conclusion, answer.value, answer.withdrawn) == (Conclusion.UNKNOWN, None, False)
    assert codes(answer) == [code]


GRAVE = {
    "short": (with_subject(listing(), encodedList=bitstring.encode(bytes(2))), {}, "status_list.too_short"),
    "not valid yet": (listing(), {"now": START - timedelta(seconds=1)}, "status_list.not_yet_valid"),
    "expired": (listing(valid_until=START), {"now": NOW}, "status_list.expired"),
    "stale": (listing(ttl=timedelta(minutes=5)), {"retrieved": NOW - timedelta(minutes=6)}, "status_list.stale"),
    "old": (listing(), {"max_age": timedelta(minutes=59)}, "status_list.too_old"),
    "undated": (listing() | {"validFrom": None}, {"max_age": timedelta(days=1)}, "status_list.too_old"),
    "dated badly": (listing() | {"validFrom": "yesterday"}, {}, "status_list.time"),
    "dated with a number": (listing() | {"validUntil": 7}, {}, "status_list.time"),
    "of a bad ttl": (with_subject(listing(), ttl="soon"), {}, "status_list.time"),
}


@pytest.mark.parametrize(("document", "settings", "code"), GRAVE.values(), ids=GRAVE)
def test_a_zero_in_such_a_list_is_not_relied_on(document, settings, code):
    answer = status_at(document, ENTRY, **({"now": NOW} | settings))
    assert (answer.conclusion, answer.value) == (Conclusion.UNKNOWN, 0)
    assert codes(answer) == [code]


def test_a_withdrawal_in_a_short_or_outdated_list_is_not_overlooked():
    document = with_subject(listing(valid_until=START), encodedList=bitstring.encode(b"\x01\x00"))
    answer = status_at(document, ENTRY, now=NOW)
    assert answer.withdrawn
    assert codes(answer) == ["status_list.expired", "status_list.too_short"]


def test_a_fresh_copy_within_its_ttl_is_no_problem():
    document = listing(ttl=timedelta(minutes=5), valid_until=START + timedelta(days=1))
    answer = status_at(document, ENTRY, now=NOW, retrieved=NOW - timedelta(minutes=5), max_age=timedelta(hours=1))
    assert answer.problems == ()


def test_lenient_forms_are_read_and_told():
    document = listing({7: 1})
    bare = with_subject(document, encodedList=document["credentialSubject"]["encodedList"][1:])
    answer = status_at(bare, ENTRY | {"statusListIndex": 7}, now=NOW)
    assert answer.withdrawn
    assert codes(answer) == ["status_list.index_type", "status_list.multibase"]
    assert not any(problem.grave for problem in answer.problems)


@pytest.mark.parametrize("messages", [[], "text", [{"status": "0x0", "message": "a"}] * 2, [None, 7]])
def test_messages_that_do_not_name_each_value_once_are_told(messages):
    answer = status_at(listing(), ENTRY | {"statusMessage": messages}, now=NOW)
    assert answer.conclusion is Conclusion.CLEAR
    assert codes(answer) == ["status_list.messages"]


def test_problem_types_are_those_of_the_specification():
    short = with_subject(listing(), encodedList=bitstring.encode(b""))
    types = {problem.code: problem.type for problem in status_at(short, ENTRY, now=NOW).problems}
    assert types == {
        "status_list.too_short": "https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR",
        "status_list.range": "https://www.w3.org/TR/vc-data-model#RANGE_ERROR",
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ENTRY_MEMBER = st.sampled_from([*ENTRY, "statusSize", "statusMessage"])
SUBJECT_MEMBER = st.sampled_from([*listing()["credentialSubject"], "ttl"])
LIST_MEMBER = st.sampled_from([*listing(), "validUntil"])


@given(
    st.dictionaries(ENTRY_MEMBER, JSON, max_size=2),
    st.dictionaries(SUBJECT_MEMBER, JSON, max_size=2),
    st.dictionaries(LIST_MEMBER, JSON, max_size=1),
)
def test_whatever_stands_in_a_member_there_is_an_answer(entry, subject, document):
    changed = with_subject(listing(), **subject) | document
    answer = status_at(changed, ENTRY | entry, now=NOW, retrieved=NOW, max_age=timedelta(days=1))
    assert answer.conclusion in Conclusion
