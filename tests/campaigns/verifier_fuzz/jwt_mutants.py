"""Changes to compact tokens: headers, claims, signatures, and parts of other tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tests.campaigns.verifier_fuzz import byte_mutants, json_mutants
from tests.campaigns.verifier_fuzz.signing import Document, b64

HEADERS: tuple[Document, ...] = (
    {"alg": "none"},
    {"alg": "HS256"},
    {"alg": "ES256"},
    {"alg": "EdDSA"},
    {"alg": "RS256"},
    {"alg": "ES384"},
    {"alg": ["EdDSA"]},
    {"alg": None},
    {"crit": ["exp"]},
    {"b64": False},
    {"typ": "vc+sd-jwt"},
    {"typ": 1},
    {"cty": "vc"},
    {"kid": "#key-1"},
    {"kid": ""},
    {"kid": None},
    {"kid": {}},
    {"jwk": {}},
    {"jku": "https://example.org/keys"},
    {"x5c": ["MIIB"]},
    {"iss": "did:web:example.org"},
)
CLAIMS = ("iss", "sub", "jti", "nbf", "exp", "iat", "aud", "nonce", "vc")


def mutant(text: str, rng: random.Random, others: Sequence[str]) -> tuple[str, str]:
    """Give the name of a change, and the changed token; `others` are to take parts from."""
    change = rng.choice(CHANGES)
    try:
        return change.__name__.strip("_"), change(text, rng, others)
    except (ValueError, IndexError, TypeError):
        return "cut", text[:-1]


def parts_of(text: str) -> tuple[Any, Any, str]:
    """Take a token apart."""
    head, payload, signature = text.split(".")
    return _parsed(head), _parsed(payload), signature


def _parsed(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def joined(header: Any, claims: Any, signature: str) -> str:
    """Put a token together, the signature as it is."""
    return f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}.{signature}"


def _other_claims(text: str, rng: random.Random, others: Sequence[str]) -> str:
    header, claims, signature = parts_of(text)
    _, changed = json_mutants.mutant(claims, rng, [parts_of(rng.choice(others))[1]])
    return joined(header, changed, signature)


def _other_registered_claim(text: str, rng: random.Random, others: Sequence[str]) -> str:
    header, claims, signature = parts_of(text)
    claims[rng.choice(CLAIMS)] = rng.choice((json_mutants.odd_value(rng), 1e12, -1, 0, "did:key:z6Mk", 2**53 - 1))
    return joined(header, claims, signature)


def _other_header(text: str, rng: random.Random, others: Sequence[str]) -> str:
    header, claims, signature = parts_of(text)
    return joined({**header, **rng.choice(HEADERS)}, claims, rng.choice((signature, "")))


def _header_of_any_type(text: str, rng: random.Random, others: Sequence[str]) -> str:
    header, claims, signature = parts_of(text)
    if rng.random() < 0.3:
        return joined(json_mutants.odd_value(rng), claims, signature)
    header[rng.choice([*header, "jwk", "crit"])] = json_mutants.odd_value(rng)
    return joined(header, claims, signature)


def _own_key(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """Sign it with another key, which the header brings along."""
    from credroot.credential.keys.signatures import SigningKey

    header, claims, _ = parts_of(text)
    key = SigningKey(rng.randbytes(32))
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(key.multikey.raw)}
    kind = rng.randrange(4)
    header = {**header, "alg": "EdDSA", "jwk": jwk}
    if kind == 0:
        del header["kid"]
    elif kind == 1:
        header["kid"] = f"did:key:{key.multikey.text}#{key.multikey.text}"
    if rng.random() < 0.5:
        claims["name"] = "Doctor of Medicine"
    message = joined(header, claims, "").rpartition(".")[0]
    return f"{message}.{b64(key.sign(message.encode()))}"


def _public_key_as_secret(text: str, rng: random.Random, others: Sequence[str]) -> str:
    header, claims, _ = parts_of(text)
    message = joined({**header, "alg": "HS256"}, claims, "").rpartition(".")[0]
    secret = str(header.get("kid", "")).encode()
    return f"{message}.{b64(hmac.new(secret, message.encode(), hashlib.sha256).digest())}"


def _parts_of_another(text: str, rng: random.Random, others: Sequence[str]) -> str:
    mine, theirs = text.split("."), rng.choice(others).split(".")
    return ".".join(rng.choice(pair) for pair in zip(mine, theirs, strict=True))


def _parts_elsewhere(text: str, rng: random.Random, others: Sequence[str]) -> str:
    parts = text.split(".")
    rng.shuffle(parts)
    odd = (
        ".".join(parts),
        ".".join(parts[:2]),
        text + ".",
        "." + text,
        text + "." + parts[0],
        text.replace(".", "..", 1),
    )
    return rng.choice(odd)


def _other_spelling(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """Spell base64url otherwise: padded, with unused bits, in the other alphabet, with line ends."""
    parts = text.split(".")
    spot = rng.randrange(3)
    part = parts[spot]
    last = part[-1]
    odd = (
        part + "=",
        part + "==",
        part.replace("-", "+"),
        part.replace("_", "/"),
        part[:9] + "\n" + part[9:],
        part[:-1] + chr(ord(last) ^ 1),
        part + "A",
        part[:-1],
        part + " ",
        part[:5] + "\u00a0" + part[5:],
    )
    parts[spot] = rng.choice(odd)
    return ".".join(parts)


def _other_signature(text: str, rng: random.Random, others: Sequence[str]) -> str:
    head, payload, signature = text.split(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    odd = (
        bytes(len(raw)),
        raw[::-1],
        raw[:-1],
        raw + b"\0",
        bytes([raw[0] ^ 1]) + raw[1:],
        raw[: len(raw) // 2] * 2,
        b"",
    )
    return f"{head}.{payload}.{b64(rng.choice(odd))}"


def _bytes(text: str, rng: random.Random, others: Sequence[str]) -> str:
    return byte_mutants.mutant(text.encode(), rng, [other.encode() for other in others[:3]])[1].decode("latin-1")


def _claims_spelled_otherwise(text: str, rng: random.Random, others: Sequence[str]) -> str:
    """Change the bytes of the claims' JSON below the signature."""
    head, payload, signature = text.split(".")
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    _, changed = byte_mutants.mutant(raw, rng, [raw])
    return f"{head}.{b64(changed)}.{signature}"


CHANGES: tuple[Callable[[str, random.Random, Sequence[str]], str], ...] = (
    _other_claims,
    _other_claims,
    _other_registered_claim,
    _other_header,
    _header_of_any_type,
    _own_key,
    _public_key_as_secret,
    _parts_of_another,
    _parts_elsewhere,
    _other_spelling,
    _other_signature,
    _bytes,
    _claims_spelled_otherwise,
)
