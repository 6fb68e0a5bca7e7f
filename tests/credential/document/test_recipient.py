from __future__ import annotations

from hashlib import md5, sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credroot.credential.badge.recipient import (
    MAX_IDENTIFIERS,
    email_identity,
    identity_hash,
    is_recipient,
    matches,
    name_identity,
    normalise_address,
)
from tests.credential.document.badges import built


def test_the_hash_is_the_one_of_the_standards_own_example():
    assert (
        identity_hash("a@example.com", "Kosher")
        == "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    )


def test_an_identity_shows_no_address():
    identity = email_identity("Jane@Example.org", "salt")
    assert "jane" not in str(identity).lower()
    assert identity["identityHash"] == identity_hash("jane@example.org", "salt")


@pytest.mark.parametrize("typed", ["jane@example.org", "JANE@EXAMPLE.ORG", "  Jane@example.org\n"])
def test_the_holder_may_type_the_address_in_any_case(typed):
    assert matches(email_identity("jane@example.org", "s"), typed)


@pytest.mark.parametrize(
    "typed", ["jane@example.com", "jan@example.org", "", " ", "jane@example.org" * 50, "\ud800@example.org"]
)
def test_another_address_does_not_match(typed):
    assert not matches(email_identity("jane@example.org", "s"), typed)


def test_both_spellings_of_a_domain_match():
    identity = email_identity("jane@bücher.example", "s")
    assert matches(identity, "jane@XN--BCHER-KVA.example")
    of_others = identity | {"identityHash": identity_hash("jane@xn--bcher-kva.example", "s")}
    assert matches(of_others, "jane@bücher.example")


def test_a_hash_that_another_issuer_made_of_mixed_case_or_wrote_in_capitals_matches():
    identity = email_identity("x", "s") | {"identityHash": identity_hash("Jane@Example.org", "s")}
    assert matches(identity, "Jane@Example.org")
    digest = sha256(b"jane@example.orgs").hexdigest().upper()
    assert matches(identity | {"identityHash": "sha256$" + digest}, "jane@example.org")


def test_an_open_address_matches_as_well():
    identity = {"identityType": "emailAddress", "hashed": False, "identityHash": "Jane@example.org", "salt": "not-used"}
    assert matches(identity, "jane@EXAMPLE.org")
    assert not matches(identity, "john@example.org")


def test_md5_proves_nothing():
    identity = email_identity("x", "") | {"identityHash": "md5$" + md5(b"jane@example.org").hexdigest()}
    assert not matches(identity, "jane@example.org")


@pytest.mark.parametrize(
    "identity",
    [
        None,
        7,
        [],
        {},
        name_identity("jane@example.org"),
        {"identityType": "emailAddress", "hashed": True, "identityHash": 5},
    ],
)
def test_what_is_no_email_identity_matches_nobody(identity):
    assert not matches(identity, "jane@example.org")


def test_the_salt_is_part_of_the_hash():
    assert not matches(email_identity("jane@example.org", "a") | {"salt": "b"}, "jane@example.org")


def test_a_credential_is_its_recipients_by_address_or_by_did():
    assert is_recipient(built(), "JOSE@example.org")
    assert not is_recipient(built(), "jane@example.org")
    with_did = built(did="did:key:z6Mk")
    assert is_recipient(with_did, "did:key:z6Mk")
    assert not is_recipient(with_did, "did:key:z6Ml")


def test_single_and_odd_subjects_of_others_are_read_without_a_crash():
    identity = email_identity("jane@example.org", "s")
    assert is_recipient({"credentialSubject": [{"identifier": identity}]}, "jane@example.org")
    for odd in (None, 3, "x", [None, 4], {"identifier": {"x": 1}}, {"identifier": [[[]]]}):
        assert not is_recipient({"credentialSubject": odd}, "jane@example.org")


def test_identifiers_over_the_cap_are_not_tried():
    identities = [email_identity("x@y.org", "s")] * MAX_IDENTIFIERS + [email_identity("jane@example.org", "s")]
    assert not is_recipient({"credentialSubject": {"identifier": identities}}, "jane@example.org")


@given(st.emails(), st.text(max_size=40))
def test_every_address_matches_its_own_identity_and_normalising_twice_changes_nothing(address, salt):
    once = normalise_address(address)
    assert normalise_address(once) == once
    assert matches(email_identity(address, salt.encode("utf-8", "replace").decode()), address)
