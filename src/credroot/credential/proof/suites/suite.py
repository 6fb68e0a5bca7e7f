"""What a suite is: which bytes it signs, with which keys. The list of suites is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256, sha384
from types import MappingProxyType

from credroot.core.json.types import JsonObject
from credroot.credential.keys.multikey import KeyType

DATA_INTEGRITY_PROOF = "DataIntegrityProof"
ED25519_SIGNATURE_2020 = "Ed25519Signature2020"
EDDSA_RDFC_2022 = "eddsa-rdfc-2022"

_EDWARDS = frozenset({KeyType.ED25519})
_NIST = frozenset({KeyType.P256, KeyType.P384})


@dataclass(frozen=True, slots=True)
class Suite:
    """One way to turn a document and a proof's options into the bytes that are signed."""

    name: str
    """The ``cryptosuite``, or the proof's ``type`` where that says it all."""
    is_rdfc: bool
    """Whether the canonical bytes are RDFC-1.0's; else RFC 8785's."""
    key_types: frozenset[KeyType]
    """The keys that it takes."""


SUITES: Mapping[str, Suite] = MappingProxyType(
    {
        suite.name: suite
        for suite in (
            Suite(EDDSA_RDFC_2022, True, _EDWARDS),
            Suite("eddsa-jcs-2022", False, _EDWARDS),
            Suite("ecdsa-rdfc-2019", True, _NIST),
            Suite("ecdsa-jcs-2019", False, _NIST),
            Suite(ED25519_SIGNATURE_2020, True, _EDWARDS),
        )
    }
)
"""Every suite whose proofs can be checked, by name."""


def suite_name(proof: JsonObject) -> str | None:
    """Give the name by which `SUITES` knows the proof's suite; None where the proof names none."""
    name = proof.get("cryptosuite") if proof.get("type") == DATA_INTEGRITY_PROOF else proof.get("type")
    return name if isinstance(name, str) else None


def hash_data(key_type: KeyType, *, options: bytes, document: bytes) -> bytes:
    """Give what is signed: the digest of the canonical options, then the digest of the canonical document.

    64 bytes of SHA-256, or 96 of SHA-384 with a key of P-384.

    Source: W3C Data Integrity EdDSA Cryptosuites 1.0, section 3.2.4; ECDSA Cryptosuites 1.0, section 3.2.4.
    """
    digest = sha384 if key_type is KeyType.P384 else sha256
    return digest(options).digest() + digest(document).digest()
