from datetime import UTC, datetime, timedelta

import pytest

from credroot.core.errors import InputError
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import (
    StatusPurpose,
    status_entry,
    status_list_credential,
    suspension_entry,
    suspension_list_of,
)

LIST = "https://issuer.example/status/1"
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_list_credential_has_the_members_of_the_specification():
    bits = bitstring.pack({7: 1})
    document = status_list_credential(
        LIST,
        "did:web:issuer.example",
        bits=bits,
        valid_from=START,
        valid_until=START + timedelta(days=1),
        ttl=timedelta(hours=1),
    )
    assert document == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:issuer.example",
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2026-01-02T00:00:00Z",
        "credentialSubject": {
            "id": f"{LIST}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": bitstring.encode(bits),
            "ttl": 3_600_000,
        },
    }


def test_a_list_that_is_too_short_to_hide_in_is_not_built():
    with pytest.raises(InputError) as caught:
        status_list_credential(LIST, "did:web:issuer.example", bits=bytes(16_383), valid_from=START)
    assert caught.value.code == "status_list.too_short"


def test_larger_entries_need_a_longer_list():
    with pytest.raises(InputError):
        status_list_credential(LIST, "did:web:i.example", bits=bytes(16_384), valid_from=START, entry_bits=2)
    status_list_credential(LIST, "did:web:i.example", bits=bytes(32_768), valid_from=START, entry_bits=2)


def test_the_entry_is_one_object_with_its_index_as_text():
    assert status_entry(LIST, 94567) == {
        "id": f"{LIST}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": LIST,
    }


def test_an_entry_of_revocation_may_refer_to_the_list_of_suspensions_that_has_the_same_places():
    suspensions = suspension_list_of("https://i.example/status/1.json")
    entry = status_entry("https://i.example/status/1.json", 7, reference=suspensions)
    assert suspension_entry(entry) == {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "suspension",
        "statusListIndex": "7",
        "statusListCredential": "https://i.example/status/1-suspension.json",
    }
    assert suspension_entry({**entry, "statusReference": ["https://i.example/why", suspensions]}) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"statusReference": "https://i.example/about-status"},
        {"statusReference": ["https://other.example/status/1-suspension.json"]},
        {"statusReference": None},
        {"statusReference": {"id": "https://i.example/status/1-suspension.json"}},
        {"statusListCredential": ["https://i.example/status/1.json"]},
        {"statusListCredential": {}},
        {"statusPurpose": "suspension"},
        {"statusPurpose": []},
    ],
)
def test_nothing_else_that_an_entry_refers_to_is_taken_for_a_list(change):
    suspensions = suspension_list_of("https://i.example/status/1.json")
    entry = status_entry("https://i.example/status/1.json", 7, reference=suspensions)
    assert suspension_entry({**entry, **change}) is None
    assert suspension_entry(status_entry("https://i.example/status/1.json", 7)) is None


def test_messages_set_the_size_of_an_entry():
    entry = status_entry(LIST, 1, purpose=StatusPurpose.MESSAGE, messages=("fine", "check", "late", "lost"))
    assert entry["statusSize"] == 2
    assert entry["statusMessage"][2] == {"status": "0x2", "message": "late"}


@pytest.mark.parametrize("count", [1, 3, 512])
def test_messages_name_every_value_or_the_entry_is_refused(count):
    with pytest.raises(InputError) as caught:
        status_entry(LIST, 1, messages=["text"] * count)
    assert caught.value.code == "status_list.messages"


def test_a_negative_index_is_refused():
    with pytest.raises(InputError) as caught:
        status_entry(LIST, -1)
    assert caught.value.code == "status_list.range"
