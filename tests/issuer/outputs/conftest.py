"""One credential as it is issued, and what can be made of it."""

from __future__ import annotations

import json
from typing import Any

SCRIPTS = {
    "Latin": "Łukasz Ångström-Nguyễn",
    "Cyrillic": "Мария Петрова",
    "Greek": "Αλέξανδρος Νικολάου",
    "Arabic": "محمد العلي",
    "Chinese": "王小明",
    "Devanagari": "अनन्या शर्मा",
}


def issued(holder: str = "Ada Lovelace", **achievement: Any) -> bytes:
    """Give a credential of one holder, as a file has it."""
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:6f0f0d3e-0c5b-4a58-9a55-4bd7a7c5d1aa",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:u.example", "type": ["Profile"], "name": "Example University"},
        "validFrom": "2026-06-30T00:00:00Z",
        "validUntil": "2029-06-30T23:59:59Z",
        "credentialSubject": {
            "identifier": [{"identityType": "name", "hashed": False, "identityHash": holder}],
            "result": [{"resultDescription": "urn:uuid:1", "value": "93"}],
            "achievement": {
                "name": "Data Analytics Foundations",
                "description": "Prepares and analyses data.",
                "criteria": {"narrative": "Passed an examination."},
                "creditsAvailable": 5,
                "resultDescription": [{"id": "urn:uuid:1", "name": "Final score", "valueMax": "100"}],
                **achievement,
            },
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()
