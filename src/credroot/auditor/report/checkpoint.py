"""A signed checkpoint: what auditors agree on about a registry at one block, in one small file.

Each auditor computes the ledger alone and signs the same EIP-712 message; whoever trusts one of them needs no index.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from credroot.chain.proofs.fast_keccak import keccak256
from credroot.core.errors import InputError
from credroot.core.json.strict import loads
from credroot.core.values import Address, ChainId, Digest

if TYPE_CHECKING:
    from credroot.chain.writing.keystore import Signer
    from credroot.core.json.types import JsonObject

CHECKPOINT_FORMAT = "credroot/audit-checkpoint/v1"
MAX_CHECKPOINT_BYTES = 262_144
MAX_SIGNATURES = 256
SIGNATURE_BYTES = 65
_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_TYPE = b"Checkpoint(uint256 block,bytes32 blockHash,uint256 events,uint256 batches,bytes32 ledger)"
_NAME, _VERSION = b"Credroot Audit", b"1"
_MEMBERS = {"format", "chain", "registry", "block", "blockHash", "events", "batches", "ledger", "signatures"}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A registry's whole history up to a block, as numbers and digests."""

    chain_id: ChainId
    registry: Address
    block: int
    block_hash: Digest
    events: int
    batches: int
    ledger: Digest
    """See `credroot.auditor.ledger.digest`."""
    signatures: tuple[bytes, ...] = ()
    """r, s and v of each auditor, 65 bytes; who signed is computed from them."""

    def message_digest(self) -> Digest:
        """Give what is signed: the EIP-712 digest, bound to chain and registry."""
        numbers = (self.chain_id, int.from_bytes(self.registry, "big"))
        domain = keccak256(keccak256(_DOMAIN_TYPE) + keccak256(_NAME) + keccak256(_VERSION) + _words(*numbers))
        counts = _words(self.events, self.batches)
        content = keccak256(keccak256(_TYPE) + _words(self.block) + self.block_hash + counts + self.ledger)
        return Digest(keccak256(b"\x19\x01" + domain + content))

    def signers(self) -> tuple[Address, ...]:
        """Give who signed, in order; `InputError` for a signature that is none, or two of one auditor."""
        found = tuple(_signer(self.message_digest(), signature) for signature in self.signatures)
        if len(set(found)) != len(found):
            raise InputError("an auditor signed twice", code="checkpoint.signature")
        return found

    def signed_by(self, signer: Signer) -> Checkpoint:
        """Give the checkpoint with one signature more; the same where `signer` signed it before."""
        if signer.address in self.signers():
            return self
        return replace(self, signatures=(*self.signatures, signer.sign_digest(self.message_digest())))

    def agrees_with(self, other: Checkpoint) -> bool:
        """Answer whether both say the same, whoever signed."""
        return replace(self, signatures=()) == replace(other, signatures=())

    def to_json(self) -> JsonObject:
        """Give the content of the file; each signature stands with its signer, for people."""
        signatures = zip(self.signers(), self.signatures, strict=True)
        return {
            "format": CHECKPOINT_FORMAT,
            "chain": self.chain_id.caip2,
            "registry": str(self.registry),
            "block": self.block,
            "blockHash": str(self.block_hash),
            "events": self.events,
            "batches": self.batches,
            "ledger": str(self.ledger),
            "signatures": [
                {"account": str(account), "signature": "0x" + signature.hex()} for account, signature in signatures
            ],
        }

    def to_bytes(self) -> bytes:
        """Write the file."""
        return (json.dumps(self.to_json(), indent=2) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes, *, source: str) -> Checkpoint:
        """Read a file and check each signature against the account beside it.

        Raises:
            InputError: ``checkpoint.malformed`` or ``checkpoint.signature``; `source` is named.
        """
        value = loads(data, max_bytes=MAX_CHECKPOINT_BYTES)
        if not isinstance(value, dict) or value.get("format") != CHECKPOINT_FORMAT or value.keys() != _MEMBERS:
            raise InputError(f"{source}: not a {CHECKPOINT_FORMAT} file", code="checkpoint.malformed")
        texts = {name: text for name, text in value.items() if isinstance(text, str)}
        numbers = {name: number for name, number in value.items() if type(number) is int and number >= 0}
        entries = value["signatures"]
        try:
            if not isinstance(entries, list) or len(entries) > MAX_SIGNATURES:
                raise InputError(f"at most {MAX_SIGNATURES} signatures")
            pairs = [_pair(entry) for entry in entries]
            checkpoint = cls(
                ChainId.from_caip2(texts["chain"]),
                Address.from_hex(texts["registry"]),
                numbers["block"],
                Digest.from_hex(texts["blockHash"]),
                numbers["events"],
                numbers["batches"],
                Digest.from_hex(texts["ledger"]),
                tuple(signature for _, signature in pairs),
            )
        except KeyError as error:
            raise InputError(f"{source}: {error} is missing or of another kind", code="checkpoint.malformed") from error
        except InputError as error:
            raise InputError(f"{source}: {error}", code="checkpoint.malformed") from error
        if checkpoint.signers() != tuple(account for account, _ in pairs):
            raise InputError(f"{source}: a signature is not of the account beside it", code="checkpoint.signature")
        return checkpoint


def _pair(entry: object) -> tuple[Address, bytes]:
    if not isinstance(entry, dict) or entry.keys() != {"account", "signature"}:
        raise InputError("a signature needs account and signature")
    account, signature = entry["account"], entry["signature"]
    if not isinstance(account, str) or not isinstance(signature, str):
        raise InputError("a signature needs account and signature")
    try:
        return Address.from_hex(account), bytes.fromhex(signature.removeprefix("0x"))
    except ValueError as error:
        raise InputError("a signature is written in hex") from error


def _signer(digest: Digest, signature: bytes) -> Address:
    """Compute who signed. One signature has one spelling: 65 bytes, s in the lower half, v 27 or 28."""
    from coincurve import PublicKey

    s = int.from_bytes(signature[32:64], "big")
    if len(signature) != SIGNATURE_BYTES or signature[64] not in (27, 28) or s > _HALF_ORDER:
        raise InputError("not a signature of r, s and v", code="checkpoint.signature")
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes((signature[64] - 27,)), digest, hasher=None)
    except Exception as error:  # the library raises several kinds for numbers that are no signature
        raise InputError("not a signature of anybody", code="checkpoint.signature") from error
    return Address(keccak256(key.format(compressed=False)[1:])[12:])


def _words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)
