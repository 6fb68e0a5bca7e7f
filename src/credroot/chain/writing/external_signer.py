"""A signer whose key never leaves where it is: a service that signs digests, such as AWS KMS.

``awskms://REGION/KEY`` names a key by its id, alias (``alias/registrar``) or ARN. Without a region (``awskms:///KEY``)
it is the ARN's, or the one that the AWS tools find, as the credentials are. The key is of the kind ECC_SECG_P256K1,
for signing and verifying.

Source: SEC 1 section 4.1; EIP-2 for the lower half of s; AWS KMS API, GetPublicKey and Sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.chain.writing.transaction import signed_bytes, signing_digest
from credroot.core.errors import CredrootError, InputError, SignerUnavailable
from credroot.core.keccak import keccak256
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Callable

KMS_SCHEME = "awskms://"
CONNECT_S, ANSWER_S, ATTEMPTS = 5, 10, 3
"""Seconds for one question, and how often it is asked; to ask twice for a signature does no harm."""
HEALED_BY_TIME = frozenset(
    {
        "DependencyTimeoutException",
        "InternalFailure",
        "KMSInternalException",
        "KeyUnavailableException",
        "LimitExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""What the service says when the same question may be answered later."""
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
UNCOMPRESSED = b"\x04"
POINT_BYTES = 65
ARN_PARTS, ARN_REGION = 6, 3
"""arn:partition:service:region:account:resource"""


@dataclass(frozen=True, slots=True)
class KmsKey:
    """One key of AWS KMS."""

    name: str
    """Its id, alias or ARN."""
    region: str | None = None
    """`None`: the one that the AWS tools find."""

    @classmethod
    def from_uri(cls, uri: str) -> KmsKey:
        """Read ``awskms://REGION/KEY``, the region left out or not. Raise `InputError` where it names no key."""
        region, slash, name = uri.removeprefix(KMS_SCHEME).partition("/")
        if not slash or not name or (not region.replace("-", "").isalnum() and region):
            raise InputError(f"{uri!r} names no key: awskms://REGION/KEY", code="key.scheme")
        parts = name.split(":")
        if not region and name.startswith("arn:") and len(parts) >= ARN_PARTS:
            region = parts[ARN_REGION]
        return cls(name, region or None)


class KmsClient(Protocol):
    """The two calls of a KMS client that are used."""

    def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803  # the service's own names
        """Give ``PublicKey``: the key as a DER SubjectPublicKeyInfo."""
        ...

    def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803
        """Give ``Signature``: DER, of a digest."""
        ...


class ExternalSigner:
    """Signs through a function from a digest of 32 bytes to a DER signature."""

    def __init__(self, public_key: bytes, sign: Callable[[bytes], bytes]) -> None:
        """Take the key's public point, uncompressed, 65 bytes. Raise `InputError` for anything else."""
        if len(public_key) != POINT_BYTES or public_key[:1] != UNCOMPRESSED:
            raise InputError("not a public key of secp256k1", code="key.malformed")
        self._public = public_key
        self._sign = sign
        self.address = Address(keccak256(public_key[1:])[12:])

    def sign_transaction(self, transaction: dict[str, Any]) -> tuple[bytes, Digest]:
        """See `Signer.sign_transaction`."""
        parity, r, s = self._signature(signing_digest(transaction))
        return signed_bytes(transaction, parity=parity, r=r, s=s)

    def sign_digest(self, digest: Digest) -> bytes:
        """See `Signer.sign_digest`."""
        parity, r, s = self._signature(digest)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + parity])

    def _signature(self, digest: bytes) -> tuple[int, int, int]:
        """Ask for a signature and bring it into the one form that chains take."""
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

        try:
            r, s = decode_dss_signature(self._sign(digest))
        except ValueError as error:
            raise InputError("the external signer gave no signature of the form DER", code="key.signature") from error
        s = min(s, CURVE_ORDER - s)
        for parity in (0, 1):
            if _recovered(digest, parity, r, s) == self._public[1:]:
                return parity, r, s
        raise InputError("the external signer's signature is not of its own key", code="key.signature")


def kms_signer(key: KmsKey, client: KmsClient | None = None) -> ExternalSigner:
    """Open a key of AWS KMS; `client` is made by boto3 where none is given.

    Raises:
        InputError: ``key.extra_missing``, boto3 is not installed; ``key.malformed``, it is a key of another kind;
            ``key.unreachable``, the service refused.
        SignerUnavailable: the service is busy or away. So it is later, when something is to be signed.
    """
    service = client or _boto_client(key.region)
    try:
        public = service.get_public_key(KeyId=key.name)["PublicKey"]
    except Exception as error:  # the library raises kinds that it makes at run time
        raise _translated(key, "can't be used", error) from error

    def sign(digest: bytes) -> bytes:
        try:
            answer = service.sign(
                KeyId=key.name, Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256"
            )
        except Exception as error:
            raise _translated(key, "did not sign", error) from error
        return bytes(answer["Signature"])

    return ExternalSigner(_point(public), sign)


def _boto_client(region: str | None) -> KmsClient:
    try:
        boto3: Any = import_module("boto3")
        config: Any = import_module("botocore.config")
    except ImportError as error:
        raise InputError(
            "keys of AWS KMS need boto3: pip install 'credroot[awskms]'", code="key.extra_missing"
        ) from error
    bounds = config.Config(
        connect_timeout=CONNECT_S, read_timeout=ANSWER_S, retries={"mode": "standard", "total_max_attempts": ATTEMPTS}
    )
    try:
        client: KmsClient = boto3.client("kms", region_name=region, config=bounds)
    except Exception as error:  # no region, say, or a profile that is not there
        raise InputError(f"AWS KMS can't be asked: {error}", code="key.unreachable") from error
    return client


def _translated(key: KmsKey, what: str, error: Exception) -> CredrootError:
    """Give our error for one of boto3's: what time may heal, apart from what only the issuer can mend."""
    response = getattr(error, "response", {})
    said = response.get("Error", {}).get("Code") or type(error).__name__
    no_answer = any(kind.__name__ in ("ConnectionError", "HTTPClientError") for kind in type(error).__mro__)
    if no_answer or said in HEALED_BY_TIME:
        return SignerUnavailable(f"the key {key.name!r} {what}: {said}; nothing was sent, try again later")
    return InputError(f"the key {key.name!r} {what}: {said}", code="key.unreachable")


def _point(spki: bytes) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError("not a public key", code="key.malformed") from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256K1):
        raise InputError("the key is not of the curve secp256k1 (ECC_SECG_P256K1)", code="key.malformed")
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _recovered(digest: bytes, parity: int, r: int, s: int) -> bytes | None:
    with keep_recursion_limit():
        from coincurve import PublicKey
    try:
        compact = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
        found: bytes = PublicKey.from_signature_and_message(compact, digest, hasher=None).format(compressed=False)
    except Exception:  # the library raises its own kinds where no point fits
        return None
    return found[1:]
