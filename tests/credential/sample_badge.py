"""A badge of the size and shape that issuers send, about 3 kB."""

from __future__ import annotations

import copy
from typing import Any

OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0"
ESCO = "http://data.europa.eu/esco/skill/2f5a0d0c-3d63-4c7b-8a1b-1e0bd3d0e0a1"
ONET = "https://www.onetonline.org/link/summary/15-2051.00"

_ACHIEVEMENT: dict[str, Any] = {
    "id": "https://registrar.example.edu/achievements/data-analytics",
    "type": ["Achievement"],
    "achievementType": "MicroCredential",
    "name": "Data Analytics Foundations",
    "description": "Collects, cleans, analyses and presents tabular data, and says what the data cannot show.",
    "criteria": {
        "id": "https://registrar.example.edu/achievements/data-analytics#criteria",
        "narrative": "Pass the project with at least 60 of 100 points and the viva.",
    },
    "tag": ["data", "statistics", "python"],
    "inLanguage": "en",
    "version": "2",
    "fieldOfStudy": "Computing",
    "humanCode": "DA-101",
    "creditsAvailable": 5,
    "image": {"id": "https://registrar.example.edu/badges/da.png", "type": "Image", "caption": "Badge"},
    "alignment": [
        {
            "type": ["Alignment"],
            "targetName": "analyse big data",
            "targetUrl": ESCO,
            "targetFramework": "ESCO",
            "targetType": "CFItem",
            "targetCode": "S2.7.1",
        },
        {
            "type": ["Alignment"],
            "targetName": "Data Scientists",
            "targetUrl": ONET,
            "targetFramework": "O*NET",
            "targetCode": "15-2051.00",
        },
    ],
    "resultDescription": [
        {
            "id": "urn:uuid:7d1a4a2c-58f0-4a51-9f2c-5f1d8a1c2b3d",
            "type": ["ResultDescription"],
            "name": "Project points",
            "resultType": "RawScore",
            "valueMin": "0",
            "valueMax": "100",
        }
    ],
}

_BADGE: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        f"{OPEN_BADGES}/context-3.0.3.json",
        f"{OPEN_BADGES}/extensions.json",
    ],
    "id": "urn:uuid:3f2c6f6e-6b1e-4d0a-9d7e-0c6a3b7b9a11",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Data Analytics Foundations",
    "issuer": {
        "id": "did:web:registrar.example.edu",
        "type": ["Profile"],
        "name": "Example University, Registrar",
        "url": "https://registrar.example.edu/",
    },
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2031-01-01T00:00:00Z",
    "awardedDate": "2025-12-20T00:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": "sha256$5b1ad4c8c8b0bb1e1d1d8fbb0d3b2a7e0a9a2b8c4d5e6f708192a3b4c5d6e7f8",
                "identityType": "emailAddress",
                "salt": "c29tZXNhbHQ",
            }
        ],
        "activityStartDate": "2025-09-01T00:00:00Z",
        "activityEndDate": "2025-12-15T00:00:00Z",
        "creditsEarned": 5,
        "narrative": "Built a dashboard over public transport data, and explained its limits.",
        "achievement": _ACHIEVEMENT,
        "result": [
            {
                "type": ["Result"],
                "resultDescription": "urn:uuid:7d1a4a2c-58f0-4a51-9f2c-5f1d8a1c2b3d",
                "value": "87",
            }
        ],
    },
    "evidence": [
        {
            "id": "https://git.example.edu/da/2025/project-0417",
            "type": ["Evidence"],
            "name": "Project repository",
            "narrative": "The code and the report.",
            "genre": "Project",
        }
    ],
    "credentialStatus": {
        "id": "https://registrar.example.edu/status/1#4711",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "4711",
        "statusListCredential": "https://registrar.example.edu/status/1",
    },
    "credentialSchema": [
        {
            "id": f"{OPEN_BADGES}/schema/json/ob_v3p0_achievementcredential_schema.json",
            "type": "1EdTechJsonSchemaValidator2019",
        }
    ],
}


def sample_badge() -> dict[str, Any]:
    """Give a fresh copy, unsigned."""
    return copy.deepcopy(_BADGE)
