"""Was it among the credentials that were anchored?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts, Unavailable
from credroot.core.anchor.proof import read_options
from credroot.core.report import Check, Outcome
from credroot.core.text.clock import format_time
from credroot.credential.badge.endorsement_form import is_endorsement
from credroot.verifier.identity.authority import belongs_to_issuer
from credroot.verifier.identity.binding import known_to_anchor
from credroot.verifier.subject import CredentialSubject, Malformed, issuer_id

if TYPE_CHECKING:
    from credroot.chain.registry.deployment import Deployment
    from credroot.chain.registry.facts import Head
    from credroot.core.anchor.domain import AnchorPlace
    from credroot.core.anchor.proof import AnchorClaim
    from credroot.core.json.types import JsonObject
    from credroot.verifier.evidence import Evidence
    from credroot.verifier.subject import ReceiptSubject

INCLUSION = "inclusion"
ANCHOR = "anchor"
FINALITY = "finality"
_UNANSWERED = {
    "chain.wrong_id": "anchor.wrong_chain",
    "chain.wrong_code": "anchor.wrong_code",
    "chain.disagreement": "anchor.endpoints_disagree",
    "chain.no_quorum": "anchor.no_quorum",
    "chain.no_proof": "anchor.no_proof",
    "chain.bad_proof": "anchor.bad_proof",
    "chain.no_evidence": "anchor.no_evidence",
    "chain.block_unpinned": "anchor.block_unpinned",
    "chain.stale_head": "anchor.stale_head",
    "chain.future_head": "anchor.future_head",
    "chain.registry_unproven": "anchor.registry_unproven",
    "chain.wrong_creation": "anchor.wrong_creation",
}
"""Why the chain gave no facts -> the code of the check; of any other reason, that it could not be asked."""


def check_inclusion(evidence: Evidence) -> Check:
    """Pass a file whose digest leads along its proof to the root that the proof names."""
    subject = evidence.subject
    if isinstance(subject, Malformed):
        return _not_asked(INCLUSION)
    if subject.claim is None:
        return _not_asked(INCLUSION, required=False)
    if not subject.leads_to_root:
        message = "It is not what was anchored: it was changed since, or its proof was."
        return Check(INCLUSION, Outcome.FAILED, "inclusion.changed", message)
    proof = subject.claim.proof
    return Check(
        INCLUSION,
        Outcome.PASSED,
        "inclusion.ok",
        "Every member of it is unchanged since the batch was made.",
        details={"index": proof.index, "leafCount": proof.leaf_count},
    )


def check_anchor(evidence: Evidence) -> Check:
    """Pass a batch that the pinned registry holds, with the number of leaves that the proof counts on."""
    subject = evidence.subject
    if isinstance(subject, Malformed):
        return _not_asked(ANCHOR)
    claim = subject.claim
    if isinstance(subject, CredentialSubject) and subject.absent:
        return _taken_away(subject.absent)
    if claim is None:
        return _unanchored(evidence)
    if isinstance(subject, CredentialSubject) and subject.is_one_of_several:
        message = "It is anchored more than once, and nothing tells which of them its issuer goes by."
        return Check(ANCHOR, Outcome.UNKNOWN, "anchor.several", message)
    if evidence.deployment is None:
        message = f"It points to a registry on {claim.chain_id.caip2} that this verifier does not know."
        return Check(ANCHOR, Outcome.UNKNOWN, "anchor.registry_unknown", message, details=_pointer(claim))
    if isinstance(evidence.chain, Unavailable):
        return _unanswered(evidence.chain)
    if evidence.chain is None:
        return Check(ANCHOR, Outcome.SKIPPED, "anchor.skipped", "Not asked: the file is not what its proof is of.")
    batch = evidence.chain.batch
    if batch is None:
        return _not_found(evidence, subject, evidence.chain, evidence.deployment)
    if batch.leaf_count != claim.proof.leaf_count:
        message = "The batch in the registry has another number of credentials than the proof says."
        return Check(ANCHOR, Outcome.FAILED, "anchor.leaf_count", message, details=_pointer(claim))
    at = format_time(datetime.fromtimestamp(batch.anchored_at, UTC))
    creation = evidence.chain.creation or evidence.deployment.creation
    if creation is not None and creation.created_at is not None and batch.anchored_at < creation.created_at:
        began = format_time(datetime.fromtimestamp(creation.created_at, UTC))
        message = f"The registry says that it was anchored at {at}, and was itself created at {began}."
        return Check(ANCHOR, Outcome.FAILED, "anchor.before_deployment", message, details=_pointer(claim))
    if not belongs_to_issuer(evidence) and (by := _known_elsewhere(evidence)) is not None:
        message = f"It was anchored by somebody else, and its issuer is known to anchor what it issues, by {by}."
        return Check(ANCHOR, Outcome.UNKNOWN, "anchor.of_another", message, details={**_pointer(claim), "knownBy": by})
    shown: JsonObject = {} if creation is None else {"registryProof": creation.proof.value}
    return Check(
        ANCHOR,
        Outcome.PASSED,
        "anchor.ok",
        f"Its batch was anchored on {evidence.deployment.network} ({claim.chain_id.caip2}) at {at}.",
        details={**_pointer(claim), "anchoredAt": at, "leafCount": batch.leaf_count, **shown},
    )


def check_finality(evidence: Evidence) -> Check:
    """Pass an anchor that is in a block which the policy counts as there for good."""
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        return _not_asked(
            FINALITY, required=isinstance(evidence.subject, Malformed) or evidence.subject.claim is not None
        )
    if facts.final is None:
        return Check(
            FINALITY, Outcome.UNKNOWN, "finality.unknown", "The endpoint can't say whether the anchor is final."
        )
    if not facts.final:
        return Check(
            FINALITY, Outcome.UNKNOWN, "finality.pending", "The anchor is young and not final yet; try again soon."
        )
    if facts.basis.pinned_by is not None:
        message = f"The anchor was there in a block that this verifier knows, according to {facts.basis.pinned_by}."
        return Check(FINALITY, Outcome.PASSED, "finality.pinned", message)
    return Check(FINALITY, Outcome.PASSED, "finality.ok", "The anchor is there for good.")


def _known_elsewhere(evidence: Evidence) -> str | None:
    """Return what says that the issuer of a file anchors, where it is not known to have anchored this one."""
    subject = evidence.subject
    return known_to_anchor(evidence, issuer_id(subject.document)) if isinstance(subject, CredentialSubject) else None


def _unanswered(answer: Unavailable) -> Check:
    """Say why there are no facts, and of which block the answer was that is not relied on."""
    code = _UNANSWERED.get(answer.code, "anchor.unavailable")
    if answer.head is None:
        return Check(ANCHOR, Outcome.UNKNOWN, code, f"The chain could not be asked: {answer.message}.")
    message = f"The endpoint does not show the chain as it is now: {answer.message}."
    return Check(ANCHOR, Outcome.UNKNOWN, code, message, details=_read_at(answer.head))


def _not_found(
    evidence: Evidence, subject: CredentialSubject | ReceiptSubject, facts: ChainFacts, deployment: Deployment
) -> Check:
    """Fail what the registry does not hold now; what was not there in a block of the past may be there by now."""
    claim, head = subject.claim, facts.head
    assert claim is not None, "who asked knew what for"
    details: JsonObject = {**_pointer(claim), **_read_at(head)}
    # Asked again here, because a policy that judges as of a block takes facts of any age.
    problem = evidence.policy.recency(deployment).problem(head.number, head.timestamp, evidence.asked_at)
    at = f"block {head.number}, of {format_time(head.moment)}"
    if problem is not None:
        message = f"The registry does not hold this batch as of {at}, which is not recent: it may have come later."
        return Check(ANCHOR, Outcome.UNKNOWN, _UNANSWERED[problem.code], message, details=details)
    created = _created(subject)
    if created is not None and created > head.moment:
        message = f"The chain was read as of {at}, which is before the proof was made: it may have come later."
        return Check(ANCHOR, Outcome.UNKNOWN, "anchor.head_before_proof", message, details=details)
    message = f"The registry does not hold this batch of this issuer, as of {at}."
    return Check(ANCHOR, Outcome.FAILED, "anchor.not_found", message, details=details)


def _created(subject: CredentialSubject | ReceiptSubject) -> datetime | None:
    """Give the time that an anchor proof claims for itself; a receipt claims none."""
    if not isinstance(subject, CredentialSubject) or subject.options is None:
        return None
    return read_options(subject.options).created


def _read_at(head: Head) -> JsonObject:
    return {"block": head.number, "blockTime": format_time(head.moment)}


def _pointer(claim: AnchorClaim) -> JsonObject:
    return {
        "chain": claim.chain_id.caip2,
        "registry": "0x" + claim.registry.hex(),
        "issuer": "0x" + claim.issuer.hex(),
        "root": str(claim.root),
    }


def _taken_away(absent: frozenset[AnchorPlace]) -> Check:
    """Leave open what the anchor would have told: whoever removes it from a file must gain nothing by that."""
    place = min(absent)
    message = (
        f"Its signature says that it is anchored in a registry on {place.chain_id.caip2}, and that proof is missing "
        "from the file: ask for the whole file."
    )
    details: JsonObject = {
        "chain": place.chain_id.caip2,
        "registry": "0x" + place.registry.hex(),
        "issuer": "0x" + place.issuer.hex(),
    }
    return Check(ANCHOR, Outcome.UNKNOWN, "anchor.missing", message, details=details)


def _unanchored(evidence: Evidence) -> Check:
    """Skip what carries no anchor: its signature alone vouches for it, where the policy or the trust list says so.

    The same holds for an endorsement. An issuer that is known to anchor needs the anchor whatever the policy says: a
    file without it may be one that was withdrawn.

    An anchor that is demanded and missing keeps the verdict from being valid, but nothing was found to be wrong.
    """
    document = evidence.subject.document if isinstance(evidence.subject, CredentialSubject) else {}
    did = issuer_id(document)
    if is_endorsement(document) or evidence.trust.needs_no_anchor(did) or not evidence.policy.require_anchor:
        by = None if is_endorsement(document) else known_to_anchor(evidence, did)
        if by is None:
            message = "It was not anchored on any chain; its signature alone vouches for it, and nothing dates it."
            return Check(ANCHOR, Outcome.SKIPPED, "anchor.none", message, required=False)
        message = f"It was not anchored on any chain, and its issuer is known to anchor what it issues, by {by}."
        return Check(ANCHOR, Outcome.SKIPPED, "anchor.none", message, details={"knownBy": by})
    message = (
        "It was not anchored on any chain, and this verifier demands an anchor. For an issuer that anchors nothing, "
        "name it in the trust list without an account, or set require_anchor to false."
    )
    return Check(ANCHOR, Outcome.SKIPPED, "anchor.none", message)


def _not_asked(name: str, *, required: bool = True) -> Check:
    return Check(name, Outcome.SKIPPED, f"{name}.skipped", "Not asked: there is no anchor to ask about.", required)
