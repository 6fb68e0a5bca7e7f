"""What binds an issuer's DID, its key and its account: the verifier's list, a profile whose digest is on chain, a DID
document. Who the issuer is only the list says; the others show that DID and account belong together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credroot.chain.registry.facts import ChainFacts
from credroot.core.errors import InputError
from credroot.core.values import AccountId, Digest
from credroot.verifier.identity.keys import KeyBook
from credroot.verifier.subject import CredentialSubject, Malformed, issuer_id

if TYPE_CHECKING:
    from credroot.core.json.types import JsonObject
    from credroot.credential.badge.profile import Profile
    from credroot.verifier.evidence import Evidence

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
PROFILE = "profile"
DID_DOCUMENT = "did document"


@dataclass(frozen=True, slots=True)
class Binding:
    """Whether one source binds the DID that a credential names to the account that anchored it."""

    source: str
    """`PROFILE` or `DID_DOCUMENT`."""
    holds: bool
    reason: str
    """A plain sentence."""
    name: str | None = None
    """The name that the issuer gives itself there."""
    ended_at: datetime | None = None
    """When the account ceased to be the issuer's; what it anchored before stays the issuer's, and nothing after."""


def account_of(evidence: Evidence) -> AccountId | None:
    """Give the account that a file's anchor proof names; `None` where it has none."""
    subject = evidence.subject
    if isinstance(subject, Malformed) or subject.claim is None:
        return None
    return AccountId(subject.claim.chain_id, subject.claim.issuer)


def bindings(evidence: Evidence) -> tuple[Binding, ...]:
    """Say what each source at hand says about DID and account; empty for what is not anchored or names no issuer."""
    subject, account = evidence.subject, account_of(evidence)
    if not isinstance(subject, CredentialSubject) or account is None:
        return ()
    did = issuer_id(subject.document)
    by_profile, by_document = _by_profile(evidence, did, account), _by_did_document(evidence, did, account)
    if by_profile is not None and by_document is not None:
        by_profile = _as_ended(by_profile, by_document)
    return tuple(binding for binding in (by_profile, by_document) if binding is not None)


def known_to_anchor(evidence: Evidence, did: str) -> str | None:
    """Return what says that an issuer anchors what it issues, in words; `None` where nothing at hand does."""
    if any(entry.account is not None for entry in evidence.trust.issuers if did and entry.did == did):
        return "the trust list"
    document = evidence.documents.did_documents.get(did)
    if document is not None and _names_accounts(document, did):
        return "its DID document"
    if any(_is_signed_with_account(evidence, data, did) for data in evidence.documents.own_profiles):
        return "a profile that it signed"
    return None


def key_book(evidence: Evidence) -> KeyBook:
    """Give the keys by which the file's signatures may be checked.

    A profile's own list of keys counts only where the trust list names its DID together with the account that set its
    digest on chain: else anybody could write a profile for any did:web.
    """
    profile: Profile | None = None
    subject, account = evidence.subject, account_of(evidence)
    if isinstance(subject, CredentialSubject) and account is not None and evidence.documents.profile is not None:
        did = issuer_id(subject.document)
        is_listed = any(
            entry.did == did and entry.account == account for entry in evidence.trust.issuers_of(account, did)
        )
        if is_listed and _is_on_chain(evidence):
            profile = _read(evidence, evidence.documents.profile, did)
    return KeyBook(evidence.documents.did_documents, profile)


def _by_profile(evidence: Evidence, did: str, account: AccountId) -> Binding | None:
    facts, data = evidence.chain, evidence.documents.profile
    if not isinstance(facts, ChainFacts) or facts.profile is None:
        return None
    if data is None:
        return Binding(PROFILE, False, "The account points to a profile document that is not at hand.")
    if not _is_on_chain(evidence):
        return Binding(PROFILE, False, "The profile document is not the one that the account points to.")
    from credroot.credential.badge.profile import signature_of
    from credroot.credential.proof.suites.proof_judge import ProofOutcome

    try:
        profile, document = evidence.memory.profile(data)
    except InputError as error:
        return Binding(PROFILE, False, f"The profile document can't be read: {error}.")
    if profile.did != did:
        return Binding(PROFILE, False, "The account's profile is of another DID.")
    if account not in profile.accounts:
        return Binding(PROFILE, False, "The profile does not name the account.", profile.name)
    # The DID's own key, never one that only the profile lists.
    keys = KeyBook(evidence.documents.did_documents)
    signature = signature_of(document, keys.multikey, now=evidence.now, held=evidence.memory.held)
    if signature is None or signature.outcome is not ProofOutcome.VERIFIED:
        reason = "The profile's signature is not known to be of the DID's key."
        return Binding(PROFILE, False, reason, profile.name)
    method = signature.verification_method or ""
    if not method.startswith(did + "#"):
        return Binding(PROFILE, False, "The profile is signed by another DID.", profile.name)
    found = keys.find(method)
    if found is not None and found.removed_at is not None and found.removed_at <= evidence.now:
        return Binding(PROFILE, False, "The profile is signed with a key that was removed.", profile.name)
    ended_at = _left_out_at(evidence, did, account, since=signature.created)
    if ended_at is not None and not _was_anchored_before(evidence, ended_at):
        return Binding(PROFILE, False, "A newer profile of the issuer does not name the account.", profile.name)
    reason = "The DID's key signed a profile that names the account, and the account points to that profile."
    return Binding(PROFILE, True, reason, profile.name, ended_at)


def _left_out_at(evidence: Evidence, did: str, account: AccountId, *, since: datetime | None) -> datetime | None:
    """Return when the issuer first signed a profile, of those at hand, that is no older and leaves the account out."""
    said = (_own_word(evidence, data, did) for data in evidence.documents.own_profiles)
    moments = [at for profile, at in filter(None, said) if account not in profile.accounts]
    return min((at for at in moments if since is None or at >= since), default=None)


def _was_anchored_before(evidence: Evidence, moment: datetime) -> bool:
    facts = evidence.chain
    if not isinstance(facts, ChainFacts) or facts.batch is None:
        return False
    return datetime.fromtimestamp(facts.batch.anchored_at, UTC) < moment


def _by_did_document(evidence: Evidence, did: str, account: AccountId) -> Binding | None:
    document = evidence.documents.did_documents.get(did)
    if document is None:
        return None
    try:
        accounts = _accounts(document, did)
    except InputError as error:
        return Binding(DID_DOCUMENT, False, f"The DID document can't be read: {error}.")
    if account not in accounts:
        return Binding(DID_DOCUMENT, False, "The DID document does not name the account.")
    ended_at = accounts[account]
    if ended_at is not None and ended_at > evidence.now:
        ended_at = None  # it says when that will be
    if ended_at is not None and not _was_anchored_before(evidence, ended_at):
        reason = "The DID document says that the account was the issuer's only before."
        return Binding(DID_DOCUMENT, False, reason, ended_at=ended_at)
    return Binding(DID_DOCUMENT, True, "The DID document names the account.", ended_at=ended_at)


def _as_ended(by_profile: Binding, by_document: Binding) -> Binding:
    """Return what a profile says where the DID document ended the account.

    Who has the account's key makes it point to any profile that once named it, so an old one does not bring it back.
    """
    if by_document.ended_at is None or not by_profile.holds:
        return by_profile
    ended_at = min(by_document.ended_at, by_profile.ended_at or by_document.ended_at)
    if by_document.holds:
        return replace(by_profile, ended_at=ended_at)
    return replace(by_profile, holds=False, reason=by_document.reason, ended_at=ended_at)


def _accounts(document: JsonObject, did: str) -> dict[AccountId | None, datetime | None]:
    """Return the accounts that a DID document names, each with its end; `InputError` where it can't be read."""
    from credroot.credential.keys.did import DidDocument

    read = DidDocument.read(document, did=did)
    return {_account(text): read.account_ended_at.get(text) for text in read.accounts}


def _names_accounts(document: JsonObject, did: str) -> bool:
    try:
        return bool(_accounts(document, did))
    except InputError:
        return False


def _is_signed_with_account(evidence: Evidence, data: bytes, did: str) -> bool:
    """Return whether a profile at hand is the DID's own word, and names an account."""
    word = _own_word(evidence, data, did)
    return word is not None and bool(word[0].accounts)


def _own_word(evidence: Evidence, data: bytes, did: str) -> tuple[Profile, datetime] | None:
    """Return a profile at hand that the DID's own key signed, and when; `None` for any other."""
    from credroot.credential.badge.profile import signature_of
    from credroot.credential.proof.suites.proof_judge import ProofOutcome

    try:
        profile, document = evidence.memory.profile(data)
    except InputError:
        return None
    keys = KeyBook(evidence.documents.did_documents)
    signature = signature_of(document, keys.multikey, now=evidence.now, held=evidence.memory.held)
    if signature is None or signature.outcome is not ProofOutcome.VERIFIED or profile.did != did:
        return None
    is_own = (signature.verification_method or "").startswith(did + "#")
    return (profile, signature.created or _LONG_AGO) if is_own else None


def _is_on_chain(evidence: Evidence) -> bool:
    facts, data = evidence.chain, evidence.documents.profile
    return isinstance(facts, ChainFacts) and data is not None and facts.profile == Digest.sha256(data)


def _read(evidence: Evidence, data: bytes, did: str) -> Profile | None:
    try:
        profile, _ = evidence.memory.profile(data)
    except InputError:
        return None
    return profile if profile.did == did else None


def _account(text: str) -> AccountId | None:
    try:
        return AccountId.from_caip10(text)
    except InputError:
        return None
