"""Storage from logs alone: what an auditor does who trusts no node's state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from eth_utils import keccak

from tests.contracts.evm import slot_key
from tests.contracts.registry import REINSTATE, REVOKE, Event

BATCHES, KEYS, ACCREDITATIONS, PROFILES, NONCES = range(5)
COUNT_SHIFT = 128
FLAG_REVOKED, FLAG_SUSPENDED, FLAG_RATIFIED = 1 << 232, 1 << 240, 1 << 248


def slot_of(base: int, *keys: bytes | int) -> int:
    """The slot of an entry of nested mappings that start at the slot `base`."""
    for key in keys:
        word = key.to_bytes(32) if isinstance(key, int) else key.rjust(32, b"\0")
        base = int.from_bytes(keccak(word + base.to_bytes(32)))
    return base


def slots_from(events: Iterable[Event]) -> dict[bytes, int]:
    """Every slot that is not zero after these events, in order: Keccak-256 of the slot -> value."""
    slots: defaultdict[int, int] = defaultdict(int)
    for name, args, time in events:
        if name in ("BatchAnchored", "StatusChanged", "BatchStatusChanged", "BatchRatified"):
            batch = slot_of(BATCHES, args["issuer"], args["root"])
        if name == "BatchAnchored":
            slots[batch] = int.from_bytes(args["key"]) | time << 160 | args["leafCount"] << 200
            own = slot_of(KEYS, args["issuer"], args["issuer"])
            slots[own] = slots[own] % (1 << COUNT_SHIFT) | args["sequence"] << COUNT_SHIFT
        elif name == "StatusChanged":
            word = slot_of(batch + (1 if args["action"] == REVOKE else 2), args["index"])
            slots[word] ^= args["mask"]
        elif name == "BatchStatusChanged":
            flag = FLAG_REVOKED if args["action"] == REVOKE else FLAG_SUSPENDED
            slots[batch] = slots[batch] & ~flag if args["action"] == REINSTATE else slots[batch] | flag
        elif name == "BatchRatified":
            slots[batch] |= FLAG_RATIFIED
        elif name in ("KeySet", "KeyDistrusted"):
            word = slot_of(KEYS, args["issuer"], args["account"])
            fields = args["roles"] | args["expiresAt"] << 48 if name == "KeySet" else args["from"] << 88
            slots[word] = slots[word] >> COUNT_SHIFT << COUNT_SHIFT | time << 8 | fields
        elif name == "ProfileSet":
            slots[slot_of(PROFILES, args["issuer"])] = int.from_bytes(args["digest"])
        elif name == "Accredited":
            window = args["validFrom"] | args["validUntil"] << 40
            slots[slot_of(ACCREDITATIONS, args["accreditor"], args["subject"], args["scope"])] = window
        elif name == "NonceUsed":
            slots[slot_of(NONCES, args["signer"])] = args["nonce"] + 1
        else:
            raise AssertionError(name)
    return {slot_key(slot): value for slot, value in slots.items() if value}
