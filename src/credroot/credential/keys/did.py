"""DIDs and the keys behind them: did:key by itself, did:web from a document that somebody else fetched.

Nothing here reaches for the network: `web_document_url` says where a document would be, and `DidDocument` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from credroot.core.errors import InputError
from credroot.core.json.types import JsonObject, JsonValue
from credroot.core.text.clock import parse_time
from credroot.core.text.multibase import decode_base58btc
from credroot.credential.keys.jws import RsaKey, jws_key
from credroot.credential.keys.multikey import KeyType, Multikey
from credroot.credential.rdf.contexts import DID_V1, MULTIKEY_V1

MAX_DID_CHARS = 2_000
"""Characters of a DID URL that is read."""
KEYS_KEPT = 1_024
"""Keys of did:keys that are kept read; a verifier meets the same issuers again and again."""
MAX_PORT = 65_535
MAX_METHODS = 64
"""Verification methods of one DID document."""

_DID_URL = re.compile(r"(?P<did>did:(?P<method>[a-z0-9]+):(?P<id>[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]))(?P<rest>[/?#].*)?")
_HOST = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_AUTHORITY = re.compile(r"(?P<host>[^%]+)(?:%3[Aa](?P<port>[1-9][0-9]{0,4}))?")
_PATH_PART = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]+")
_END_MEMBERS = ("revoked", "expires")
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_NO_END = datetime.max.replace(tzinfo=UTC)
_KEY_MEMBERS = ("publicKeyMultibase", "publicKeyJwk", "publicKeyBase58")

ResolveDocument = Callable[[str], JsonObject | None]
"""From a DID to its document; None where it can't be had."""


@dataclass(frozen=True, slots=True)
class DidUrl:
    """A DID, and what it is followed by."""

    did: str
    """``did:web:example.org``"""
    method: str
    """``web``"""
    method_id: str
    """``example.org``"""
    fragment: str | None
    """What stands after ``#``."""

    @classmethod
    def parse(cls, text: str) -> DidUrl:
        """Read a DID or a DID URL that has at most a fragment.

        Raises:
            InputError: ``did.malformed``.
        """
        match = _DID_URL.fullmatch(text) if len(text) <= MAX_DID_CHARS else None
        if match is None:
            raise InputError(f"not a DID: {text[:80]!r}", code="did.malformed")
        rest = match["rest"]
        if rest is not None and (not rest.startswith("#") or len(rest) == 1 or "#" in rest[1:]):
            raise InputError(f"a key is named by a DID and a fragment: {text[:80]!r}", code="did.malformed")
        return cls(match["did"], match["method"], match["id"], rest[1:] if rest else None)


def did_key(key: Multikey) -> str:
    """Give the did:key of `key`."""
    return f"did:key:{key.text}"


def did_key_method(key: Multikey) -> str:
    """Give the verification method of a did:key, ``did:key:z...#z...``."""
    return f"did:key:{key.text}#{key.text}"


@lru_cache(maxsize=KEYS_KEPT)
def key_of_did_key(text: str) -> Multikey:
    """Read the key that a did:key, or a verification method of one, is.

    Raises:
        InputError: ``did.malformed``, also for a fragment that is another key; ``multikey.malformed``;
            ``multikey.unsupported``.

    Source: did:key Method 0.9, W3C Credentials Community Group.
    """
    url = DidUrl.parse(text)
    if url.method != "key" or (url.fragment is not None and url.fragment != url.method_id):
        raise InputError(f"not the key of a did:key: {text[:80]!r}", code="did.malformed")
    return Multikey.from_text(url.method_id)


def web_document_url(did: str) -> str:
    """Say where the document of a did:web is: always https, a port as ``%3A8443``, further parts as a path.

    Raises:
        InputError: ``did.malformed``; also for an IP address, a host without a dot, user names, and ``..``.

    Source: did:web Method, W3C Credentials Community Group, section 3.2.
    """
    url = DidUrl.parse(did)
    if url.method != "web" or url.fragment is not None:
        raise InputError(f"not a did:web: {did[:80]!r}", code="did.malformed")
    authority, *path = url.method_id.split(":")
    found = _AUTHORITY.fullmatch(authority)
    if found is None or _HOST.fullmatch(found["host"]) is None or int(found["port"] or 1) > MAX_PORT:
        raise InputError(f"not a host name that a did:web can have: {authority[:80]!r}", code="did.malformed")
    if any(_PATH_PART.fullmatch(part) is None for part in path):
        raise InputError(f"not a path that a did:web can have: {did[:80]!r}", code="did.malformed")
    origin = f"https://{found['host']}:{found['port']}" if found["port"] else f"https://{found['host']}"
    return "/".join([origin, *(path or [".well-known"]), "did.json"])


@dataclass(frozen=True, slots=True)
class DidDocument:
    """A DID document, as far as keys that sign assertions are concerned."""

    did: str
    """Whose document it is."""
    assertion_keys: Mapping[str, Multikey]
    """From a verification method under ``assertionMethod``, as full URL, to its key; only kinds that we check."""
    also_known_as: tuple[str, ...]
    """Other names that the DID says it has; claims, until the other side says the same."""
    accounts: tuple[str, ...]
    """CAIP-10 accounts (``eip155:1:0x...``) of verification methods under ``assertionMethod``, as written."""
    rsa_keys: Mapping[str, RsaKey] = field(default_factory=dict)
    """As `assertion_keys`, RSA keys, which sign only JWTs."""
    removed_at: Mapping[str, datetime] = field(default_factory=dict)
    """By verification method, from when on it signs no more; such a key still stands among the keys."""
    account_ended_at: Mapping[str, datetime] = field(default_factory=dict)
    """By account, as written, from when on it acts no more; no current method names it."""

    @classmethod
    def read(cls, document: JsonObject, *, did: str) -> DidDocument:
        """Read the document that was found for `did`.

        A method counts only where it stands under ``assertionMethod``, by reference or whole, its ``controller`` is
        this DID and its id begins with it.

        Raises:
            InputError: ``did.wrong_document``, it is another DID's; ``did.document_malformed``.

        Source: W3C Controlled Identifiers 1.0, sections 2.2 and 2.3; CAIP-10 for accounts.
        """
        if document.get("id") != did:
            raise InputError(f"the document of {did[:80]!r} has another id", code="did.wrong_document")
        declared = {_method_id(method, did): method for method in _methods(document, "verificationMethod")}
        keys: dict[str, Multikey] = {}
        rsa_keys: dict[str, RsaKey] = {}
        removed_at: dict[str, datetime] = {}
        accounts: dict[str, datetime] = {}
        for entry in _entries(document, "assertionMethod"):
            method = entry if isinstance(entry, dict) else declared.get(_absolute(str(entry), did))
            if method is None or method.get("controller") != did or not _is_own(_method_id(method, did), did):
                continue
            key, name = _key_of(method), _method_id(method, did)
            if isinstance(key, Multikey):
                keys[name] = key
            elif key is not None:
                rsa_keys[name] = key
            ends = [_moment(method[member]) for member in _END_MEMBERS if member in method]
            if ends:
                removed_at[name] = min(ends)
            account = method.get("blockchainAccountId")
            if isinstance(account, str):
                accounts[account] = max(accounts.get(account, _BEGINNING), min(ends, default=_NO_END))
        names = [name for name in _entries(document, "alsoKnownAs") if isinstance(name, str)]
        ended_at = {account: end for account, end in accounts.items() if end != _NO_END}
        return cls(did, MappingProxyType(keys), tuple(names), tuple(accounts), rsa_keys, removed_at, ended_at)

    def current_key(self, verification_method: str) -> Multikey | None:
        """Give a key that was never removed, for those who know no time."""
        return None if verification_method in self.removed_at else self.assertion_keys.get(verification_method)


def did_document(did: str, key: Multikey, *, account: str | None = None, fragment: str = "key-1") -> JsonObject:
    """Write the document of `did`, under ``assertionMethod`` its Multikey and, where given, its CAIP-10 account."""
    methods: list[JsonValue] = [
        {"id": f"{did}#{fragment}", "type": "Multikey", "controller": did, "publicKeyMultibase": key.text}
    ]
    if account is not None:
        methods.append(
            {
                "id": f"{did}#account",
                "type": "EcdsaSecp256k1RecoveryMethod2020",
                "controller": did,
                "blockchainAccountId": account,
            }
        )
    return {
        "@context": [DID_V1, MULTIKEY_V1],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods if isinstance(method, dict)],
    }


def key_resolver(documents: ResolveDocument) -> Callable[[str], Multikey | None]:
    """Give what `data_integrity.verify_proofs` asks for keys: did:key at once, any other DID from its document.

    The resolver raises `InputError` as `key_of_did_key` and `DidDocument.read` do.
    """

    def resolve(verification_method: str) -> Multikey | None:
        url = DidUrl.parse(verification_method)
        if url.method == "key":
            return key_of_did_key(verification_method)
        document = documents(url.did)
        if document is None or url.fragment is None:
            return None
        return DidDocument.read(document, did=url.did).current_key(verification_method)

    return resolve


def _entries(document: JsonObject, member: str) -> list[JsonValue]:
    value = document.get(member)
    entries: list[JsonValue] = value if isinstance(value, list) else [value]
    if value is None:
        return []
    if len(entries) > MAX_METHODS:
        raise InputError(f"more than {MAX_METHODS} values of {member}", code="did.document_malformed")
    return entries


def _methods(document: JsonObject, member: str) -> list[JsonObject]:
    methods = [method for method in _entries(document, member) if isinstance(method, dict)]
    if len({_method_id(method, "") for method in methods}) != len(methods):
        raise InputError("two verification methods have one id", code="did.document_malformed")
    return methods


def _absolute(reference: str, did: str) -> str:
    return did + reference if reference.startswith("#") else reference


def _method_id(method: JsonObject, did: str) -> str:
    return _absolute(str(method.get("id")), did)


def _is_own(method_id: str, did: str) -> bool:
    return method_id.startswith(did + "#") and len(method_id) > len(did) + 1


def _moment(value: JsonValue) -> datetime:
    """Read when a key ends; what can't be read ends it from the beginning."""
    try:
        return parse_time(value) if isinstance(value, str) else _BEGINNING
    except InputError:
        return _BEGINNING


def _key_of(method: JsonObject) -> Multikey | RsaKey | None:
    """Read a method's key; None where it has none of a kind that we check with, or has two."""
    present = [member for member in _KEY_MEMBERS if member in method]
    if len(present) != 1:
        return None
    value = method[present[0]]
    try:
        if present == ["publicKeyJwk"]:
            return jws_key(value)
        if present == ["publicKeyMultibase"]:
            return Multikey.from_text(str(value))
        # The form of 2018 says by its type which kind of key the bytes are.
        is_edwards = method.get("type") == "Ed25519VerificationKey2018"
        return Multikey(KeyType.ED25519, decode_base58btc(f"z{value}")) if is_edwards else None
    except InputError:
        return None
