"""One report for every conclusion, and a credential that asks for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from credroot.core.report import Check, Outcome, Report
from credroot.core.values import LOCAL_CHAIN_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credroot.core.values import Digest

PASSED, FAILED, UNKNOWN, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.SKIPPED
CHECK_IDS = ("format", "signature", "inclusion", "anchor", "finality", "issuer", "key", "status", "validity")
ALL_PASSED = {
    "format": (PASSED, "format.credential"),
    "signature": (PASSED, "signature.ok"),
    "inclusion": (PASSED, "inclusion.ok"),
    "anchor": (PASSED, "anchor.ok"),
    "finality": (PASSED, "finality.ok"),
    "issuer": (PASSED, "issuer.trusted"),
    "key": (PASSED, "key.ok"),
    "status": (PASSED, "status.active"),
    "validity": (PASSED, "validity.ok"),
}
UNASKED = {name: (SKIPPED, f"{name}.skipped") for name in CHECK_IDS}
UNRECORDED = {name: UNASKED[name] for name in ("finality", "key")}
UNKNOWN_ISSUER = {"issuer": (UNKNOWN, "issuer.unknown")}
BY_CONCLUSION: dict[str, dict[str, tuple[Outcome, str]]] = {
    "genuine": {},
    "revoked": {"status": (FAILED, "status.revoked")},
    "revoked_only": {"status": (FAILED, "status.revoked"), **UNKNOWN_ISSUER},
    "suspended": {"status": (FAILED, "status.suspended")},
    "suspended_only": {"status": (FAILED, "status.suspended"), **UNKNOWN_ISSUER},
    "expired": {"validity": (FAILED, "validity.expired")},
    "expired_only": {"validity": (FAILED, "validity.expired"), **UNKNOWN_ISSUER},
    "not_yet": {"validity": (FAILED, "validity.not_yet")},
    "not_yet_only": {"validity": (FAILED, "validity.not_yet"), **UNKNOWN_ISSUER},
    "changed": {"inclusion": (FAILED, "inclusion.changed"), "anchor": (SKIPPED, "anchor.skipped"), **UNRECORDED},
    "damaged": {**UNASKED, "format": (FAILED, "proof.malformed")},
    "not_anchored": {"anchor": (FAILED, "anchor.not_found"), **UNRECORDED},
    "bad_signature": {"signature": (FAILED, "signature.failed")},
    "forged": {"issuer": (FAILED, "issuer.mismatch")},
    "distrusted": {"key": (FAILED, "key.distrusted"), "status": (FAILED, "status.distrusted")},
    "not_valid": {"validity": (FAILED, "validity.malformed")},
    "unreadable": {**UNASKED, "format": (FAILED, "json.syntax")},
    "no_anchor": {**UNASKED, "format": (FAILED, "format.no_proof")},
    "other_file": {"format": (FAILED, "format.other_file")},
    "file_missing": {"format": (UNKNOWN, "format.file_missing")},
    "registry_unknown": {"anchor": (UNKNOWN, "anchor.registry_unknown"), **UNRECORDED},
    "unavailable": {"anchor": (UNKNOWN, "anchor.unavailable"), "status": (UNKNOWN, "status.unknown"), **UNRECORDED},
    "misconfigured": {"anchor": (UNKNOWN, "anchor.wrong_chain"), **UNRECORDED},
    "pending": {"finality": (UNKNOWN, "finality.pending")},
    "unknown_issuer": UNKNOWN_ISSUER,
    "unanchored": {"inclusion": UNASKED["inclusion"], "anchor": (SKIPPED, "anchor.none"), **UNRECORDED},
    "unchecked": {"signature": (UNKNOWN, "signature.unchecked")},
}
DETAILS: dict[str, dict[str, Any]] = {
    "issuer.trusted": {
        "name": "Example University",
        "source": "the register of universities",
        "id": "did:web:u.example",
    },
    "anchor.ok": {"anchoredAt": "2026-01-31T12:00:00Z", "root": "0x" + "ab" * 32},
    "inclusion.ok": {"index": 6, "leafCount": 1200},
    "status.revoked": {"withdrawnAt": "2026-11-03T09:00:00Z", "reason": 1},
}


def report(conclusion: str, *, local: bool = False) -> Report:
    """Give a report that comes down to `conclusion`."""
    answers = {**ALL_PASSED, **BY_CONCLUSION[conclusion]}
    return Report(
        tuple(
            Check(name, outcome, code, f"Message of {code}.", details=DETAILS.get(code, {}))
            for name, (outcome, code) in ((name, answers[name]) for name in CHECK_IDS)
        ),
        subject={
            "skill": "Claimed skill",
            "holder": "Claimed holder",
            "validFrom": "2026-01-01T00:00:00Z",
            "validUntil": "2027-12-31T00:00:00Z",
        },
        network={
            "name": "local" if local else "polygon",
            "chain": LOCAL_CHAIN_ID.caip2 if local else "eip155:137",
            "registry": "0x" + "12" * 20,
            "block": 64_211_909,
        },
    )


def credential(conclusion: str = "genuine", **changes: Any) -> dict[str, Any]:
    """Give a credential whose verdict at the stub site is `conclusion`. Its proof is only there to be there."""
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "conclusion": conclusion,
        "issuer": {"id": "did:web:u.example", "type": ["Profile"], "name": "Example University"},
        "validFrom": "2026-01-01T00:00:00Z",
        "validUntil": "2027-12-31T00:00:00Z",
        "evidence": [
            {
                "id": "https://portfolio.example/1",
                "type": ["Evidence"],
                "name": "Portfolio",
                "narrative": "An analysis.",
            }
        ],
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {"type": "IdentityObject", "hashed": False, "identityHash": "Мария Петрова", "identityType": "name"}
            ],
            "result": [{"type": ["Result"], "resultDescription": "urn:uuid:1", "value": "93"}],
            "achievement": {
                "id": "https://u.example/a",
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": "Data Analytics Foundations",
                "description": "Analyses data sets.",
                "criteria": {"id": "https://u.example/criteria", "narrative": "Passed an examination."},
                "creditsAvailable": 5,
                "tag": ["data", "statistics"],
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "Data Scientists",
                        "targetCode": "15-2051.00",
                        "targetFramework": "O*NET-SOC",
                        "targetUrl": "https://www.onetonline.org/link/summary/15-2051.00",
                    }
                ],
                "resultDescription": [{"id": "urn:uuid:1", "name": "Final score", "valueMax": "100"}],
            },
        },
        "proof": [{"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}],
    }
    return document | changes


def verdicts(files: Iterable[tuple[bytes, Digest | None]]) -> tuple[Report, ...]:
    """Verify as the stub site does: whatever a credential asks for."""
    return tuple(_asked_for(data) for data, *_ in files)


def _asked_for(data: bytes) -> Report:
    try:
        document = json.loads(data)
    except ValueError:
        return report("unreadable")
    return report(document.get("conclusion", "genuine"), local=document.get("local") is True)
