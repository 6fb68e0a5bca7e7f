"""The proof value of an anchor: which root of which registry, and the path to it, as multibase text of CBOR.

The bytes are one map with integer keys in deterministic CBOR, so a claim has one spelling::

    {0: 1, 1: chain id, 2: h'registry', 3: h'issuer', 4: h'root', 5: leaf index, 6: leaf count, 7: h'path'}

0 is the version; the path is all sibling digests, leaf to root, in one byte string. Everything in here selects and
nothing is trusted: that the root is anchored, and who the issuer is, the chain and the verifier's own list say.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from credroot.core.errors import InputError, ProofError
from credroot.core.text.multibase import decode_base64url, encode_base64url
from credroot.core.tree.merkle import InclusionProof, MerkleTree, digests_of
from credroot.core.values import Address, ChainId, Digest, Root

MAX_PROOF_VALUE_CHARS: Final = 2048
"""Characters that are read at most; 32 siblings and the rest make some 1,520."""

_VERSION: Final = 1
_UINT, _BYTES, _MAP_OF_8 = 0x00, 0x40, 0xA8  # initial bytes: major type in the upper three bits
_FIXED: Final = struct.Struct(
    "2s20s2s20s3s32s"
)  # registry, issuer and root, each behind its key and the head of its length
_START: Final = bytes((_MAP_OF_8, 0, _VERSION))


@dataclass(frozen=True, slots=True)
class AnchorClaim:
    """What a proof value says: this issuer anchored this root in this registry, and the leaf is at this place."""

    chain_id: ChainId
    registry: Address
    """The contract."""
    issuer: Address
    """The account in whose name the root is anchored; not always the key that sent it."""
    root: Root
    proof: InclusionProof


def encode_proof_value(claim: AnchorClaim) -> str:
    """Write a claim as ``u`` and base64url text."""
    return encode_base64url(_bytes_of(claim))


def encode_proof_values(*, chain_id: ChainId, registry: Address, issuer: Address, tree: MerkleTree) -> Iterator[str]:
    """Yield the proof value of every leaf of `tree`, in index order, each as `encode_proof_value` writes it."""
    selection = _selection(chain_id, registry, issuer, tree.root)
    leaf_count = tree.leaf_count
    for index, path in enumerate(tree.paths_bytes()):
        yield encode_base64url(selection + _place(index, leaf_count, path))


def decode_proof_value(text: str) -> AnchorClaim:
    """Read what `encode_proof_value` writes, and nothing that it would write otherwise.

    Raises:
        ProofError: ``proof.malformed``, or ``proof.version`` for a version that this release does not know.

    Source: RFC 8949 section 4.2.1 for the one encoding.
    """
    if len(text) > MAX_PROOF_VALUE_CHARS:
        raise ProofError(f"a proof value has at most {MAX_PROOF_VALUE_CHARS} characters, got {len(text)}")
    try:
        data = decode_base64url(text)
        claim = _read(data)
    except ProofError:
        raise
    except (InputError, struct.error) as error:
        raise ProofError(f"no proof value: {error}") from error
    if _bytes_of(claim) != data:
        raise ProofError("a proof value has one spelling, and this is another")
    return claim


def _read(data: bytes) -> AnchorClaim:
    """Read the eight members in their order; keys, lengths and the end are left to the comparison of spellings."""
    if data[:3] != _START:
        is_map = data[:1] and data[0] >> 5 == _MAP_OF_8 >> 5
        if is_map and data[1:2] == b"\0" and data[2:3] not in (b"", bytes((_VERSION,))):
            raise ProofError("this proof value has a version that is not known here", code="proof.version")
        raise ProofError("a proof value starts with its version")
    chain_id, at = _read_head(data, 4)
    _, registry, _, issuer, _, root = _FIXED.unpack_from(data, at)
    index, at = _read_head(data, at + _FIXED.size + 1)
    leaf_count, at = _read_head(data, at + 1)
    _, at = _read_head(data, at + 1)
    return AnchorClaim(
        chain_id=ChainId(chain_id),
        registry=Address(registry),
        issuer=Address(issuer),
        root=Root(Digest(root)),
        proof=InclusionProof(index, leaf_count, digests_of(data[at:])),
    )


def _read_head(data: bytes, at: int) -> tuple[int, int]:
    """Read the number in an item's head, and give it with the place behind it, which may be behind the end."""
    argument = data[at] & 0x1F if at < len(data) else 0
    if argument < 24:
        return argument, at + 1
    end = at + 1 + (1 << (argument & 3))
    return int.from_bytes(data[at + 1 : end], "big"), end


def _bytes_of(claim: AnchorClaim) -> bytes:
    proof = claim.proof
    selection = _selection(claim.chain_id, claim.registry, claim.issuer, claim.root)
    return selection + _place(proof.index, proof.leaf_count, b"".join(proof.path))


def _selection(chain_id: int, registry: bytes, issuer: bytes, root: bytes) -> bytes:
    """Write the members that all proofs of a batch share, keys 0 to 4."""
    return b"%b\1%b" % (_START, _head(_UINT, chain_id)) + _FIXED.pack(
        b"\2\x54", registry, b"\3\x54", issuer, b"\4\x58\x20", root
    )


def _place(index: int, leaf_count: int, path: bytes) -> bytes:
    """Write the members of one leaf, keys 5 to 7."""
    return b"\5%b\6%b\7%b%b" % (_head(_UINT, index), _head(_UINT, leaf_count), _head(_BYTES, len(path)), path)


def _head(major: int, number: int) -> bytes:
    """Write an item's head with the fewest bytes that hold `number`."""
    if number < 24:
        return bytes((major | number,))
    if number < 1 << 8:
        return bytes((major | 24, number))
    if number < 1 << 16:
        return bytes((major | 25,)) + number.to_bytes(2, "big")
    if number < 1 << 32:
        return bytes((major | 26,)) + number.to_bytes(4, "big")
    return bytes((major | 27,)) + number.to_bytes(8, "big")
