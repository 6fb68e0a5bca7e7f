"""Signatures over the registry's messages, made by eth-account: its EIP-712 is the oracle for ours."""

from __future__ import annotations

import sys
from typing import Any

limit = sys.getrecursionlimit()
from eth_account import Account  # noqa: E402  # py_ecc raises the recursion limit when imported: put it back
from eth_account.messages import encode_typed_data  # noqa: E402

sys.setrecursionlimit(limit)

from eth_utils import keccak  # noqa: E402

from tests.contracts.registry import Registry  # noqa: E402

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
FAR = 2**40

_FIELDS = {
    "Anchor": "address issuer,address key,NewBatch[] batches,uint256 deadline",
    "NewBatch": "bytes32 root,uint32 leafCount",
    "SetStatus": "address issuer,bytes32 root,address key,uint8 action,uint32 reason,Word[] words,uint256 nonce,"
    "uint256 deadline",
    "Word": "uint256 index,uint256 mask",
}
_TYPES = {
    name: [dict(zip(("type", "name"), entry.split(" "), strict=True)) for entry in text.split(",")]
    for name, text in _FIELDS.items()
}


class Signer:
    """A TEST KEY and its address."""

    def __init__(self, name: str) -> None:
        self.account = Account.from_key(keccak(f"TEST KEY {name}".encode()))
        self.address = bytes.fromhex(self.account.address[2:])

    def sign(self, registry: Registry, kind: str, message: dict[str, Any], **domain: Any) -> bytes:
        """65 bytes over a message of that kind; `domain` replaces parts of the domain."""
        inner = {"Anchor": "NewBatch", "SetStatus": "Word"}[kind]
        signable = encode_typed_data(
            domain_data={
                "name": "Credroot Registry",
                "version": "1",
                "chainId": registry.evm.chain_id,
                "verifyingContract": registry.address,
            }
            | domain,
            message_types={kind: _TYPES[kind], inner: _TYPES[inner]},
            message_data=message,
        )
        return bytes(self.account.sign_message(signable).signature)

    def sign_anchor(
        self,
        registry: Registry,
        issuer: bytes,
        batches: list[tuple[bytes, int]],
        *,
        key: bytes | None = None,
        deadline: int = FAR,
        **domain: Any,
    ) -> bytes:
        message = {
            "issuer": issuer,
            "key": key or self.address,
            "batches": [{"root": root, "leafCount": count} for root, count in batches],
            "deadline": deadline,
        }
        return self.sign(registry, "Anchor", message, **domain)

    def sign_status(
        self,
        registry: Registry,
        issuer: bytes,
        root: bytes,
        action: int,
        words: list[tuple[int, int]],
        *,
        nonce: int,
        key: bytes | None = None,
        reason: int = 0,
        deadline: int = FAR,
    ) -> bytes:
        message = {
            "issuer": issuer,
            "root": root,
            "key": key or self.address,
            "action": action,
            "reason": reason,
            "words": [{"index": index, "mask": mask} for index, mask in words],
            "nonce": nonce,
            "deadline": deadline,
        }
        return self.sign(registry, "SetStatus", message)
