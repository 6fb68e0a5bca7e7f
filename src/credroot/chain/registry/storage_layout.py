"""Where the registry keeps what: slot numbers of its records, and the words in them.

Source: ``contracts/ICredentialRegistry.sol``, which documents the layout; Solidity's layout of mappings.
"""

from __future__ import annotations

from functools import cache, lru_cache

from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.registry.artifact import load
from credroot.chain.registry.facts import BatchFacts
from credroot.core.values import Address

ANCHORED_AT_SHIFT, LEAF_COUNT_SHIFT = 160, 200
BATCH_REVOKED, BATCH_SUSPENDED, BATCH_RATIFIED = 1 << 232, 1 << 240, 1 << 248
SINCE_SHIFT, EXPIRES_AT_SHIFT, DISTRUSTED_FROM_SHIFT, BATCH_COUNT_SHIFT = 8, 48, 88, 128
VALID_UNTIL_SHIFT = 40
TIME_MASK = (1 << 40) - 1
_ISSUERS_KEPT = 65_536


def batch_word(key: bytes, anchored_at: int, leaf_count: int, *, revoked: bool, suspended: bool, ratified: bool) -> int:
    """Pack a batch word."""
    flags = BATCH_REVOKED * revoked | BATCH_SUSPENDED * suspended | BATCH_RATIFIED * ratified
    return int.from_bytes(key, "big") | anchored_at << ANCHORED_AT_SHIFT | leaf_count << LEAF_COUNT_SHIFT | flags


def batch_facts(word: int, key_word: int = 0) -> BatchFacts | None:
    """Read a batch word, and the word of the key that anchored it; `None` for the empty word of no batch.

    Only the key's start of distrust is taken from `key_word`.
    """
    leaf_count = word >> LEAF_COUNT_SHIFT & 0xFFFFFFFF
    if leaf_count == 0:
        return None
    return BatchFacts(
        key=key_of(word),
        anchored_at=word >> ANCHORED_AT_SHIFT & TIME_MASK,
        leaf_count=leaf_count,
        revoked=bool(word & BATCH_REVOKED),
        suspended=bool(word & BATCH_SUSPENDED),
        ratified=bool(word & BATCH_RATIFIED),
        distrusted_from=key_word >> DISTRUSTED_FROM_SHIFT & TIME_MASK,
    )


def key_of(batch_word: int) -> Address:
    """Give the account that anchored a batch, from its word."""
    return Address((batch_word & (1 << 160) - 1).to_bytes(20, "big"))


def key_word(roles: int, since: int, expires_at: int, distrusted_from: int, count: int) -> int:
    """Pack a key word; `count` is 0 but in an issuer's own."""
    times = since << SINCE_SHIFT | expires_at << EXPIRES_AT_SHIFT | distrusted_from << DISTRUSTED_FROM_SHIFT
    return roles | times | count << BATCH_COUNT_SHIFT


def batch_slot(issuer: bytes, root: bytes) -> int:
    """Give the slot of a batch word."""
    return _entry(root, _of_issuer("_batches", issuer))


def revoked_slot(batch: int, word: int) -> int:
    """Give the slot of the revoked bits of leaves ``256 * word`` on, of the batch whose slot is `batch`."""
    return _entry(word.to_bytes(32, "big"), batch + 1)


def suspended_slot(batch: int, word: int) -> int:
    """Give the slot of the suspended bits, as `revoked_slot`."""
    return _entry(word.to_bytes(32, "big"), batch + 2)


def key_slot(issuer: bytes, account: bytes) -> int:
    """Give the slot of a key word; that of an issuer's own key also holds the count of its batches."""
    return _entry(account, _of_issuer("_keys", issuer))


def accreditation_slot(accreditor: bytes, subject: bytes, scope: bytes) -> int:
    """Give the slot of an accreditation's window."""
    return _entry(scope, _entry(subject, _of_issuer("_accreditations", accreditor)))


def profile_slot(issuer: bytes) -> int:
    """Give the slot of a profile's digest."""
    return _of_issuer("_profiles", issuer)


def nonce_slot(signer: bytes) -> int:
    """Give the slot of a signer's next nonce."""
    return _of_issuer("_nonces", signer)


def slot_bytes(slot: int) -> bytes:
    """Write a slot number as 32 bytes."""
    return slot.to_bytes(32, "big")


@lru_cache(maxsize=_ISSUERS_KEPT)
def _of_issuer(mapping: str, issuer: bytes) -> int:
    return _entry(issuer, _bases()[mapping])


@cache
def _bases() -> dict[str, int]:
    return dict(load("CredentialRegistry").storage)


def _entry(key: bytes, base: int) -> int:
    return int.from_bytes(keccak256(key.rjust(32, b"\0") + base.to_bytes(32, "big")), "big")
