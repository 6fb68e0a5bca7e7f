"""Moments, names, addresses and places of lists that the world of every seed has."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.campaigns.verifier_fuzz.ledger import at
from tests.campaigns.verifier_fuzz.originals import W3C

BEGUN, ANCHORED, WITHDRAWN = at("2026-03-01"), at("2026-05-01"), at("2026-05-20")
HEAD, NOW = at("2026-06-01"), datetime(2026, 6, 1, 0, 0, 30, tzinfo=UTC)
PAST, FUTURE = "2026-05-25T00:00:00Z", "2026-12-01T00:00:00Z"
DID_WEB, DID_LIBRARY = "did:web:registrar.example.edu", "did:web:library.example.org"
LIST_OF_WEB, SUSPENSIONS_OF_WEB = "https://registrar.example.edu/status/1", "https://registrar.example.edu/status/2"
LIST_OF_NAMED = "https://academy.example.org/status/1"
FREE, TAKEN = 1_000, 77_777
"""Places of the lists that are not set, and that are."""
CONTEXT_OF_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
NOT_SIGNED = frozenset({W3C})
