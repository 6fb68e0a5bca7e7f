"""What a report tells people about a credential: taken from the file, and shown beside the outcomes that cover it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.text.plain_text import one_line
from credroot.credential.badge.endorsement_form import is_endorsement
from credroot.verifier.subject import CredentialSubject

if TYPE_CHECKING:
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Basis, Unavailable
    from credroot.core.json.types import JsonObject, JsonValue
    from credroot.verifier.subject import ReceiptSubject

MAX_TEXT = 500


def describe(subject: CredentialSubject | ReceiptSubject) -> JsonObject:
    """Give what a person wants to know first: skill, holder, issuer as claimed, dates; or file and its digest."""
    if not isinstance(subject, CredentialSubject):
        return {"kind": "receipt", "sha256": subject.receipt.facts.digest.hex()}
    document = subject.document
    about = _first(document.get("credentialSubject"))
    issuer = document.get("issuer")
    told: JsonObject = {
        "kind": "credential",
        "id": _text(document.get("id")),
        **_what_it_says(document, about),
        "claimedIssuer": _text(issuer.get("name") or issuer.get("id")) if isinstance(issuer, dict) else _text(issuer),
        "validFrom": _text(document.get("validFrom", document.get("issuanceDate"))),
        "validUntil": _text(document.get("validUntil", document.get("expirationDate"))),
    }
    return {name: value for name, value in told.items() if value is not None}


def _what_it_says(document: JsonObject, about: JsonObject) -> JsonObject:
    """Return skill and holder; of an endorsement what it endorses, which is never shown as if somebody held it."""
    if is_endorsement(document):
        return {"kind": "endorsement", "endorses": _text(about.get("id"))}
    return {"skill": _text(_first(about.get("achievement")).get("name")), "holder": _holder(about)}


def network_of(deployment: Deployment, facts: ChainFacts | Unavailable | None) -> JsonObject:
    """Name the pinned registry, the block of the facts, and what they rest on; nothing that only the file claims.

    The block of an answer that is not relied on is named as well: it is why.
    """
    network: JsonObject = {
        "name": deployment.network,
        "chain": deployment.chain_id.caip2,
        "registry": "0x" + deployment.address.hex(),
    }
    if facts is None or facts.head is None:
        return network
    network["block"] = facts.head.number
    network["blockTime"] = facts.head.timestamp
    if isinstance(facts, ChainFacts) and facts.head.hash is not None:
        network["blockHash"] = str(facts.head.hash)
        network["basis"] = _basis(facts.basis)
    return network


def _basis(basis: Basis) -> JsonObject:
    """Give the wire form of what facts rest on."""
    by: JsonObject = {"agreeing": basis.agreeing} if basis.pinned_by is None else {"pinnedBy": basis.pinned_by}
    return {"proven": basis.proven, **by}


def _holder(about: JsonObject) -> str | None:
    """The name as the Open Badges identity object of type ``name`` gives it, else a plain name, else the DID."""
    identifiers = about.get("identifier")
    for identity in identifiers if isinstance(identifiers, list) else [identifiers]:
        if isinstance(identity, dict) and identity.get("identityType") == "name" and identity.get("hashed") is False:
            return _text(identity.get("identityHash"))
    return _text(about.get("name")) or _text(about.get("id"))


def _first(value: JsonValue) -> JsonObject:
    candidate = value[0] if isinstance(value, list) and value else value
    return candidate if isinstance(candidate, dict) else {}


def shown(text: str) -> str:
    """Give a text as it may stand in a sentence of ours: one line, without what reorders it, and not without end."""
    return one_line(text[: 2 * MAX_TEXT])[:MAX_TEXT]


def _text(value: JsonValue) -> str | None:
    return shown(value) if isinstance(value, str) and value else None
