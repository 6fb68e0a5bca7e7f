"""What an issuer publishes about itself: its profile, and for a did:web the DID document, with keys and account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from credroot.chain.registry import calls as registry_calls
from credroot.core.errors import InputError
from credroot.core.text.clock import format_time, parse_time
from credroot.core.values import AccountId, Digest
from credroot.credential.badge.profile import Profile, ProfileKey, read_profile, sign_profile
from credroot.credential.keys.did import did_document, did_key, did_key_method, web_document_url
from credroot.credential.keys.multikey import Multikey
from credroot.issuer.sending.intent import Intent
from credroot.store.durable import write_file

if TYPE_CHECKING:
    from pathlib import Path

    from credroot.chain.registry.deployment import Deployment
    from credroot.core.json.types import JsonObject
    from credroot.credential.keys.signatures import SigningKey

REMOVED_KEYS_FILE = "removed-keys.json"
REMOVED_KEYS_FORMAT = "credroot/removed-keys/v1"
PROFILE_FILE = "profile.json"
_NUMBER = re.compile(r"-(\d{1,4})\.json$")


@dataclass(frozen=True, slots=True)
class RemovedKey:
    """A signing key that the issuer signs with no longer."""

    method: str
    """Its verification method, as credentials name it."""
    key: Multikey
    removed_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who issues: everything that is published, before it is signed."""

    did: str
    name: str
    accounts: tuple[AccountId, ...]
    key: Multikey
    method: str
    """The verification method of `key`."""
    removed: tuple[RemovedKey, ...] = ()
    url: str | None = None
    image: str | None = None

    @property
    def profile(self) -> Profile:
        """The profile document, unsigned."""
        keys = {self.method: ProfileKey(self.key)}
        keys |= {old.method: ProfileKey(old.key, old.removed_at) for old in self.removed}
        return Profile(self.did, self.name, self.accounts, keys, self.url, self.image)

    @property
    def did_document(self) -> JsonObject:
        """The DID document: keys and account under ``assertionMethod``, removed keys with the moment of their end."""
        account = self.accounts[0].caip10 if self.accounts else None
        document: dict[str, Any] = did_document(
            self.did, self.key, account=account, fragment=self.method.partition("#")[2]
        )
        for old in self.removed:
            document["verificationMethod"].append(
                {
                    "id": old.method,
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": old.key.text,
                    "revoked": format_time(old.removed_at),
                }
            )
            document["assertionMethod"].append(old.method)
        return document


def method_of(did: str, key: Multikey, key_file: str) -> str:
    """Give the verification method of the key in `key_file`: its did:key's, else ``#key-1``, ``#key-2`` by file."""
    if did == did_key(key):
        return did_key_method(key)
    found = _NUMBER.search(key_file)
    return f"{did}#key-{found[1] if found else 1}"


def document_place(did: str) -> PurePosixPath | None:
    """Say where below the published folder the DID document lies; `None` for a DID that has none on the web."""
    if not did.startswith("did:web:"):
        return None
    return PurePosixPath(urlsplit(web_document_url(did)).path.lstrip("/"))


def write_did_document(public: Path, identity: Identity) -> Path:
    """Write the DID document of a did:web below `public`; give its path.

    Raises:
        InputError: ``did.no_document``, another kind of DID; ``did.malformed``.
    """
    place = document_place(identity.did)
    if place is None:
        raise InputError(f"{identity.did[:40]} needs no document: only did:web has one", code="did.no_document")
    path = public / place
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, orjson.dumps(identity.did_document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return path


def write_profile(public: Path, identity: Identity, key: SigningKey, *, created: datetime) -> Digest:
    """Sign the profile, write it below `public`, and give the digest that the account has to set.

    A file that says the same already stays, to the byte.
    """
    path = public / PROFILE_FILE
    present = path.read_bytes() if path.exists() else b""
    if _says_the_same(present, identity):
        return Digest.sha256(present)
    data = sign_profile(identity.profile, key, verification_method=identity.method, created=created)
    public.mkdir(parents=True, exist_ok=True)
    write_file(path, data)
    return Digest.sha256(data)


def _says_the_same(present: bytes, identity: Identity) -> bool:
    """Answer whether a signed profile is there already that need not be signed, and paid for, again."""
    try:
        profile, document = read_profile(present)
    except InputError:
        return False
    proof = document.get("proof")
    is_own = isinstance(proof, dict) and proof.get("verificationMethod") == identity.method
    return is_own and profile.to_json() == identity.profile.to_json()


def profile_intent(deployment: Deployment, account: AccountId, digest: Digest, publish_url: str | None) -> Intent:
    """Give the transaction by which the account points to its profile."""
    uri = "" if publish_url is None else f"{publish_url.rstrip('/')}/{PROFILE_FILE}"
    data = registry_calls.set_profile(account.address, digest, uri)
    return Intent("profile", f"profile {str(digest)[:10]}", deployment.address, data)


def read_removed_keys(keys: Path) -> tuple[RemovedKey, ...]:
    """Read which keys were removed; none where there is no such file.

    Raises:
        InputError: ``key.removed_malformed``.
    """
    path = keys / REMOVED_KEYS_FILE
    if not path.exists():
        return ()
    try:
        content = orjson.loads(path.read_bytes())
        if content["format"] != REMOVED_KEYS_FORMAT:
            raise InputError(f"{path}: not a {REMOVED_KEYS_FORMAT} file", code="key.removed_malformed")
        return tuple(
            RemovedKey(entry["id"], Multikey.from_text(entry["publicKeyMultibase"]), parse_time(entry["removed"]))
            for entry in content["keys"]
        )
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a {REMOVED_KEYS_FORMAT} file", code="key.removed_malformed") from error


def write_removed_keys(keys: Path, removed: tuple[RemovedKey, ...]) -> None:
    """Write the file that `read_removed_keys` reads."""
    entries = [
        {"id": old.method, "publicKeyMultibase": old.key.text, "removed": format_time(old.removed_at)}
        for old in removed
    ]
    content = {"format": REMOVED_KEYS_FORMAT, "keys": entries}
    write_file(keys / REMOVED_KEYS_FILE, orjson.dumps(content, option=orjson.OPT_INDENT_2))
