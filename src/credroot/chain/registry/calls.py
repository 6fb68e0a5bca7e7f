"""The calls that change a registry, encoded by the shipped artifact's ABI."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from functools import cache
from typing import TYPE_CHECKING, Any

from credroot.chain.registry.artifact import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from credroot.core.values import Address, Digest, Root

WORD_BITS = 256


class Action(IntEnum):
    """What to do to a status, by the contract's numbers."""

    SUSPEND = 1
    REINSTATE = 2
    REVOKE = 3


class Role(IntFlag):
    """What a key may do for an issuer, by the contract's bits."""

    ANCHOR = 1
    SUSPEND = 2
    REVOKE = 4
    ACCREDIT = 8
    ADMIN = 16


@dataclass(frozen=True, slots=True)
class StatusWord:
    """Up to 256 credentials of one batch: those at ``256 * index + bit`` for each bit of `mask`."""

    index: int
    mask: int


def status_words(indexes: Iterable[int]) -> tuple[StatusWord, ...]:
    """Gather leaf indexes into words, in order: one storage slot each, however many bits it has."""
    masks: dict[int, int] = {}
    for index in indexes:
        masks[index // WORD_BITS] = masks.get(index // WORD_BITS, 0) | 1 << index % WORD_BITS
    return tuple(StatusWord(index, masks[index]) for index in sorted(masks))


def deploy() -> bytes:
    """Give the creation code of the registry; it takes no arguments."""
    return load("CredentialRegistry").creation_code


def anchor(issuer: Address, root: Root, leaf_count: int) -> bytes:
    """Encode `anchor`: idempotent, and for ever."""
    return _encode("anchor", [str(issuer), bytes(root), leaf_count])


def revoke(issuer: Address, root: Root, index: int, reason: int) -> bytes:
    """Encode `revoke` of one credential: for ever."""
    return _encode("revoke", [str(issuer), bytes(root), index, reason])


def set_status(issuer: Address, root: Root, action: Action, reason: int, words: Sequence[StatusWord]) -> bytes:
    """Encode `setStatus` of any number of credentials of one batch."""
    pairs = [(word.index, word.mask) for word in words]
    return _encode("setStatus", [str(issuer), bytes(root), int(action), reason, pairs])


def set_batch_status(issuer: Address, root: Root, action: Action, reason: int) -> bytes:
    """Encode `setBatchStatus`: the whole batch in one write."""
    return _encode("setBatchStatus", [str(issuer), bytes(root), int(action), reason])


def set_profile(issuer: Address, digest: Digest, uri: str) -> bytes:
    """Encode `setProfile`: the digest of the issuer's profile document, and where it is published."""
    return _encode("setProfile", [str(issuer), bytes(digest), uri])


def set_key(issuer: Address, account: Address, roles: Role, expires_at: int) -> bytes:
    """Encode `setKey`: no roles removes the key; `expires_at` is in seconds since 1970, 0 for never."""
    return _encode("setKey", [str(issuer), str(account), int(roles), expires_at])


def distrust_key(issuer: Address, account: Address, since: int) -> bytes:
    """Encode `distrustKey`: what the key anchored at or after `since` (seconds since 1970) reads distrusted."""
    return _encode("distrustKey", [str(issuer), str(account), since])


def accredit(
    accreditor: Address, subject: Address, scope: Digest, valid_from: int, valid_until: int, uri: str
) -> bytes:
    """Encode `accredit`: endorse `subject` for a window of seconds since 1970; two zeros withdraw it."""
    return _encode("accredit", [str(accreditor), str(subject), bytes(scope), valid_from, valid_until, uri])


def ratify_batch(issuer: Address, root: Root) -> bytes:
    """Encode `ratifyBatch`: vouch for a distrusted batch, for ever."""
    return _encode("ratifyBatch", [str(issuer), bytes(root)])


def anchor_by_signature(
    issuer: Address, batches: Sequence[tuple[Root, int]], signer: Address, deadline: int, signature: bytes
) -> bytes:
    """Encode `anchorBySig`: roots and their leaf counts, signed for until `deadline` (seconds since 1970)."""
    pairs = [(bytes(root), leaf_count) for root, leaf_count in batches]
    return _encode("anchorBySig", [str(issuer), pairs, str(signer), deadline, signature])


def set_status_by_signature(
    issuer: Address,
    root: Root,
    action: Action,
    reason: int,
    words: Sequence[StatusWord],
    signer: Address,
    nonce: int,
    deadline: int,
    signature: bytes,
) -> bytes:
    """Encode `setStatusBySig`; `nonce` is the signer's next one in the registry."""
    pairs = [(word.index, word.mask) for word in words]
    return _encode(
        "setStatusBySig",
        [str(issuer), bytes(root), int(action), reason, pairs, str(signer), nonce, deadline, signature],
    )


def _encode(function: str, arguments: list[Any]) -> bytes:
    from eth_abi.abi import encode  # a third of a second of imports, so only those who write pay it

    return load("CredentialRegistry").selector(function) + encode(_types_of(function), arguments)


@cache
def _types_of(function: str) -> tuple[str, ...]:
    """Name the types of a function's arguments; ValueError unless exactly one has its name."""
    entries = load("CredentialRegistry").abi
    (inputs,) = [one["inputs"] for one in entries if one["type"] == "function" and one["name"] == function]
    return tuple(_type_of(one) for one in inputs)


def _type_of(argument: Mapping[str, Any]) -> str:
    """Name one type; a struct is written as the list of its members, with any brackets of an array behind."""
    kind: str = argument["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type_of(one) for one in argument['components'])}){kind.removeprefix('tuple')}"
