"""The issuer's profile, ``credroot/profile/v1``: who it is, its keys and its accounts, signed by its DID's key.

::

    {"format": "credroot/profile/v1", "id": "did:web:...", "name": "...", "url": "...", "image": "...",
     "accounts": ["eip155:137:0x..."],
     "keys": [{"id": "did:web:...#key-1", "publicKeyMultibase": "z6Mk...", "removed": "2027-01-01T00:00:00Z"}],
     "proof": {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", ...}}

``url``, ``image`` and ``removed`` may be absent. The account sets the SHA-256 of the file's bytes in
the registry. So the key vouches for the account and the account for the key, whatever the DID method; who stands behind
both is for the verifier's own list to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes
from credroot.core.json.strict import loads
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.clock import format_time, parse_time
from credroot.core.text.multibase import encode_base58btc
from credroot.core.values import AccountId
from credroot.credential.keys.multikey import Multikey
from credroot.credential.proof.suites.suite import DATA_INTEGRITY_PROOF, hash_data, suite_name

if TYPE_CHECKING:
    from credroot.credential.keys.signatures import SigningKey
    from credroot.credential.proof.data_integrity import ProofResult, ResolveKey
    from credroot.credential.proof.suites.held_signatures import HeldSignatures
    from credroot.credential.rdf.canonical_form import CanonicalForm

PROFILE_FORMAT = "credroot/profile/v1"
EDDSA_JCS_2022 = "eddsa-jcs-2022"
MAX_PROFILE_BYTES = 65_536
MAX_ENTRIES = 64
"""Accounts or keys of one profile."""

_REQUIRED = frozenset({"format", "id", "name", "accounts", "keys", "proof"})
_OPTIONAL = frozenset({"url", "image"})


@dataclass(frozen=True, slots=True)
class ProfileKey:
    """A key of the issuer."""

    key: Multikey
    removed_at: datetime | None = None
    """From when on the issuer no longer signs with it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an issuer says of itself. Reading it checks no signature: see `signature_of`."""

    did: str
    name: str
    accounts: tuple[AccountId, ...]
    keys: Mapping[str, ProfileKey]
    """By verification method, each below `did`."""
    url: str | None = None
    image: str | None = None

    def to_json(self) -> JsonObject:
        """Give the unsigned document."""
        keys: list[JsonValue] = []
        for name, entry in self.keys.items():
            members: JsonObject = {"id": name, "publicKeyMultibase": entry.key.text}
            if entry.removed_at is not None:
                members["removed"] = format_time(entry.removed_at)
            keys.append(members)
        document: JsonObject = {"format": PROFILE_FORMAT, "id": self.did, "name": self.name}
        if self.url is not None:
            document["url"] = self.url
        if self.image is not None:
            document["image"] = self.image
        document["accounts"] = [account.caip10 for account in self.accounts]
        document["keys"] = keys
        return document

    @classmethod
    def from_json(cls, document: JsonObject) -> Profile:
        """Read a profile.

        Raises:
            InputError: ``profile.format`` for another format, ``profile.malformed`` for missing, unknown or mistyped
                members; codes of `AccountId`, `Multikey` and `parse_time`.
        """
        if document.get("format") != PROFILE_FORMAT:
            raise InputError(f"not of the format {PROFILE_FORMAT}", code="profile.format")
        missing, unknown = _REQUIRED - document.keys(), document.keys() - _REQUIRED - _OPTIONAL
        if missing or unknown:
            raise _malformed(f"missing {sorted(missing)}, unknown {sorted(unknown)[:5]}")
        did = _text(document, "id")
        keys: dict[str, ProfileKey] = {}
        for entry in _entries(document, "keys"):
            if not isinstance(entry, dict) or entry.keys() - {"id", "publicKeyMultibase", "removed"}:
                raise _malformed("a key has id, publicKeyMultibase and maybe removed")
            name = _text(entry, "id")
            if not name.startswith(did + "#") or name in keys:
                raise _malformed(f"{name[:80]!r} is not a key of {did[:80]!r}, or stands there twice")
            removed_at = parse_time(_text(entry, "removed")) if "removed" in entry else None
            keys[name] = ProfileKey(Multikey.from_text(_text(entry, "publicKeyMultibase")), removed_at)
        return cls(
            did=did,
            name=_text(document, "name"),
            accounts=tuple(AccountId.from_caip10(str(entry)) for entry in _entries(document, "accounts")),
            keys=keys,
            url=_text(document, "url") if "url" in document else None,
            image=_text(document, "image") if "image" in document else None,
        )


def read_profile(data: bytes) -> tuple[Profile, JsonObject]:
    """Read a profile's bytes; give it with its document. Errors as `json.strict.loads` and `Profile.from_json`."""
    document = loads(data, max_bytes=MAX_PROFILE_BYTES)
    if not isinstance(document, dict):
        raise InputError(f"not of the format {PROFILE_FORMAT}", code="profile.format")
    return Profile.from_json(document), document


def sign_profile(profile: Profile, key: SigningKey, *, verification_method: str, created: datetime) -> bytes:
    """Give the bytes of the signed document, canonical JSON: what is published, and hashed for the registry.

    Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.3.
    """
    document = profile.to_json()
    options: JsonObject = {
        "type": DATA_INTEGRITY_PROOF,
        "cryptosuite": EDDSA_JCS_2022,
        "created": format_time(created),
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    message = hash_data(key.multikey.key_type, options=canonical_bytes(options), document=canonical_bytes(document))
    proof: JsonObject = {**options, "proofValue": encode_base58btc(key.sign(message))}
    return canonical_bytes({**document, "proof": proof})


def signature_of(
    document: JsonObject, resolve_key: ResolveKey, *, now: datetime, held: HeldSignatures | None = None
) -> ProofResult | None:
    """Check a profile's one signature; `None` where it has none or several, or of another suite."""
    from credroot.credential.proof.data_integrity import verify_proofs

    proof = document.get("proof")
    if not isinstance(proof, dict) or suite_name(proof) != EDDSA_JCS_2022:
        return None
    return verify_proofs(document, resolve_key, now=now, canonicalize=_no_rdf, held=held)[0]


def _no_rdf(_: JsonObject) -> CanonicalForm:
    raise InputError("a profile is signed as plain JSON", code="profile.malformed")


def _entries(document: JsonObject, member: str) -> Sequence[JsonValue]:
    value = document[member]
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise _malformed(f"{member} is an array of at most {MAX_ENTRIES}")
    return value


def _text(document: JsonObject, member: str) -> str:
    value = document.get(member)
    if not isinstance(value, str) or not value:
        raise _malformed(f"{member} is a text")
    return value


def _malformed(reason: str) -> InputError:
    return InputError(f"profile: {reason}", code="profile.malformed")
