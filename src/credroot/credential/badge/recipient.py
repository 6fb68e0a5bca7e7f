"""Whom a credential is about: a salted digest of an e-mail address, which its holder can match and nobody can read.

An address is normalised before it is hashed, so that the holder may type it in any case: Unicode NFC, no spaces around,
lower case throughout, and the domain in its own letters rather than ``xn--``.
"""

from __future__ import annotations

import hmac
import unicodedata
from hashlib import sha256
from typing import Any

from credroot.core.json.types import JsonObject

SALT_BYTES = 16
"""Random bytes of a salt; it stands in the file as text and is hashed as that text."""
MAX_ADDRESS = 320
"""Characters of an address that is hashed at all: 64, ``@`` and 255."""
MAX_IDENTIFIERS = 64
"""Identifiers of one subject that are looked at; a badge has one to three."""

_SHA256 = "sha256$"


def normalise_address(text: str) -> str:
    """Give the one spelling of an address that is hashed and compared; no check that it is an address."""
    if text.isascii():
        address = text.strip().lower()
        if "xn--" not in address:
            return address
    else:
        address = unicodedata.normalize("NFC", text).strip().lower()
    local, at, domain = address.rpartition("@")
    return unicodedata.normalize("NFC", local + at + ".".join(map(_in_own_letters, domain.split("."))))


def identity_hash(identity: str, salt: str) -> str:
    """Give ``sha256$`` and 64 hex digits over the UTF-8 bytes of `identity` followed by those of `salt`.

    Source: Open Badges 3.0, IdentityHash.
    """
    return _SHA256 + sha256((identity + salt).encode()).hexdigest()


def email_identity(address: str, salt: str) -> JsonObject:
    """Give the IdentityObject that hides `address` behind `salt`; equal salts would make equal people show."""
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(normalise_address(address), salt),
        "identityType": "emailAddress",
        "salt": salt,
    }


def name_identity(name: str) -> JsonObject:
    """Give the IdentityObject that shows a name, where displays of others look for it."""
    return {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"}


def matches(identity_object: object, address: str) -> bool:
    """Answer whether an IdentityObject, of any issuer, names this e-mail address.

    Issuers hash an address as they hold it, so it is tried as given, in lower case and in both spellings of its domain.
    Hashes are compared in constant time. What is no e-mail identity, or hashed by MD5, does not match.
    """
    if not isinstance(identity_object, dict) or identity_object.get("identityType") != "emailAddress":
        return False
    stated = identity_object.get("identityHash")
    salt = identity_object.get("salt", "")
    if not isinstance(stated, str) or not isinstance(salt, str) or len(address) > MAX_ADDRESS or not address.strip():
        return False
    found = False
    try:
        if identity_object.get("hashed") is True:
            for spelling in _spellings(address):
                found |= _equal(identity_hash(spelling, salt), _SHA256 + stated.removeprefix(_SHA256).lower())
        elif identity_object.get("hashed") is False and len(stated) <= MAX_ADDRESS:
            found = _equal(normalise_address(stated), normalise_address(address))
    except UnicodeEncodeError:  # a lone surrogate has no bytes
        return False
    return found


def is_recipient(credential: JsonObject, who: str) -> bool:
    """Answer whether a credential is about `who`: an e-mail address, or a DID, which must be the subject's ``id``.

    Of several subjects any may match; at most `MAX_IDENTIFIERS` identifiers of each are tried.
    """
    found = False
    for subject in _as_list(credential.get("credentialSubject"))[:MAX_IDENTIFIERS]:
        if not isinstance(subject, dict):
            continue
        if who.startswith("did:"):
            found |= subject.get("id") == who
        for identity_object in _as_list(subject.get("identifier"))[:MAX_IDENTIFIERS]:
            found |= matches(identity_object, who)
    return found


def _spellings(address: str) -> set[str]:
    """Give the spellings of one address that issuers are known to hash."""
    given = address.strip()
    spellings = {given, given.lower(), normalise_address(given)}
    local, at, domain = normalise_address(given).rpartition("@")
    if not domain.isascii():
        spellings.add(local + at + ".".join(map(_in_ascii, domain.split("."))))
    return spellings


def _in_own_letters(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode").lower()
    except UnicodeError:
        return label


def _in_ascii(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
