"""A whole credential in the fragment of a link: browsers keep that part to themselves, so no server's log ever has it.

``#c1=`` and base64url of raw DEFLATE over the credential's canonical JSON, with a preset dictionary of the words that
badges share. That makes 1.3 kB of a badge of 3.4 kB: short enough for a QR code of print size.
"""

from __future__ import annotations

import base64
import re
import zlib
from typing import TYPE_CHECKING

from credroot.core.errors import InputError
from credroot.core.json.jcs import canonical_bytes

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject

PREFIX = "c1="
MAX_LINK_CHARACTERS = 512 * 1024
MAX_CREDENTIAL_BYTES = 1024 * 1024
_LINK = re.compile(r"\s*+(?:[^\s#]*#)?c1=([A-Za-z0-9_-]+)\s*")
_WINDOW_BITS = -15  # raw DEFLATE: no header, no checksum, for the anchor says what is intact

# Version 1 for ever: a link that was printed must open in every later release. What is most common stands last.
_WORDS = (
    b'"validUntil":"2026-01-01T00:00:00Z","awardedDate":"evidence":[{"id":"https://","type":["Evidence"],"name":",'
    b'"narrative":"result":[{"type":["Result"],"resultDescription":"urn:uuid:","value":","image":{"id":"https://",'
    b'"type":"Image"},"url":"https://www.alignment":[{"targetCode":","targetFramework":","targetName":","targetUrl":'
    b'"https://","type":["Alignment"]}],"creditsAvailable":,"criteria":{"id":"narrative":"},"description":","id":'
    b'"https://","inLanguage":"en","name":","resultDescription":[{"id":"urn:uuid:","name":"","resultType":"Percent",'
    b'"type":["ResultDescription"],"valueMax":"100","valueMin":"0"}],"tag":["],"type":["Achievement"]},"identifier":'
    b'[{"hashed":false,"identityHash":","identityType":"name","type":"IdentityObject"},{"hashed":true,"identityHash":'
    b'"sha256$","identityType":"emailAddress","salt":"","type":"IdentityObject"}],"type":["AchievementSubject"]},'
    b'"credentialStatus":{"id":"https://","statusListCredential":"https://","statusListIndex":"","statusPurpose":'
    b'"revocation","type":"BitstringStatusListEntry"},"id":"urn:uuid:","issuer":{"id":"did:web:did:key:z6Mk","name":'
    b'"University","type":["Profile"]},"proof":[{"created":"2026-01-01T00:00:00Z","cryptosuite":"eddsa-rdfc-2022",'
    b'"proofPurpose":"assertionMethod","proofValue":"z","type":"DataIntegrityProof","verificationMethod":'
    b'"did:key:z6Mk#z6Mk"},{"created":"20","cryptosuite":"merkle-registry-2026","nonce":"u","proofPurpose":'
    b'"assertionMethod","proofValue":"uqAABA","type":"DataIntegrityProof","verificationMethod":'
    b'"did:pkh:eip155:1:0x#blockchainAccountId"}],"type":["VerifiableCredential","OpenBadgeCredential"],"validFrom":'
    b'"2026-01-01T00:00:00Z"}{"@context":["https://www.w3.org/ns/credentials/v2",'
    b'"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"credentialSubject":{"achievement":'
    b'{"achievementType":"MicroCredential",'
)


def fragment_of(credential: JsonObject) -> str:
    """Give the fragment, without ``#``, that carries `credential`; the same JSON value always gives the same one."""
    press = zlib.compressobj(9, zlib.DEFLATED, _WINDOW_BITS, 9, zlib.Z_DEFAULT_STRATEGY, _WORDS)
    pressed = press.compress(canonical_bytes(credential)) + press.flush()
    return PREFIX + base64.urlsafe_b64encode(pressed).rstrip(b"=").decode()


def is_link(text: str) -> bool:
    """Tell a link of this kind, or its bare fragment, from anything else."""
    return _LINK.fullmatch(text) is not None


def credential_in(text: str) -> bytes:
    """Give the JSON text that a link, or its bare fragment, carries.

    Raises:
        InputError: ``link.malformed``; ``link.too_large``.
    """
    found = _LINK.fullmatch(text) if len(text) <= MAX_LINK_CHARACTERS else None
    if found is None:
        raise InputError("not a link with a credential in it", code="link.malformed")
    expand = zlib.decompressobj(_WINDOW_BITS, _WORDS)
    try:
        pressed = base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))
        plain = expand.decompress(pressed, MAX_CREDENTIAL_BYTES + 1)
    except (ValueError, zlib.error) as error:
        raise InputError("the link was cut or changed on its way", code="link.malformed") from error
    if len(plain) > MAX_CREDENTIAL_BYTES:
        raise InputError(f"a credential has at most {MAX_CREDENTIAL_BYTES} bytes", code="link.too_large")
    if not expand.eof or expand.unused_data:
        raise InputError("the link was cut or changed on its way", code="link.malformed")
    return plain
