"""A transaction as the bytes that are signed, and as the bytes that are sent: EIP-1559, and legacy with EIP-155.

For signers whose key is elsewhere; the field names are web3's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rlp

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.core.keccak import keccak256
from credroot.core.values import Address, Digest

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPE_1559 = b"\x02"
_ACCESS_LIST: list[Any] = []


def signing_digest(transaction: Mapping[str, Any]) -> Digest:
    """Give the digest that a signature is over."""
    if transaction.get("type") == 2:
        return Digest(keccak256(TYPE_1559 + _encode(_fields_1559(transaction))))
    return Digest(keccak256(_encode([*_fields_legacy(transaction), transaction["chainId"], 0, 0])))


def signed_bytes(transaction: Mapping[str, Any], *, parity: int, r: int, s: int) -> tuple[bytes, Digest]:
    """Give the bytes to send and their hash; `parity` (0 or 1) tells which of two keys the signature is of."""
    if transaction.get("type") == 2:
        raw = TYPE_1559 + _encode([*_fields_1559(transaction), parity, r, s])
    else:
        raw = _encode([*_fields_legacy(transaction), 2 * transaction["chainId"] + 35 + parity, r, s])
    return raw, Digest(keccak256(raw))


def _fields_1559(transaction: Mapping[str, Any]) -> list[Any]:
    names = ("chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas", "gas")
    return [*(transaction[name] for name in names), *_call(transaction), _ACCESS_LIST]


def _fields_legacy(transaction: Mapping[str, Any]) -> list[Any]:
    return [*(transaction[name] for name in ("nonce", "gasPrice", "gas")), *_call(transaction)]


def _call(transaction: Mapping[str, Any]) -> list[Any]:
    to = transaction["to"]
    return [bytes(Address.from_hex(to)) if to else b"", transaction["value"], bytes(transaction["data"])]


def _encode(fields: list[Any]) -> bytes:
    with keep_recursion_limit():
        encoded: bytes = rlp.encode(fields)
    return encoded
