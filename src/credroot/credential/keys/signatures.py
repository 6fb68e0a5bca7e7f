"""Making and checking signatures: Ed25519 by libsodium, ECDSA by OpenSSL."""

from __future__ import annotations

from typing import Self

from nacl import bindings as sodium
from nacl.exceptions import BadSignatureError

from credroot.core.errors import InputError
from credroot.core.text.multibase import decode_base58btc, encode_base58btc
from credroot.credential.keys.multikey import KeyType, Multikey

SEED_BYTES = 32
ED25519_SIGNATURE_BYTES = 64
_SECRET_PREFIX = b"\x80\x26"  # multicodec ed25519-priv, 0x1300
_ECDSA_INTEGER_BYTES = {KeyType.P256: 32, KeyType.P384: 48}


class SigningKey:
    """An Ed25519 key that can sign. Its secret shows neither in `repr` nor in errors."""

    __slots__ = ("_secret", "multikey")

    def __init__(self, seed: bytes) -> None:
        """Build the key of a 32-byte `seed`, which is the secret itself; `InputError` for another size."""
        if len(seed) != SEED_BYTES:
            raise InputError(f"an Ed25519 seed has {SEED_BYTES} bytes, got {len(seed)}", code="key.malformed")
        public, self._secret = sodium.crypto_sign_seed_keypair(seed)
        self.multikey = Multikey(KeyType.ED25519, public)

    @classmethod
    def from_secret_multibase(cls, text: str) -> Self:
        """Read ``z3u2...``, the secret form of Multikey; `InputError` ``key.malformed``."""
        data = decode_base58btc(text)
        if not data.startswith(_SECRET_PREFIX):
            raise InputError("not the secret Multikey of an Ed25519 key", code="key.malformed")
        return cls(data[len(_SECRET_PREFIX) :])

    @property
    def secret_multibase(self) -> str:
        """The secret, ``z3u2...``. Whoever has it is the issuer."""
        return encode_base58btc(_SECRET_PREFIX + self._secret[:SEED_BYTES])

    def sign(self, message: bytes) -> bytes:
        """Give the 64 bytes of the Ed25519 signature; the same message gives the same signature (RFC 8032)."""
        return sodium.crypto_sign(message, self._secret)[:ED25519_SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"SigningKey({self.multikey.text})"


def signature_holds(key: Multikey, signature: bytes, message: bytes) -> bool:
    """Answer whether `signature` over `message` was made by the holder of `key`.

    Ed25519: libsodium's rule, which refuses a scalar S that is not reduced, a key or commitment of small order and a
    key that is not canonical. ECDSA: r and s side by side, SHA-256 with P-256 and SHA-384 with P-384; both s and n -
    s hold, as FIPS 186-5 has it. A point that is not on its curve signs nothing.
    """
    if key.key_type is KeyType.ED25519:
        return _ed25519_holds(key.raw, signature, message)
    return _ecdsa_holds(key, signature, message)


def _ed25519_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    if len(signature) != ED25519_SIGNATURE_BYTES:
        return False
    try:
        sodium.crypto_sign_open(signature + message, public)
    except BadSignatureError:
        return False
    return True


def _ecdsa_holds(key: Multikey, signature: bytes, message: bytes) -> bool:
    # Imported where it is needed: it takes longer to load than most verifications take, and most need none of it.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    size = _ECDSA_INTEGER_BYTES[key.key_type]
    if len(signature) != 2 * size:
        return False
    curve, digest = (ec.SECP256R1(), hashes.SHA256()) if size == 32 else (ec.SECP384R1(), hashes.SHA384())
    r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curve, key.raw)
        public.verify(encode_dss_signature(r, s), message, ec.ECDSA(digest))
    except (InvalidSignature, ValueError):
        return False
    return True
