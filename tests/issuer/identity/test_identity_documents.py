"""Profile and DID document as the issuer publishes them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from credroot.core.errors import InputError
from credroot.core.values import AccountId, Address, ChainId, Digest
from credroot.credential.badge.profile import MAX_ENTRIES, Profile, ProfileKey, read_profile, sign_profile, signature_of
from credroot.credential.keys.did import DidDocument, did_key, did_key_method
from credroot.credential.keys.signatures import SigningKey
from credroot.issuer.identity.publication import (
    Identity,
    RemovedKey,
    document_place,
    method_of,
    read_removed_keys,
    write_did_document,
    write_profile,
    write_removed_keys,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEST_KEY = SigningKey(b"TEST KEY, and nothing else at al")
OLD_TEST_KEY = SigningKey(b"an old TEST KEY and nothing else")
ACCOUNT = AccountId(ChainId(137), Address(b"\x11" * 20))
DID = "did:web:registrar.example.edu"
OLD = RemovedKey(f"{DID}#key-1", OLD_TEST_KEY.multikey, datetime(2026, 3, 1, tzinfo=UTC))
IDENTITY = Identity(DID, "Registrar", (ACCOUNT,), TEST_KEY.multikey, f"{DID}#key-2", (OLD,), url="https://r.example")


def test_the_did_document_has_key_and_account_under_assertion_method(tmp_path: Path):
    path = write_did_document(tmp_path, IDENTITY)
    assert path == tmp_path / ".well-known" / "did.json"
    known = DidDocument.read(json.loads(path.read_bytes()), did=DID)
    assert known.assertion_keys[f"{DID}#key-2"] == TEST_KEY.multikey
    assert known.accounts == (ACCOUNT.caip10,)
    assert known.removed_at == {OLD.method: OLD.removed_at}
    assert known.current_key(f"{DID}#key-2") == TEST_KEY.multikey
    assert known.current_key(OLD.method) is None


@pytest.mark.parametrize(
    ("did", "place"),
    [
        (DID, ".well-known/did.json"),
        (DID + ":badges:2026", "badges/2026/did.json"),
        ("did:web:registrar.example.edu%3A8443", ".well-known/did.json"),
        (did_key(TEST_KEY.multikey), None),
    ],
)
def test_the_document_lies_where_its_did_says(did: str, place: str | None):
    assert document_place(did) == (None if place is None else PurePosixPath(place))


def test_a_did_that_would_lead_out_of_the_folder_is_refused(tmp_path: Path):
    with pytest.raises(InputError):
        write_did_document(tmp_path, replace(IDENTITY, did="did:web:registrar.example.edu:..:.."))
    with pytest.raises(InputError):
        write_did_document(tmp_path, replace(IDENTITY, did=did_key(TEST_KEY.multikey)))
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_named_by_its_did_or_its_file():
    key = TEST_KEY.multikey
    assert method_of(did_key(key), key, "signing-key.json") == did_key_method(key)
    assert method_of(DID, key, "signing-key.json") == f"{DID}#key-1"
    assert method_of(DID, key, "signing-key-2.json") == f"{DID}#key-2"


def test_a_profile_reads_back_and_its_signature_holds(tmp_path: Path):
    digest = write_profile(tmp_path, IDENTITY, TEST_KEY, created=NOW)
    data = (tmp_path / "profile.json").read_bytes()
    assert digest == Digest.sha256(data)
    profile, document = read_profile(data)
    assert profile == IDENTITY.profile
    keys = {name: entry.key for name, entry in profile.keys.items()}
    result = signature_of(document, keys.get, now=NOW)
    assert result is not None
    assert result.code == "proof.verified"
    document["name"] = "Another"
    changed = signature_of(document, keys.get, now=NOW)
    assert changed is not None
    assert changed.code == "proof.signature_wrong"


def test_a_profile_that_says_the_same_is_not_signed_again(tmp_path: Path):
    first = write_profile(tmp_path, IDENTITY, TEST_KEY, created=NOW)
    assert write_profile(tmp_path, IDENTITY, TEST_KEY, created=datetime(2027, 1, 1, tzinfo=UTC)) == first
    assert write_profile(tmp_path, replace(IDENTITY, name="New name"), TEST_KEY, created=NOW) != first


@pytest.mark.parametrize(
    "change",
    [
        {"format": "credroot/profile/v2"},
        {"unknown": 1},
        {"id": 7},
        {"name": ""},
        {"accounts": ["eip155:1:0x00"]},
        {"accounts": [ACCOUNT.caip10] * (MAX_ENTRIES + 1)},
        {"accounts": "x"},
        {"keys": [{"id": "did:web:other.example#key", "publicKeyMultibase": TEST_KEY.multikey.text}]},
        {"keys": [{"id": f"{DID}#key", "publicKeyMultibase": "z6Mk"}]},
        {"keys": [{"id": f"{DID}#key", "publicKeyMultibase": TEST_KEY.multikey.text, "removed": "2026-01-01"}]},
        {"keys": [{"id": f"{DID}#key", "publicKeyMultibase": TEST_KEY.multikey.text}] * 2},
        {"keys": [7]},
    ],
)
def test_a_profile_of_another_form_is_refused(change: dict[str, object]):
    profile = Profile(DID, "Registrar", (ACCOUNT,), {f"{DID}#key-1": ProfileKey(TEST_KEY.multikey)})
    data = sign_profile(profile, TEST_KEY, verification_method=f"{DID}#key-1", created=NOW)
    document = {**json.loads(data), **change}
    with pytest.raises(InputError):
        read_profile(json.dumps(document).encode())


def test_removed_keys_are_remembered(tmp_path: Path):
    assert read_removed_keys(tmp_path) == ()
    write_removed_keys(tmp_path, (OLD,))
    assert read_removed_keys(tmp_path) == (OLD,)
    (tmp_path / "removed-keys.json").write_text('{"format": "other"}')
    with pytest.raises(InputError):
        read_removed_keys(tmp_path)
