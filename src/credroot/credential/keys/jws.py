"""Compact JWS signatures of an explicit list of algorithms, checked strictly.

The algorithm has to fit the key: every kind of key has one, and a header that names another is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.json.types import JsonObject
from credroot.core.text.multibase import decode_base64url
from credroot.credential.keys.multikey import KeyType, Multikey, jwk_bytes
from credroot.credential.keys.signatures import signature_holds

ALGORITHMS = ("EdDSA", "ES256", "RS256")
"""The algorithms that are checked; ``none`` and every symmetric one is refused by not being among them."""
MAX_JWS_CHARS = 1_500_000
"""Characters of a JWS: a credential of 1 MiB in base64url, and its signature."""
MAX_HEADER_BYTES = 16_384
MIN_RSA_BITS, MAX_RSA_BITS = 2_048, 8_192
"""Shorter keys are broken; longer ones only make checking slow."""
RSA_EXPONENT = 65_537

_ALGORITHM_OF = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256"}
_HEADER_MEMBERS = frozenset({"alg", "kid", "jwk", "typ", "cty", "iss"})


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA public key for RS256."""

    modulus: int
    exponent: int

    @classmethod
    def from_jwk(cls, jwk: object) -> RsaKey:
        """Read ``{"kty": "RSA", "n": ..., "e": "AQAB"}``.

        Raises:
            InputError: ``jws.key_malformed``, also for a private key; ``jws.key_weak``, out of `MIN_RSA_BITS` to
                `MAX_RSA_BITS`, or another exponent than 65537.
        """
        if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or "d" in jwk:
            raise InputError("not a public RSA JWK", code="jws.key_malformed")
        modulus = int.from_bytes(jwk_bytes(jwk.get("n"), None), "big")
        exponent = int.from_bytes(jwk_bytes(jwk.get("e"), None), "big")
        if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS or exponent != RSA_EXPONENT:
            raise InputError(f"an RSA key of {modulus.bit_length()} bits, exponent {exponent}", code="jws.key_weak")
        return cls(modulus, exponent)


def jws_key(jwk: object) -> Multikey | RsaKey:
    """Read a public JWK of a kind that signs here.

    Raises:
        InputError: codes of `Multikey.from_jwk` and `RsaKey.from_jwk`.
    """
    if isinstance(jwk, dict) and jwk.get("kty") == "RSA":
        return RsaKey.from_jwk(jwk)
    return Multikey.from_jwk(jwk)


@dataclass(frozen=True, slots=True)
class CompactJws:
    """A JWS taken apart; nothing in it is known to be true before `holds` says so."""

    header: JsonObject
    """The protected header."""
    payload: bytes
    """The bytes that were signed, decoded."""
    signing_input: bytes
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> CompactJws:
        """Take ``header.payload.signature`` apart.

        Raises:
            InputError: ``jws.malformed``; ``jws.algorithm``, not among `ALGORITHMS`; ``jws.critical``, it has ``crit``
                or ``b64``; ``jws.header``, a member that could name a key from elsewhere (``jku``, ``x5u``, ...).

        Source: RFC 7515 sections 3.1, 4.1.11 and 7.1; RFC 8725 sections 3.1 to 3.3.
        """
        parts = text.split(".") if len(text) <= MAX_JWS_CHARS else []
        if len(parts) != 3:
            raise InputError("a compact JWS has three parts", code="jws.malformed")
        header_bytes, payload, signature = (_decoded(part) for part in parts)
        header = loads(header_bytes, max_bytes=MAX_HEADER_BYTES)
        if not isinstance(header, dict):
            raise InputError("a JWS header is a JSON object", code="jws.malformed")
        if "crit" in header or "b64" in header:
            raise InputError("no critical extension is understood", code="jws.critical")
        if header.get("alg") not in ALGORITHMS:
            raise InputError(f"no support for the algorithm {header.get('alg')!s:.20}", code="jws.algorithm")
        unknown = sorted(set(header) - _HEADER_MEMBERS)
        if unknown:
            raise InputError(f"unexpected in a header: {unknown[0][:40]!r}", code="jws.header")
        return cls(header, payload, text.rpartition(".")[0].encode(), signature)

    def holds(self, key: Multikey | RsaKey) -> bool:
        """Answer whether `key` made the signature.

        Raises:
            InputError: ``jws.algorithm``, the header's algorithm is not the key's.
        """
        expected = "RS256" if isinstance(key, RsaKey) else _ALGORITHM_OF.get(key.key_type)
        if self.header["alg"] != expected:
            raise InputError(f"{self.header['alg']} is no algorithm of such a key", code="jws.algorithm")
        if isinstance(key, RsaKey):
            return _rsa_holds(key, self.signature, self.signing_input)
        return signature_holds(key, self.signature, self.signing_input)


def _decoded(part: str) -> bytes:
    try:
        return decode_base64url("u" + part)
    except InputError as error:
        raise InputError(f"not base64url: {error}", code="jws.malformed") from error


def _rsa_holds(key: RsaKey, signature: bytes, message: bytes) -> bool:
    # Imported where it is needed: it takes longer to load than most verifications take, and most need none of it.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    try:
        public = RSAPublicNumbers(key.exponent, key.modulus).public_key()
        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
