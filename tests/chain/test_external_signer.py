"""Signers whose key is elsewhere, and keys that lie where other tools put them."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account

from credroot.app.settings.settings import load_settings
from credroot.app.workspace.signers import open_signer
from credroot.chain.writing.external_signer import CURVE_ORDER, ExternalSigner, KmsKey, kms_signer
from credroot.chain.writing.keystore import LIGHT_SCRYPT_WORK, create_keystore, signer_from_key
from credroot.core.errors import InputError
from credroot.core.keccak import keccak256
from credroot.core.values import Address, Digest

KEY = keccak256(b"TEST KEY of an external signer")
PASSPHRASE = "TEST PASSPHRASE"


class FakeKms:
    """The two calls of AWS KMS, with a TEST KEY; its signatures have s in either half, as the real service's."""

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        number = int.from_bytes(KEY, "big")
        self._key = ec.derive_private_key(number, curve or ec.SECP256K1())
        self.flip = False

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803
        if KeyId != "alias/registrar":
            raise RuntimeError("NotFoundException")
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"PublicKey": public}

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803
        assert (KeyId, MessageType, SigningAlgorithm) == ("alias/registrar", "DIGEST", "ECDSA_SHA_256")
        r, s = decode_dss_signature(self._key.sign(Message, ec.ECDSA(Prehashed(SHA256()))))
        self.flip = not self.flip
        return {"Signature": encode_dss_signature(r, CURVE_ORDER - s if self.flip else s)}


def transactions(rng: random.Random) -> list[dict[str, Any]]:
    shared = {"chainId": 11_155_111, "nonce": rng.randrange(300), "gas": 60_000, "value": rng.randrange(10**18)}
    to = str(Address(b"\x7f" * 20))
    return [
        {**shared, "to": to, "data": rng.randbytes(70), "gasPrice": 10**9},
        {**shared, "to": b"", "data": b"", "gasPrice": 0},
        {**shared, "to": to, "data": rng.randbytes(3), "type": 2, "maxFeePerGas": 10**10, "maxPriorityFeePerGas": 0},
        {**shared, "to": b"", "data": b"\0", "type": 2, "maxFeePerGas": 1, "maxPriorityFeePerGas": 1},
    ]


def test_a_transaction_signed_by_a_service_is_one_of_the_same_account(rng: random.Random) -> None:
    signer = kms_signer(KmsKey("alias/registrar"), FakeKms())
    assert signer.address == signer_from_key(KEY).address
    for _ in range(10):
        for transaction in transactions(rng):
            raw, digest = signer.sign_transaction(transaction)
            assert Account.recover_transaction(raw) == str(signer.address)
            assert digest == keccak256(raw)


def test_the_bytes_are_those_of_eth_account_but_for_the_signature(rng: random.Random) -> None:
    import rlp

    for transaction in transactions(rng):
        theirs, _ = signer_from_key(KEY).sign_transaction(transaction)
        ours, _ = kms_signer(KmsKey("alias/registrar"), FakeKms()).sign_transaction(transaction)
        skip = 1 if transaction.get("type") == 2 else 0
        assert theirs[:skip] == ours[:skip]
        assert rlp.decode(theirs[skip:])[:-3] == rlp.decode(ours[skip:])[:-3]


def test_signatures_have_the_lower_half_of_s(rng: random.Random) -> None:
    signer = kms_signer(KmsKey("alias/registrar"), FakeKms())
    for _ in range(10):
        digest = Digest(rng.randbytes(32))
        signature = signer.sign_digest(digest)
        assert int.from_bytes(signature[32:64], "big") <= CURVE_ORDER // 2
        assert Account._recover_hash(digest, signature=signature) == str(signer.address)


def test_a_key_of_another_kind_or_none_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        kms_signer(KmsKey("alias/registrar"), FakeKms(ec.SECP256R1()))
    assert refused.value.code == "key.malformed"
    with pytest.raises(InputError) as refused:
        kms_signer(KmsKey("alias/other"), FakeKms())
    assert refused.value.code == "key.unreachable"


def test_a_service_that_signs_with_another_key_is_noticed(rng: random.Random) -> None:
    other = ec.generate_private_key(ec.SECP256K1())
    public = b"\x04" + bytes(64)
    signer = ExternalSigner(public, lambda digest: other.sign(digest, ec.ECDSA(Prehashed(SHA256()))))
    with pytest.raises(InputError) as refused:
        signer.sign_digest(Digest(rng.randbytes(32)))
    assert refused.value.code == "key.signature"


def test_without_boto3_an_awskms_signer_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "boto3", None)
    with pytest.raises(InputError) as refused:
        open_signer("awskms:///alias/registrar", (), lambda: "", {})
    assert refused.value.code == "key.extra_missing"


def test_keystores_are_found_where_foundry_and_geth_keep_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    foundry, geth = home / ".foundry" / "keystores", home / ".ethereum" / "keystore"
    address = create_keystore(foundry / "registrar", PASSPHRASE, key=KEY, work=LIGHT_SCRYPT_WORK)
    name = f"UTC--2026-01-02T03-04-05.678901234Z--{address.hex()}"
    create_keystore(geth / name, PASSPHRASE, key=KEY, work=LIGHT_SCRYPT_WORK)
    folders = load_settings(tmp_path, {"HOME": str(home)}).keystore_folders
    for uri in ("keystore://registrar", f"keystore://{address}", f"keystore://{str(address).lower()}"):
        assert open_signer(uri, folders, lambda: PASSPHRASE, {}).address == address
    with pytest.raises(InputError) as refused:
        open_signer("keystore://somebody", folders, lambda: PASSPHRASE, {})
    assert refused.value.code == "key.not_found"


def test_a_key_in_the_environment_is_taken_with_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    signer = open_signer("env://ISSUER_KEY", (), lambda: "", {"ISSUER_KEY": "0x" + KEY.hex()})
    assert signer.address == signer_from_key(KEY).address
    told = capsys.readouterr()
    assert "ISSUER_KEY can be read" in told.err
    assert KEY.hex() not in told.err + told.out
    with pytest.raises(InputError) as refused:
        open_signer("env://ISSUER_KEY", (), lambda: "", {"ISSUER_KEY": KEY.hex()[:-1]})
    assert KEY.hex()[:-1] not in str(refused.value)


@pytest.mark.parametrize("uri", ["0x" + "11" * 32, "11" * 32, "http://registrar", "keystore://../registrar", "env://"])
def test_nothing_else_names_a_signer_least_of_all_a_raw_key(uri: str) -> None:
    with pytest.raises(InputError):
        open_signer(uri, (), lambda: "", {})


def test_a_keystore_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "registrar.json"
    create_keystore(path, PASSPHRASE, key=KEY, work=LIGHT_SCRYPT_WORK)
    if os.name != "nt":
        path.chmod(0o644)
        with pytest.raises(InputError) as refused:
            open_signer("keystore://registrar", (tmp_path,), lambda: PASSPHRASE, {})
        assert refused.value.code == "key.mode"
    assert json.loads(path.read_text())["version"] == 3
