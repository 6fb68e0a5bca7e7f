"""Open Badges as a VC-JWT: a compact JWS whose payload is the credential, or carries it in ``vc``.

Source: 1EdTech Open Badges 3.0, section 8.2 (JSON Web Token Proof Format); W3C VC Data Model 1.1, section 6.3.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.json.strict import loads
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.clock import format_time, parse_time
from credroot.credential.keys.jws import CompactJws, RsaKey, jws_key
from credroot.credential.keys.multikey import Multikey
from credroot.credential.proof.data_integrity import MAX_CLOCK_SKEW

ResolveJwsKey = Callable[[str], Multikey | RsaKey | None]
"""From ``kid`` to the key; None where nobody knows."""

_MAX_NUMERIC_DATE = 253_402_300_799  # seconds; the last moment of year 9999
_REGISTERED = frozenset({"iss", "sub", "jti", "nbf", "exp", "iat", "aud", "nonce", "vc"})


@dataclass(frozen=True, slots=True)
class JwtCredential:
    """A credential out of a VC-JWT whose signature holds."""

    credential: JsonObject
    """The credential, every claim of the JWT agreeing with it."""
    algorithm: str
    """``EdDSA``, ``ES256`` or ``RS256``."""
    key: Multikey | RsaKey
    """What it was checked with."""
    key_id: str | None
    """``kid``; None where the header brought its own key, which then vouches for nothing but the signature."""


def is_vc_jwt(text: str) -> bool:
    """Answer whether `text` looks like a compact JWS: three parts, the first one a JSON object in base64url."""
    return text.startswith("eyJ") and text.count(".") == 2


def read_vc_jwt(text: str, *, paid: Callable[[int], None] = lambda _microseconds: None) -> JsonObject:
    """Give the credential that a VC-JWT carries, its signature unchecked: for reading what there is to be judged.

    Where the credential has no validity of its own, that of the JWT stands in it. `paid` is told as by `loads`.

    Raises:
        InputError: as `verify_vc_jwt`, but for those of keys, signature and time.
    """
    claims = _claims(CompactJws.parse(text), paid)
    credential = _credential(claims)
    _check_agreement(claims, credential)
    for name, members in (("nbf", ("validFrom", "issuanceDate")), ("exp", ("validUntil", "expirationDate"))):
        moment = _numeric_date(claims, name)
        if moment is not None and all(credential.get(member) is None for member in members):
            credential[members[0]] = format_time(moment)
    return credential


def agrees_with_outer(credential: JsonObject, outer: JsonObject) -> bool:
    """Answer whether an object around a JWT says nothing else than the credential in it.

    ``EnvelopedVerifiableCredential`` has only ``@context``, ``id`` and ``type``; another one repeats members.
    """
    if "proof" not in outer:
        return outer.keys() <= {"@context", "id", "type"}
    return all(_agrees(name, value, credential.get(name)) for name, value in outer.items() if name != "proof")


def _agrees(name: str, outer: JsonValue, signed: JsonValue) -> bool:
    """Compare a member with the signed one: an array of one is that one, and no other difference is none.

    But ``iss`` and ``sub`` may be all that names issuer and subject in the token, or the issuer's id all outside of it.
    """
    outer, signed = _one(outer), _one(signed)
    if name == "issuer":
        return canonical_bytes(outer) == canonical_bytes(signed) or (
            _id_of(outer) == _id_of(signed) and _says_only_id(outer)
        )
    if name == "credentialSubject" and isinstance(outer, dict) and isinstance(signed, dict) and "id" not in outer:
        signed = {member: value for member, value in signed.items() if member != "id"}
    return canonical_bytes(outer) == canonical_bytes(signed)


def _one(value: JsonValue) -> JsonValue:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _says_only_id(issuer: JsonValue) -> bool:
    return not isinstance(issuer, dict) or issuer.keys() == {"id"}


def verify_vc_jwt(text: str, resolve_key: ResolveJwsKey, *, now: datetime) -> JwtCredential:
    """Check a VC-JWT, and give its credential.

    The key is that of ``kid``. A ``jwk`` in the header is taken only where there is no ``kid``. `now` is for ``nbf``
    and ``exp``; the credential's own validity is the verifier's to judge.

    Raises:
        InputError: codes of `CompactJws.parse` and of the keys; ``jwt.key_unknown``; ``jwt.signature_wrong``;
            ``jwt.claims_malformed``; ``jwt.claims_disagree``, a claim says another thing than the credential;
            ``jwt.not_yet_valid``; ``jwt.expired``.
    """
    jws = CompactJws.parse(text)
    key_id = jws.header.get("kid")
    key = _key(jws, resolve_key)
    if not jws.holds(key):
        raise InputError("the credential was changed, or another key signed it", code="jwt.signature_wrong")
    claims = _claims(jws)
    credential = _credential(claims)
    _check_agreement(claims, credential)
    _check_times(claims, now)
    return JwtCredential(credential, str(jws.header["alg"]), key, key_id if isinstance(key_id, str) else None)


def _claims(jws: CompactJws, paid: Callable[[int], None] = lambda _microseconds: None) -> JsonObject:
    claims = loads(jws.payload, paid=paid)
    if not isinstance(claims, dict):
        raise InputError("the payload is no JSON object", code="jwt.claims_malformed")
    return claims


def _key(jws: CompactJws, resolve_key: ResolveJwsKey) -> Multikey | RsaKey:
    key_id, jwk = jws.header.get("kid"), jws.header.get("jwk")
    if key_id is None and jwk is not None:
        return jws_key(jwk)
    if not isinstance(key_id, str):
        raise InputError("the header names no key", code="jwt.key_unknown")
    key = resolve_key(key_id)
    if key is None:
        raise InputError(f"nobody knows the key {key_id[:120]!r}", code="jwt.key_unknown")
    if jwk is not None and jws_key(jwk) != key:
        raise InputError("kid and jwk are two keys", code="jwt.claims_disagree")
    return key


def _credential(claims: JsonObject) -> JsonObject:
    """Give ``vc``, or the claims themselves without those that are only a JWT's."""
    wrapped = claims.get("vc")
    if wrapped is None:
        credential = {name: value for name, value in claims.items() if name not in _REGISTERED}
    elif isinstance(wrapped, dict):
        credential = dict(wrapped)
        for name, member in (("iss", "issuer"), ("jti", "id")):
            if name in claims:
                credential.setdefault(member, claims[name])
    else:
        raise InputError("vc is a JSON object", code="jwt.claims_malformed")
    if "@context" not in credential or "credentialSubject" not in credential:
        raise InputError("the claims are no credential", code="jwt.claims_malformed")
    return credential


def _check_agreement(claims: JsonObject, credential: JsonObject) -> None:
    pairs = (
        ("iss", _id_of(credential.get("issuer")), True),
        ("jti", credential.get("id"), "id" in credential),
        ("sub", _id_of(credential.get("credentialSubject")), False),
    )
    for name, member, is_required in pairs:
        claim = claims.get(name)
        if claim is None and is_required:
            raise InputError(f"the JWT needs {name}", code="jwt.claims_malformed")
        if claim is not None and member is not None and claim != member:
            raise InputError(f"{name} says {claim!s:.80}, the credential {member!s:.80}", code="jwt.claims_disagree")
    for name, members in (("nbf", ("validFrom", "issuanceDate")), ("exp", ("validUntil", "expirationDate"))):
        stated = next((found for found in map(credential.get, members) if found is not None), None)
        moment = _numeric_date(claims, name)
        if moment is not None and stated is not None and moment != _whole_seconds(stated):
            raise InputError(f"{name} says {moment}, the credential {stated!s:.40}", code="jwt.claims_disagree")


def _check_times(claims: JsonObject, now: datetime) -> None:
    not_before, expires = _numeric_date(claims, "nbf"), _numeric_date(claims, "exp")
    if not_before is not None and not_before > now + MAX_CLOCK_SKEW:
        raise InputError(f"not valid before {not_before}", code="jwt.not_yet_valid")
    if expires is not None and expires <= now:
        raise InputError(f"not valid since {expires}", code="jwt.expired")


def _id_of(value: JsonValue) -> JsonValue:
    return value.get("id") if isinstance(value, dict) else value


def _numeric_date(claims: JsonObject, name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _MAX_NUMERIC_DATE:  # type: ignore[operator]
        raise InputError(f"{name} is a number of seconds", code="jwt.claims_malformed")
    return datetime.fromtimestamp(int(value), UTC)  # type: ignore[arg-type]


def _whole_seconds(value: JsonValue) -> datetime | None:
    return parse_time(value).replace(microsecond=0) if isinstance(value, str) else None
