"""Achievements, profiles and awards for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from credroot.core.json.types import JsonObject
from credroot.credential.badge.achievement import Achievement, load_achievement, load_profile
from credroot.credential.badge.document import BadgeTemplate

CREDENTIAL_ID = "urn:uuid:2f6a1f8e-5b0e-4c55-9a6f-0d6f3c1f7b10"
SALT = "00112233445566778899aabbccddeeff"
STATUS: JsonObject = {
    "id": "https://badges.example.edu/status/1#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://badges.example.edu/status/1",
}
PROFILE: JsonObject = {"id": "did:web:badges.example.edu", "name": "Example University", "url": "https://example.edu"}
SMALL: dict[str, Any] = {
    "id": "https://badges.example.edu/achievements/python",
    "name": "Python Foundations",
    "description": "Writes small programs.",
    "criteria": "Pass the project.",
}
FULL: dict[str, Any] = SMALL | {
    "type": ["Achievement"],
    "achievementType": "MicroCredential",
    "criteria": {"narrative": "Pass the **project** and the viva."},
    "image": "https://badges.example.edu/python.png",
    "tag": ["python", "programming"],
    "creditsAvailable": 2.5,
    "fieldOfStudy": "Computing",
    "specialization": "Data",
    "humanCode": "PY-101",
    "inLanguage": "en",
    "version": "2",
    "alignment": [
        {
            "targetName": "Python (computer programming)",
            "targetUrl": "http://data.europa.eu/esco/skill/ccd0a1d9-afda-43d9-b901-96344886e14d",
            "targetFramework": "ESCO",
            "targetType": "ext:ESCOSkill",
        },
        {
            "targetName": "Software Developers",
            "targetUrl": "https://www.onetonline.org/link/summary/15-1252.00",
            "targetCode": "15-1252.00",
            "targetFramework": "O*NET",
        },
        {
            "targetName": "Competency",
            "targetUrl": "https://credentialengineregistry.org/resources/ce-98cb027b-95ef-4494-908d-6f7790ec6b6b",
            "targetType": "CTDL",
        },
    ],
    "creator": {
        "id": "https://example.edu/",
        "name": "Example University",
        "address": {"addressCountryCode": "ES", "geo": {"latitude": 40.5, "longitude": -3}},
        "otherIdentifier": {"identifier": "123", "identifierType": "ext:ISNI"},
    },
    "resultDescription": {
        "name": "Level",
        "resultType": "RubricCriterionLevel",
        "rubricCriterionLevel": [
            {"name": "Pass", "level": "1", "description": "Works", "points": "50"},
            {"name": "Merit", "level": "2", "alignment": {"targetName": "m", "targetUrl": "https://example.edu/m"}},
        ],
    },
    "otherIdentifier": {"identifier": "PY", "identifierType": "identifier"},
    "related": {"id": "https://badges.example.edu/achievements/python-2", "version": "3"},
}


@dataclass(frozen=True, slots=True)
class Person:
    """An award as a roster has it."""

    name: str = "José Álvarez"
    email: str = "jose@example.org"
    did: str = ""
    issued_on: date = date(2026, 1, 31)
    expires_on: date | None = None
    result: str = ""
    evidence: tuple[str, ...] = ()
    narrative: str = ""


def built(
    achievement: Achievement | None = None,
    status: JsonObject | None = None,
    additions: JsonObject | None = None,
    **award: Any,
) -> dict[str, Any]:
    """Build one credential."""
    template = BadgeTemplate(load_profile(PROFILE), achievement or load_achievement(SMALL))
    return template.build(replace(Person(), **award), CREDENTIAL_ID, SALT, status, additions)
