"""The registry's messages as EIP-712 typed data: what a wallet shows before its owner signs.

The JSON is that of ``eth_signTypedData_v4``. Numbers beyond 2^53 are written as texts, which wallets read as well.

Source: EIP-712; ``contracts/ICredentialRegistry.sol``, `anchorBySig` and `setStatusBySig`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credroot.chain.ethereum_packages import keep_recursion_limit
from credroot.core.keccak import keccak256
from credroot.core.values import Digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credroot.chain.registry.calls import Action, StatusWord
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address, ChainId, Root

NAME, VERSION = "Credroot Registry", "1"
SAFE_INTEGER = 2**53 - 1
_DOMAIN = "string name,string version,uint256 chainId,address verifyingContract"
_ANCHOR = "address issuer,address key,NewBatch[] batches,uint256 deadline"
_NEW_BATCH = "bytes32 root,uint32 leafCount"
_SET_STATUS = (
    "address issuer,bytes32 root,address key,uint8 action,uint32 reason,Word[] words,uint256 nonce,uint256 deadline"
)
_WORD = "uint256 index,uint256 mask"


def anchor_message(
    chain_id: ChainId,
    registry: Address,
    issuer: Address,
    key: Address,
    batches: Sequence[tuple[Root, int]],
    deadline: int,
) -> JsonObject:
    """Give the message that lets anyone anchor `batches` (roots and leaf counts) until `deadline` (seconds)."""
    message: JsonObject = {
        "issuer": str(issuer),
        "key": str(key),
        "batches": [{"root": str(root), "leafCount": leaf_count} for root, leaf_count in batches],
        "deadline": deadline,
    }
    return _typed("Anchor", {"Anchor": _ANCHOR, "NewBatch": _NEW_BATCH}, chain_id, registry, message)


def status_message(
    chain_id: ChainId,
    registry: Address,
    issuer: Address,
    root: Root,
    key: Address,
    action: Action,
    reason: int,
    words: Sequence[StatusWord],
    nonce: int,
    deadline: int,
) -> JsonObject:
    """Give the message that lets anyone change the status of credentials once, until `deadline` (seconds)."""
    message: JsonObject = {
        "issuer": str(issuer),
        "root": str(root),
        "key": str(key),
        "action": int(action),
        "reason": reason,
        "words": [{"index": word.index, "mask": _number(word.mask)} for word in words],
        "nonce": nonce,
        "deadline": deadline,
    }
    return _typed("SetStatus", {"SetStatus": _SET_STATUS, "Word": _WORD}, chain_id, registry, message)


def typed_data_digest(typed: JsonObject) -> Digest:
    """Give the digest that is signed. Raises ValueError for what is no typed data."""
    with keep_recursion_limit():
        from eth_account.messages import encode_typed_data
    signable = encode_typed_data(full_message=typed)
    return Digest(keccak256(b"\x19" + signable.version + signable.header + signable.body))


def _typed(
    primary: str, kinds: dict[str, str], chain_id: ChainId, registry: Address, message: JsonObject
) -> JsonObject:
    types: dict[str, Any] = {name: _fields(text) for name, text in {"EIP712Domain": _DOMAIN, **kinds}.items()}
    domain: JsonObject = {
        "name": NAME,
        "version": VERSION,
        "chainId": int(chain_id),
        "verifyingContract": str(registry),
    }
    return {"types": types, "primaryType": primary, "domain": domain, "message": message}


def _fields(text: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), field.split(" "), strict=True)) for field in text.split(",")]


def _number(value: int) -> int | str:
    return value if value <= SAFE_INTEGER else str(value)
