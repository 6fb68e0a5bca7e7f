"""Whose key is that? Verification methods that need nobody's answer, because the DID is the key."""

from __future__ import annotations

from credroot.core.errors import InputError
from credroot.credential.multikey import Multikey

DID_KEY = "did:key:"


def did_of(verification_method: str) -> str:
    """Give the DID that a verification method's URL belongs to."""
    return verification_method.split("#", 1)[0]


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
