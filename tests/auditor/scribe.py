"""Histories that a test makes up, as an index keeps them: also those that no contract would allow."""

from __future__ import annotations

from typing import Any

from eth_abi import encode

from credroot.auditor.checks.anomalies import find_anomalies
from credroot.auditor.ledger.ledger import Ledger
from credroot.chain.registry.artifact import load
from credroot.chain.registry.events import KINDS
from credroot.core.values import Address
from credroot.store.event_index import Stored

ME, OTHER, OPERATOR = (Address(bytes([number]) * 20) for number in (1, 2, 3))
ROOT = b"\xaa" * 32
START = 1_750_000_000


class Scribe:
    """Writes events down as an index keeps them, one block each."""

    def __init__(self, issuer: Address = ME) -> None:
        self.issuer = issuer
        self.events: list[Stored] = []
        self.time = START

    def write(self, name: str, *indexed: bytes, later: int = 12, **values: Any) -> Scribe:
        self.time += later
        entry = next(item for item in load("CredentialRegistry").abi if item.get("name") == name)
        types = [item["type"] for item in entry["inputs"] if not item["indexed"]]
        names = [item["name"] for item in entry["inputs"] if not item["indexed"]]
        data = encode(types, [values[name] for name in names])
        topics = b"".join(value.rjust(32, b"\0") for value in indexed[1:])
        block = len(self.events) + 1
        self.events.append(
            Stored(block, 0, bytes(32), 0, KINDS.index(name), indexed[0], topics, data, bytes(32), self.time)
        )
        return self

    def anchored(
        self, root: bytes = ROOT, sequence: int = 1, *, key: bytes | None = None, count: int = 300, later: int = 12
    ) -> Scribe:
        return self.write(
            "BatchAnchored", self.issuer, root, key or self.issuer, leafCount=count, sequence=sequence, later=later
        )

    def status(self, action: int, mask: int, *, index: int = 0, key: bytes | None = None, later: int = 12) -> Scribe:
        return self.write(
            "StatusChanged",
            self.issuer,
            ROOT,
            key or self.issuer,
            action=action,
            index=index,
            mask=mask,
            reason=1,
            later=later,
        )

    def key_set(
        self, account: bytes, roles: int, *, expires: int = 0, admin: bytes | None = None, later: int = 12
    ) -> Scribe:
        return self.write(
            "KeySet", self.issuer, account, admin or self.issuer, roles=roles, expiresAt=expires, later=later
        )

    def distrusted(self, account: bytes, start: int) -> Scribe:
        return self.write("KeyDistrusted", self.issuer, account, self.issuer, **{"from": start})

    def accredited(self, start: int, end: int, *, later: int = 12) -> Scribe:
        return self.write(
            "Accredited", OTHER, self.issuer, bytes(32), key=OTHER, validFrom=start, validUntil=end, uri="", later=later
        )

    @property
    def ledger(self) -> Ledger:
        return Ledger.of(self.events)

    @property
    def impossible(self) -> list[str]:
        return [finding.number for finding in self.ledger.impossible]

    def anomalies(self, *, now: int | None = None) -> set[str]:
        return {finding.number for finding in find_anomalies(self.ledger, now=now or self.time)}
