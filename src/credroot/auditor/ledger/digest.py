"""One digest for a whole ledger, and its entries as lines: two auditors who agree have the same, byte for byte.

Each entry is one line of canonical JSON (RFC 8785) with its line feed; lines are sorted by their bytes; the digest is
the SHA-256 of them all. Nothing in it depends on who read the chain, when, or how.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from credroot.core.json.jcs import canonical_bytes
from credroot.core.values import Digest

if TYPE_CHECKING:
    from credroot.auditor.ledger.ledger import Ledger
    from credroot.auditor.ledger.records import Batch
    from credroot.core.json.types import JsonObject
    from credroot.core.values import Address


def ledger_digest(ledger: Ledger) -> Digest:
    """Give the digest of a ledger."""
    state = hashlib.sha256()
    for line in sorted(canonical_bytes(entry) + b"\n" for entry in ledger_entries(ledger)):
        state.update(line)
    return Digest(state.digest())


def ledger_entries(ledger: Ledger, issuer: Address | None = None) -> Iterator[JsonObject]:
    """Give every entry in its wire form, batches in the order of the chain; of one issuer where it is named."""
    for batch in ledger.batches.values():
        if issuer is None or batch.issuer == issuer:
            yield batch_entry(ledger, batch)
    yield from key_entries(ledger, issuer)
    yield from accreditation_entries(ledger, issuer)
    yield from profile_entries(ledger, issuer)
    for signer, nonce in sorted(ledger.nonces.items()):
        if issuer is None or signer == issuer:
            # A nonce may be any 256-bit number, which JSON does not hold.
            yield {"entry": "nonce", "signer": str(signer), "next": str(nonce)}


def key_entries(ledger: Ledger, issuer: Address | None = None) -> Iterator[JsonObject]:
    """Give the keys that were ever set, by issuer and account."""
    for (owner, account), key in sorted(ledger.keys.items()):
        if issuer is None or owner == issuer:
            yield {
                "entry": "key",
                "issuer": str(owner),
                "account": str(account),
                "roles": key.roles,
                "since": key.since,
                "expiresAt": key.expires_at,
                "distrustedFrom": key.distrusted_from,
            }


def accreditation_entries(ledger: Ledger, issuer: Address | None = None) -> Iterator[JsonObject]:
    """Give accreditations, by accreditor, subject and scope: those that the issuer gave or got where it is named."""
    for (accreditor, subject, scope), window in sorted(ledger.windows.items()):
        if issuer is None or issuer in (accreditor, subject):
            yield {
                "entry": "accreditation",
                "accreditor": str(accreditor),
                "subject": str(subject),
                "scope": str(scope),
                "validFrom": window.valid_from,
                "validUntil": window.valid_until,
                "uri": window.uri,
            }


def profile_entries(ledger: Ledger, issuer: Address | None = None) -> Iterator[JsonObject]:
    """Give the profiles, by issuer."""
    for owner, profile in sorted(ledger.profiles.items()):
        if issuer is None or owner == issuer:
            yield {"entry": "profile", "issuer": str(owner), "digest": str(profile.digest), "uri": profile.uri}


def batch_entry(ledger: Ledger, batch: Batch) -> JsonObject:
    """Give the wire form of a batch. Status words are written as hex numbers by word index; absent ones are zero."""
    return {
        "entry": "batch",
        "issuer": str(batch.issuer),
        "sequence": batch.sequence,
        "root": str(batch.root),
        "leafCount": batch.leaf_count,
        "key": str(batch.key),
        "anchoredAt": batch.anchored_at,
        "block": batch.block,
        "transaction": str(batch.transaction),
        "revoked": batch.revoked,
        "suspended": batch.suspended,
        "ratified": batch.ratified,
        "distrusted": ledger.is_distrusted(batch),
        "revokedWords": {str(index): hex(bits) for index, bits in sorted(batch.revoked_words.items())},
        "suspendedWords": {str(index): hex(bits) for index, bits in sorted(batch.suspended_words.items())},
    }
