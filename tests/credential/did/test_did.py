from __future__ import annotations

import pytest

from credroot.core.errors import InputError
from credroot.credential.keys.did import (
    DidDocument,
    DidUrl,
    did_document,
    did_key,
    did_key_method,
    key_of_did_key,
    key_resolver,
    web_document_url,
)
from credroot.credential.keys.multikey import KeyType, Multikey
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.rdf.rdfc import canonical_nquads
from tests.credential.standards import official

TEST_KEY = SigningKey(b"TEST KEY, and nothing else at al").multikey
DID = "did:web:registrar.example.edu"
ACCOUNT = "eip155:137:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
SUPPORTED = {"z6Mk": KeyType.ED25519, "zDna": KeyType.P256, "z82L": KeyType.P384}


def refusal_of(call, *args, **options) -> str:
    with pytest.raises(InputError) as refusal:
        call(*args, **options)
    return refusal.value.code


@pytest.mark.parametrize("file", ["ed25519-x25519", "nist-curves", "rsa", "secp256k1", "bls12381", "x25519"])
def test_every_official_did_key_is_read_or_named_as_unsupported(file):
    vectors = official(f"vectors/did-key/{file}.json")
    dids = list(vectors) if file != "x25519" else list(vectors["didDocument"])
    assert dids
    for did in dids:
        prefix = did.removeprefix("did:key:")[:4]
        if prefix in SUPPORTED:
            key = key_of_did_key(did)
            assert key.key_type is SUPPORTED[prefix]
            assert did_key(key) == did
        else:
            assert refusal_of(key_of_did_key, did) == "multikey.unsupported"


@pytest.mark.parametrize("file", ["ed25519-x25519", "nist-curves"])
def test_the_key_of_an_official_did_key_is_the_one_in_its_official_document(file):
    read = 0
    for did, vector in official(f"vectors/did-key/{file}.json").items():
        if did.removeprefix("did:key:")[:4] not in SUPPORTED:
            continue
        keys = DidDocument.read(vector["didDocument"], did=did).assertion_keys
        if keys:
            assert set(keys.values()) == {key_of_did_key(did)}
            read += 1
    assert read >= 4


def test_a_did_key_reads_the_same_with_and_without_its_fragment():
    assert key_of_did_key(did_key(TEST_KEY)) == key_of_did_key(did_key_method(TEST_KEY)) == TEST_KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "did:key:",
        "did:key",
        "did:web:example.org",
        f"did:key:{TEST_KEY}#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
        f"did:key:{TEST_KEY}#",
        f"did:key:{TEST_KEY}/path",
        f"did:key:{TEST_KEY}?a=b",
        f" did:key:{TEST_KEY}",
        f"did:key:{TEST_KEY}\n",
        f"DID:key:{TEST_KEY}",
        "did:key:" + "z" * 3_000,
    ],
)
def test_what_is_no_did_key_is_refused(text):
    assert refusal_of(key_of_did_key, text) == "did.malformed"


@pytest.mark.parametrize(
    "text", ["z", "z6Mk", "u7QE", "z6Mk0OIl", "z" + "2" * 60, f"{TEST_KEY}2", str(TEST_KEY)[:-1], "z" * 2_000]
)
def test_what_is_no_key_is_refused(text):
    assert refusal_of(Multikey.from_text, text) == "multikey.malformed"


def test_a_key_has_one_spelling_and_is_the_same_as_jwk():
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    key = Multikey.from_jwk(jwk)
    assert Multikey.from_text(key.text) == key
    assert refusal_of(Multikey.from_jwk, {**jwk, "d": "AA"}) == "multikey.malformed"
    assert refusal_of(Multikey.from_jwk, {**jwk, "x": jwk["x"] + "="}) == "multikey.malformed"
    assert refusal_of(Multikey.from_jwk, {**jwk, "x": jwk["x"][:-2]}) == "multikey.malformed"
    assert refusal_of(Multikey.from_jwk, {**jwk, "crv": "Ed448"}) == "multikey.unsupported"
    assert refusal_of(Multikey.from_jwk, None) == "multikey.malformed"


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
        ("did:web:xn--mller-kva.example", "https://xn--mller-kva.example/.well-known/did.json"),
    ],
)
def test_a_did_web_says_where_its_document_is(did, url):
    assert web_document_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web:localhost",
        "did:web:127.0.0.1",
        "did:web:169.254.169.254",
        "did:web:0x7f.1",
        "did:web:2130706433",
        "did:web:example.com%3A0",
        "did:web:example.com%3A99999",
        "did:web:example.com%3A",
        "did:web:example.com%2Fpath",
        "did:web:user%40example.com",
        "did:web:example.com%23x",
        "did:web:example.com:..:etc",
        "did:web:example.com:.",
        "did:web:example.com::x",
        "did:web:example.com:%2e%2e",
        "did:web:EXAMPLE.com",
        "did:web:-x.example.com",
        "did:web:example.com/path",
        "did:web:example.com#key",
        "did:web:example..com",
        "did:web:" + "a" * 64 + ".com",
        "did:key:example.com",
    ],
)
def test_a_did_web_that_leads_elsewhere_is_refused(did):
    assert refusal_of(web_document_url, did) == "did.malformed"


def test_our_own_document_names_key_and_account_and_is_json_ld():
    document = did_document(DID, TEST_KEY, account=ACCOUNT)
    read = DidDocument.read(document, did=DID)
    assert dict(read.assertion_keys) == {f"{DID}#key-1": TEST_KEY}
    assert read.accounts == (ACCOUNT,)
    assert b"assertionMethod" in canonical_nquads(did_document(DID, TEST_KEY))


def test_a_document_of_another_did_is_refused():
    document = did_document("did:web:evil.example", TEST_KEY)
    assert refusal_of(DidDocument.read, document, did=DID) == "did.wrong_document"


def test_a_key_counts_only_under_assertion_method_with_the_right_controller_and_id():
    def keys(document):
        return list(DidDocument.read(document, did=DID).assertion_keys.values())

    document = did_document(DID, TEST_KEY)
    assert keys(document) == [TEST_KEY]
    assert keys({**document, "assertionMethod": []}) == []
    assert keys({key: value for key, value in document.items() if key != "assertionMethod"}) == []
    assert keys({**document, "assertionMethod": [], "authentication": [f"{DID}#key-1"]}) == []
    method = document["verificationMethod"][0]
    for change in ({"controller": "did:web:evil.example"}, {"controller": None}, {"id": "did:web:evil.example#key-1"}):
        assert keys({**document, "verificationMethod": [{**method, **change}]}) == []
    assert keys({**document, "assertionMethod": [{**method, "controller": "did:web:evil.example"}]}) == []


def test_a_key_may_be_given_whole_or_by_a_short_reference():
    document = did_document(DID, TEST_KEY)
    whole = {**document, "assertionMethod": document["verificationMethod"], "verificationMethod": []}
    method = document["verificationMethod"][0]
    short = {**document, "assertionMethod": ["#key-1"], "verificationMethod": [{**method, "id": "#key-1"}]}
    single = {**document, "assertionMethod": f"{DID}#key-1", "verificationMethod": method}
    for each in (whole, short, single):
        assert dict(DidDocument.read(each, did=DID).assertion_keys) == {f"{DID}#key-1": TEST_KEY}


def test_a_method_with_two_keys_or_two_methods_with_one_id_name_no_key():
    document = did_document(DID, TEST_KEY)
    method = document["verificationMethod"][0]
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    two = {**document, "verificationMethod": [{**method, "publicKeyJwk": jwk}]}
    assert dict(DidDocument.read(two, did=DID).assertion_keys) == {}
    same = {**document, "verificationMethod": [method, {**method, "publicKeyMultibase": "z6Mk"}]}
    assert refusal_of(DidDocument.read, same, did=DID) == "did.document_malformed"
    many = {**document, "verificationMethod": [{**method, "id": f"{DID}#{i}"} for i in range(65)]}
    assert refusal_of(DidDocument.read, many, did=DID) == "did.document_malformed"


def test_the_resolver_asks_for_documents_only_where_it_needs_one():
    asked = []

    def documents(did):
        asked.append(did)
        return did_document(did, TEST_KEY) if did == DID else None

    resolve = key_resolver(documents)
    assert resolve(did_key_method(TEST_KEY)) == TEST_KEY
    assert asked == []
    assert resolve(f"{DID}#key-1") == TEST_KEY
    assert resolve(f"{DID}#key-2") is None
    assert resolve("did:web:other.example#key-1") is None
    assert resolve(DID) is None
    assert refusal_of(resolve, "https://example.org/key") == "did.malformed"


def test_a_did_url_is_taken_apart():
    assert DidUrl.parse("did:web:a.example:b#c") == DidUrl("did:web:a.example:b", "web", "a.example:b", "c")
