"""What a registry held, saved with its proof, to be judged again when no endpoint is left: ``credroot/evidence/v1``.

::

    {"format": "credroot/evidence/v1", "chain": "eip155:137", "registry": "0x...",
     "witness": {"header": "0x...", "accountProof": [...], "storageProof": [...]}, "profile": "u..."}

``profile``, the issuer's profile document in base64url, may be absent. Nothing in the file is believed: the nodes must
hash up to the header's state root, the profile to the digest in the registry's storage, and the header to a block that
the verifier has from a source of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from credroot.core.anchor.storage_witness import StorageWitness
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.text.multibase import decode_base64url, encode_base64url
from credroot.core.values import Address, ChainId

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject, JsonValue

EVIDENCE_FORMAT: Final = "credroot/evidence/v1"
MAX_EVIDENCE_BYTES: Final = 1 << 19
"""A proof has at most 96 KiB, which hexadecimal doubles, and a profile 64 KiB."""
MAX_PROFILE_BYTES: Final = 65_536
_REQUIRED: Final = frozenset({"format", "chain", "registry", "witness"})


@dataclass(frozen=True, slots=True)
class SavedFacts:
    """One saved proof, read and not yet judged."""

    chain_id: ChainId
    registry: Address
    witness: StorageWitness
    profile: bytes | None = None
    """The issuer's profile document, byte for byte."""

    def to_json(self) -> JsonObject:
        """Give the content of the file."""
        members: JsonObject = {
            "format": EVIDENCE_FORMAT,
            "chain": self.chain_id.caip2,
            "registry": str(self.registry),
            "witness": self.witness.to_json(),
        }
        if self.profile is not None:
            members["profile"] = encode_base64url(self.profile)
        return members

    @classmethod
    def loads(cls, data: bytes) -> SavedFacts:
        """Read the text of a file.

        Raises:
            InputError: ``evidence.malformed`` for anything but what `to_json` writes.
        """
        try:
            return cls._from_json(loads(data, max_bytes=MAX_EVIDENCE_BYTES))
        except InputError as error:
            raise InputError(f"saved evidence: {error}", code="evidence.malformed") from error

    @classmethod
    def _from_json(cls, value: JsonValue) -> SavedFacts:
        if not isinstance(value, dict) or value.get("format") != EVIDENCE_FORMAT:
            raise InputError(f"not of the format {EVIDENCE_FORMAT}")
        missing, unknown = _REQUIRED - value.keys(), value.keys() - _REQUIRED - {"profile"}
        if missing or unknown:
            raise InputError(f"missing {sorted(missing)}, unknown {sorted(unknown)[:5]}")
        chain, registry, profile = value["chain"], value["registry"], value.get("profile")
        if not isinstance(chain, str) or not isinstance(registry, str):
            raise InputError("chain and registry are strings")
        if "profile" in value and (not isinstance(profile, str) or len(profile) > 2 * MAX_PROFILE_BYTES):
            raise InputError("profile is a string of at most 128 KiB")
        return cls(
            ChainId.from_caip2(chain),
            Address.from_hex(registry),
            StorageWitness.from_json(value["witness"]),
            decode_base64url(profile) if isinstance(profile, str) else None,
        )
