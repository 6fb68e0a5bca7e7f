"""TEST KEYs drawn from a seed, and signatures in every suite and token form that a verifier takes.

The bytes that are signed are put together here once more, from the specifications, so that what a verifier accepts is
not what its own code signed.
"""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import rfc8785
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC, RSA
from Crypto.Signature import DSS, pkcs1_15

from credroot.core.text.multibase import encode_base58btc
from credroot.credential.keys.multikey import KeyType, Multikey
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.rdf.shapes.cache import default_shape_cache

Document = dict[str, Any]
SIGNED_AT = datetime(2026, 4, 1, tzinfo=UTC)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Edwards:
    """An Ed25519 TEST KEY."""

    algorithm = "EdDSA"

    def __init__(self, rng: random.Random) -> None:
        self.signing = SigningKey(rng.randbytes(32))
        self.multikey = self.signing.multikey

    def sign(self, message: bytes) -> bytes:
        return self.signing.sign(message)


class Nist:
    """A P-256 TEST KEY, whose signatures are those of RFC 6979."""

    algorithm = "ES256"

    def __init__(self, rng: random.Random) -> None:
        self._key = ECC.construct(curve="P-256", d=rng.randrange(1, P256_ORDER))
        point = self._key.pointQ
        raw = bytes([2 + (int(point.y) & 1)]) + int(point.x).to_bytes(32, "big")
        self.multikey = Multikey(KeyType.P256, raw)

    def sign(self, message: bytes) -> bytes:
        return DSS.new(self._key, "deterministic-rfc6979").sign(SHA256.new(message))


class Rivest:
    """An RSA TEST KEY for tokens."""

    algorithm = "RS256"

    def __init__(self, rng: random.Random) -> None:
        self._key = RSA.generate(2048, randfunc=rng.randbytes)

    @property
    def jwk(self) -> Document:
        size = 256
        return {"kty": "RSA", "n": b64(int(self._key.n).to_bytes(size, "big")), "e": "AQAB"}

    def sign(self, message: bytes) -> bytes:
        return pkcs1_15.new(self._key).sign(SHA256.new(message))


Key = Edwards | Nist | Rivest


@dataclass(frozen=True)
class Signer:
    """A key under the name by which verifiers find it."""

    did: str
    method: str
    key: Key


def own_did(key: Edwards | Nist) -> Signer:
    """Give a key that is its own DID."""
    text = key.multikey.text
    return Signer(f"did:key:{text}", f"did:key:{text}#{text}", key)


def signed(document: Document, signer: Signer, suite: str = "eddsa-rdfc-2022", **more: Any) -> Document:
    """Add a proof before the others; `more` are members of it beside the usual ones."""
    others = document.get("proof", [])
    listed = others if isinstance(others, list) else [others]
    kind = {"type": suite} if suite[0].isupper() else {"type": "DataIntegrityProof", "cryptosuite": suite}
    options = {
        **kind,
        "created": SIGNED_AT.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": signer.method,
        "proofPurpose": "assertionMethod",
        **more,
    }
    bare = {name: value for name, value in document.items() if name != "proof"}
    if "jcs" in suite:
        parts = (rfc8785.dumps(options), rfc8785.dumps(bare))
    else:
        parts = (_quads({**options, "@context": document["@context"]}), _quads(bare))
    message = sha256(parts[0]).digest() + sha256(parts[1]).digest()
    proof = {**options, "proofValue": encode_base58btc(signer.key.sign(message))}
    return {**bare, "proof": [proof, *listed] if listed else proof}


def _quads(document: Document) -> bytes:
    return default_shape_cache().canonical_form(document).nquads


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def token(claims: Any, signer: Signer, header: Document | None = None) -> str:
    """Write a compact JWS."""
    head = {"alg": signer.key.algorithm, "kid": signer.method, "typ": "JWT"} if header is None else header
    message = f"{b64(as_bytes(head))}.{b64(as_bytes(claims))}"
    return f"{message}.{b64(signer.key.sign(message.encode()))}"
