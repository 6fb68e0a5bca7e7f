"""Who issued it, according to whom, and did a key anchor it that the issuer still stands by?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.facts import ChainFacts
from credroot.core.report import Check, Outcome
from credroot.core.values import AccountId
from credroot.verifier.subject import CredentialSubject, Malformed

if TYPE_CHECKING:
    from credroot.core.json_types import JsonObject
    from credroot.verifier.evidence import Evidence

ISSUER = "issuer"
KEY = "key"


def issuer_id(document: JsonObject) -> str:
    """Give the DID or URL that a credential claims for its issuer; empty where it claims none."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


def check_issuer(evidence: Evidence) -> Check:
    """Pass an issuer whose DID and account the trust list binds together. What the file claims of itself is no source."""
    required = evidence.policy.require_known_issuer
    subject = evidence.subject
    if isinstance(subject, Malformed):
        return Check(ISSUER, Outcome.SKIPPED, "issuer.skipped", "Not asked: the file could not be read.", required)
    account = AccountId(subject.claim.chain_id, subject.claim.issuer)
    did = issuer_id(subject.document) if isinstance(subject, CredentialSubject) else None
    entries = evidence.trust.issuers_of(account, did or "")
    for entry in entries:
        if entry.account == account and did in (None, entry.did):
            message = f"Issued by {entry.name}, according to {entry.source}."
            details: JsonObject = {"name": entry.name, "source": entry.source, "id": entry.did}
            return Check(ISSUER, Outcome.PASSED, "issuer.trusted", message, required, details)
    if entries:
        message = "The issuer that it names and the account that anchored it don't belong together."
        return Check(ISSUER, Outcome.FAILED, "issuer.mismatch", message)
    message = "Nobody that this verifier trusts says who this issuer is."
    return Check(ISSUER, Outcome.UNKNOWN, "issuer.unknown", message, required, {"id": did} if did else {})


def check_key(evidence: Evidence) -> Check:
    """Pass a batch that was anchored by a key which its issuer does not distrust, or that it ratified since."""
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        return Check(KEY, Outcome.SKIPPED, "key.skipped", "Not asked: there is no anchor to ask about.")
    details: JsonObject = {"key": "0x" + facts.batch.key.hex()}
    if facts.batch.is_distrusted:
        message = "It was anchored by a key that the issuer no longer stands by."
        return Check(KEY, Outcome.FAILED, "key.distrusted", message, details=details)
    if facts.batch.ratified:
        message = "It was anchored by a key that the issuer distrusts, and ratified by the issuer since."
        return Check(KEY, Outcome.WARNING, "key.ratified", message, details=details)
    return Check(KEY, Outcome.PASSED, "key.ok", "It was anchored by a key of the issuer.", details=details)
