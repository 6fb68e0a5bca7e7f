"""The contract's storage as the ledger says it must be: every slot, and the one hash that stands for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from credroot.chain.proofs.fast_keccak import keccak256
from credroot.chain.proofs.rlp import encode_number
from credroot.chain.proofs.trie import trie_root
from credroot.chain.registry import storage_layout as layout

if TYPE_CHECKING:
    from credroot.auditor.ledger.ledger import Ledger


class Slot(NamedTuple):
    """One word of the contract's storage."""

    number: int
    value: int
    rule: str
    """The rule that applies where the chain has another value."""
    what: str
    """What it holds, for people."""


def slots_of(ledger: Ledger) -> Iterator[Slot]:
    """Give every slot that the events ever wrote, also those that are zero again."""
    for batch in ledger.batches.values():
        place = layout.batch_slot(batch.issuer, batch.root)
        word = layout.batch_word(
            batch.key,
            batch.anchored_at,
            batch.leaf_count,
            revoked=batch.revoked,
            suspended=batch.suspended,
            ratified=batch.ratified,
        )
        yield Slot(place, word, "S202", f"batch {batch.root} of {batch.issuer}")
        for index, bits in batch.revoked_words.items():
            yield Slot(layout.revoked_slot(place, index), bits, "S203", f"revoked {index} of batch {batch.root}")
        for index, bits in batch.suspended_words.items():
            yield Slot(layout.suspended_slot(place, index), bits, "S203", f"suspended {index} of batch {batch.root}")
    owners = {(issuer, issuer) for issuer in ledger.counts}
    for issuer, account in sorted(owners | ledger.keys.keys()):
        key = ledger.keys.get((issuer, account))
        count = ledger.counts.get(issuer, 0) if account == issuer else 0
        roles = (key.roles, key.since, key.expires_at, key.distrusted_from) if key else (0, 0, 0, 0)
        rule = "S201" if account == issuer and key is None else "S204"
        yield Slot(layout.key_slot(issuer, account), layout.key_word(*roles, count), rule, f"key {account} of {issuer}")
    for (accreditor, subject, scope), window in ledger.windows.items():
        place = layout.accreditation_slot(accreditor, subject, scope)
        value = window.valid_from | window.valid_until << 40
        yield Slot(place, value, "S205", f"accreditation of {subject} by {accreditor}")
    for issuer, profile in ledger.profiles.items():
        yield Slot(layout.profile_slot(issuer), int.from_bytes(profile.digest, "big"), "S206", f"profile of {issuer}")
    for signer, nonce in ledger.nonces.items():
        yield Slot(layout.nonce_slot(signer), nonce, "S207", f"nonce of {signer}")


def storage_root(ledger: Ledger) -> bytes:
    """Give the root of the storage trie that the events add up to.

    Where it equals the root in a block's state, the events are all that changed the contract up to that block: not one
    batch, bit, key, profile, accreditation or nonce is missing or too many.
    """
    return trie_root(
        {
            keccak256(layout.slot_bytes(slot.number)): encode_number(slot.value)
            for slot in slots_of(ledger)
            if slot.value
        }
    )
