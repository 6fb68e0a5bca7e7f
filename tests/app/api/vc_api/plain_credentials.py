"""Plain W3C credentials and presentations, signed by strangers. TEST KEY: the seeds are no secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from credroot.core.text.clock import format_time
from credroot.core.text.multibase import encode_base58btc, encode_base64url
from credroot.credential.keys.signatures import SigningKey
from credroot.credential.proof.data_integrity import sign
from credroot.credential.proof.suites.suite import hash_data
from credroot.credential.rdf.contexts import VC_V2
from credroot.credential.rdf.shapes.cache import default_shape_cache
from credroot.credential.status import bitstring
from credroot.credential.status.status_list import StatusPurpose, status_entry, status_list_credential

UNDEFINED_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"
LIST_URL = "https://issuer.example/status/1"
NOW = datetime.now(UTC).replace(microsecond=0)
EARLIER = NOW - timedelta(days=1)
LATER = NOW + timedelta(days=1)
REVOKED_INDEX, SUSPENDED_INDEX = 7, 8


def key(name: str = "stranger") -> SigningKey:
    return SigningKey(sha256(b"TEST KEY " + name.encode()).digest())


def did(name: str = "stranger") -> str:
    return f"did:key:{key(name).multikey.text}"


def method(name: str = "stranger") -> str:
    return f"{did(name)}#{key(name).multikey.text}"


def plain(**changes: Any) -> dict[str, Any]:
    """A credential without a proof; a member that is changed to `...` is left out."""
    document: dict[str, Any] = {
        "@context": [VC_V2, UNDEFINED_TERMS],
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential"],
        "issuer": did(),
        "validFrom": format_time(EARLIER),
        "credentialSubject": {"id": "did:example:jane", "skill": "welding"},
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not ...}


def signed(document: dict[str, Any] | None = None, *, by: str = "stranger", **options: Any) -> dict[str, Any]:
    credential = plain() if document is None else document
    return dict(sign(credential, key(by), verification_method=method(by), created=EARLIER, **options))


def in_envelope(claims: dict[str, Any], *, by: str = "stranger", **header: Any) -> dict[str, Any]:
    """A credential as a JWT in an envelope."""
    parts = ({"alg": "EdDSA", "kid": method(by), **header}, claims)
    content = ".".join(encode_base64url(json.dumps(part).encode())[1:] for part in parts)
    token = f"{content}.{encode_base64url(key(by).sign(content.encode()))[1:]}"
    return {
        "@context": VC_V2,
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }


def claimed(**changes: Any) -> dict[str, Any]:
    """The claims of a JWT: a credential, and what a JWT says of it."""
    document = plain(**changes)
    return {**document, "iss": document["issuer"], "jti": document["id"]}


def broken(**changes: Any) -> dict[str, Any]:
    """A credential that was signed and then changed, as only somebody who breaks a rule would."""
    changed = {**signed(), **changes}
    return {name: value for name, value in changed.items() if value is not ...}


def status_list(*, issuer: str = "stranger", signer: str | None = None, url: str = LIST_URL) -> dict[str, Any]:
    bits = bitstring.pack({REVOKED_INDEX: 1}, entries=bitstring.MINIMUM_ENTRIES)
    return signed(status_list_credential(url, did(issuer), bits=bits, valid_from=EARLIER), by=signer or issuer)


def suspension_list(url: str) -> dict[str, Any]:
    bits = bitstring.pack({SUSPENDED_INDEX: 1}, entries=bitstring.MINIMUM_ENTRIES)
    document = status_list_credential(url, did(), bits=bits, valid_from=EARLIER, purpose=StatusPurpose.SUSPENSION)
    return signed(document)


def with_status(
    index: int,
    *,
    url: str = LIST_URL,
    purpose: StatusPurpose = StatusPurpose.REVOCATION,
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    changes = {} if about is None else {"credentialSubject": about}
    return signed(plain(credentialStatus=status_entry(url, index, purpose=purpose), **changes))


def presentation(*credentials: dict[str, Any], **changes: Any) -> dict[str, Any]:
    document = {
        "@context": [VC_V2],
        "type": ["VerifiablePresentation"],
        "holder": did("holder"),
        "verifiableCredential": [*credentials],
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not ...}


def presented(
    document: dict[str, Any], *, by: str = "holder", purpose: str = "authentication", **terms: Any
) -> dict[str, Any]:
    """Sign a presentation: eddsa-rdfc-2022, with a challenge and a domain where they are given."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": format_time(EARLIER),
        "verificationMethod": method(by),
        "proofPurpose": purpose,
        **terms,
    }
    canonical_form = default_shape_cache().canonical_form
    message = hash_data(
        key(by).multikey.key_type,
        options=canonical_form({**options, "@context": document["@context"]}).nquads,
        document=canonical_form(document).nquads,
    )
    return {**document, "proof": {**options, "proofValue": encode_base58btc(key(by).sign(message))}}
