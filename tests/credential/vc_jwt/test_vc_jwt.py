from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credroot.core.errors import InputError
from credroot.credential.keys.jws import RsaKey
from credroot.credential.keys.multikey import KeyType, Multikey
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.jwt import is_vc_jwt, verify_vc_jwt
from tests.credential.sample_badge import sample_badge

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEST_KEY = SigningKey(b"TEST KEY, and nothing else at al")
EC_TEST_KEY = ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
KID = "did:web:registrar.example.edu#key-1"


@cache
def rsa_test_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def rsa_jwk() -> dict[str, str]:
    public = rsa_test_key().public_key().public_numbers()
    return {"kty": "RSA", "n": number(public.n), "e": number(public.e)}


def ec_key() -> Multikey:
    return Multikey(KeyType.P256, EC_TEST_KEY.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def signature(algorithm: str, message: bytes) -> bytes:
    if algorithm == "RS256":
        return rsa_test_key().sign(message, padding.PKCS1v15(), hashes.SHA256())
    if algorithm == "ES256":
        r, s = decode_dss_signature(EC_TEST_KEY.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return TEST_KEY.sign(message)


def claims() -> dict[str, Any]:
    badge = sample_badge()
    subject = {"id": "did:example:jane", **badge["credentialSubject"]}
    times = {"nbf": 1_767_225_600, "exp": 1_924_992_000}  # validFrom and validUntil of the sample
    return {
        **badge,
        "credentialSubject": subject,
        "iss": badge["issuer"]["id"],
        "jti": badge["id"],
        "sub": subject["id"],
        **times,
    }


def jwt(payload: Any = None, algorithm: str = "EdDSA", header: dict[str, Any] | None = None) -> str:
    head = {"alg": algorithm, "kid": KID, "typ": "JWT"} if header is None else header
    signed = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims() if payload is None else payload).encode())
    return f"{signed}.{b64(signature(algorithm, signed.encode()))}"


def keys(algorithm: str = "EdDSA"):
    known = {"EdDSA": TEST_KEY.multikey, "ES256": ec_key(), "RS256": RsaKey.from_jwk(rsa_jwk())}
    return lambda kid: known[algorithm] if kid == KID else None


def refusal_of(text: str, algorithm: str = "EdDSA", now: datetime = NOW) -> str:
    with pytest.raises(InputError) as refusal:
        verify_vc_jwt(text, keys(algorithm), now=now)
    return refusal.value.code


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_each_listed_algorithm_is_verified_and_gives_the_credential(algorithm):
    read = verify_vc_jwt(jwt(algorithm=algorithm), keys(algorithm), now=NOW)
    assert read.algorithm == algorithm
    assert read.key_id == KID
    assert read.credential["name"] == sample_badge()["name"]
    assert "iss" not in read.credential


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
def test_no_changed_byte_is_accepted(algorithm):
    head, body, proof = jwt(algorithm=algorithm).split(".")
    changed = claims()
    changed["name"] = "Another"
    other = b64(json.dumps(changed).encode())
    assert refusal_of(f"{head}.{other}.{proof}", algorithm) == "jwt.signature_wrong"
    assert refusal_of(f"{head}.{body}.{b64(b'x' * 64)}", algorithm) == "jwt.signature_wrong"
    assert refusal_of(f"{head}.{body}.", algorithm) == "jwt.signature_wrong"


def test_the_older_form_with_a_vc_claim_is_read_and_completed():
    wrapped = claims()
    vc = {name: value for name, value in sample_badge().items() if name not in ("id", "issuer")}
    payload = {"vc": vc, **{name: wrapped[name] for name in ("iss", "jti", "nbf", "exp")}}
    read = verify_vc_jwt(jwt(payload), keys(), now=NOW)
    assert (read.credential["issuer"], read.credential["id"]) == (wrapped["iss"], wrapped["jti"])


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "ES384", "RS512", "PS256", None, 1, ["EdDSA"]])
def test_an_algorithm_that_is_not_listed_is_refused(algorithm):
    assert refusal_of(jwt(header={"alg": algorithm, "kid": KID})) == "jws.algorithm"


@pytest.mark.parametrize(
    ("named", "key"), [("RS256", "EdDSA"), ("EdDSA", "ES256"), ("ES256", "RS256"), ("ES256", "EdDSA")]
)
def test_an_algorithm_that_is_not_the_keys_is_refused(named, key):
    assert refusal_of(jwt(header={"alg": named, "kid": KID}), key) == "jws.algorithm"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"crit": ["exp"]}, "jws.critical"),
        ({"b64": False}, "jws.critical"),
        ({"jku": "https://evil.example/keys"}, "jws.header"),
        ({"x5u": "https://evil.example/keys"}, "jws.header"),
        ({"x5c": []}, "jws.header"),
        ({"kid": None}, "jwt.key_unknown"),
        ({"kid": "did:web:evil.example#1"}, "jwt.key_unknown"),
        ({"kid": 1}, "jwt.key_unknown"),
    ],
)
def test_a_header_with_more_than_algorithm_and_key_is_refused(header, code):
    assert refusal_of(jwt(header={"alg": "EdDSA", "kid": KID, **header})) == code


@pytest.mark.parametrize(
    "text", ["", "a", "a.b", "a.b.c", "..", "a.b.c.d", "e30.e30.e30=", "eyJ9.e30.e30", "W10.e30.e30", "e30 .e30.e30"]
)
def test_what_is_no_jws_is_refused(text):
    code = refusal_of(text)
    assert code.startswith(("jws.", "json."))


def test_base64url_has_one_spelling():
    head, body, proof = jwt().split(".")
    for text in (
        f"{head}=.{body}.{proof}",
        f"{head}.{body}.{proof}==",
        f"{head}.{body}\n.{proof}",
        f"{head}.{body}.{proof}A",
    ):
        assert refusal_of(text).startswith(("jws.malformed", "jwt.signature_wrong"))


def test_a_key_in_the_header_vouches_only_for_the_signature():
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(TEST_KEY.multikey.raw)}
    read = verify_vc_jwt(jwt(header={"alg": "EdDSA", "jwk": jwk}), lambda _: None, now=NOW)
    assert read.key_id is None
    assert read.key == TEST_KEY.multikey
    assert (
        refusal_of(jwt(header={"alg": "EdDSA", "kid": KID, "jwk": {**jwk, "x": b64(b"1" * 32)}}))
        == "jwt.claims_disagree"
    )
    assert refusal_of(jwt(header={"alg": "EdDSA", "jwk": {**jwk, "d": "AA"}})) == "multikey.malformed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"iss": "did:web:evil.example"}, "jwt.claims_disagree"),
        ({"iss": None}, "jwt.claims_malformed"),
        ({"jti": "urn:uuid:0"}, "jwt.claims_disagree"),
        ({"jti": None}, "jwt.claims_malformed"),
        ({"sub": "did:example:john"}, "jwt.claims_disagree"),
        ({"nbf": 1_767_225_601}, "jwt.claims_disagree"),
        ({"exp": 1_924_992_001}, "jwt.claims_disagree"),
        ({"nbf": "2026"}, "jwt.claims_malformed"),
        ({"exp": True}, "jwt.claims_malformed"),
        ({"exp": -1}, "jwt.claims_malformed"),
        ({"exp": 10**15}, "jwt.claims_malformed"),
        ({"vc": []}, "jwt.claims_malformed"),
        ({"credentialSubject": None, "@context": None}, "jwt.claims_malformed"),
    ],
)
def test_a_claim_that_says_another_thing_than_the_credential_is_refused(change, code):
    payload = {name: value for name, value in {**claims(), **change}.items() if value is not None}
    assert refusal_of(jwt(payload)) == code


def test_the_times_of_the_jwt_are_judged_by_the_clock_that_is_handed_in():
    assert refusal_of(jwt(), now=datetime(2025, 12, 31, tzinfo=UTC)) == "jwt.not_yet_valid"
    assert refusal_of(jwt(), now=datetime(2031, 1, 1, tzinfo=UTC)) == "jwt.expired"


def test_a_payload_that_is_no_credential_is_refused():
    assert refusal_of(jwt([])) == "jwt.claims_malformed"
    assert refusal_of(jwt({"iss": "x"})) == "jwt.claims_malformed"


@pytest.mark.parametrize("change", [{"n": number(2**1023 + 1)}, {"e": "Aw"}, {"n": number(2**9000 + 1)}])
def test_a_weak_or_monstrous_rsa_key_is_refused(change):
    with pytest.raises(InputError) as refusal:
        RsaKey.from_jwk({**rsa_jwk(), **change})
    assert refusal.value.code == "jws.key_weak"


def test_a_private_rsa_key_is_refused_as_public_one():
    with pytest.raises(InputError) as refusal:
        RsaKey.from_jwk({**rsa_jwk(), "d": "AA"})
    assert refusal.value.code == "jws.key_malformed"


def test_a_vc_jwt_is_told_from_json():
    assert is_vc_jwt(jwt())
    assert not is_vc_jwt("{}")
