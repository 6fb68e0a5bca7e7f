"""Whose key is that? A DID that is its own key, a DID document at hand, or the profile that an account points to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.credential.keys.multikey import Multikey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from credroot.core.json.types import JsonObject
    from credroot.credential.badge.profile import Profile
    from credroot.credential.keys.jws import RsaKey

DID_KEY = "did:key:"
_KEYS_KEPT = 256  # a verifier meets a few issuers again and again


def did_of(verification_method: str) -> str:
    """Give the DID, or the URL, that a verification method's URL belongs to."""
    return verification_method.split("#", 1)[0]


@lru_cache(maxsize=_KEYS_KEPT)
def resolve_did_key(verification_method: str) -> Multikey | None:
    """Give the key of ``did:key:z6Mk...#z6Mk...``; `None` for any other verification method.

    Source: W3C CCG did:key 0.9, section 3.1.
    """
    did, _, fragment = verification_method.partition("#")
    text = did.removeprefix(DID_KEY)
    if not did.startswith(DID_KEY) or fragment != text:
        return None
    try:
        return Multikey.from_text(text)
    except InputError:
        return None


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key, and what says that it is the one."""

    key: Multikey | RsaKey
    source: str
    """``did``, ``did document`` or ``profile``."""
    removed_at: datetime | None = None
    """From when on its owner no longer signs with it."""


@dataclass(slots=True)
class KeyBook:
    """Finds the keys that one file's signatures claim, without asking anybody."""

    did_documents: Mapping[str, JsonObject]
    profile: Profile | None = None
    """A profile that the caller takes for its issuer's own words; `None` where there is none."""
    _found: dict[str, FoundKey | None] = field(default_factory=dict)

    def find(self, verification_method: str) -> FoundKey | None:
        """Give a key that may sign assertions; `None` where nobody says so. Each is looked up once."""
        if verification_method not in self._found:
            self._found[verification_method] = self._look_up(verification_method)
        return self._found[verification_method]

    def multikey(self, verification_method: str) -> Multikey | None:
        """Give a key for Data Integrity proofs, removed or not: the caller looks at `FoundKey.removed_at`."""
        found = self.find(verification_method)
        return found.key if found is not None and isinstance(found.key, Multikey) else None

    def _look_up(self, verification_method: str) -> FoundKey | None:
        own = resolve_did_key(verification_method)
        if own is not None:
            return FoundKey(own, "did")
        return self._in_document(verification_method) or self._in_profile(verification_method)

    def _in_document(self, verification_method: str) -> FoundKey | None:
        did = did_of(verification_method)
        document = self.did_documents.get(did)
        if document is None:
            return None
        from credroot.credential.keys.did import DidDocument

        try:
            known = DidDocument.read(document, did=did)
        except InputError:
            return None
        key = known.assertion_keys.get(verification_method) or known.rsa_keys.get(verification_method)
        return None if key is None else FoundKey(key, "did document", known.removed_at.get(verification_method))

    def _in_profile(self, verification_method: str) -> FoundKey | None:
        listed = None if self.profile is None else self.profile.keys.get(verification_method)
        if self.profile is None or listed is None or did_of(verification_method) != self.profile.did:
            return None
        return FoundKey(listed.key, "profile", listed.removed_at)
