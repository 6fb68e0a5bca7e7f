"""Keys of AWS KMS through AWS's own client, against moto's KMS, and an anchor on a real node that is signed by one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from eth_account import Account
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey

from credroot.app.exit_codes import Exit, exit_of_error
from credroot.app.workspace.signers import open_signer
from credroot.chain.writing.external_signer import CURVE_ORDER, ExternalSigner, KmsKey, kms_signer
from credroot.core.errors import AnchorRejected, CredrootError, InputError, SignerUnavailable
from credroot.core.values import Digest
from credroot.issuer.sending.recorded_events import own_events
from credroot.store.journal_records import BatchState, OperationState
from tests.issuer.lifecycle.conftest import Issuer, Paused, stop

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

REGION = "eu-central-1"
ALIAS = "alias/registrar"
TRANSACTION = {
    "chainId": 11_155_111,
    "nonce": 3,
    "gas": 60_000,
    "value": 0,
    "to": "0x" + "7f" * 20,
    "data": b"data",
    "type": 2,
    "maxFeePerGas": 10**10,
    "maxPriorityFeePerGas": 1,
}


@pytest.fixture(autouse=True)
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give a client of moto's KMS, in a region that nothing but a signer's URI names."""
    for name, value in {"AWS_ACCESS_KEY_ID": "TEST", "AWS_SECRET_ACCESS_KEY": "TEST"}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield boto3.client("kms", region_name=REGION)


@pytest.fixture
def signs_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let moto do what MessageType DIGEST asks for, with s in either half: by itself it hashes the digest once more."""
    halves = iter(range(10**6))

    def sign(self: Any, message: bytes, _algorithm: str) -> bytes:
        r, s = decode_dss_signature(self.private_key.sign(message, ec.ECDSA(Prehashed(SHA256()))))
        low = min(s, CURVE_ORDER - s)
        return encode_dss_signature(r, low if next(halves) % 2 else CURVE_ORDER - low)

    monkeypatch.setattr(ECDSAPrivateKey, "sign", sign)


def new_key(kms: Any, spec: str = "ECC_SECG_P256K1", alias: str = ALIAS) -> dict[str, Any]:
    key: dict[str, Any] = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return key


def opened(uri: str) -> Any:
    return open_signer(uri, (), lambda: "", {})


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Let the service fail when it is asked to sign."""

    def fail(_self: Any, _message: bytes, _algorithm: str) -> bytes:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ECDSAPrivateKey, "sign", fail)
        yield


@pytest.mark.usefixtures("signs_digests")
def test_a_key_is_named_by_region_and_alias_id_or_arn(kms: Any) -> None:
    key = new_key(kms)
    uris = [f"awskms://{REGION}/{ALIAS}", f"awskms://{REGION}/{key['KeyId']}", f"awskms:///{key['Arn']}"]
    addresses = set()
    for uri in uris:
        signer = opened(uri)
        raw, _digest = signer.sign_transaction(TRANSACTION)
        assert Account.recover_transaction(raw) == str(signer.address)
        addresses.add(signer.address)
    assert len(addresses) == 1
    with pytest.raises(InputError) as refused:
        opened(f"awskms://us-east-1/{ALIAS}")
    assert refused.value.code == "key.unreachable"


def test_without_a_region_anywhere_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(InputError, match="region") as refused:
        opened(f"awskms:///{ALIAS}")
    assert refused.value.code == "key.unreachable"


@pytest.mark.parametrize(
    "uri", ["awskms://", "awskms:///", "awskms://eu-central-1", "awskms://eu/central/../", "awskms://a b/c"]
)
def test_what_names_no_key_is_refused(uri: str) -> None:
    with pytest.raises(InputError):
        opened(uri)


@pytest.mark.usefixtures("signs_digests")
def test_signatures_have_the_lower_half_of_s_and_name_their_own_key(kms: Any, rng: random.Random) -> None:
    new_key(kms)
    asked: list[dict[str, Any]] = []
    kms.meta.events.register("provide-client-params.kms.Sign", lambda params, **_rest: asked.append(params))
    signer = kms_signer(KmsKey(ALIAS), kms)
    parities = set()
    for _ in range(20):
        digest = Digest(rng.randbytes(32))
        signature = signer.sign_digest(digest)
        assert int.from_bytes(signature[32:64], "big") <= CURVE_ORDER // 2
        assert Account._recover_hash(digest, signature=signature) == str(signer.address)
        parities.add(signature[64])
    assert parities == {27, 28}
    assert {(one["MessageType"], one["SigningAlgorithm"]) for one in asked} == {("DIGEST", "ECDSA_SHA_256")}


def test_a_service_that_signs_something_else_is_noticed(kms: Any) -> None:
    new_key(kms)
    signer = opened(f"awskms://{REGION}/{ALIAS}")
    with pytest.raises(InputError) as refused:  # moto hashes the digest once more
        signer.sign_transaction(TRANSACTION)
    assert refused.value.code == "key.signature"


@pytest.mark.parametrize("answer", [b"", b"\x30\x02\x02\x00", b"\x30\x06\x02\x01\x01\x02\x01", bytes(70)])
def test_what_is_no_signature_is_refused(kms: Any, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    new_key(kms)
    monkeypatch.setattr(ECDSAPrivateKey, "sign", lambda *_arguments: answer)
    with pytest.raises(InputError) as refused:
        opened(f"awskms://{REGION}/{ALIAS}").sign_transaction(TRANSACTION)
    assert refused.value.code == "key.signature"


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P521", "RSA_2048"])
def test_a_key_of_another_kind_is_refused(kms: Any, spec: str) -> None:
    new_key(kms, spec)
    with pytest.raises(InputError) as refused:
        opened(f"awskms://{REGION}/{ALIAS}")
    assert refused.value.code == "key.malformed"


def busy(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Sign")


@pytest.mark.usefixtures("signs_digests")
@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (busy("ThrottlingException"), SignerUnavailable, Exit.UNKNOWN),
        (busy("KMSInternalException"), SignerUnavailable, Exit.UNKNOWN),
        (EndpointConnectionError(endpoint_url="https://kms.example"), SignerUnavailable, Exit.UNKNOWN),
        (busy("AccessDeniedException"), InputError, Exit.USAGE),
        (busy("DisabledException"), InputError, Exit.USAGE),
    ],
)
def test_what_could_not_be_signed_is_not_sent_and_the_next_run_anchors(
    kms: Any,
    issuer: Issuer,
    error: Exception,
    kind: type[CredrootError],
    status: Exit,
) -> None:
    signer = hired(kms, issuer)
    with issuer.desk() as desk:
        desk.signer = signer
        with failing(error), pytest.raises(kind) as refused:
            desk.anchor()
        assert exit_of_error(refused.value) is status
        assert desk.journal.batch("one").state is BatchState.PREPARED
        assert desk.journal.operations() == ()
        assert desk.chain.nonce(signer.address) == 0
        assert desk.anchor().state is BatchState.PUBLISHED


def hired(kms: Any, issuer: Issuer) -> ExternalSigner:
    """Give a key of KMS that may anchor for an issuer."""
    from credroot.chain.registry.calls import Role
    from credroot.issuer.identity.key_roles import intent_to_set
    from credroot.issuer.sending.intent import Guards

    new_key(kms)
    signer = kms_signer(KmsKey(ALIAS), kms)
    issuer.anvil.fund(signer.address)
    issuer.anvil.mine(10)
    with issuer.desk(folder=issuer.folder.parent / "board") as desk:
        desk.bench.carry_out(desk.signer, intent_to_set(desk.bench, signer.address, Role.ANCHOR), Guards())
    return signer


@pytest.mark.usefixtures("signs_digests")
def test_an_outage_while_a_higher_fee_is_due_leaves_the_transaction_waiting(kms: Any, issuer: Issuer) -> None:
    signer = hired(kms, issuer)
    with issuer.desk(world=stop) as desk:
        desk.signer = signer
        with pytest.raises(Paused):
            desk.anchor()
    with issuer.desk(bump_after_s=0.0) as desk:
        with failing(busy("ThrottlingException")):
            waiting = desk.submission.advance(desk.operation(), signer)
        assert waiting.state is OperationState.STUCK
        assert waiting.note.startswith("no higher fee can be offered now")
        assert len(desk.journal.attempts(waiting.id)) == 1
        desk.signer = signer
        assert desk.anchor().state is BatchState.PUBLISHED
        assert desk.chain.nonce(signer.address) == 1


@pytest.mark.usefixtures("signs_digests")
def test_a_key_without_the_role_is_refused_before_anything_is_signed(kms: Any, issuer: Issuer) -> None:
    new_key(kms)
    stranger = kms_signer(KmsKey(ALIAS), kms)
    issuer.anvil.fund(stranger.address)
    with issuer.desk() as desk:
        desk.signer = stranger
        with pytest.raises(AnchorRejected) as refused:
            desk.anchor()
        assert refused.value.code == "anchor.would_revert"
        assert desk.journal.operations() == ()
        assert list(own_events(desk.bench)) == []
