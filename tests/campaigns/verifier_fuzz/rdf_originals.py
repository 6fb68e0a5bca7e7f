"""Small signed documents to make mutants of: each rests on its signature alone, and has something to be rearranged."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from credroot.credential.badge.endorsement import endorsement
from credroot.credential.status.status_list import status_entry
from tests.verifier.stage import DID, signed

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
FIRST_VERSION = [
    "https://www.w3.org/2018/credentials/v1",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://w3id.org/security/data-integrity/v2",
]
HOLDER = "did:example:holder"


def originals() -> dict[str, dict[str, Any]]:
    """Give the signed documents by name; no two differ by chance."""
    return {name: signed(document) for name, document in _documents().items()}


def small_originals() -> dict[str, dict[str, Any]]:
    """Give documents under the context of the data model alone, which costs a processor a fifth of a badge's."""
    claim = {"@context": CONTEXTS[:1], "id": "urn:uuid:c1", "type": ["VerifiableCredential"]}
    claim |= {"issuer": {"id": DID, "name": "Example University"}, "validFrom": "2026-01-01T00:00:00Z"}
    holder = {"id": HOLDER, "name": "Ann"}
    documents: dict[str, dict[str, Any]] = {
        "small": {**claim, "credentialSubject": holder},
        "small, expired": {**claim, "validUntil": "2026-02-01T00:00:00Z", "credentialSubject": holder},
        "small, of two": {**claim, "credentialSubject": [holder, {"id": DID, "name": "Bob"}, {"name": "Eve"}]},
    }
    return {name: signed(document) for name, document in documents.items()}


def _documents() -> dict[str, dict[str, Any]]:
    plain = _badge()
    return {
        "endorsement": _endorsement("https://other.example/achievements/7"),
        "badge": plain,
        "expired": _badge(validUntil="2026-02-01T00:00:00Z"),
        "with status": _badge(credentialStatus=status_entry("https://registrar.example.edu/status/1.json", 94_567)),
        "two subjects": {
            **plain,
            "credentialSubject": [
                plain["credentialSubject"],
                _subject("did:example:b", "Bob", "b@b.example", "urn:uuid:a2"),
            ],
        },
        "of itself": _of_itself(),
        "names the issuer twice": _with_creator(),
        "in languages": _badge(
            name=[{"@value": "Data", "@language": "en"}, {"@value": "Daten", "@language": "de"}],
        ),
        "with results": _with_results(),
        "endorsed": _endorsed(),
        "names itself": {**plain, "evidence": [{"id": "urn:uuid:b1", "type": ["Evidence"]}, {"type": ["Evidence"]}]},
        "first version": {
            **plain,
            "@context": FIRST_VERSION,
            "issuanceDate": "2026-01-01T00:00:00Z",
            "expirationDate": "2026-03-01T00:00:00Z",
            "validFrom": "2026-01-01T00:00:00Z",
        },
    }


def _subject(id_: str, name: str, mail: str = "a@b.example", about: str = "urn:uuid:a1") -> dict[str, Any]:
    return {
        "id": id_,
        "type": ["AchievementSubject"],
        "identifier": [
            {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"},
            {"type": "IdentityObject", "hashed": False, "identityHash": mail, "identityType": "emailAddress"},
        ],
        "achievement": {
            "id": about,
            "type": ["Achievement"],
            "name": "Data",
            "description": "What is in it.",
            "criteria": {"narrative": f"Pass {about}."},
            "tag": ["b", "a"],
        },
    }


def _badge(**changes: Any) -> dict[str, Any]:
    return {
        "@context": list(CONTEXTS),
        "id": "urn:uuid:b1",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data",
        "issuer": {"id": DID, "type": ["Profile"], "name": "Example University"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": _subject(HOLDER, "Ann"),
        **changes,
    }


def _endorsement(about: str) -> dict[str, Any]:
    issuer: Any = {"id": DID, "type": ["Profile"], "name": "Example University", "url": "https://university.example"}
    begins = datetime(2026, 1, 1, tzinfo=UTC)
    made: dict[str, Any] = endorsement(issuer, about, endorsement_id="urn:uuid:e1", name="Fit", valid_from=begins)
    return made


def _of_itself() -> dict[str, Any]:
    """Give a badge whose issuer is its holder: everything that is said of one may stand with the other."""
    badge = _badge()
    badge["credentialSubject"]["id"] = DID
    return badge


def _with_creator() -> dict[str, Any]:
    badge = _badge()
    badge["credentialSubject"]["achievement"]["creator"] = copy.deepcopy(badge["issuer"])
    badge["evidence"] = [
        {"id": "https://x.example/e", "type": ["Evidence"], "name": "Work", "narrative": "It."},
        {"id": "https://x.example/f", "type": ["Evidence"], "name": "More"},
    ]
    return badge


def _with_results() -> dict[str, Any]:
    badge = _badge()
    badge["credentialSubject"]["result"] = [
        {"type": ["Result"], "resultDescription": "urn:uuid:r1", "value": "87"},
        {"type": ["Result"], "resultDescription": "urn:uuid:r2", "value": "A"},
    ]
    badge["credentialSubject"]["creditsEarned"] = 5
    badge["credentialSubject"]["achievement"]["resultDescription"] = [
        {
            "id": "urn:uuid:r1",
            "type": ["ResultDescription"],
            "name": "Points",
            "resultType": "RawScore",
            "valueMax": "100",
        },
        {
            "id": "urn:uuid:r2",
            "type": ["ResultDescription"],
            "name": "Grade",
            "resultType": "LetterGrade",
            "allowedValue": ["A", "B", "C"],
        },
    ]
    return badge


def _endorsed() -> dict[str, Any]:
    badge = _badge()
    inner = _endorsement("urn:uuid:b1")
    badge["endorsement"] = [signed(inner)]
    return badge
